package admin

import (
	"net/http"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/passkey"
)

// passkeyRoutes are the calls about linking with a passkey, and about codes that have to be made again.
func passkeyRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/phones/{phone}/passkey", summary: "How far linking with a passkey is, and the code that the phone shows.",
			call: answers(showPasskey)},
		{method: "POST", path: "/admin/phones/{phone}/passkey", summary: "Decides whether new devices have to prove the account's passkey.",
			call: takes(demandPasskey)},
		{method: "POST", path: "/admin/phones/{phone}/passkey/assert", summary: "The account's authenticator answers a challenge, as if somebody had touched it.",
			call: takes(assertPasskey)},
		{method: "POST", path: "/admin/phones/{phone}/passkey/compare", summary: "The person at the phone says which code the client shows; the right one links it.",
			call: takes(comparePasskey)},
		{method: "POST", path: "/admin/codes/refresh", summary: "Every client that shows codes has to make new ones.", call: takes(refreshCodes)},
	}
}

type passkeyView struct {
	Demanded  bool   `json:"demanded"`
	Asked     bool   `json:"asked" doc:"a client has been asked for the passkey"`
	Requested bool   `json:"requested" doc:"the client waits for the comparison of the codes"`
	Code      string `json:"code,omitempty" doc:"the code that the phone shows, to be compared with the client's"`
}

func (rooms *Rooms) viewPasskey(owner *account.Account) passkeyView {
	state := rooms.Lobby.PasskeyState(owner)
	return passkeyView{Demanded: owner.DemandsPasskey(), Asked: state.Asked, Requested: state.Requested, Code: state.Code}
}

func showPasskey(rooms *Rooms, r *http.Request) (passkeyView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return passkeyView{}, err
	}
	return rooms.viewPasskey(owner), nil
}

type demandOrder struct {
	Demanded bool `json:"demanded"`
}

func demandPasskey(rooms *Rooms, r *http.Request, order demandOrder) (passkeyView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return passkeyView{}, err
	}
	owner.DemandPasskey(order.Demanded)
	return rooms.viewPasskey(owner), nil
}

type challengeOrder struct {
	Challenge []byte `json:"challenge_base64" doc:"the challenge that the client was given"`
}

func assertPasskey(rooms *Rooms, r *http.Request, order challengeOrder) (*passkey.Assertion, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	credential, err := rooms.Lobby.Passkey(owner)
	if err != nil {
		return nil, err
	}
	return credential.Assert(order.Challenge)
}

func comparePasskey(rooms *Rooms, r *http.Request, order codeOrder) (linkedView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return linkedView{}, err
	}
	offer, err := rooms.Lobby.CompareCode(owner, order.Code)
	if err != nil {
		return linkedView{}, err
	}
	return viewOffer(offer), nil
}

type refreshOrder struct {
	Kind string `json:"kind" enum:"pair-device-rotate-qr,companion_reg_refresh" doc:"which of the two ways to say so; the first when absent"`
}

type refreshView struct {
	Told int `json:"told" doc:"how many clients"`
}

func refreshCodes(rooms *Rooms, _ *http.Request, order refreshOrder) (refreshView, error) {
	switch order.Kind {
	case "":
		order.Kind = "pair-device-rotate-qr"
	case "pair-device-rotate-qr", "companion_reg_refresh":
	default:
		return refreshView{}, badRequest("kind must be pair-device-rotate-qr or companion_reg_refresh")
	}
	return refreshView{rooms.Lobby.Refresh(order.Kind)}, nil
}
