package admin

import (
	"net/http"
	"time"

	"holdfast/simulator/internal/phone"
)

func callRoutes() []route {
	return []route{
		{method: "POST", path: "/admin/phones/{phone}/calls", call: takes(placeCall),
			summary: "The phone calls somebody, or opens a call in a group; there is no sound, only signals."},
		{method: "GET", path: "/admin/phones/{phone}/calls", summary: "The phone's calls.", call: answers(listCalls)},
		{method: "POST", path: "/admin/phones/{phone}/calls/{id}", call: takes(answerCall),
			summary: "The phone takes, declines or ends a call."},
	}
}

type placeOrder struct {
	To    string  `json:"to" doc:"phone number or group JID"`
	Video bool    `json:"video,omitempty"`
	RingS float64 `json:"ring_s,omitempty" doc:"ends with reason timeout after so many seconds; 0 rings until somebody answers"`
}

type placedView struct {
	ID string `json:"id"`
}

func placeCall(rooms *Rooms, r *http.Request, order placeOrder) (placedView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return placedView{}, err
	}
	to, err := rooms.destination(owner, order.To)
	if err != nil {
		return placedView{}, err
	}
	if to.Account == owner {
		return placedView{}, badRequest("a phone cannot call itself")
	}
	id, err := rooms.Phones.Of(owner).Call(to, order.Video, time.Duration(order.RingS*float64(time.Second)))
	return placedView{ID: id}, err
}

func listCalls(rooms *Rooms, r *http.Request) (items[phone.Call], error) {
	owner, err := rooms.account(r)
	if err != nil {
		return items[phone.Call]{}, err
	}
	return items[phone.Call]{list(rooms.Phones.Of(owner).Calls())}, nil
}

type answerOrder struct {
	Action string `json:"action" enum:"preaccept,accept,reject,relaylatency,transport,terminate"`
	Reason string `json:"reason,omitempty" doc:"of terminate"`
}

func answerCall(rooms *Rooms, r *http.Request, order answerOrder) (phone.Call, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return phone.Call{}, err
	}
	return rooms.Phones.Of(owner).Answer(r.PathValue("id"), order.Action, order.Reason)
}
