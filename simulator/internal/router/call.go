package router

import (
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// callVersion and callPlatform are what a phone's calls say of its software.
const (
	callPlatform = "android"
	callVersion  = "2.26.30.1"
)

// Call routes one step of a call and returns its acknowledgement. A step with a destination goes to the devices
// listed there, each with an envelope of its own; without one it goes to every device of the other side, or to the one
// that is addressed.
func (r *Router) Call(from Origin, node *stanza.Node) stanza.Node {
	to, _ := stanza.JID(node, "to")
	ack := stanza.New("ack", stanza.Attrs{"class": "call", "id": stanza.Text(node, "id"), "from": to})
	steps := node.GetChildren()
	if len(steps) == 0 {
		ack.Attrs["error"] = "400"
		return ack
	}
	step := steps[0]
	ack.Attrs["type"] = step.Tag
	target, ok := r.accounts.ByJID(to)
	if !ok {
		ack.Attrs["error"] = CodeUnknownRecipient
		return ack
	}
	if target.Profile.Blocks(from.Account.Phone) {
		return ack
	}
	if destination, listed := stanza.Child(&step, "destination"); listed {
		r.callListed(from, node, target, &step, destination)
		return ack
	}
	forwarded := r.callTo(from, node, to, step)
	if to.Device != 0 {
		r.Deliver(target, to.Device, forwarded, from.Account.Phone)
		return ack
	}
	r.broadcast(target, &from, forwarded, from.Account.Phone)
	if from.Device != 0 && (step.Tag == "accept" || step.Tag == "reject") {
		// The own phone stops ringing.
		r.Deliver(from.Account, 0, forwarded, from.Account.Phone)
	}
	return ack
}

// callListed gives each listed device the step with its own envelope in place of the list.
func (r *Router) callListed(from Origin, node *stanza.Node, target *account.Account, step, destination *stanza.Node) {
	to, _ := stanza.JID(node, "to")
	for _, listed := range destination.GetChildren() {
		device, ok := stanza.JID(&listed, "jid")
		if owner, known := r.accounts.ByJID(device); !ok || !known || owner != target {
			continue
		}
		own := stanza.Node{Tag: step.Tag, Attrs: step.Attrs}
		var children []stanza.Node
		for _, child := range step.GetChildren() {
			if child.Tag != "destination" {
				children = append(children, child)
			}
		}
		own.Content = append(children, listed.GetChildren()...)
		r.Deliver(target, device.Device, r.callTo(from, node, to, own), from.Account.Phone)
	}
}

func (r *Router) callTo(from Origin, node *stanza.Node, to types.JID, step stanza.Node) stanza.Node {
	return stanza.New("call", stanza.Attrs{
		"from": from.Account.Address(to, from.Device), "id": stanza.Text(node, "id"), "t": r.unix(),
		"notify": from.Account.Name(), "platform": callPlatform, "version": callVersion,
	}, step)
}
