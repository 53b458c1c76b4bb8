package session

import (
	"errors"
	"fmt"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/blackbox"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/wire"
)

// What a connection is told from below: by the socket about frames, by the library's log about nodes, by the stores about
// failures. Each runs on somebody else's goroutine and only notes or ends.

var _ wire.Observer = (*Connection)(nil)

// FrameArrived implements wire.Observer.
func (c *Connection) FrameArrived() {
	c.deps.Box.Note(blackbox.Frame, c.session.id)
	c.heard()
	c.probes.missed.Store(0)
}

// heard notes that the server said something: by the wall's clock for people, by the monotonic one for decisions.
func (c *Connection) heard() {
	c.lastFrame.Store(time.Now().UnixMilli())
	c.probes.heard.Store(int64(time.Since(c.born)))
}

// Room implements wire.Observer.
func (c *Connection) Room(stop <-chan struct{}) { c.stanzas.room(stop) }

// FrameRefused implements wire.Observer. The first frame of a session that holds no node ends its connection: the next
// one begins again, and the server repeats what was not acknowledged. When it repeats the frame, the session goes on
// without it.
func (c *Connection) FrameRefused(err error) bool {
	again := c.session.faults.malformed(time.Now())
	c.log.Error("session.frame_malformed", "error", oneLine(err.Error()), "skipped", again)
	return again
}

// StreamEnded implements wire.Observer.
func (c *Connection) StreamEnded(err error) {
	if errors.Is(err, wire.ErrMalformed) {
		c.end(translate.Ending{Reason: pb.Reason_CRASHED, Detail: oneLine(err.Error())})
		return
	}
	c.end(translate.Ending{Reason: pb.Reason_NETWORK, Detail: "connection closed: " + oneLine(err.Error())})
}

func (c *Connection) storageFailed(err error) {
	c.log.Error("session.storage_failed", "error", oneLine(err.Error()))
	c.end(translate.Ending{Reason: pb.Reason_STORAGE_FAILED, Detail: oneLine(err.Error())})
}

func (c *Connection) decryptionPanicked(value any, stack []byte) {
	c.log.Error("session.decryption_panicked", "panic", fmt.Sprint(value), "stack", string(stack))
}

// libraryPanicked is told of a panic in a goroutine that the library had started: nobody knows what it leaves undone.
func (c *Connection) libraryPanicked(where string) {
	c.log.Error("session.library_panicked", "where", where)
	c.end(translate.Ending{Reason: pb.Reason_CRASHED, Detail: "contained panic in the library: " + oneLine(where)})
}

func (c *Connection) frameBroken() {
	c.end(translate.Ending{Reason: pb.Reason_STREAM_ERROR, Detail: "frames do not decrypt"})
}

// nodeReceived sees every node before the library handles it.
func (c *Connection) nodeReceived(node *waBinary.Node) {
	c.stanzas.read(node)
	if c.device != nil {
		c.phone.note(node, c.device.GetJID(), c.device.GetLID(), time.Now())
	}
	if ending, ends := translate.EndingOfNode(node); ends {
		c.end(ending)
		return
	}
	switch node.Tag {
	case "success":
		c.clock.success(node, time.Now())
	case "ack":
		if id, ok := node.Attrs["id"].(string); ok && c.sends.isRunning(id) {
			c.sends.acknowledged(id, node)
			c.deps.Kill.Pass("sent")
		}
	case "receipt":
		c.retries.note(node)
	case "iq":
		if c.pair != nil {
			if _, ok := node.GetOptionalChildByTag("pair-success"); ok {
				c.pair.accepted()
			}
		}
	}
}

// nodeSent sees every node before the library writes it.
func (c *Connection) nodeSent(node *waBinary.Node) {
	c.stanzas.sent(node)
	if node.Tag == "message" {
		if id, ok := node.Attrs["id"].(string); ok {
			c.sends.wrote(id)
		}
	}
}

// clientDown is told when the client has let go of its socket.
func (c *Connection) clientDown() { c.downs.Do(func() { close(c.down) }) }
