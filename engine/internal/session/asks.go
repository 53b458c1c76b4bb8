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
