package gate

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/coder/websocket"

	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/wire"
)

// errStruck means that a fault has ended a handshake.
var errStruck = errors.New("gate: a fault has struck")

// request is one that a fault may strike before there is a connection.
type request struct {
	gate   *Gate
	w      http.ResponseWriter
	r      *http.Request
	socket *wire.Socket
	conn   int64
}

func (g *Gate) request(w http.ResponseWriter, r *http.Request, conn int64) *request {
	socket, _ := wire.SocketOf(r.Context())
	return &request{gate: g, w: w, r: r, socket: socket, conn: conn}
}

// pass tells whether a request may go on; if not, its fate is done.
func (q *request) pass(point string) (fate faults.Fate, pass bool) {
	fate = faults.FateOf(nil, q.gate.Faults.Judge(faults.Occasion{Point: point, Conn: q.conn, Dir: faults.In}))
	wait(q.gate.ctx, fate.Delay)
	switch {
	case fate.End != nil:
		q.end(fate.End)
		return fate, false
	case fate.HTTP != nil && fate.HTTP.Args.Status != 0:
		answer(q.w, &fate.HTTP.Args)
		return fate, false
	default:
		return fate, true
	}
}

// end ends the request's connection before it is a WebSocket.
func (q *request) end(strike *faults.Strike) {
	if q.socket == nil {
		abort()
	}
	switch strike.Action {
	case faults.BlackHole:
		q.socket.Mute()
		select {
		case <-q.r.Context().Done():
		case <-q.gate.ctx.Done():
		}
		_ = q.socket.Close()
	case faults.Reset:
		q.socket.Reset()
	default:
		_ = q.socket.Close()
	}
	abort()
}

// strikeHandshake applies what strikes an open WebSocket, and tells whether something did.
func (q *request) strikeHandshake(ws *websocket.Conn, point string) error {
	fate := faults.FateOf(nil, q.gate.Faults.Judge(faults.Occasion{Point: point, Conn: q.conn, Dir: faults.In}))
	wait(q.gate.ctx, fate.Delay)
	if fate.End == nil {
		return nil
	}
	switch fate.End.Action {
	case faults.BlackHole:
		if q.socket != nil {
			q.socket.Mute()
		}
		drain(q.gate.ctx, ws)
	case faults.Reset:
		if q.socket != nil {
			q.socket.Reset()
		}
	default:
		if code := fate.End.Args.Code; code != 0 {
			_ = ws.Close(websocket.StatusCode(code), "")
		}
	}
	return errStruck
}

// drain reads, and forgets, until the client gives up.
func drain(ctx context.Context, ws *websocket.Conn) {
	for {
		if _, _, err := ws.Read(ctx); err != nil {
			return
		}
	}
}

// strikeLogin applies what strikes a client that has just proven who it is, and tells whether something did.
func (g *Gate) strikeLogin(l *line) (struck bool) {
	fate := faults.FateOf(nil, g.Faults.Judge(l.occasion(faults.Login)))
	wait(g.ctx, fate.Delay)
	switch {
	case fate.Failure != nil:
		attrs := map[string]string{}
		for name, value := range fate.Failure.Args.Attrs {
			attrs[name] = value
		}
		if reason := fate.Failure.Args.Reason; reason != "" {
			attrs["reason"] = reason
		}
		g.refuse(l, attrs, &fate)
	case fate.End == nil:
		return false
	case fate.End.Action == faults.StreamError:
		word := wordFor(&fate.End.Args)
		l.record(faults.Out, word, &fate)
		_ = l.conn.Write(l.ctx, word)
		g.partWith(l.conn)
	default:
		l.end(fate.End)
		listen(g.ctx, l.conn)
	}
	return true
}

// listen reads, and forgets, until the connection is over.
func listen(ctx context.Context, conn *wire.Conn) {
	for {
		_, err := conn.Read(ctx)
		if err != nil && !errors.Is(err, wire.ErrStanza) && !errors.Is(err, wire.ErrFrame) {
			return
		}
	}
}

// wait lets time pass, or returns when the context ends.
func wait(ctx context.Context, delay time.Duration) {
	if delay <= 0 {
		return
	}
	select {
	case <-time.After(delay):
	case <-ctx.Done():
	}
}

// answer answers a request in the server's place.
func answer(w http.ResponseWriter, args *faults.Args) {
	if args.RetryAfterS > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(args.RetryAfterS))
	}
	if args.ContentType != "" {
		w.Header().Set("Content-Type", args.ContentType)
	}
	body := args.Body
	if body == "" {
		body = http.StatusText(args.Status)
	}
	if args.Short {
		w.Header().Set("Content-Length", strconv.Itoa(2*len(body)))
	}
	w.WriteHeader(args.Status)
	_, _ = w.Write([]byte(body))
	if args.Short {
		flush(w)
		abort()
	}
}

func flush(w http.ResponseWriter) {
	if flusher, ok := w.(http.Flusher); ok {
		flusher.Flush()
	}
}

func refusal(why map[string]string) stanza.Node {
	node := stanza.New("failure", stanza.Attrs{"location": "sim"})
	for name, value := range why {
		node.Attrs[name] = value
	}
	return node
}
