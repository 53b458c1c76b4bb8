package admin

import (
	"net/http"
	"strconv"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/gate"
	"holdfast/simulator/internal/transcript"
)

func index(rooms *Rooms, _ *http.Request) (any, error) {
	return map[string]any{"name": "wasim", "seed": rooms.Source.Number()}, nil
}

func save(rooms *Rooms, _ *http.Request) (any, error) {
	if rooms.Save == nil {
		return nil, badRequest("started without --state: there is nowhere to save to")
	}
	if err := rooms.Save(); err != nil {
		return nil, err
	}
	return map[string]any{"saved": true}, nil
}

func stats(rooms *Rooms, _ *http.Request) (any, error) {
	accounts := rooms.Accounts.All()
	registrations, companions, queued := 0, 0, 0
	for _, found := range accounts {
		made, _ := found.Counts()
		registrations += made
		for _, companion := range found.Companions() {
			companions++
			queued += companion.Queue.Len()
		}
	}
	return map[string]any{
		"registrations": registrations, "qr_served": rooms.Lobby.Served(), "connections": rooms.Gate.Connections(),
		"phones": len(accounts), "companions": companions, "messages_routed": rooms.Router.Messages(), "queue_total": queued,
	}, nil
}

type companionView struct {
	Device    uint16 `json:"device"`
	JID       string `json:"jid"`
	Connected bool   `json:"connected"`
	Queue     int    `json:"queue"`
	PreKeys   int    `json:"prekeys"`
	LastSeen  int64  `json:"last_seen"`
	Logins    int    `json:"logins"`
	// Handshake is the Noise pattern of the present connection.
	Handshake string `json:"handshake,omitempty"`
}

func showAccount(rooms *Rooms, r *http.Request) (any, error) {
	found, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	companions := []companionView{}
	for _, companion := range found.Companions() {
		companions = append(companions, viewCompanion(companion))
	}
	registrations, refs := found.Counts()
	return map[string]any{
		"phone": found.Phone, "lid": found.LID, "name": found.Name(), "registrations": registrations,
		"qr_refs_served": refs, "companions": companions,
	}, nil
}

func viewCompanion(companion *account.Companion) companionView {
	link, online := companion.Online()
	logins, seen := companion.Presence()
	view := companionView{
		Device: companion.Device, JID: companion.Account.PN(companion.Device).String(), Connected: online,
		Queue: companion.Queue.Len(), PreKeys: companion.Keys.Count(), Logins: logins,
	}
	if online {
		view.Handshake = link.Handshake()
	}
	if !seen.IsZero() {
		view.LastSeen = seen.Unix()
	}
	return view
}

func (rooms *Rooms) companion(r *http.Request) (*account.Companion, error) {
	found, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	device, err := strconv.ParseUint(r.PathValue("device"), 10, 16)
	if err != nil {
		return nil, badRequest("the device must be a number")
	}
	companion, ok := found.Companion(uint16(device))
	if !ok {
		return nil, notFound("no such device in this account")
	}
	return companion, nil
}

func kick(rooms *Rooms, r *http.Request) (any, error) {
	companion, err := rooms.companion(r)
	if err != nil {
		return nil, err
	}
	order := struct{ Reason string }{Reason: gate.ReasonClose}
	if err = decode(r, &order); err != nil {
		return nil, err
	}
	if !gate.Reasons(order.Reason) {
		return nil, badRequest("unknown reason " + order.Reason)
	}
	if order.Reason == gate.ReasonDeviceRemoved {
		_, online := companion.Online()
		return map[string]any{"kicked": online}, rooms.unlink(companion)
	}
	return map[string]any{"kicked": rooms.Gate.Kick(companion, order.Reason)}, nil
}

func logout(rooms *Rooms, r *http.Request) (any, error) {
	companion, err := rooms.companion(r)
	if err != nil {
		return nil, err
	}
	return map[string]any{"removed": true}, rooms.unlink(companion)
}

func (rooms *Rooms) unlink(companion *account.Companion) error {
	if !rooms.Gate.Logout(companion.Account, companion.Device) {
		return notFound("no such device in this account")
	}
	return nil
}

func showTranscript(rooms *Rooms, r *http.Request) (any, error) {
	query := r.URL.Query()
	after, _ := strconv.ParseUint(query.Get("after"), 10, 64)
	limit, _ := strconv.Atoi(query.Get("limit"))
	items := []transcript.View{}
	next := after
	for _, record := range rooms.Transcript.After(after, query.Get("account"), limit) {
		items = append(items, record.View())
		next = record.Seq
	}
	return map[string]any{"items": items, "next": next}, nil
}

func listFaults(rooms *Rooms, _ *http.Request) (any, error) {
	return map[string]any{"items": list(rooms.Faults.All()), "names": faults.Names()}, nil
}

func clearFaults(rooms *Rooms, _ *http.Request) (any, error) {
	rooms.Faults.Clear()
	return map[string]any{"items": []faults.Fault{}}, nil
}
