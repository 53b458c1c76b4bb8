package session

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/killpoint"
	"holdfast/engine/internal/translate"
)

// handle is the one event handler. It answers true when the event is durable or needs not be; false only when the
// connection is ending, because WhatsApp repeats a refused message only to the next connection.
func (c *Connection) handle(event any) (handled bool) {
	defer func() {
		if value := recover(); value != nil { // the library would count a panic as success
			c.log.Error("session.handler_panicked", "event", fmt.Sprintf("%T", event), "panic", fmt.Sprint(value),
				"stack", string(debug.Stack()))
			handled = c.deliverBroken(event, fmt.Sprint(value))
		}
	}()
	switch c.deps.table.Of(event) {
	case translate.Delivery:
		return c.handleDelivery(event)
	case translate.Fact:
		c.handleFact(event)
	case translate.Ends:
		if ending, ends := translate.EndingOfEvent(event); ends {
			c.end(ending)
		}
	case translate.Pairing:
		if c.pair != nil {
			c.pair.tell(event)
		}
	case translate.Answer:
		if placed, is := event.(*events.MediaRetry); is {
			c.again.answered(placed)
		}
	case translate.Unknown:
		c.log.Warn("session.event_unknown", "event", fmt.Sprintf("%T", event))
	case translate.Ignored:
	}
	return true
}

func (c *Connection) handleFact(event any) {
	switch e := event.(type) {
	case *events.Connected:
		// It can come from a goroutine that outlived its connection.
		if c.ctx.Err() == nil && c.client.IsConnected() && c.client.IsLoggedIn() && c.setConnected() {
			c.log.Info("session.connected")
			c.session.fact(c.epoch, &pb.SessionFact{Fact: &pb.SessionFact_Connected{Connected: &pb.Connected{
				ServerAheadMs: c.clock.ahead(),
			}}})
		}
	case *events.OfflineSyncCompleted:
		c.setDrained()
		c.session.fact(c.epoch, &pb.SessionFact{Fact: &pb.SessionFact_OfflineDrained{
			OfflineDrained: &pb.OfflineDrained{Count: uint32(max(e.Count, 0))},
		}})
	case *events.PushNameSetting:
		c.session.fact(c.epoch, &pb.SessionFact{Fact: &pb.SessionFact_PushNameChanged{
			PushNameChanged: &pb.PushNameChanged{PushName: oneLine(e.Action.GetName())},
		}})
	}
}

// handleDelivery refuses everything once storage failed: what the library could not store must come again.
func (c *Connection) handleDelivery(event any) bool {
	switch e := event.(type) {
	case *events.Message:
		return c.handleMessage(e)
	case *events.UndecryptableMessage:
		return c.deliverMessage(translate.Undecryptable(e, c.aliases))
	case *events.GroupInfo, *events.JoinedGroup, *events.IdentityChange, *events.Picture, *events.UserAbout, *events.Contact,
		*events.CallOffer, *events.CallOfferNotice, *events.CallAccept, *events.CallReject, *events.CallTerminate,
		*events.NotifyAccountReachoutTimelock, *events.LabelEdit, *events.LabelAssociationChat:
		notice := translate.Notice(e, c.aliases)
		if notice == nil {
			return !c.watch.Failed()
		}
		return c.deliver(&pb.Delivery{Delivery: &pb.Delivery_Notice{Notice: notice}})
	case *events.Presence, *events.ChatPresence:
		return c.deliverPresence(e)
	case *events.Receipt:
		receipt := translate.Receipt(e, c.aliases)
		if receipt == nil {
			return !c.watch.Failed()
		}
		return c.receipts.deliver(receipt)
	default:
		return c.deliverUntranslatable(event, fmt.Sprintf("%T", event))
	}
}

