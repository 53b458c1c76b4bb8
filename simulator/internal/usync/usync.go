// Package usync answers who exists and with which devices. What enters is a query for protocols and users,
// what leaves is one answer per user in the domain that was asked for; it changes nothing.
package usync

import (
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

// Viewer is who asks, and what it shows for it.
type Viewer struct {
	Account *account.Account
	// trusted is the token that the client shows with one user.
	trusted []byte
	// byNumber is set when the client wants those whom it asks for by number back under their numbers.
	byNumber bool
}

// protocol answers one query protocol for one account; asked is the address in the query.
type protocol func(d *Directory, found *account.Account, asked types.JID, viewer Viewer) (stanza.Node, bool)

var protocols = map[string]protocol{
	"devices":           (*Directory).devices,
	"lid":               (*Directory).lid,
	"status":            (*Directory).status,
	"text_status":       (*Directory).textStatus,
	"picture":           (*Directory).picture,
	"business":          (*Directory).business,
	"disappearing_mode": (*Directory).disappearing,
	"username":          (*Directory).username,
}

// Answer builds the <usync> element that answers a query. Protocols that nobody knows are left out of it.
func (d *Directory) Answer(request *stanza.Node, asking *account.Account) stanza.Node {
	attrs := stanza.Attrs{}
	for _, name := range []string{"sid", "mode", "context"} {
		if value, ok := request.Attrs[name]; ok {
			attrs[name] = value
		}
	}
	attrs["index"], attrs["last"] = "0", "true"
	var wanted []string
	byNumber := false
	if query, ok := stanza.Child(request, "query"); ok {
		for _, child := range query.GetChildren() {
			wanted = append(wanted, child.Tag)
			byNumber = byNumber || (child.Tag == "contact" && stanza.Text(&child, "addressing_mode") == "pn")
		}
	}
	var users []stanza.Node
	if list, ok := stanza.Child(request, "list"); ok {
		for _, user := range list.GetChildren() {
			users = append(users, d.user(&user, wanted, Viewer{asking, stanza.ChildBytes(&user, "tctoken"), byNumber}))
		}
	}
	children := []stanza.Node{result(wanted), {Tag: "list", Content: users}}
	if side, ok := stanza.Child(request, "side_list"); ok {
		var beside []stanza.Node
		for _, user := range side.GetChildren() {
			beside = append(beside, d.user(&user, wanted, Viewer{Account: asking, byNumber: byNumber}))
		}
		children = append(children, stanza.Node{Tag: "side_list", Content: beside})
	}
	return stanza.New("usync", attrs, children...)
}

// result says of each protocol that is answered how long a client may keep the answer.
func result(wanted []string) stanza.Node {
	var known []stanza.Node
	for _, name := range wanted {
		if _, ok := protocols[name]; ok || name == "contact" {
			known = append(known, stanza.New(name, stanza.Attrs{"refresh": "86400"}))
		}
	}
	return stanza.New("result", nil, known...)
}

// user answers for one user; a stranger gets an element without protocols.
func (d *Directory) user(request *stanza.Node, wanted []string, viewer Viewer) stanza.Node {
	asked, contact := askedFor(request)
	found, ok := d.accounts.ByJID(asked)
	if !ok && contact != nil {
		found, ok = d.accounts.BySpelling(asked.User)
	}
	answer := stanza.New("user", stanza.Attrs{"jid": asked})
	var children []stanza.Node
	if contact != nil {
		direction := "out"
		if ok {
			direction = "in"
			answer.Attrs["jid"], answer.Attrs["pn_jid"] = found.LIDJID(0), found.PN(0)
			if viewer.byNumber {
				answer.Attrs["jid"] = found.PN(0)
			}
		}
		children = append(children, stanza.Raw("contact", contact, stanza.Attrs{"type": direction}))
	}
	if ok {
		for _, name := range wanted {
			if protocol, known := protocols[name]; known {
				if child, present := protocol(d, found, asked, viewer); present {
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
