package router

import (
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// statusTargets are the devices that a status goes to, each with its own envelopes, in the order of the stanza. An
// address without an envelope and without a device stands for every device of its account.
func (m *outgoing) statusTargets() []statusTarget {
	var targets []statusTarget
	named := map[Origin]bool{}
	add := func(owner *account.Account, device uint16, like types.JID, own []stanza.Node) {
		target := Origin{owner, device}
		if named[target] || target == m.from || owner.Profile.Blocks(m.from.Account.Phone) {
			return
		}
		named[target] = true
		targets = append(targets, statusTarget{target, like, own})
	}
	participants, ok := stanza.Child(m.node, "participants")
	if !ok {
		return nil
	}
	list := participants.GetChildren()
	for i := range list {
		jid, _ := stanza.JID(&list[i], "jid")
		owner, known := m.router.accounts.ByJID(jid)
		if own := list[i].GetChildrenByTag("enc"); known && (len(own) > 0 || jid.Device > 0) {
			add(owner, jid.Device, jid, own)
		}
	}
	for i := range list {
		jid, _ := stanza.JID(&list[i], "jid")
		owner, known := m.router.accounts.ByJID(jid)
		if !known || jid.Device > 0 || len(list[i].GetChildrenByTag("enc")) > 0 {
			continue
		}
		for _, address := range owner.DeviceAddresses(jid) {
			add(owner, address.Device, jid, nil)
		}
	}
	return targets
}

type statusTarget struct {
	Origin
	// like is the address by which the sender knows the device: it is told of the sender in the same domain.
	like types.JID
	own  []stanza.Node
}

// statusMessage brings a status to those whom its sender has listed: the server keeps no list of its own. A bare
// envelope with a participant goes to that device alone.
func (r *Router) statusMessage(from Origin, to types.JID, node *stanza.Node, ack stanza.Node) stanza.Node {
	r.messages.Add(1)
	message := &outgoing{router: r, from: from, to: to, node: node}
	shared := node.GetChildrenByTag("enc")
	if participant, ok := stanza.JID(node, "participant"); ok {
		if owner, known := r.accounts.ByJID(participant); known {
			message.sendStatus(statusTarget{Origin{owner, participant.Device}, participant, nil}, shared)
		}
		return ack
	}
	for _, target := range message.statusTargets() {
		message.sendStatus(target, shared)
	}
	return ack
}

func (m *outgoing) sendStatus(target statusTarget, shared []stanza.Node) {
	envelopes := append(append([]stanza.Node{}, target.own...), shared...)
	if len(envelopes) == 0 {
		return
	}
	attrs, writer := m.attrs(), m.from.Account
	attrs["from"], attrs["participant"] = m.to, writer.Address(target.like, m.from.Device)
	if target.like.Server == types.HiddenUserServer {
		attrs["participant_pn"] = writer.PN(m.from.Device)
	} else {
		attrs["participant_lid"] = writer.LIDJID(m.from.Device)
	}
	m.router.deliver(target.Account, target.Device, stanza.New("message", attrs, m.content(envelopes)...), writer.Phone)
}
