package session

import (
	"fmt"
	"runtime/debug"
	"time"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/blackbox"
	"holdfast/engine/internal/translate"
)

// The life of a connection: it dials, is there until the first reason to end, listens a moment longer, and lets go.

// run lives as long as the connection.
func (c *Connection) run() {
	defer func() {
		if value := recover(); value != nil {
			c.log.Error("session.connection_panicked", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			c.end(translate.Ending{Reason: pb.Reason_CRASHED, Detail: "contained panic"})
		}
		c.finish()
	}()
	go c.dial()
	if c.pair != nil {
		c.pair.run(c)
	}
	<-c.ended
	c.drain()
}

// dial connects. Its own goroutine, because the library's handshake may hang: the context is cancelled then.
func (c *Connection) dial() {
	defer close(c.dialled)
	defer c.contain("session.dial_panicked")
	select {
	case c.deps.dials <- struct{}{}:
		defer func() { <-c.deps.dials }()
	case <-c.ended:
		return
	}
	limit := time.AfterFunc(c.deps.Timing.Connect, func() {
		c.end(translate.Ending{Reason: pb.Reason_HANDSHAKE_UNANSWERED, Detail: "dial: no handshake within " + c.deps.Timing.Connect.String()})
	})
	defer limit.Stop()
	c.deps.Box.Note(blackbox.Dialled, c.session.id)
	if frames, err := c.connect(); err != nil {
		c.clock.date(c.socket.Date(), time.Now())
		c.end(translate.EndingOfDial(err, c.clock.ahead()))
		frames.Close(0)
		return
	}
	c.up.Store(true)
	c.heard()
}

// contain ends the connection instead of the process.
func (c *Connection) contain(event string) {
	if value := recover(); value != nil {
		c.log.Error(event, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
		c.end(translate.Ending{Reason: pb.Reason_CRASHED, Detail: "contained panic"})
	}
}

// end gives a reason to end. The worst of all that come until the connection is gone is the one reported.
func (c *Connection) end(ending translate.Ending) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.ending = translate.Worst(c.ending, ending)
	if !c.isEnding {
		c.isEnding = true
		if ours(ending.Reason) {
			// First of all: from here on nothing can be acknowledged, whatever the handlers answer.
			c.socket.Cut()
		}
		close(c.ended)
	}
}

// ours tells whether we end the connection ourselves, so that there is no server to listen to any more.
func ours(reason pb.Reason) bool {
	switch reason {
	case pb.Reason_REQUESTED, pb.Reason_PARKED, pb.Reason_STORAGE_FAILED, pb.Reason_SILENT, pb.Reason_CRASHED:
		return true
	default:
		return false
	}
}

// drain listens a moment longer: the socket's end is seen before the events that explain it.
func (c *Connection) drain() {
	if ours(c.worst().Reason) {
		return
	}
	timer := time.NewTimer(c.deps.Timing.Drain)
	defer timer.Stop()
	<-timer.C
}

const (
	// How long the client may take to notice that its context is cancelled.
	downWait = time.Second
	// A handshake that hangs holds the lock that the library's Disconnect needs, for up to 20 s.
	disconnectWait = 2 * time.Second
)

// finish disconnects for good and tells the owner.
//
// The order matters. The socket is cut first: nothing can be acknowledged any more. The client's reader then ends by
// itself; were the context cancelled before, the reader could wait forever for somebody to take its last frame. Only
// then the context is cancelled, which lets waiting handlers go, and only then comes Disconnect: while the client lets
// go of its socket, it could call a nil function, which ends the process.
// Source: whatsmeow 35ae40906e74, FrameSocket.frameComplete, FrameSocket.Close, NoiseSocket.Stop.
func (c *Connection) finish() {
	c.socket.Cut()
	select {
	case <-c.dialled:
	default:
		c.cancel() // nothing is connected yet: this ends the dial
		wait(c.dialled, downWait)
	}
	if c.up.Load() {
		wait(c.down, downWait)
	}
	c.cancel()
	disconnected := make(chan struct{})
	go func() {
		defer close(disconnected)
		defer c.contain("session.disconnect_panicked")
		c.client.Disconnect()
	}()
	if !wait(disconnected, disconnectWait) || (c.up.Load() && !wait(c.stanzas.done, disconnectWait)) {
		c.log.Warn("session.disconnect_slow")
	}
	c.changes.tell()
	close(c.done)
	c.session.enqueue(func() { c.session.reap(c) })
}

// wait tells whether done was closed within the limit.
func wait(done <-chan struct{}, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

func (c *Connection) worst() translate.Ending {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.ending
}
