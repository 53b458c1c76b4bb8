// Package router takes every stanza to the devices that it is for. What enters are messages and receipts of
// one device, what leaves are their copies in other devices' queues and phones; it opens no envelope.
package router

import (
	"cmp"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

// Primary is where stanzas for device 0 go: the simulated phones.
type Primary interface {
	Deliver(account *account.Account, node stanza.Node)
}

// Origin is the device that a stanza comes from.
type Origin struct {
	Account *account.Account
	Device  uint16
}

// Place takes what is addressed to a server of its own, such as the one of channels.
type Place interface {
	// Message brings a message to those whom it is for, and returns its acknowledgement, which is begun in ack.
	Message(post Post, from Origin, to types.JID, node *stanza.Node, ack stanza.Node) stanza.Node
	// Receipt takes a receipt for something that came from there.
	Receipt(post Post, from Origin, to types.JID, node *stanza.Node)
}

// Post is what a place may ask of the router.
type Post interface {
	// Deliver hands a stanza to one device; a device that is gone swallows it.
	Deliver(to *account.Account, device uint16, node stanza.Node, sender string)
	// Copy is a message as each of its receivers gets it, still without addresses.
	Copy(from Origin, node *stanza.Node, envelopes []stanza.Node) stanza.Node
	// Notification is one with an id that never repeats.
	Notification(kind string, from types.JID, children ...stanza.Node) stanza.Node
	// ReceiptToWriter takes a receipt to the devices of the account that wrote the message.
	ReceiptToWriter(from Origin, to types.JID, node *stanza.Node)
	// Accepted counts a message.
	Accepted()
}

// Rooms is what a router works with. Places are by the server part of their addresses; TypingLife 0 is the usual time.
type Rooms struct {
	Accounts   *account.Registry
	Primary    Primary
	Groups     *groups.Store
	Places     map[string]Place
	Now        func() time.Time
	TypingLife time.Duration
}

// Router is safe for concurrent use.
type Router struct {
	accounts *account.Registry
	primary  Primary
	groups   *groups.Store
	places   map[string]Place
	now      func() time.Time
	// typing is how long a typing notice waits.
	typing   time.Duration
	messages atomic.Int64
	notified atomic.Int64
}

var _ Post = (*Router)(nil)

// New returns a router.
func New(rooms Rooms) *Router {
	return &Router{
		accounts: rooms.Accounts, primary: rooms.Primary, groups: rooms.Groups, places: rooms.Places, now: rooms.Now,
		typing: cmp.Or(rooms.TypingLife, typingLife),
	}
}

// Accepted counts a message.
func (r *Router) Accepted() { r.messages.Add(1) }

// Messages is how many messages were accepted.
func (r *Router) Messages() int64 { return r.messages.Load() }

// Deliver hands a stanza to one device; a device that is gone swallows it.
func (r *Router) Deliver(to *account.Account, device uint16, node stanza.Node, sender string) {
	if device == 0 {
		r.primary.Deliver(to, node)
		return
	}
	companion, ok := to.Companion(device)
	if !ok {
		return
	}
	companion.Queue.Append(node, sender)
}

// broadcast hands a stanza to every device of the account except one.
func (r *Router) broadcast(to *account.Account, except *Origin, node stanza.Node, sender string) {
	if except == nil || except.Account != to || except.Device != 0 {
		r.Deliver(to, 0, node, sender)
	}
	for _, companion := range to.Companions() {
		if except != nil && except.Account == to && except.Device == companion.Device {
			continue
		}
		r.Deliver(to, companion.Device, node, sender)
	}
}

// Sender resolves an address to the phone number behind it, "" for the server and strangers.
func (r *Router) Sender(jid types.JID) string {
	if found, ok := r.accounts.ByJID(jid); ok {
		return found.Phone
	}
	return ""
}

func (r *Router) unix() string { return stanza.Unix(r.now()) }
