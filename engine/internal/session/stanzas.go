package session

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
	"holdfast/engine/internal/wire"
)

const (
	// The library's queue takes twice as many: see engine/harden.
	libraryQueue = 128
	// A stanza that takes longer holds up everything after it: the connection is given up, order is not.
	handlingLimit = 5 * time.Minute
	// How often a reader that waits for room looks again without being told.
	roomInterval = time.Second
)

// handler takes one stanza; it returns when the stanza is dealt with.
type handler func(ctx context.Context, node *waBinary.Node)

// stanzas hands what was read to the library's handlers, one after the other, in the order of the wire. In the library's
// place, because its own queue loses the order after a backlog, and because a panic in a handler would end the process.
//
// Source: whatsmeow 35ae40906e74, handleFrame, handlerQueueLoop.
type stanzas struct {
	conn     *Connection
	intake   *intake
	handlers map[string]handler
	incoming chan *waBinary.Node // the library's queue; nil before the handshake
	done     chan struct{}       // closed when nothing more is handled

	lock  sync.Mutex
	queue []*waBinary.Node // taken off the library's, in order
	more  chan struct{}
	since time.Time // when the stanza in hand was taken up; zero if none is
}

func newStanzas(c *Connection) *stanzas {
	return &stanzas{conn: c, intake: newIntake(), more: make(chan struct{}, 1), done: make(chan struct{})}
}

// nodeHandlers is the library's table of handlers.
//
// Source: whatsmeow 35ae40906e74, NewClient.
func nodeHandlers(client *whatsmeow.Client) map[string]handler {
	//lint:ignore SA1019 the library has no other door to its handlers
	inner := client.DangerousInternals()
	return map[string]handler{
		"message": func(ctx context.Context, node *waBinary.Node) {
			inner.HandleEncryptedMessage(vault.Decrypting(ctx, originOf(node)), node)
		},
		"status":       inner.HandleUnencryptedMessage,
		"appdata":      inner.HandleEncryptedMessage,
		"receipt":      inner.HandleReceipt, // see receipts.handle
		"call":         inner.HandleCallEvent,
		"chatstate":    inner.HandleChatState,
		"presence":     inner.HandlePresence,
		"notification": inner.HandleNotification,
		"success":      inner.HandleConnectSuccess,
		"failure":      inner.HandleConnectFailure,
		"stream:error": inner.HandleStreamError,
		"iq":           inner.HandleIQ,
		"ib":           inner.HandleIB,
	}
}

// originOf names a message as the library will. What another device of the session's number sent stays unnamed: its
// chat stands inside.
//
// Source: whatsmeow 35ae40906e74, parseMessageSource.
func originOf(node *waBinary.Node) vault.Origin {
	attrs := node.AttrGetter()
	from := attrs.JID("from")
	if _, own := node.Attrs["recipient"]; own {
		return vault.Origin{}
	}
	origin := vault.Origin{Chat: from, Sender: from, ID: attrs.OptionalString("id")}
	if sender := attrs.OptionalJIDOrEmpty("participant"); !sender.IsEmpty() {
		origin.Sender = sender
	}
	return origin
}

// connect dials and shakes hands as the library's Connect does, but keeps the queue of stanzas here. After an error the
// caller closes the socket, when it has told the cause: the end of the stream comes of it, and says less.
//
// Source: whatsmeow 35ae40906e74, unlockedConnect.
func (c *Connection) connect() (*socket.FrameSocket, error) {
	ephemeral := keys.NewKeyPair()
	c.socket.Know(wire.Secrets{Static: c.device.NoiseKey.Priv, Ephemeral: ephemeral})
	frames := socket.NewFrameSocket(c.client.Log.Sub("Socket"), c.socket.Client())
	if err := frames.Connect(c.ctx); err != nil {
		return frames, err
	}
	//lint:ignore SA1019 the library has no other door to the queue of its stanzas
	incoming, err := c.client.DangerousInternals().DoHandshake(frames, *ephemeral)
	if err != nil {
		return frames, fmt.Errorf("noise handshake failed: %w", err)
	}
	c.stanzas.start(frames.Context(), incoming)
	// What the server said meanwhile was held back: the client was not complete.
	c.socket.Release()
	return frames, nil
}

func (s *stanzas) start(ctx context.Context, incoming chan *waBinary.Node) {
	s.handlers = nodeHandlers(s.conn.client)
	s.incoming = incoming
	go s.take(ctx)
	go s.work(ctx)
}

// read is told of every node on the library's reading goroutine, before the library queues it.
func (s *stanzas) read(node *waBinary.Node) {
	switch node.Tag {
	case "iq", "ack":
		// Mostly answers, which the library hands to who asked. The few questions among the iqs are not counted.
		if id, ok := node.Attrs["id"].(string); ok {
			s.intake.answered(id)
		}
	default:
		if _, known := s.handlers[node.Tag]; known {
			s.intake.read(sizeOf(node))
		}
	}
}

