package router

import "holdfast/simulator/internal/stanza"

// Typing takes a typing notice to the recipient's companions that are connected now; nobody keeps it.
func (r *Router) Typing(from Origin, node *stanza.Node) {
	to, _ := stanza.JID(node, "to")
	recipient, ok := r.accounts.ByJID(to)
	if !ok || recipient == from.Account {
		return
	}
	notice := stanza.Node{
		Tag: "chatstate", Attrs: stanza.Attrs{"from": from.Account.Address(to, from.Device)}, Content: node.Content,
	}
	for _, companion := range recipient.Companions() {
		if link, online := companion.Online(); online {
			link.Tell(notice)
		}
	}
}
