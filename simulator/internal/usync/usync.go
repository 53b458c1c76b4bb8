// Package usync answers who exists and with which devices. What enters is a query for protocols and users,
// what leaves is one answer per user in the domain that was asked for; it changes nothing.
package usync

import (
	"strconv"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// Directory answers queries about accounts.
type Directory struct {
	accounts *account.Registry
	now      func() time.Time
}

// New returns a directory of the registry's accounts.
func New(accounts *account.Registry, now func() time.Time) *Directory {
	return &Directory{accounts: accounts, now: now}
}

// protocol answers one query protocol for one account; asked is the address in the query.
type protocol func(d *Directory, found *account.Account, asked types.JID) (stanza.Node, bool)

var protocols = map[string]protocol{
	"devices": (*Directory).devices,
	"lid":     (*Directory).lid,
	"status":  (*Directory).status,
}

// Answer builds the <usync> element that answers a query.
func (d *Directory) Answer(request *stanza.Node) stanza.Node {
	attrs := stanza.Attrs{}
	for _, name := range []string{"sid", "mode", "context"} {
		if value, ok := request.Attrs[name]; ok {
			attrs[name] = value
		}
	}
	attrs["index"], attrs["last"] = "0", "true"
	var wanted []string
	if query, ok := stanza.Child(request, "query"); ok {
		for _, child := range query.GetChildren() {
			wanted = append(wanted, child.Tag)
		}
	}
	var users []stanza.Node
	if list, ok := stanza.Child(request, "list"); ok {
		for _, user := range list.GetChildren() {
			users = append(users, d.user(&user, wanted))
		}
	}
	return stanza.New("usync", attrs, stanza.New("result", nil), stanza.Node{Tag: "list", Content: users})
}

// user answers for one user; a stranger gets an element without protocols.
func (d *Directory) user(request *stanza.Node, wanted []string) stanza.Node {
	asked, contact := askedFor(request)
	found, ok := d.accounts.ByJID(asked)
	answer := stanza.New("user", stanza.Attrs{"jid": asked})
	var children []stanza.Node
	if contact != nil {
		direction := "out"
		if ok {
			direction = "in"
			answer.Attrs["jid"], answer.Attrs["pn_jid"] = found.LIDJID(0), found.PN(0)
		}
		children = append(children, stanza.Raw("contact", contact, stanza.Attrs{"type": direction}))
	}
	if ok {
		for _, name := range wanted {
			if protocol, known := protocols[name]; known {
				if child, present := protocol(d, found, asked); present {
					children = append(children, child)
				}
			}
		}
	}
	if len(children) > 0 {
		answer.Content = children
	}
	return answer
}

// askedFor reads a user of a query: an address, or a phone number in <contact>, with what to echo of it.
func askedFor(request *stanza.Node) (asked types.JID, contact []byte) {
	if jid, ok := stanza.JID(request, "jid"); ok {
		return jid.ToNonAD(), nil
	}
	contact = stanza.ChildBytes(request, "contact")
	if contact == nil {
		return types.EmptyJID, nil
	}
	phone, _, _ := strings.Cut(strings.TrimPrefix(string(contact), "+"), "@")
	return types.NewJID(phone, types.DefaultUserServer), contact
}

func (d *Directory) devices(found *account.Account, asked types.JID) (stanza.Node, bool) {
	list := []stanza.Node{stanza.New("device", stanza.Attrs{"id": "0"})}
	for _, companion := range found.Companions() {
		list = append(list, stanza.New("device", stanza.Attrs{
			"id": strconv.Itoa(int(companion.Device)), "key-index": strconv.Itoa(int(companion.KeyIndex)),
		}))
	}
	now := d.now()
	children := []stanza.Node{stanza.New("device-list", stanza.Attrs{"hash": account.DeviceHash(found.DeviceAddresses(asked))}, list...)}
	if signed, err := found.KeyIndexList(now); err == nil {
		children = append(children, stanza.Raw("key-index-list", signed, stanza.Attrs{"ts": stanza.Unix(now)}))
	}
	return stanza.New("devices", nil, children...), true
}

func (d *Directory) lid(found *account.Account, asked types.JID) (stanza.Node, bool) {
	if asked.Server == types.HiddenUserServer {
		return stanza.Node{}, false
	}
	return stanza.New("lid", stanza.Attrs{"val": found.LIDJID(0)}), true
}

func (d *Directory) status(*account.Account, types.JID) (stanza.Node, bool) {
	return stanza.Raw("status", []byte{}), true
}
