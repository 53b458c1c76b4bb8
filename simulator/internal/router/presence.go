package router

import (
	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// Presence handles what a companion says of its own presence, and what it asks about others'. reply, if any, is for
// the companion itself.
func (r *Router) Presence(companion *account.Companion, node *stanza.Node) (reply *stanza.Node) {
	owner := companion.Account
	if stanza.Text(node, "type") == "subscribe" {
		to, _ := stanza.JID(node, "to")
		watched, ok := r.accounts.ByJID(to)
		if !ok {
			return nil
		}
		watched.Watch(owner.Phone)
		state := r.presenceOf(watched)
		return &state
	}
	if name := stanza.Text(node, "name"); name != "" {
		owner.Rename(name)
	}
	r.SetPresent(companion, stanza.Text(node, "type") != "unavailable")
	return nil
}

// SetPresent notes whether a companion is at the screen and tells those who want to know; a companion whose
// connection has ended is not.
func (r *Router) SetPresent(companion *account.Companion, present bool) {
	owner := companion.Account
	if !owner.SetPresent(companion.Device, present, r.now()) {
		return
	}
	state := r.presenceOf(owner)
	for _, phone := range owner.Watchers() {
		if watcher, ok := r.accounts.ByPhone(phone); ok {
			tellOnline(watcher, state)
		}
	}
}

func (r *Router) presenceOf(owner *account.Account) stanza.Node {
	attrs := stanza.Attrs{"from": owner.PN(0)}
	if present, lastSeen := owner.Present(); !present {
		attrs["type"] = "unavailable"
		if !lastSeen.IsZero() {
			attrs["last"] = stanza.Unix(lastSeen)
		}
	}
	return stanza.New("presence", attrs)
}
