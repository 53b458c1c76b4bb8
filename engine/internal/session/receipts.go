package session

import (
	"slices"

	waBinary "go.mau.fi/whatsmeow/binary"

	pb "holdfast/engine/enginepb"
)

const (
	// How many message ids of one receipt go into one delivery.
	receiptPiece = 1000
	// So many receipts of a connection may wait for their confirmation; the next one holds up what comes after it.
	receiptsAtOnce = 64
)

// receipts hands receipts over in the order of the wire and goes on: nobody waits for what a receipt says, so the gateway may
// take its time, and the message that comes next must not wait for it. Each is acknowledged to WhatsApp when all that it says
// is confirmed, as ever.
type receipts struct {
	conn   *Connection
	places chan struct{}
	hand   *handed // of the stanza in hand; only the goroutine that handles stanzas looks at it
}

// handed is what was handed over for one stanza.
type handed struct {
	waits   []func() bool
	refused bool // a part of it could not be handed over
	failed  bool
}

// handle has a stanza handled, and sees to its acknowledgement where it was a receipt of which something was handed over.
func (r *receipts) handle(node *waBinary.Node, then func()) {
	if node.Tag != "receipt" {
		then()
		return
	}
	work := &handed{failed: true} // until it has been handled: a panic too leaves waits that must be called
	r.hand = work
	defer func() {
		r.hand = nil
		if len(work.waits) > 0 {
			r.finish(node, work)
		}
	}()
	then()
	work.failed = work.refused
}

// deliver hands a receipt over, in pieces that fit into a frame whatever the sender put into it. True: the library may
// acknowledge it; false: it is acknowledged later, or never.
func (r *receipts) deliver(receipt *pb.Receipt) bool {
	work := r.hand
	for ids := range slices.Chunk(receipt.MessageIds, receiptPiece) {
		piece := &pb.Receipt{
			MessageIds: ids, Chat: receipt.Chat, Sender: receipt.Sender, ChatAlt: receipt.ChatAlt, SenderAlt: receipt.SenderAlt,
			Kind: receipt.Kind, TimestampMs: receipt.TimestampMs,
		}
		delivery := &pb.Delivery{Delivery: &pb.Delivery_Receipt{Receipt: piece}}
		if work == nil { // it is not of the stanza in hand
			if !r.conn.deliver(delivery) {
				return false
			}
			continue
		}
		confirmed := r.conn.hand(delivery)
		if confirmed == nil {
			work.refused = true
			return false
		}
		work.waits = append(work.waits, confirmed)
	}
	return (work == nil || len(work.waits) == 0) && !r.conn.watch.Failed()
}

func (r *receipts) finish(node *waBinary.Node, work *handed) {
	r.places <- struct{}{}
	go func() {
		defer r.conn.contain("session.receipt_panicked")
		defer func() { <-r.places }()
		if work.allConfirmed() {
			//lint:ignore SA1019 the library has no other door to an acknowledgement
			r.conn.client.DangerousInternals().SendAck(r.conn.ctx, node, 0)
		}
	}()
}

// allConfirmed waits for everything. Each wait must be called, also after one that came to nothing.
func (h *handed) allConfirmed() bool {
	all := !h.failed
	for _, confirmed := range h.waits {
		all = confirmed() && all
	}
	return all
}
