package admin

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/phone"
)

// maxWait bounds a long poll.
const maxWait = 60 * time.Second

func phoneRoutes() []route {
	follow := []parameter{
		{"after", "integer", "only what is after this sequence number"},
		{"wait_s", "number", "waits so long for the first item, 60 at most"},
	}
	return []route{
		{method: "GET", path: "/admin/phones", summary: "Every phone.", call: answers(listPhones)},
		{method: "POST", path: "/admin/phones", summary: "A new phone, or the one with that number.", call: takes(openPhone)},
		{method: "POST", path: "/admin/phones/{phone}/scan", summary: "The phone scans a QR code; the body is its text.",
			call: takesText(scan)},
		{method: "POST", path: "/admin/phones/{phone}/link-code", summary: "The phone is told the code that a client shows.",
			call: takes(linkCode)},
		{method: "POST", path: "/admin/phones/{phone}/read", summary: "The phone reads messages.", call: takes(read)},
		{method: "GET", path: "/admin/phones/{phone}/inbox", summary: "What the phone decrypted.", call: answers(inbox), query: follow},
		{method: "GET", path: "/admin/phones/{phone}/receipts", summary: "Receipts that reached the phone.",
			call: answers(receipts), query: follow},
		{method: "POST", path: "/admin/mock-phone/scan-qr", call: takesText(scanByPushName),
			summary: "Scans with the phone that belongs to the registration's push name. Nobody holds a phone that is made so: " +
				"it confirms nothing to others."},
	}
}

// items is a list without an end mark, page one that can be continued after next.
type items[T any] struct {
	Items []T `json:"items"`
}

type page[T any] struct {
	Items []T    `json:"items"`
	Next  uint64 `json:"next" doc:"give it as after to go on"`
}

type phoneView struct {
	Phone string `json:"phone"`
	LID   string `json:"lid"`
	Name  string `json:"name"`
}

func viewPhone(found *account.Account) phoneView {
	return phoneView{Phone: found.Phone, LID: found.LID, Name: found.Name()}
}

type phoneOrder struct {
	Name  string `json:"name"`
	Phone string `json:"phone" doc:"digits; made up if absent"`
}

func openPhone(rooms *Rooms, _ *http.Request, order phoneOrder) (phoneView, error) {
	found, _, err := rooms.Accounts.Open(order.Phone, order.Name)
	if err != nil {
		return phoneView{}, err
	}
	return viewPhone(found), nil
}

func listPhones(rooms *Rooms, _ *http.Request) (items[phoneView], error) {
	phones := []phoneView{}
	for _, found := range rooms.Accounts.All() {
		phones = append(phones, viewPhone(found))
	}
	return items[phoneView]{phones}, nil
}

func scan(rooms *Rooms, r *http.Request, code string) (linkedView, error) {
	scanner, err := rooms.account(r)
	if err != nil {
		return linkedView{}, err
	}
	return rooms.scan(code, scanner)
}

// scanByPushName lets the phone scan whose number belongs to the push name of the code's registration.
func scanByPushName(rooms *Rooms, _ *http.Request, code string) (linkedView, error) {
	name, err := rooms.Lobby.PushName(code)
	if err != nil {
		return linkedView{}, err
	}
	scanner, err := rooms.Accounts.OpenByPushName(name)
	if err != nil {
		return linkedView{}, err
	}
	return rooms.scan(code, scanner)
}

func (rooms *Rooms) scan(code string, scanner *account.Account) (linkedView, error) {
	offer, err := rooms.Lobby.Scan(code, scanner)
	if err != nil {
		return linkedView{}, err
	}
	return viewOffer(offer), nil
}

// codePatience is how long a client has to answer a code that was typed.
const codePatience = 15 * time.Second

type codeOrder struct {
	Code string `json:"code" doc:"the eight characters"`
}

func linkCode(rooms *Rooms, r *http.Request, order codeOrder) (linkedView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return linkedView{}, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), codePatience)
	defer cancel()
	offer, err := rooms.Lobby.EnterCode(ctx, owner, order.Code)
	if err != nil {
		return linkedView{}, err
	}
	return viewOffer(offer), nil
}

type linkedView struct {
	JID    string `json:"jid"`
	Device uint16 `json:"device"`
}

func viewOffer(offer *account.Offer) linkedView {
	companion := offer.Companion
	return linkedView{JID: companion.Account.PN(companion.Device).String(), Device: companion.Device}
}

type readOrder struct {
	Chat   string   `json:"chat" doc:"phone number or group JID"`
	IDs    []string `json:"ids" doc:"messages; everything unread if absent"`
	Played bool     `json:"played,omitempty" doc:"the receipts say played instead of read"`
}

func read(rooms *Rooms, r *http.Request, order readOrder) (idsView, error) {
	reader, err := rooms.account(r)
	if err != nil {
		return idsView{}, err
	}
	chat, err := rooms.destination(reader, order.Chat)
	if err != nil {
		return idsView{}, err
	}
	ids, err := rooms.Phones.Of(reader).Read(chat, order.IDs, order.Played)
	return idsView{list(ids)}, err
}

func inbox(rooms *Rooms, r *http.Request) (page[phone.Item], error) {
	owner, err := rooms.account(r)
	if err != nil {
		return page[phone.Item]{}, err
	}
	after, ctx, cancel, err := position(r)
	if err != nil {
		return page[phone.Item]{}, err
	}
	defer cancel()
	items := rooms.Phones.Of(owner).Inbox(ctx, after)
	next := after
	if len(items) > 0 {
		next = items[len(items)-1].Seq
	}
	return page[phone.Item]{Items: list(items), Next: next}, nil
}

func receipts(rooms *Rooms, r *http.Request) (page[phone.ReceiptItem], error) {
	owner, err := rooms.account(r)
	if err != nil {
		return page[phone.ReceiptItem]{}, err
	}
	after, ctx, cancel, err := position(r)
	if err != nil {
		return page[phone.ReceiptItem]{}, err
	}
	defer cancel()
	items := rooms.Phones.Of(owner).Receipts(ctx, after)
	next := after
	if len(items) > 0 {
		next = items[len(items)-1].Seq
	}
	return page[phone.ReceiptItem]{Items: list(items), Next: next}, nil
}

// list makes JSON of an absent list [] instead of null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}

// position reads ?after= and ?wait_s= of a long poll; the context ends with the wait.
func position(r *http.Request) (after uint64, ctx context.Context, cancel context.CancelFunc, err error) {
	query := r.URL.Query()
	if text := query.Get("after"); text != "" {
		if after, err = strconv.ParseUint(text, 10, 64); err != nil {
			return 0, nil, nil, badRequest("after must be a number")
		}
	}
	wait := 0.0
	if text := query.Get("wait_s"); text != "" {
		if wait, err = strconv.ParseFloat(text, 64); err != nil || wait < 0 {
			return 0, nil, nil, badRequest("wait_s must be a number of seconds")
		}
	}
	ctx, cancel = context.WithTimeout(r.Context(), min(time.Duration(wait*float64(time.Second)), maxWait))
	return after, ctx, cancel, nil
}
