package session

import (
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
)

// Session is one number. Its owner is a goroutine that exists while there is something to do: commands and the ends of
// connections run there, one after the other. Nothing on it waits for the network.
type Session struct {
	id    string
	deps  *Deps
	claim func(*Session, string) bool
	moved func(s *Session, from, to string)

	queueLock sync.Mutex
	queue     []func()
	running   bool

	unheard atomic.Bool // nobody is told of this session: it only says goodbye

	faults faults // what went wrong with single frames and stanzas, over connections

	// Touched by the owner only.
	file   *vault.File
	loaded *loaded
	open   *pb.OpenResult

	// Read by everybody, written by the owner.
	lock   sync.Mutex
	folder string // "" when nothing is held
	jid    string
	epoch  uint64
	conn   *Connection
}

// enqueue gives the owner something to do.
func (s *Session) enqueue(work func()) {
	s.queueLock.Lock()
	defer s.queueLock.Unlock()
	s.queue = append(s.queue, work)
	if !s.running {
		s.running = true
		go s.own()
	}
}

func (s *Session) own() {
	for {
		s.queueLock.Lock()
		if len(s.queue) == 0 {
			s.queue = nil
			s.running = false
			s.queueLock.Unlock()
			return
		}
		work := s.queue[0]
		s.queue = s.queue[1:]
		s.queueLock.Unlock()
		s.contained(work)
	}
}

func (s *Session) contained(work func()) {
	defer func() {
		if value := recover(); value != nil {
			s.deps.Log.Error("session.panicked", "session", s.id, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
		}
	}()
	work()
}

func (s *Session) folderName() string {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.folder
}

func (s *Session) connection() *Connection {
	s.lock.Lock()
	defer s.lock.Unlock()
	return s.conn
}

// level returns what the gateway may know, nil when nothing is held.
func (s *Session) level() *pb.Level {
	s.lock.Lock()
	folder, jid, epoch, conn := s.folder, s.jid, s.epoch, s.conn
	s.lock.Unlock()
	if folder == "" {
		return nil
	}
	level := &pb.Level{SessionId: s.id, Epoch: epoch, Level: pb.LinkLevel_CLOSED, Folder: folder, Jid: jid}
	if conn != nil {
		conn.fill(level)
	}
	return level
}

// endConnection asks the connection of the moment to end; it does not wait.
func (s *Session) endConnection(ending translate.Ending) {
	if conn := s.connection(); conn != nil {
		conn.end(ending)
	}
}

// The owner's own steps.

func (s *Session) hold(folder, jid string) {
	s.lock.Lock()
	before := s.folder
	s.folder, s.jid = folder, jid
	s.lock.Unlock()
	if before != folder {
		s.moved(s, before, folder)
	}
	s.deps.LevelChanged()
}

// start makes conn the connection of the moment.
func (s *Session) start(conn *Connection) {
	s.lock.Lock()
	s.conn, s.epoch = conn, conn.epoch
	s.lock.Unlock()
	s.deps.LevelChanged()
	go conn.run()
}

// stop ends the connection of the moment and waits until it has ended: a cancelled context makes that short.
func (s *Session) stop(ending translate.Ending) {
	conn := s.connection()
	if conn == nil {
		return
	}
	conn.end(ending)
	<-conn.done
	s.reap(conn)
}

// reap reports the end of a connection, once.
func (s *Session) reap(conn *Connection) {
	s.lock.Lock()
	current := s.conn == conn
	if current {
		s.conn = nil
	}
	s.lock.Unlock()
	if !current {
		return
	}
	if conn.pair != nil {
		s.reapPairing(conn)
	} else {
		ending := conn.worst()
		s.deps.Log.Info("session.disconnected", "session", s.id, "epoch", conn.epoch,
			"reason", ending.Reason.String(), "detail", ending.Detail)
		s.fact(conn.epoch, &pb.SessionFact{Fact: &pb.SessionFact_Disconnected{Disconnected: disconnected(ending, conn)}})
	}
	s.deps.LevelChanged()
}

func disconnected(ending translate.Ending, conn *Connection) *pb.Disconnected {
	fact := &pb.Disconnected{Reason: ending.Reason, Detail: oneLine(ending.Detail), Code: ending.Code}
	if ending.BannedUntil > 0 {
		fact.BannedUntilMs = time.Now().Add(ending.BannedUntil).UnixMilli()
	}
	if ending.Reason == pb.Reason_CLOCK_WRONG {
		fact.ServerAheadMs = conn.clock.ahead()
	}
	return fact
}

func (s *Session) fact(epoch uint64, fact *pb.SessionFact) {
	if s.unheard.Load() {
		return
	}
	s.deps.order.next(func(number uint64) {
		fact.SessionId, fact.Epoch, fact.AtMs, fact.Sequence = s.id, epoch, time.Now().UnixMilli(), number
		s.deps.Gateway.Fact(fact)
	})
}

// closeFile closes the file; the folder stays held until release or hold.
func (s *Session) closeFile() {
	if s.file == nil {
		return
	}
	if err := s.file.Close(); err != nil {
		s.deps.Log.Error("session.close_failed", "session", s.id, "error", oneLine(err.Error()))
	}
	s.file, s.open, s.loaded = nil, nil, nil
}

// release ends the connection, closes the file and forgets.
func (s *Session) release() {
	s.stop(translate.Ending{Reason: pb.Reason_REQUESTED, Detail: "closed"})
	s.closeFile()
	s.hold("", "")
}
