// Package statuses takes a status to those whom its sender has listed: the server keeps no list of its own. What enters
// are messages to status@broadcast, what leaves are their copies for devices.
package statuses

import (
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/stanza"
)

// Statuses is the place of statuses. It is safe for concurrent use.
type Statuses struct{ accounts *account.Registry }

var _ router.Place = (*Statuses)(nil)

// New returns the place of the statuses of all accounts.
func New(accounts *account.Registry) *Statuses { return &Statuses{accounts} }

// Message brings a status to those whom its sender has listed. A bare envelope with a participant goes to that device
// alone.
func (s *Statuses) Message(post router.Post, from router.Origin, to types.JID, node *stanza.Node, ack stanza.Node) stanza.Node {
	post.Accepted()
	sent := status{post, from, to, node}
	shared := node.GetChildrenByTag("enc")
	if participant, ok := stanza.JID(node, "participant"); ok {
		if owner, known := s.accounts.ByJID(participant); known {
			sent.send(target{router.Origin{Account: owner, Device: participant.Device}, participant, nil}, shared)
		}
		return ack
	}
	for _, target := range s.targets(from, node) {
		sent.send(target, shared)
	}
	return ack
}

// Receipt tells the status's writer.
func (s *Statuses) Receipt(post router.Post, from router.Origin, to types.JID, node *stanza.Node) {
	post.ReceiptToWriter(from, to, node)
}

// targets are the devices that a status goes to, each with its own envelopes, in the order of the stanza. An
// address without an envelope and without a device stands for every device of its account.
func (s *Statuses) targets(from router.Origin, node *stanza.Node) []target {
	var targets []target
	named := map[router.Origin]bool{}
	add := func(owner *account.Account, device uint16, like types.JID, own []stanza.Node) {
		whom := router.Origin{Account: owner, Device: device}
		if named[whom] || whom == from || owner.Profile.Blocks(from.Account.Phone) {
			return
		}
		named[whom] = true
		targets = append(targets, target{whom, like, own})
	}
	participants, ok := stanza.Child(node, "participants")
	if !ok {
		return nil
	}
	list := participants.GetChildren()
	for i := range list {
		jid, _ := stanza.JID(&list[i], "jid")
		owner, known := s.accounts.ByJID(jid)
		if own := list[i].GetChildrenByTag("enc"); known && (len(own) > 0 || jid.Device > 0) {
			add(owner, jid.Device, jid, own)
		}
	}
	for i := range list {
		jid, _ := stanza.JID(&list[i], "jid")
		owner, known := s.accounts.ByJID(jid)
		if !known || jid.Device > 0 || len(list[i].GetChildrenByTag("enc")) > 0 {
			continue
		}
		for _, address := range owner.DeviceAddresses(jid) {
			add(owner, address.Device, jid, nil)
		}
	}
	return targets
}

// target is one device that a status goes to.
type target struct {
	router.Origin
	// like is the address by which the sender knows the device: it is told of the sender in the same domain.
	like types.JID
	own  []stanza.Node
}

// status is one on its way.
type status struct {
	post router.Post
	from router.Origin
	to   types.JID
	node *stanza.Node
}

func (s *status) send(to target, shared []stanza.Node) {
	envelopes := append(append([]stanza.Node{}, to.own...), shared...)
	if len(envelopes) == 0 {
		return
	}
	own, writer := s.post.Copy(s.from, s.node, envelopes), s.from.Account
	own.Attrs["from"], own.Attrs["participant"] = s.to, writer.Address(to.like, s.from.Device)
	if to.like.Server == types.HiddenUserServer {
		own.Attrs["participant_pn"] = writer.PN(s.from.Device)
	} else {
		own.Attrs["participant_lid"] = writer.LIDJID(s.from.Device)
	}
	s.post.Deliver(to.Account, to.Device, own, writer.Phone)
}
