// Package wire carries stanzas: TLS, WebSocket, frames, Noise, and the binary codec. What enters is a
// WebSocket request, what leaves are decoded nodes in both directions; it never judges who may log in.
package wire

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
)

// readLimit leaves room for several frames of the largest size in one WebSocket message.
const readLimit = 2 * socket.FrameMaxSize

// Conn is one connection after its handshake. One goroutine reads; any may write.
type Conn struct {
	ID     int64
	ws     *websocket.Conn
	socket *Socket
	frames *frameStream
	keys   *transportKeys

	readCounter uint32

	writeLock    sync.Mutex
	writeCounter uint32
	joined       []byte
	muted        atomic.Bool
	closed       atomic.Bool
}

// Upgrade accepts the WebSocket. Compression is refused unless offerCompression says otherwise.
func Upgrade(w http.ResponseWriter, r *http.Request, offerCompression bool) (*websocket.Conn, error) {
	mode := websocket.CompressionDisabled
	if offerCompression {
		mode = websocket.CompressionContextTakeover
	}
	// Clients send the real service's Origin; it says nothing about who they are.
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: mode})
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(readLimit)
	return ws, nil
}

// Handshake plays the server's side of Noise and returns the encrypted connection. The context's end fails it; the
// caller closes the WebSocket on error. heard is called between the client's first word and the server's; an error
// of it ends the handshake.
func Handshake(ctx context.Context, ws *websocket.Conn, id int64, secrets *Authority, heard func() error) (*Conn, *Hello, error) {
	frames := &frameStream{ws: ws, heard: heard}
	// Ephemeral keys are secret and single-use: the one thing here that never comes from the seed.
	hello, transport, err := respond(ctx, frames, secrets, keys.NewKeyPair())
	if err != nil {
		return nil, nil, err
	}
	return &Conn{ID: id, ws: ws, frames: frames, keys: transport}, hello, nil
}

// UseSocket names the socket under the connection, which dies with it where a WebSocket would say farewell.
func (c *Conn) UseSocket(socket *Socket) { c.socket = socket }

// Read returns the next stanza. ErrFrame and ErrStanza mean that the client sent garbage.
func (c *Conn) Read(ctx context.Context) (*binary.Node, error) {
	ciphertext, err := c.frames.read(ctx)
	if err != nil {
		return nil, err
	}
	plaintext, err := c.keys.fromClient.Open(ciphertext[:0], nonce(c.readCounter), ciphertext, nil)
	c.readCounter++
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFrame, err)
	}
	return decode(plaintext)
}

// Write sends one stanza and returns when the socket has taken it.
func (c *Conn) Write(ctx context.Context, node binary.Node) error {
	return c.WriteAs(ctx, node, Manner{})
}

// WriteAs sends one stanza in another manner than an honest server's.
func (c *Conn) WriteAs(ctx context.Context, node binary.Node, manner Manner) error {
	plaintext, err := binary.Marshal(node)
	if err != nil {
		return fmt.Errorf("wire: encoding <%s>: %w", node.Tag, err)
	}
	return c.write(ctx, plaintext, manner)
}

// WritePlaintext encrypts and sends any bytes as one frame: faults use it for what no stanza can say.
func (c *Conn) WritePlaintext(ctx context.Context, plaintext []byte) error {
	return c.write(ctx, plaintext, Manner{})
}

func (c *Conn) write(ctx context.Context, plaintext []byte, manner Manner) error {
	c.writeLock.Lock()
	defer c.writeLock.Unlock()
	if c.muted.Load() {
		return nil
	}
	ciphertext := c.keys.toClient.Seal(nil, nonce(c.writeCounter), plaintext, nil)
	c.writeCounter++
	return c.transmit(ctx, frame(ciphertext), manner)
}

// Mute makes a dead link of the connection: nothing is said and nothing heard, while TCP stays up.
func (c *Conn) Mute() {
	c.muted.Store(true)
	if c.socket != nil {
		c.socket.Mute()
	}
}

// Muted tells whether Mute was called.
func (c *Conn) Muted() bool { return c.muted.Load() }

// Close ends the connection with a WebSocket close frame; further calls do nothing.
func (c *Conn) Close() {
	if c.closed.CompareAndSwap(false, true) {
		_ = c.ws.Close(websocket.StatusNormalClosure, "")
	}
}

// CloseWith ends the connection with another status of WebSocket.
func (c *Conn) CloseWith(status int) {
	if c.closed.CompareAndSwap(false, true) {
		_ = c.ws.Close(websocket.StatusCode(status), "")
	}
}

// Reset ends the connection with a TCP reset.
func (c *Conn) Reset() {
	c.closed.Store(true)
	if c.socket != nil {
		c.socket.Reset()
	}
	_ = c.ws.CloseNow()
}

// CloseNow ends the connection without any farewell.
func (c *Conn) CloseNow() {
	c.closed.Store(true)
	_ = c.ws.CloseNow()
}
