package admin

import (
	"cmp"
	"net/http"
	"strconv"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/gate"
)

func serverRoutes() []route {
	return []route{
		{method: "GET", path: "/{$}", summary: "Who answers, and its seed.", call: answers(index)},
		{method: "GET", path: "/admin/stats", summary: "Counters of the whole simulation.", call: answers(stats)},
		{method: "POST", path: "/admin/save", summary: "Saves the state now (with --state).", call: answers(save)},
		{method: "POST", path: "/admin/reset", summary: "Makes everything new: nobody exists, nothing waits, no fault is in force, the clock is the machine's. Address, keys and seed stay.",
			call: answers(reset)},
		{method: "GET", path: "/admin/accounts/{phone}", summary: "What the server knows of a number and its companions.",
			call: answers(showAccount)},
		{method: "POST", path: "/admin/accounts/{phone}/devices/{device}/kick", summary: "Ends a companion's connection.",
			call: takes(kick)},
		{method: "POST", path: "/admin/accounts/{phone}/devices/{device}/logout", summary: "The phone unlinks a companion.",
			call: answers(logout)},
	}
}

type indexView struct {
	Name string `json:"name"`
	Seed int64  `json:"seed"`
}

func index(rooms *Rooms, _ *http.Request) (indexView, error) {
	return indexView{Name: "wasim", Seed: rooms.Source.Number()}, nil
}

func reset(rooms *Rooms, r *http.Request) (indexView, error) {
	if err := rooms.Reset(); err != nil {
		return indexView{}, err
	}
	return index(rooms, r)
}

type savedView struct {
	Saved bool `json:"saved"`
}

func save(rooms *Rooms, _ *http.Request) (savedView, error) {
	if rooms.Save == nil {
		return savedView{}, badRequest("started without --state: there is nowhere to save to")
	}
	err := rooms.Save()
	return savedView{Saved: err == nil}, err
}

type statsView struct {
	Registrations int   `json:"registrations" doc:"scans that linked a device"`
	QRServed      int   `json:"qr_served" doc:"codes handed out"`
	Connections   int64 `json:"connections" doc:"open sockets"`
	Dials         int64 `json:"dials" doc:"requests for a connection, refused and struck ones included"`
	Phones        int   `json:"phones"`
	Companions    int   `json:"companions"`
	Messages      int64 `json:"messages_routed"`
	Queued        int   `json:"queue_total" doc:"stanzas that companions have not confirmed"`
}

func stats(rooms *Rooms, _ *http.Request) (statsView, error) {
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
	return statsView{
		Registrations: registrations, QRServed: rooms.Lobby.Served(), Connections: rooms.Gate.Connections(), Dials: rooms.Gate.Dials(),
		Phones: len(accounts), Companions: companions, Messages: rooms.Router.Messages(), Queued: queued,
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
	Platform  string `json:"platform" doc:"what the companion says it is"`
	LinkedAt  int64  `json:"linked_at" doc:"unix seconds"`
}

type accountView struct {
	phoneView
	Registrations int             `json:"registrations" doc:"scans that linked a device"`
	RefsServed    int             `json:"qr_refs_served"`
	Companions    []companionView `json:"companions"`
	Unlinked      []unlinkedView  `json:"unlinked" doc:"companions that are gone, oldest first"`
}

type unlinkedView struct {
	Device uint16 `json:"device"`
	By     string `json:"by" doc:"who unlinked it" enum:"phone,companion,server"`
	T      int64  `json:"t" doc:"unix seconds"`
}

func showAccount(rooms *Rooms, r *http.Request) (accountView, error) {
	found, err := rooms.account(r)
	if err != nil {
		return accountView{}, err
	}
	companions := []companionView{}
	for _, companion := range found.Companions() {
		companions = append(companions, viewCompanion(companion))
	}
	unlinked := []unlinkedView{}
	for _, gone := range found.Unlinked() {
		unlinked = append(unlinked, unlinkedView{Device: gone.Device, By: gone.By, T: gone.At.Unix()})
	}
	registrations, refs := found.Counts()
	return accountView{
		phoneView: viewPhone(found), Registrations: registrations, RefsServed: refs, Companions: companions, Unlinked: unlinked,
	}, nil
}

func viewCompanion(companion *account.Companion) companionView {
	link, online := companion.Online()
	logins, seen := companion.Presence()
	view := companionView{
		Device: companion.Device, JID: companion.Account.PN(companion.Device).String(), Connected: online,
		Queue: companion.Queue.Len(), PreKeys: companion.Keys.Count(), Logins: logins,
		Platform: companion.Platform, LinkedAt: companion.LinkedAt.Unix(),
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

type kickOrder struct {
	Reason string `json:"reason" doc:"close, replaced, device_removed (unlinks it), or a stream error such as 503 or 515; close if absent"`
}

type kickedView struct {
	Kicked bool `json:"kicked" doc:"whether it was connected"`
}

func kick(rooms *Rooms, r *http.Request, order kickOrder) (kickedView, error) {
	companion, err := rooms.companion(r)
	if err != nil {
		return kickedView{}, err
	}
	reason := cmp.Or(order.Reason, gate.ReasonClose)
	if !gate.Reasons(reason) {
		return kickedView{}, badRequest("unknown reason " + reason)
	}
	if reason == gate.ReasonDeviceRemoved {
		_, online := companion.Online()
		return kickedView{Kicked: online}, rooms.unlink(companion)
	}
	return kickedView{Kicked: rooms.Gate.Kick(companion, reason)}, nil
}

type removedView struct {
	Removed bool `json:"removed"`
}

func logout(rooms *Rooms, r *http.Request) (removedView, error) {
	companion, err := rooms.companion(r)
	if err != nil {
		return removedView{}, err
	}
	return removedView{Removed: true}, rooms.unlink(companion)
}

func (rooms *Rooms) unlink(companion *account.Companion) error {
	if !rooms.Gate.Unlink(companion.Account, companion.Device, account.ByPhone) {
		return notFound("no such device in this account")
	}
	return nil
}
