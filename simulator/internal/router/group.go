package router

import (
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

// CodeForbidden is the error of an acknowledgement for a message that its sender may not write.
const CodeForbidden = "403"

// groupMessage delivers to every device of every member: its own envelope, if the sender made one for it, and the
// one for all. A bare envelope with a participant goes to that device alone.
func (r *Router) groupMessage(from Origin, to types.JID, node *stanza.Node, ack stanza.Node) stanza.Node {
	group, ok := r.group(to)
	if !ok {
		ack.Attrs["error"] = CodeUnknownRecipient
		return ack
	}
	role, member := group.Role(from.Account.Phone)
	if !member || (group.Announce && role == groups.Member) {
		ack.Attrs["error"] = CodeForbidden
		return ack
	}
	r.Accepted()
	message := &outgoing{router: r, from: from, to: to, node: node}
	if participant, ok := stanza.JID(node, "participant"); ok {
		if owner, known := r.accounts.ByJID(participant); known {
			message.sendToMember(owner, participant.Device, node.GetChildrenByTag("enc"))
		}
		return ack
	}
	message.sendToMembers(group)
	return ack
}

func (r *Router) group(jid types.JID) (*groups.Group, bool) {
	return r.groups.Get(jid)
}

func (m *outgoing) sendToMembers(group *groups.Group) {
	type device struct {
		phone string
		id    uint16
	}
	own := map[device][]stanza.Node{}
	if participants, ok := stanza.Child(m.node, "participants"); ok {
		for _, target := range participants.GetChildren() {
			jid, _ := stanza.JID(&target, "jid")
			if owner, ok := m.router.accounts.ByJID(jid); ok {
				own[device{owner.Phone, jid.Device}] = target.GetChildrenByTag("enc")
			}
		}
	}
	shared := m.node.GetChildrenByTag("enc")
	for _, participant := range group.Participants {
		owner, ok := m.router.accounts.ByPhone(participant.Phone)
		if !ok {
			continue
		}
		for _, address := range owner.DeviceAddresses(owner.PN(0)) {
			if owner == m.from.Account && address.Device == m.from.Device {
				continue
			}
			envelopes := append(append([]stanza.Node{}, own[device{owner.Phone, address.Device}]...), shared...)
			if len(envelopes) > 0 {
				m.sendToMember(owner, address.Device, envelopes)
			}
		}
	}
}

func (m *outgoing) sendToMember(owner *account.Account, device uint16, envelopes []stanza.Node) {
	own := m.router.Copy(m.from, m.node, envelopes)
	own.Attrs["from"], own.Attrs["addressing_mode"] = m.to, string(types.AddressingModeLID)
	own.Attrs["participant"], own.Attrs["participant_pn"] = m.from.Account.LIDJID(m.from.Device), m.from.Account.PN(m.from.Device)
	m.router.Deliver(owner, device, own, m.from.Account.Phone)
}

// ReceiptToWriter takes a receipt for a message to many to whom it is for: to the devices of the message's writer, and
// a retry to the one that wrote it.
func (r *Router) ReceiptToWriter(from Origin, to types.JID, node *stanza.Node) {
	writer, _ := stanza.JID(node, "participant")
	owner, ok := r.accounts.ByJID(writer)
	if !ok {
		return
	}
	attrs := stanza.Attrs{
		"id": stanza.Text(node, "id"), "from": to, "t": r.unix(), "participant": from.Account.LIDJID(from.Device),
	}
	if kind, ok := node.Attrs["type"]; ok {
		attrs["type"] = kind
	}
	forwarded := stanza.Node{Tag: "receipt", Attrs: attrs, Content: node.Content}
	r.tellOwnDevices(from, to, forwarded)
	r.forward(from, owner, writer.Device, receiptKinds[stanza.Text(node, "type")].audience, forwarded)
}

// GroupChanged tells companions of accounts what a member has done to a group.
func (r *Router) GroupChanged(group *groups.Group, by *account.Account, phones []string, change stanza.Node) {
	for _, phone := range phones {
		member, ok := r.accounts.ByPhone(phone)
		if !ok {
			continue
		}
		node := r.Notification("w:gp2", group.JID(), change)
		node.Attrs["participant"], node.Attrs["participant_pn"] = by.LIDJID(0), by.PN(0)
		node.Attrs["addressing_mode"], node.Attrs["notify"] = string(types.AddressingModeLID), by.Name()
		r.primary.Deliver(member, node)
		for _, companion := range member.Companions() {
			companion.Queue.Append(node, by.Phone)
		}
	}
}
