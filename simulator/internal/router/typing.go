package router

import (
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/queue"
	"holdfast/simulator/internal/stanza"
)

// typingLife is how long a typing notice usually waits for a device that is away.
const typingLife = 30 * time.Second

// Typing takes a typing notice to the companions of one account or of a group's members. It keeps its place among the
// messages; who comes back too late does not get it any more.
func (r *Router) Typing(from Origin, node *stanza.Node) {
	to, _ := stanza.JID(node, "to")
	if to.Server == types.GroupServer {
		r.typingInGroup(from, to, node)
		return
	}
	recipient, ok := r.accounts.ByJID(to)
	if !ok || recipient == from.Account || recipient.Profile.Blocks(from.Account.Phone) {
		return
	}
	r.tellTyping(from, recipient, stanza.Node{
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
			r.tellTyping(from, member, notice)
		}
	}
}

func (r *Router) tellTyping(from Origin, reader *account.Account, notice stanza.Node) {
	r.primary.Deliver(reader, notice)
	now := r.now()
	fleeting := queue.Fleeting{Expires: now.Add(r.typing)}
	for _, companion := range reader.Companions() {
		companion.Queue.AppendFleeting(notice, from.Account.Phone, fleeting, now)
	}
}