func (c *Connection) handleMessage(event *events.Message) bool {
	c.deps.Kill.Pass(killpoint.Decrypted)
	if translate.Internal(event) {
		if offer := translate.HistoryOffered(event, c.aliases); offer != nil {
			return c.deliver(&pb.Delivery{Delivery: &pb.Delivery_Notice{Notice: offer}})
		}
		return !c.watch.Failed()
	}
	message, err := translate.Message(event, c.aliases, c.unseal(event))
	if err != nil {
		return c.deliverUntranslatable(event, err.Error())
	}
	return c.deliverMessage(message)
}

// deliverBroken hands over what there is of an event that panicked; of one that is broken throughout there is nothing.
func (c *Connection) deliverBroken(event any, reason string) (handled bool) {
	defer func() {
		if value := recover(); value != nil {
			c.log.Error("session.event_lost", "event", fmt.Sprintf("%T", event), "panic", fmt.Sprint(value))
			handled = !c.watch.Failed()
		}
	}()
	return c.deliverUntranslatable(event, reason)
}

func (c *Connection) deliverUntranslatable(event any, reason string) bool {
	message := translate.Untranslatable(event, oneLine(reason))
	if message == nil {
		return !c.watch.Failed()
	}
	return c.deliverMessage(message)
}

// setAside hands over what there is of a stanza that could not be handled; true when it may be acknowledged.
func (c *Connection) setAside(node *waBinary.Node, reason string) bool {
	message := translate.SetAside(node, oneLine(reason))
	if message == nil {
		return !c.watch.Failed()
	}
	return c.deliverMessage(message)
}

func (c *Connection) deliverMessage(message *pb.Message) bool {
	if translate.Fit(message) {
		c.log.Error("session.message_too_large", "message", message.MessageId, "reason", message.GetUntranslatable().GetReason())
	}
	c.lock.Lock()
	message.Offline = !c.drained
	c.lock.Unlock()
	if !c.deliver(&pb.Delivery{Delivery: &pb.Delivery_Message{Message: message}}) {
		return false
	}
	c.deps.Kill.Pass(killpoint.Confirmed)
	return true
}

func (c *Connection) deliver(delivery *pb.Delivery) bool {
	confirmed := c.hand(delivery)
	return confirmed != nil && confirmed()
}

// hand hands over; what it returns waits for the confirmation and must be called. nil: nothing may be handed over any more.
func (c *Connection) hand(delivery *pb.Delivery) (confirmed func() bool) {
	if c.watch.Failed() || c.session.unheard.Load() {
		return nil
	}
	delivery.SessionId, delivery.Epoch = c.session.id, c.epoch
	over := c.waiting.begin(time.Now())
	wait := c.deps.Gateway.Hand(delivery)
	return func() bool {
		defer over()
		return c.confirmed(wait)
	}
}

func (c *Connection) confirmed(wait func(context.Context) error) bool {
	// Longer than this, and the library goes on with the next message: their order would be lost.
	ctx, cancel := context.WithTimeout(c.ctx, c.deps.Timing.Confirm)
	defer cancel()
	if err := wait(ctx); err != nil {
		if c.ctx.Err() == nil {
			c.end(translate.Ending{Reason: pb.Reason_PARKED, Detail: "a delivery was not confirmed within " + c.deps.Timing.Confirm.String()})
		}
		return false
	}
	return c.ctx.Err() == nil
}

// aliases returns the other name of a user: its own from the device, others' from the map.
func (c *Connection) aliases(of types.JID) types.JID {
	own, lid := c.device.GetJID(), c.device.GetLID()
	switch {
	case of.IsEmpty():
		return types.EmptyJID
	case of.Server == types.DefaultUserServer && of.User == own.User:
		return lid.ToNonAD()
	case of.Server == types.HiddenUserServer && of.User == lid.User:
		return own.ToNonAD()
	}
	alias, err := c.device.GetAltJID(c.ctx, of)
	if err != nil {
		return types.EmptyJID
	}
	return alias.ToNonAD()
}
