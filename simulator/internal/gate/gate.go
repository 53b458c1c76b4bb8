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

	"github.com/coder/websocket"
	"go.mau.fi/whatsmeow/proto/waWa6"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/clock"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/iq"
	"holdfast/simulator/internal/router"
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
	Clock      *clock.Clock
	Log        *slog.Logger
}

// Now is the simulation's time.
func (r *Rooms) Now() time.Time { return r.Clock.Now() }

// Gate is the handler of /ws/chat.
type Gate struct {
	Rooms
	ctx    context.Context
	cancel context.CancelFunc
	open   sync.WaitGroup
	nextID atomic.Int64
	live   atomic.Int64

	mu    sync.Mutex
	lines map[*line]struct{}
}

// New returns an open gate.
func New(rooms Rooms) *Gate {
	ctx, cancel := context.WithCancel(context.Background())
	return &Gate{Rooms: rooms, ctx: ctx, cancel: cancel, lines: map[*line]struct{}{}}
}

// Connections is the number of live connections after their handshake.
func (g *Gate) Connections() int64 { return g.live.Load() }

// Dials is how many requests for a connection have come, those that faults strike included.
func (g *Gate) Dials() int64 { return g.nextID.Load() }

// Close ends every connection and returns when the last one is gone. Who comes later is not let in.
func (g *Gate) Close() {
	g.mu.Lock()
	g.cancel()
	g.mu.Unlock()
	g.open.Wait()
}

// begin counts a connection, unless the gate is closed.
func (g *Gate) begin() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ctx.Err() != nil {
		return false
	}
	g.open.Add(1)
	return true
}

// ServeHTTP serves one connection until it ends.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !g.begin() {
		http.Error(w, "closed", http.StatusServiceUnavailable)
		return
	}
	defer g.open.Done()
	defer g.recovered("gate.connection_failed")
	id := g.nextID.Add(1)
	request := g.request(w, r, id)
	if _, pass := request.pass(faults.Upgrade); !pass {
		return
	}
	// Clients may take the server's time from here: a clock that is wrong is wrong here too.
	w.Header().Set("Date", g.Now().UTC().Format(http.TimeFormat))
	ws, err := wire.Upgrade(w, r, g.Faults.Take(faults.Deflate, ""))
	if err != nil {
		g.Log.Info("gate.upgrade_refused", "error", err)
		return
	}
	defer func() { _ = ws.CloseNow() }()
	conn, hello, err := g.shakeHands(request, ws)
	if err != nil {
		g.Log.Info("gate.handshake_failed", "conn", id, "error", err)
		return
	}
	conn.UseSocket(request.socket)
	g.live.Add(1)
	defer g.live.Add(-1)
	g.admit(conn, hello)
}

func (g *Gate) shakeHands(request *request, ws *websocket.Conn) (*wire.Conn, *wire.Hello, error) {
	if err := request.strikeHandshake(ws, faults.Handshake); err != nil {
		return nil, nil, err
	}
	authority, err := g.authority(request.conn)
	if err != nil {
		return nil, nil, err
	}
	ctx, cancel := context.WithTimeout(g.ctx, handshakeTimeout)
	defer cancel()
	return wire.Handshake(ctx, ws, request.conn, authority, func() error { return request.strikeHandshake(ws, faults.Hello) })
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
		g.fail(newLine(g, g.ctx, conn, nil), "401")
		return
	}
	session := newSession(g, conn, companion, hello.Pattern)
	if !g.strikeLogin(session.line) {
		session.run()
	}
}

func (g *Gate) companion(payload *waWa6.ClientPayload) (*account.Companion, bool) {
	owner, ok := g.Accounts.ByPhone(phoneOf(payload.GetUsername()))
	if !ok {
		return nil, false
	}
	return owner.Companion(uint16(payload.GetDevice()))
}

// fail refuses a login for a reason.
func (g *Gate) fail(l *line, reason string) {
	g.refuse(l, map[string]string{"reason": reason}, nil)
}

// refuse tells a client that it does not get in, and ends the connection.
func (g *Gate) refuse(l *line, why map[string]string, fate *faults.Fate) {
	node := refusal(why)
	l.record(transcript.Out, node, fate)
	_ = l.conn.Write(g.ctx, node)
	g.partWith(l.conn)
}

// partWith gives the client a moment to close by itself, then closes. It reads, and forgets, what still comes.
func (g *Gate) partWith(conn *wire.Conn) {
	timer := time.AfterFunc(farewell, conn.Close)
	defer timer.Stop()
	listen(g.ctx, conn)
	conn.Close()
}

// recovered keeps one client's trouble its own.
func (g *Gate) recovered(event string) {
	if cause := recover(); cause == http.ErrAbortHandler {
		panic(cause) // a fault ends the request: the HTTP server closes its connection
	} else if cause != nil {
		g.Log.Error(event, "cause", cause)
	}
}

func (g *Gate) enter(l *line) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.lines[l] = struct{}{}
}

func (g *Gate) leave(l *line) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.lines, l)
}
