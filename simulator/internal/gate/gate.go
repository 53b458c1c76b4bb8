// Package gate lets clients in: it upgrades, shakes hands, and turns a connection into a pairing or a login.
// What enters are WebSocket requests, what leaves are stanzas given to the rooms behind it; it is the only
// room that ends a connection.
package gate

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/proto/waWa6"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/iq"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/transcript"
	"holdfast/simulator/internal/wire"
)

const (
	handshakeTimeout = 20 * time.Second
	// farewell is how long a client has to close by itself after a last word.
	farewell = 250 * time.Millisecond
	// drainDelay is how long a client that never says <active/> waits for what was queued.
	drainDelay = 500 * time.Millisecond
)

// Rooms is what stands behind the gate.
type Rooms struct {
	Authority  *wire.Authority
	Accounts   *account.Registry
	Lobby      *account.Lobby
	Router     *router.Router
	Queries    *iq.Table
	Faults     *faults.Set
	Transcript *transcript.Transcript
	Now        func() time.Time
	Log        *slog.Logger
}

// Gate is the handler of /ws/chat.
type Gate struct {
	Rooms
	ctx    context.Context
	cancel context.CancelFunc
	open   sync.WaitGroup
	nextID atomic.Int64
	live   atomic.Int64

	mu       sync.Mutex
	sessions map[*session]struct{}
}

// New returns an open gate.
func New(rooms Rooms) *Gate {
	ctx, cancel := context.WithCancel(context.Background())
	return &Gate{Rooms: rooms, ctx: ctx, cancel: cancel, sessions: map[*session]struct{}{}}
}

// Connections is the number of live connections after their handshake.
func (g *Gate) Connections() int64 { return g.live.Load() }

// Close ends every connection and returns when the last one is gone.
func (g *Gate) Close() {
	g.cancel()
	g.open.Wait()
}

// ServeHTTP serves one connection until it ends.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.open.Add(1)
	defer g.open.Done()
	defer g.recovered("gate.connection_failed")
	if g.Faults.Take(faults.UpgradeRefused, "") {
		http.Error(w, "no more connections", http.StatusServiceUnavailable)
		return
	}
	ws, err := wire.Upgrade(w, r, g.Faults.Take(faults.Deflate, ""))
	if err != nil {
		g.Log.Info("gate.upgrade_refused", "error", err)
		return
	}
	defer func() { _ = ws.CloseNow() }()
	if g.Faults.Take(faults.UpgradeThenSilence, "") {
		for err == nil {
			_, _, err = ws.Read(g.ctx)
		}
		return
	}
	authority, err := g.authority()
	if err != nil {
		g.Log.Error("gate.chain_failed", "error", err)
		return
	}
	id := g.nextID.Add(1)
	ctx, cancel := context.WithTimeout(g.ctx, handshakeTimeout)
	conn, hello, err := wire.Handshake(ctx, ws, id, authority)
	cancel()
	if err != nil {
		g.Log.Info("gate.handshake_failed", "conn", id, "error", err)
		return
	}
	g.live.Add(1)
	defer g.live.Add(-1)
	g.admit(conn, hello)
}

// admit decides between pairing, login and refusal.
func (g *Gate) admit(conn *wire.Conn, hello *wire.Hello) {
	payload := hello.Payload
	if payload.Username == nil {
		g.register(conn, hello)
		return
	}
	companion, ok := g.companion(payload)
	if !ok || companion.Noise != hello.Static {
		g.Log.Info("gate.login_refused", "conn", conn.ID, "known", ok)
		g.fail(conn, "401")
		return
	}
	if why, refused := g.Faults.Verdict(companion.Account.Phone); refused {
		g.refuse(conn, why)
		return
	}
	session := newSession(g, conn, companion, hello.Pattern)
	session.run()
}

func (g *Gate) companion(payload *waWa6.ClientPayload) (*account.Companion, bool) {
	owner, ok := g.Accounts.ByPhone(phoneOf(payload.GetUsername()))
	if !ok {
		return nil, false
	}
	return owner.Companion(uint16(payload.GetDevice()))
}

// fail refuses a login for a reason.
func (g *Gate) fail(conn *wire.Conn, reason string) {
	g.refuse(conn, map[string]string{"reason": reason})
}

// refuse tells a client that it does not get in, and ends the connection.
func (g *Gate) refuse(conn *wire.Conn, why map[string]string) {
	node := stanza.New("failure", stanza.Attrs{"location": "sim"})
	for name, value := range why {
		node.Attrs[name] = value
	}
	g.record(conn, nil, transcript.Out, node)
	_ = conn.Write(g.ctx, node)
	g.partWith(conn)
}

// partWith gives the client a moment to close by itself, then closes. It reads, and forgets, what still comes.
func (g *Gate) partWith(conn *wire.Conn) {
	timer := time.AfterFunc(farewell, conn.Close)
	defer timer.Stop()
	for {
		if _, err := conn.Read(g.ctx); err != nil {
			conn.Close()
			return
		}
	}
}

func (g *Gate) record(conn *wire.Conn, companion *account.Companion, dir string, node stanza.Node) {
	if !g.Transcript.Enabled() {
		return
	}
	record := transcript.Record{T: g.Now(), Dir: dir, Conn: conn.ID, Node: node}
	if companion != nil {
		record.Account, record.Device = companion.Account.Phone, companion.Device
	}
	g.Transcript.Add(record)
}

// recovered keeps one client's trouble its own.
func (g *Gate) recovered(event string) {
	if cause := recover(); cause != nil {
		g.Log.Error(event, "cause", cause)
	}
}

func (g *Gate) enter(s *session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sessions[s] = struct{}{}
}

func (g *Gate) leave(s *session) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.sessions, s)
}
