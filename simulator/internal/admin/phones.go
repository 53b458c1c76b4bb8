package admin

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"

	"holdfast/simulator/internal/account"
)

// maxWait bounds a long poll.
const maxWait = 60 * time.Second

type phoneView struct {
	Phone string `json:"phone"`
	LID   string `json:"lid"`
	Name  string `json:"name"`
}

func viewPhone(found *account.Account) phoneView {
	return phoneView{Phone: found.Phone, LID: found.LID, Name: found.Name()}
}

func openPhone(rooms *Rooms, r *http.Request) (any, error) {
	var order struct{ Name, Phone string }
	if err := decode(r, &order); err != nil {
		return nil, err
	}
	found, _, err := rooms.Accounts.Open(order.Phone, order.Name)
	if err != nil {
		return nil, err
	}
	return viewPhone(found), nil
}

func listPhones(rooms *Rooms, _ *http.Request) (any, error) {
	items := []phoneView{}
	for _, found := range rooms.Accounts.All() {
		items = append(items, viewPhone(found))
	}
	return map[string]any{"items": items}, nil
}

func scan(rooms *Rooms, r *http.Request) (any, error) {
	scanner, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	code, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, badRequest("reading the body: " + err.Error())
	}
	return rooms.scan(string(code), scanner)
}

// scanByPushName lets the phone scan whose number belongs to the push name of the code's registration.
func scanByPushName(rooms *Rooms, r *http.Request) (any, error) {
	code, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, badRequest("reading the body: " + err.Error())
	}
	name, err := rooms.Lobby.PushName(string(code))
	if err != nil {
		return nil, err
	}
	scanner, err := rooms.Accounts.OpenByPushName(name)
	if err != nil {
		return nil, err
	}
	return rooms.scan(string(code), scanner)
}

func (rooms *Rooms) scan(code string, scanner *account.Account) (any, error) {
	offer, err := rooms.Lobby.Scan(code, scanner)
	if err != nil {
		return nil, err
	}
	return viewOffer(offer), nil
}

// codePatience is how long a client has to answer a code that was typed.
const codePatience = 15 * time.Second

func linkCode(rooms *Rooms, r *http.Request) (any, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	var order struct {
		Code string `json:"code"`
	}
	if err = decode(r, &order); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(r.Context(), codePatience)
	defer cancel()
	offer, err := rooms.Lobby.EnterCode(ctx, owner, order.Code)
	if err != nil {
		return nil, err
	}
	return viewOffer(offer), nil
}

func viewOffer(offer *account.Offer) any {
	companion := offer.Companion
	return map[string]any{"jid": companion.Account.PN(companion.Device).String(), "device": companion.Device}
}

func read(rooms *Rooms, r *http.Request) (any, error) {
	reader, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	var order struct {
		Chat string   `json:"chat"`
		IDs  []string `json:"ids"`
	}
	if err = decode(r, &order); err != nil {
		return nil, err
	}
	chat, err := rooms.accountOf(order.Chat)
	if err != nil {
		return nil, err
	}
	rooms.Phones.Of(reader).Read(chat, order.IDs)
	return map[string]any{"ids": order.IDs}, nil
}

func inbox(rooms *Rooms, r *http.Request) (any, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	after, ctx, cancel, err := position(r)
	if err != nil {
		return nil, err
	}
	defer cancel()
	items := rooms.Phones.Of(owner).Inbox(ctx, after)
	next := after
	if len(items) > 0 {
		next = items[len(items)-1].Seq
	}
	return map[string]any{"items": list(items), "next": next}, nil
}

func receipts(rooms *Rooms, r *http.Request) (any, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	after, ctx, cancel, err := position(r)
	if err != nil {
		return nil, err
	}
	defer cancel()
	items := rooms.Phones.Of(owner).Receipts(ctx, after)
	next := after
	if len(items) > 0 {
		next = items[len(items)-1].Seq
	}
	return map[string]any{"items": list(items), "next": next}, nil
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
