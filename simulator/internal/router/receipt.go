package router

import (
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/queue"
	"holdfast/simulator/internal/stanza"
)

// What a receipt of a client means for its own queue and for others.
type receiptKind struct {
	// confirms takes the message out of the client's queue.
	confirms bool
	// audience is who hears of it.
	audience audience
}

type audience int

const (
	toSender   audience = iota // every device of the account that wrote the message
	toDevice                   // exactly the addressed device
	toOwnPhone                 // the client's own phone
	toNobody                   // only the reader's other devices, who hear of everything that is read
)

// A read receipt confirms nothing: it speaks of a message, not of a stanza. A retry asks for a stanza again,
// so the old one stays until the client acknowledges it.
var receiptKinds = map[string]receiptKind{
	"":             {confirms: true, audience: toSender},
	"inactive":     {confirms: true, audience: toSender},
	"read":         {audience: toSender},
	"played":       {audience: toSender},
	"read-self":    {audience: toNobody},
	"played-self":  {audience: toNobody},
	"sender":       {confirms: true, audience: toOwnPhone},
	"peer_msg":     {confirms: true, audience: toOwnPhone},
	"hist_sync":    {confirms: true, audience: toOwnPhone},
	"server-error": {audience: toOwnPhone},
	"retry":        {audience: toDevice},
}

// Receipt routes a device's receipt and returns its acknowledgement. Receipts to nobody are acknowledged.
func (r *Router) Receipt(from Origin, node *stanza.Node) stanza.Node {
	to, _ := stanza.JID(node, "to")
	ack := stanza.New("ack", stanza.Attrs{"class": "receipt", "id": stanza.Text(node, "id"), "from": to})
	for _, name := range []string{"type", "participant"} {
		if value, ok := node.Attrs[name]; ok {
			ack.Attrs[name] = value
		}
	}
	if to.Server == types.GroupServer {
		r.ReceiptToWriter(from, to, node)
		return ack
	}
	if place, ok := r.places[to.Server]; ok {
		place.Receipt(r, from, to, node)
		return ack
	}
	target, ok := r.accounts.ByJID(to)
	if !ok {
		return ack
	}
	attrs := stanza.Attrs{
		"id": stanza.Text(node, "id"), "from": from.Account.Address(to, from.Device), "t": r.unix(),
	}
	for _, name := range []string{"type", "recipient", "category"} {
		if value, ok := node.Attrs[name]; ok {
			attrs[name] = value
		}
	}
	forwarded := stanza.Node{Tag: "receipt", Attrs: attrs, Content: node.Content}
	r.tellOwnDevices(from, to, forwarded)
	r.forward(from, target, to.Device, receiptKinds[stanza.Text(node, "type")].audience, forwarded)
	return ack
}

// tellOwnDevices lets the reader's other devices, the phone among them, know what was read or played.
func (r *Router) tellOwnDevices(from Origin, chat types.JID, node stanza.Node) {
	switch stanza.Text(&node, "type") {
	case "read", "read-self", "played", "played-self":
		if chat.Server != types.GroupServer {
			node = stanza.With(stanza.With(node, "from", from.Account.LIDJID(from.Device)), "recipient", chat.ToNonAD())
		}
		r.broadcast(from.Account, &from, node, from.Account.Phone)
	}
}

func (r *Router) forward(from Origin, target *account.Account, device uint16, who audience, node stanza.Node) {
	sender := from.Account.Phone
	switch who {
	case toSender:
		r.broadcast(target, &from, node, sender)
	case toDevice:
		r.Deliver(target, device, node, sender)
	case toOwnPhone:
		if from.Device != 0 {
			r.Deliver(from.Account, 0, node, sender)
		}
	case toNobody:
	}
}

// Confirm takes out of a companion's queue what its receipt or acknowledgement answers, and returns how many
// stanzas that were.
func (r *Router) Confirm(companion *account.Companion, node *stanza.Node) int {
	to, _ := stanza.JID(node, "to")
	confirmation := queue.Confirmation{ID: stanza.Text(node, "id"), To: to, Sender: r.Sender(to)}
	if node.Tag == "ack" {
		confirmation.Class, confirmation.Type = stanza.Text(node, "class"), stanza.Text(node, "type")
		return companion.Queue.Confirm(confirmation)
	}
	if !receiptKinds[stanza.Text(node, "type")].confirms {
		return 0
	}
	confirmation.Class, confirmation.All = "message", true
	removed := companion.Queue.Confirm(confirmation)
	if list, ok := stanza.Child(node, "list"); ok {
		for _, item := range list.GetChildren() {
			confirmation.ID = stanza.Text(&item, "id")
			removed += companion.Queue.Confirm(confirmation)
		}
	}
	return removed
}
