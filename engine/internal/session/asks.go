package session

import (
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
)

// What is asked of WhatsApp beside messages. Each ask waits for the network off the owner's goroutine.

// background runs work off the owner's goroutine and replies with what it answers, also when it panics.
func (c *Connection) background(reply func(*pb.Result), work func() *pb.Result) {
	go func() {
		result := failure(pb.ErrorCode_PANICKED, "contained in the engine")
		defer func() { reply(result) }()
		defer c.contain("session.command_panicked")
		result = work()
	}()
}

// logout tells WhatsApp that this companion unlinks. Not by the library's Logout, which disconnects in its own way and
// deletes the device.
//
// Source: whatsmeow 35ae40906e74, Logout.
func (c *Connection) logout(reply func(*pb.Result)) {
	c.background(reply, func() *pb.Result {
		limit := time.AfterFunc(c.deps.Timing.Send, func() {
			c.end(translate.Ending{Reason: pb.Reason_SILENT, Detail: "logout not answered"})
		})
		defer limit.Stop()
		//lint:ignore SA1019 the library has no other door to a plain request
		_, err := c.client.DangerousInternals().SendIQ(c.ctx, whatsmeow.DangerousInfoQuery{
			Namespace: "md", Type: "set", To: types.ServerJID, NoRetry: true,
			Content: []waBinary.Node{{
				Tag:   "remove-companion-device",
				Attrs: waBinary.Attrs{"jid": c.device.GetJID(), "reason": "user_initiated"},
			}},
		})
		if refused := refusedQuestion(err); refused != nil {
			refused.Error.Code = pb.ErrorCode_REJECTED
			return refused
		}
		if err != nil && c.worst().Reason != pb.Reason_LOGGED_OUT {
			return failure(pb.ErrorCode_OUTCOME_UNKNOWN, oneLine(err.Error()))
		}
		c.end(translate.Ending{Reason: pb.Reason_REQUESTED, Detail: "logout"})
		return &pb.Result{}
	})
}

// act does something that others see.
func (c *Connection) act(act *pb.Act, reply func(*pb.Result)) {
	switch a := act.Act.(type) {
	case *pb.Act_MarkRead:
		c.markRead(a.MarkRead, reply)
	default:
		reply(failure(pb.ErrorCode_UNKNOWN_COMMAND, "this engine does not know the act"))
	}
}

func (c *Connection) markRead(command *pb.MarkRead, reply func(*pb.Result)) {
	chat, err := types.ParseJID(command.Chat)
	if err != nil || chat.User == "" || len(command.MessageIds) == 0 {
		reply(failure(pb.ErrorCode_INVALID_ARGUMENT, "chat or message_ids"))
		return
	}
	sender := types.EmptyJID
	if command.Sender != "" {
		if sender, err = types.ParseJID(command.Sender); err != nil {
			reply(failure(pb.ErrorCode_INVALID_ARGUMENT, "sender"))
			return
		}
	}
	at := time.Now()
	if command.TimestampMs > 0 {
		at = time.UnixMilli(command.TimestampMs)
	}
	c.background(reply, func() *pb.Result {
		if err := c.client.MarkRead(c.ctx, command.MessageIds, at, chat, sender); err != nil {
			return failure(pb.ErrorCode_NOT_CONNECTED, oneLine(err.Error()))
		}
		return &pb.Result{}
	})
}
