package router

import (
	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/queue"
	"holdfast/simulator/internal/stanza"
)

// Presence handles what a companion says of its own presence, and what it asks about others'. reply, if any, is for
// the companion itself.
func (r *Router) Presence(companion *account.Companion, node *stanza.Node) (reply *stanza.Node) {
	owner := companion.Account
	switch kind := stanza.Text(node, "type"); kind {
	case "subscribe", "unsubscribe":
		return r.watch(companion, node, kind == "subscribe")
	default:
		if name := stanza.Text(node, "name"); name != "" {
			owner.Rename(name)
		}
		r.SetPresent(companion, kind != "unavailable")
		return nil
	}
}

// watch begins or ends a subscription. A restricted account takes a stranger's silently and tells nothing.
func (r *Router) watch(companion *account.Companion, node *stanza.Node, wanted bool) (state *stanza.Node) {
	to, _ := stanza.JID(node, "to")
	watched, ok := r.accounts.ByJID(to)
	if !ok || !watched.Knows(companion.Account, stanza.ChildBytes(node, "tctoken"), r.now()) {
		return nil
	}
	watched.Watch(account.Watcher{Phone: companion.Account.Phone, Device: companion.Device}, wanted)
	if present, visible := r.presenceFor(companion.Account, watched); wanted && visible {
		return &present
	}
	return nil
}

// SetPresent notes whether a companion is at the screen and tells those who want to know; a companion whose
// connection has ended is not.
func (r *Router) SetPresent(companion *account.Companion, present bool) {
	r.setPresent(companion.Account, companion.Device, present)
}

// SetPhonePresent is the same for the phone itself.
func (r *Router) SetPhonePresent(owner *account.Account, present bool) {
	r.setPresent(owner, 0, present)
}

func (r *Router) setPresent(owner *account.Account, device uint16, present bool) {
	if owner.SetPresent(device, present, r.now()) {
		r.PresenceChanged(owner)
	}
}

// PresenceChanged tells those who want to know what may be seen of the account's presence now. Who is away will hear
// the last word of it.
func (r *Router) PresenceChanged(owner *account.Account) {
	for _, watcher := range owner.Watchers() {
		viewer, ok := r.accounts.ByPhone(watcher.Phone)
		if !ok {
			continue
		}
		state, visible := r.presenceFor(viewer, owner)
		companion, linked := viewer.Companion(watcher.Device)
		if visible && linked {
			companion.Queue.AppendFleeting(state, owner.Phone, queue.Fleeting{Key: "presence " + owner.Phone}, r.now())
		}
	}
}

// presenceFor is what a viewer may see of an account's presence, if anything.
func (r *Router) presenceFor(viewer, owner *account.Account) (state stanza.Node, visible bool) {
	if !owner.ShownTo(viewer, profile.Online) {
		return stanza.Node{}, false
	}
	attrs := stanza.Attrs{"from": owner.PN(0)}
	if present, lastSeen := owner.Present(); !present {
		attrs["type"] = "unavailable"
		if !owner.ShownTo(viewer, profile.LastSeen) {
			attrs["last"] = "deny"
		} else if !lastSeen.IsZero() {
			attrs["last"] = stanza.Unix(lastSeen)
		}
	}
	return stanza.New("presence", attrs), true
}
