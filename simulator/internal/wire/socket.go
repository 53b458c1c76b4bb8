package wire

import (
	"context"
	"crypto/tls"
	"net"
	"sync/atomic"
	"time"
)

// Socket is a TCP connection that can die the way networks let connections die.
type Socket struct {
	net.Conn
	muted atomic.Bool
	// trickle, if positive, is the pause between the bytes of the next write.
	trickle atomic.Int64
}

// Mute makes a dead link of the socket: what comes is thrown away, what is written goes nowhere, and TCP stays
// up until the peer gives up.
func (s *Socket) Mute() { s.muted.Store(true) }

// Reset ends the connection with a TCP reset in place of an orderly end.
func (s *Socket) Reset() {
	if tcp, ok := s.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = s.Conn.Close()
}

// Read reads, or throws away, what the peer sends.
func (s *Socket) Read(buffer []byte) (int, error) {
	for {
		n, err := s.Conn.Read(buffer)
		if err != nil || !s.muted.Load() {
			return n, err
		}
	}
}

// Write writes, or pretends to.
func (s *Socket) Write(bytes []byte) (int, error) {
	if s.muted.Load() {
		return len(bytes), nil
	}
	if pause := time.Duration(s.trickle.Swap(0)); pause > 0 {
		return s.drip(bytes, pause)
	}
	return s.Conn.Write(bytes)
}

// drip writes byte by byte; every byte leaves as a packet of its own.
func (s *Socket) drip(bytes []byte, pause time.Duration) (written int, err error) {
	for at := range bytes {
		if _, err = s.Conn.Write(bytes[at : at+1]); err != nil {
			return at, err
		}
		time.Sleep(pause)
	}
	return len(bytes), nil
}

// Listener hands out Sockets.
type Listener struct{ net.Listener }

// Accept waits for the next connection.
func (l Listener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &Socket{Conn: conn}, nil
}

type socketKey struct{}

// WithSocket keeps a connection's socket in the context of its requests.
func WithSocket(ctx context.Context, conn net.Conn) context.Context {
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	if socket, ok := conn.(*Socket); ok {
		return context.WithValue(ctx, socketKey{}, socket)
	}
	return ctx
}

// SocketOf returns the socket that a request came on.
func SocketOf(ctx context.Context) (*Socket, bool) {
	socket, ok := ctx.Value(socketKey{}).(*Socket)
	return socket, ok
}
