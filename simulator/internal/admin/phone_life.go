package admin

import (
	"context"
	"net/http"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/phone"
)

func lifeRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/phones/{phone}", summary: "One phone: whether it is awake, and its companions.", call: answers(showPhone)},
		{method: "POST", path: "/admin/phones/{phone}/sleep", call: takes(sleep),
			summary: "Switches the phone off: what is for it waits, and it confirms nothing."},
		{method: "POST", path: "/admin/phones/{phone}/wake", summary: "Switches the phone on: it works off what has waited.", call: answers(wake)},
		{method: "POST", path: "/admin/phones/{phone}/typing", summary: "The phone's user types, records or stops.", call: takes(typing)},
		{method: "POST", path: "/admin/phones/{phone}/presence", summary: "The phone's user is at the screen, or not.", call: takes(presence)},
		{method: "GET", path: "/admin/phones/{phone}/activity", call: answers(activity), query: followed(),
			summary: "What the phone noticed beside messages and receipts: typing and steps of calls."},
	}
}

// followed are the parameters of a list that can be waited for.
func followed() []parameter {
	return []parameter{
		{"after", "integer", "only what is after this sequence number"},
		{"wait_s", "number", "waits so long for the first item, 60 at most"},
	}
}

type statusView struct {
	phoneView
	Asleep bool `json:"asleep"`
	// LastSeen is in seconds: now, unless the phone is asleep.
	LastSeen        int64           `json:"last_seen" doc:"when it fell asleep; now, while it is awake"`
	Waiting         int             `json:"waiting" doc:"stanzas that wait for it to wake"`
	UnlinkAfterDays float64         `json:"unlink_after_days,omitempty"`
	Companions      []companionView `json:"companions"`
}

func (rooms *Rooms) viewStatus(owner *account.Account) statusView {
	status := rooms.Phones.Of(owner).Status()
	view := statusView{
		phoneView: viewPhone(owner), Asleep: status.Asleep, LastSeen: status.LastSeen.Unix(), Waiting: status.Waiting,
		UnlinkAfterDays: status.UnlinkAfter.Hours() / 24, Companions: []companionView{},
	}
	for _, companion := range owner.Companions() {
		view.Companions = append(view.Companions, viewCompanion(companion))
	}
	return view
}

func showPhone(rooms *Rooms, r *http.Request) (statusView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return statusView{}, err
	}
	return rooms.viewStatus(owner), nil
}

type sleepOrder struct {
	UnlinkAfterDays float64 `json:"unlink_after_days,omitempty" doc:"the server unlinks the companions when the clock passes this; 0 is never"`
}

func sleep(rooms *Rooms, r *http.Request, order sleepOrder) (statusView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return statusView{}, err
	}
	if order.UnlinkAfterDays < 0 || order.UnlinkAfterDays > maxMove.Hours()/24 {
		return statusView{}, badRequest("unlink_after_days must be a number of days, 14 for instance")
	}
	rooms.Phones.Of(owner).Sleep(time.Duration(order.UnlinkAfterDays * 24 * float64(time.Hour)))
	rooms.unlinkOverdue()
	return rooms.viewStatus(owner), nil
}

// unlinkOverdue lets the server unlink the companions whose phones have been away for too long.
func (rooms *Rooms) unlinkOverdue() {
	for _, companion := range rooms.Phones.Overdue() {
		rooms.Gate.Unlink(companion.Account, companion.Device, account.ByServer)
	}
}

func wake(rooms *Rooms, r *http.Request) (statusView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return statusView{}, err
	}
	rooms.unlinkOverdue()
	rooms.Phones.Of(owner).Wake()
	return rooms.viewStatus(owner), nil
}

type typingOrder struct {
	To    string `json:"to" doc:"phone number or group JID"`
	State string `json:"state" enum:"composing,recording,paused"`
}

func typing(rooms *Rooms, r *http.Request, order typingOrder) (typingOrder, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return typingOrder{}, err
	}
	to, err := rooms.destination(owner, order.To)
	if err != nil {
		return typingOrder{}, err
	}
	return order, rooms.Phones.Of(owner).Typing(to, order.State)
}

type presenceOrder struct {
	Available bool `json:"available"`
}

func presence(rooms *Rooms, r *http.Request, order presenceOrder) (presenceOrder, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return presenceOrder{}, err
	}
	return order, rooms.Phones.Of(owner).SetPresent(order.Available)
}

func activity(rooms *Rooms, r *http.Request) (page[phone.Activity], error) {
	return follow(rooms, r, (*phone.Phone).Activities, func(item phone.Activity) uint64 { return item.Seq })
}

// follow answers with what is after a position in one of a phone's lists.
func follow[T any](
	rooms *Rooms, r *http.Request, wait func(*phone.Phone, context.Context, uint64) []T, seq func(T) uint64,
) (page[T], error) {
	owner, err := rooms.account(r)
	if err != nil {
		return page[T]{}, err
	}
	after, ctx, cancel, err := position(r)
	if err != nil {
		return page[T]{}, err
	}
	defer cancel()
	found := wait(rooms.Phones.Of(owner), ctx, after)
	next := after
	if len(found) > 0 {
		next = seq(found[len(found)-1])
	}
	return page[T]{Items: list(found), Next: next}, nil
}
