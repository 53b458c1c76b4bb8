// Package router takes every stanza to the devices that it is for. What enters are messages and receipts of
// one device, what leaves are their copies in other devices' queues and phones; it opens no envelope.
package router

import (
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/newsletter"
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

// Router is safe for concurrent use.
type Router struct {
	accounts *account.Registry
	primary  Primary
	groups   *groups.Store
	now      func() time.Time
	messages atomic.Int64
	notified atomic.Int64
	// newsletters are the channels, live who hears of signs under their posts, and until when.
	newsletters *newsletter.Store
	liveLock    sync.Mutex
	live        map[string]map[*account.Companion]time.Time
	// typing is how long a typing notice waits.
	typing atomic.Int64
}

// New returns a router; SetPrimary completes it before the first stanza.
func New(accounts *account.Registry, now func() time.Time) *Router {
	router := &Router{accounts: accounts, now: now}
	router.KeepTyping(typingLife)
	return router
}

// SetPrimary names the phones, which themselves need the router to speak.
func (r *Router) SetPrimary(primary Primary) { r.primary = primary }

// Messages is how many messages were accepted.
func (r *Router) Messages() int64 { return r.messages.Load() }

// deliver hands a stanza to one device; a device that is gone swallows it.
func (r *Router) deliver(to *account.Account, device uint16, node stanza.Node, sender string) {
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
		r.deliver(to, 0, node, sender)
	}
	for _, companion := range to.Companions() {
		if except != nil && except.Account == to && except.Device == companion.Device {
			continue
		}
		r.deliver(to, companion.Device, node, sender)
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