// sent is told of every node before it is written.
func (s *stanzas) sent(node *waBinary.Node) {
	if node.Tag != "message" && (node.Tag != "iq" || node.Attrs["xmlns"] == pingSpace) {
		return
	}
	if id, ok := node.Attrs["id"].(string); ok {
		s.intake.asked(id, time.Now())
	}
}

// take empties the library's queue, so that it never overflows.
func (s *stanzas) take(ctx context.Context) {
	for {
		select {
		case node := <-s.incoming:
			s.lock.Lock()
			s.queue = append(s.queue, node)
			s.lock.Unlock()
			select {
			case s.more <- struct{}{}:
			default:
			}
			s.intake.wake() // a reader may wait for room in the library's queue
		case <-ctx.Done():
			return
		}
	}
}

// work handles stanzas until the connection is gone. What is left then comes again: it was not acknowledged.
func (s *stanzas) work(ctx context.Context) {
	defer close(s.done)
	for {
		node := s.next()
		if node == nil {
			select {
			case <-s.more:
				continue
			case <-ctx.Done():
				return
			}
		}
		if ctx.Err() != nil {
			return
		}
		s.handle(node)
	}
}

func (s *stanzas) next() *waBinary.Node {
	s.lock.Lock()
	defer s.lock.Unlock()
	if len(s.queue) == 0 {
		s.queue = nil
		return nil
	}
	node := s.queue[0]
	s.queue[0] = nil
	s.queue = s.queue[1:]
	return node
}

func (s *stanzas) handle(node *waBinary.Node) {
	s.takenUp(time.Now())
	defer s.takenUp(time.Time{})
	if node.Tag != "iq" {
		defer s.intake.handled(sizeOf(node))
	}
	defer func() {
		if value := recover(); value != nil {
			s.panicked(node, value, debug.Stack())
		}
	}()
	if handle, known := s.handlers[node.Tag]; known {
		s.conn.receipts.handle(node, func() { handle(s.conn.ctx, node) })
	}
}

// panicked ends the connection, so that the stanza comes again to one that begins again. When it panics again it is set
// aside: handed over as what it is, and acknowledged, or it would hold up everything after it forever.
func (s *stanzas) panicked(node *waBinary.Node, value any, stack []byte) {
	again := s.conn.session.faults.stanza(stanzaKey(node), time.Now())
	s.conn.log.Error("session.stanza_panicked", "tag", node.Tag, "panic", fmt.Sprint(value), "set_aside", again, "stack", string(stack))
	if !again {
		s.conn.end(translate.Ending{Reason: pb.Reason_CRASHED, Detail: "contained panic"})
		return
	}
	defer s.conn.contain("session.set_aside_panicked")
	if !s.conn.setAside(node, fmt.Sprint(value)) {
		return
	}
	if _, named := node.Attrs["id"].(string); named {
		//lint:ignore SA1019 the library has no other door to an acknowledgement
		s.conn.client.DangerousInternals().SendAck(s.conn.ctx, node, 0)
	}
}

func stanzaKey(node *waBinary.Node) string {
	id, _ := node.Attrs["id"].(string)
	from, _ := node.Attrs["from"].(types.JID)
	return node.Tag + " " + id + " " + from.String()
}

func (s *stanzas) takenUp(at time.Time) {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.since = at
}

// check gives the connection up when one stanza is not dealt with, and raises the alarm for a backlog that does not drain.
func (s *stanzas) check(now time.Time) {
	if since, logins, tell := s.conn.session.faults.stuck(now); tell {
		s.conn.log.Error("session.backlog_does_not_drain", "since_s", int(since.Seconds()), "logins", logins,
			"waiting_here", s.intake.waiting(), "in_hand_s", int(s.inHand(now).Seconds()))
	}
	if s.inHand(now) > handlingLimit {
		s.conn.end(translate.Ending{Reason: pb.Reason_CRASHED, Detail: "a stanza was not handled within " + handlingLimit.String()})
	}
}

// inHand tells for how long the stanza in hand has been handled, 0 if there is none.
func (s *stanzas) inHand(now time.Time) time.Duration {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.since.IsZero() {
		return 0
	}
	return now.Sub(s.since)
}

// room waits until there is room for one more stanza, or until stop is closed.
func (s *stanzas) room(stop <-chan struct{}) {
	if !s.full() {
		return
	}
	s.conn.paused.Store(true)
	defer s.conn.paused.Store(false)
	ticker := time.NewTicker(roomInterval)
	defer ticker.Stop()
	for s.full() {
		select {
		case <-s.intake.moved:
		case <-ticker.C:
		case <-stop:
			return
		}
	}
}

func (s *stanzas) full() bool {
	return len(s.incoming) >= libraryQueue || s.intake.full(time.Now())
}
