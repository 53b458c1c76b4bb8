package router

import (
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// Typing takes a typing notice to the companions that are connected now, of one account or of a group's members;
// nobody keeps it.
func (r *Router) Typing(from Origin, node *stanza.Node) {
	to, _ := stanza.JID(node, "to")
	if to.Server == types.GroupServer {
		r.typingInGroup(from, to, node)
		return
	}
	recipient, ok := r.accounts.ByJID(to)
	if !ok || recipient == from.Account {
		return
	}
	tellOnline(recipient, stanza.Node{
		Tag: "chatstate", Attrs: stanza.Attrs{"from": from.Account.Address(to, from.Device)}, Content: node.Content,
	})
}

func (r *Router) typingInGroup(from Origin, to types.JID, node *stanza.Node) {
	group, ok := r.group(to)
	if !ok {
		return
	}
	if _, member := group.Role(from.Account.Phone); !member {
		return
	}
	notice := stanza.Node{
		Tag: "chatstate", Attrs: stanza.Attrs{"from": to, "participant": from.Account.LIDJID(from.Device)}, Content: node.Content,
	}
	for _, participant := range group.Participants {
		if member, ok := r.accounts.ByPhone(participant.Phone); ok && member != from.Account {
			tellOnline(member, notice)
		}
	}
}

// tellOnline sends a stanza to the companions of an account that are connected; nobody else will miss it.
func tellOnline(owner *account.Account, node stanza.Node) {
	for _, companion := range owner.Companions() {
		if link, online := companion.Online(); online {
			link.Tell(node)
		}
	}
}
