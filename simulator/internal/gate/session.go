package gate

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/iq"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/wire"
)

// session is one login of one companion: a reader that handles what the client says, and a pump that sends
// what waits in the companion's queue.
type session struct {
	*line
	handshake string
	client    *iq.Client
	// pumping ends when the session does, or when a fault makes the server forget it.
	pumping context.Context

	wake     chan struct{}
	active   chan struct{}
	activate sync.Once
}

var _ account.Link = (*session)(nil)

func newSession(gate *Gate, conn *wire.Conn, companion *account.Companion, handshake string) *session {
	s := &session{
		line: newLine(gate, gate.ctx, conn, companion), handshake: handshake,
		wake: make(chan struct{}, 1), active: make(chan struct{}),
	}
	pumping, stop := context.WithCancel(s.ctx)
	s.pumping = pumping
	s.take = s.handle
	s.forget = func() {
		stop()
		gate.leave(s.line)
		s.leave()
	}
	s.client = &iq.Client{
		Companion: companion,
		Activate:  func() { s.activate.Do(func() { close(s.active) }) },
		Logout:    func(device uint16) { gate.Unlink(companion.Account, device, account.ByCompanion) },
	}
	return s
}

// run serves the login until the connection ends.
func (s *session) run() {
	g := s.gate
	defer s.cancel()
	if replaced := s.companion.Attach(s, g.Now()); replaced != nil {
		replaced.End(ReasonReplaced)
	}
	defer s.leave()
	g.enter(s.line)
	defer g.leave(s.line)
	g.Log.Info("gate.login", "companion", s.companion.String(), "conn", s.conn.ID, "handshake", s.handshake)
	var pump sync.WaitGroup
	pump.Go(s.welcomeAndPump)
	defer pump.Wait()
	s.read()
	s.cancel()
	g.Log.Info("gate.disconnected", "companion", s.companion.String(), "conn", s.conn.ID)
}

// leave ends the companion's presence, unless a newer connection has taken this one's place.
func (s *session) leave() {
	s.companion.Detach(s, s.gate.Now())
	if _, online := s.companion.Online(); !online {
		s.gate.Router.SetPresent(s.companion, false)
	}
}

func (s *session) read() {
	defer s.conn.Close()
	for {
		node, err := s.conn.Read(s.ctx)
		if err != nil {
			if errors.Is(err, wire.ErrStanza) || errors.Is(err, wire.ErrFrame) {
				s.gate.Log.Info("gate.garbage", "companion", s.companion.String(), "conn", s.conn.ID, "error", err)
				s.End(ReasonMalformed)
				// The client is to hear why before the connection closes.
				listen(s.ctx, s.conn)
			}
			return
		}
		if s.ended.Load() || s.conn.Muted() {
			continue
		}
		s.hear(node)
	}
}

// handle answers one stanza; its failure is logged and ends nothing.
func (s *session) handle(node *stanza.Node) {
	defer s.gate.recovered("gate.stanza_failed")
	origin := router.Origin{Account: s.companion.Account, Device: s.companion.Device}
	switch node.Tag {
	case "iq":
		s.query(node)
	case "message":
		s.write(s.gate.Router.Message(origin, node))
	case "receipt":
		s.gate.Router.Confirm(s.companion, node)
		s.write(s.gate.Router.Receipt(origin, node))
	case "ack":
		s.gate.Router.Confirm(s.companion, node)
	case "ib":
		if _, ok := stanza.Child(node, "offline_batch"); ok {
			s.client.Activate()
		}
	case "call":
		s.write(s.gate.Router.Call(origin, node))
	case "chatstate":
		s.gate.Router.Typing(origin, node)
	case "presence":
		if reply := s.gate.Router.Presence(s.companion, node); reply != nil {
			s.write(*reply)
		}
	}
}

func (s *session) query(node *stanza.Node) {
	switch stanza.Text(node, "type") {
	case "get", "set":
		reply, after := s.gate.Queries.Answer(s.client, node)
		_ = s.say(s.strikeBundles(node, reply), stanza.Text(node, "xmlns"))
		if after != nil {
			after()
		}
	}
}

// Handshake names the Noise pattern that the login came with.
func (s *session) Handshake() string { return s.handshake }

// Tell sends a stanza without keeping it anywhere.
func (s *session) Tell(node stanza.Node) { s.write(node) }

func (s *session) write(node stanza.Node) { _ = s.say(node, "") }

// welcomeAndPump opens the stream and then sends what the queue holds, in order, until the session ends.
func (s *session) welcomeAndPump() {
	defer s.gate.recovered("gate.pump_failed")
	waiting, last := s.companion.Queue.Attach(s.wake)
	defer s.companion.Queue.Detach(s.wake)
	total := s.welcome(waiting)
	select {
	case <-s.active:
	case <-time.After(drainDelay):
	case <-s.pumping.Done():
		return
	}
	var cursor uint64
	drained := total == 0
	if !drained && s.struck(faults.OfflineFirst) {
		drained = true
		s.closeDrain(total)
	}
	for {
		entry, ok := s.companion.Queue.Next(s.wake, cursor, s.gate.Now())
		if !drained && (!ok || entry.Seq > last) {
			drained = true
			s.closeDrain(total)
		}
		if ok {
			cursor = entry.Seq
			node := entry.Node
			if !drained {
				node = stanza.With(node, "offline", "0")
			}
			for _, version := range s.versions(node) {
				s.write(version)
			}
			continue
		}
		select {
		case <-s.wake:
		case <-s.pumping.Done():
			return
		}
	}
}

// welcome tells the client that it is in and what waits; with nothing waiting the drain is over at once.
func (s *session) welcome(waiting map[string]int) (total int) {
	owner := s.companion.Account
	s.write(stanza.New("success", stanza.Attrs{
		"t": stanza.Unix(s.gate.Now()), "lid": owner.LIDJID(s.companion.Device), "props": "0", "abprops": "0", "location": "sim",
	}))
	for _, count := range waiting {
		total += count
	}
	if total == 0 {
		s.closeDrain(0)
		return 0
	}
	s.write(ib(stanza.New("offline_preview", stanza.Attrs{
		"count": strconv.Itoa(total), "message": strconv.Itoa(waiting["message"]), "receipt": strconv.Itoa(waiting["receipt"]),
		"notification": strconv.Itoa(waiting["notification"]), "appdata": "0", "call": strconv.Itoa(waiting["call"]), "status": "0",
	})))
	return total
}

// closeDrain tells the client that everything that waited has been sent.
func (s *session) closeDrain(total int) {
	s.write(ib(stanza.New("offline", stanza.Attrs{"count": strconv.Itoa(total)})))
}

func ib(child stanza.Node) stanza.Node {
	return stanza.New("ib", stanza.Attrs{"from": types.ServerJID}, child)
}
