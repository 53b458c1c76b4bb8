package wire

import (
	"bytes"
	"compress/zlib"
	"context"
	"slices"
	"time"

	"github.com/coder/websocket"
)

// What a connection can be made to send in place of honest frames.

const (
	bombSize = 64 << 20
	// missing is how much longer a frame says it is than it is.
	missing = 1000
	// fragmentSize is how much of a message a fragment holds.
	fragmentSize = 5
)

// malformedNode is a stanza whose tag is a list: well encrypted, and nothing that a parser expects.
var malformedNode = []byte{0, 248, 2, 248, 0}

// truncatedNode is a stanza that promises four values and holds one.
var truncatedNode = []byte{0, 248, 4, 3}

// badZlib says that it is compressed, and is not.
var badZlib = []byte{flagCompressed, 1, 2, 3, 4, 5, 6, 7}

// garbage is as long as a small stanza, and no ciphertext of anything.
var garbage [64]byte

// bomb is a compressed frame of some 64 KiB that inflates to bombSize.
func bomb() []byte {
	var packed bytes.Buffer
	packed.WriteByte(flagCompressed)
	writer := zlib.NewWriter(&packed)
	chunk := make([]byte, 1<<20)
	for range bombSize / len(chunk) {
		_, _ = writer.Write(chunk)
	}
	_ = writer.Close()
	return packed.Bytes()
}

// Inject sends a broken frame of one kind; an unknown kind sends nothing.
func (c *Conn) Inject(ctx context.Context, kind string) error {
	switch kind {
	case "empty":
		return c.WritePlaintext(ctx, nil)
	case "malformed":
		return c.WritePlaintext(ctx, malformedNode)
	case "truncated":
		return c.WritePlaintext(ctx, truncatedNode)
	case "bad-zlib":
		return c.WritePlaintext(ctx, badZlib)
	case "bomb":
		return c.WritePlaintext(ctx, bomb())
	case "garbage":
		return c.writeGarbage(ctx)
	case "declared-length":
		return c.writeShort(ctx)
	default:
		return nil
	}
}

// writeGarbage sends one frame that the peer cannot decrypt; counters move on as if it were a stanza.
func (c *Conn) writeGarbage(ctx context.Context) error {
	c.writeLock.Lock()
	defer c.writeLock.Unlock()
	c.writeCounter++
	return c.send(ctx, frame(garbage[:]))
}

// writeShort sends a frame that is shorter than it says, and nothing after it: the peer waits for the rest.
func (c *Conn) writeShort(ctx context.Context) error {
	c.writeLock.Lock()
	message := frame(make([]byte, missing))
	err := c.send(ctx, message[:headerSize+missing/10])
	c.writeLock.Unlock()
	c.Mute()
	return err
}

// Manner is how one frame leaves; the zero Manner is that of an honest server.
type Manner struct {
	// Split is in two WebSocket messages, Fragment in one of many fragments.
	Split, Fragment bool
	// Spoil is so that the peer cannot decrypt it.
	Spoil bool
	// Join, if positive, is how long it waits for a frame that it shares a WebSocket message with.
	Join time.Duration
	// Trickle, if positive, is the pause between its bytes.
	Trickle time.Duration
}

// transmit sends one frame's bytes in a manner; the caller holds the write lock.
func (c *Conn) transmit(ctx context.Context, message []byte, manner Manner) error {
	if manner.Spoil {
		message[len(message)-1] ^= 0xff
	}
	if manner.Join > 0 {
		c.joined = append(c.joined, message...)
		time.AfterFunc(manner.Join, func() { c.flush(ctx) })
		return nil
	}
	if len(c.joined) > 0 {
		message, c.joined = append(c.joined, message...), nil
	}
	switch {
	case manner.Split:
		half := headerSize + (len(message)-headerSize)/2
		if err := c.send(ctx, message[:half]); err != nil {
			return err
		}
		return c.send(ctx, message[half:])
	case manner.Fragment:
		return c.fragment(ctx, message)
	case manner.Trickle > 0 && c.socket != nil:
		c.socket.trickle.Store(int64(manner.Trickle))
	}
	return c.send(ctx, message)
}

// flush sends what has waited long enough for company.
func (c *Conn) flush(ctx context.Context) {
	c.writeLock.Lock()
	defer c.writeLock.Unlock()
	if len(c.joined) > 0 {
		message := c.joined
		c.joined = nil
		_ = c.send(ctx, message)
	}
}

// fragment sends a message in pieces of a few bytes.
func (c *Conn) fragment(ctx context.Context, message []byte) error {
	if c.muted.Load() {
		return nil
	}
	writer, err := c.ws.Writer(ctx, websocket.MessageBinary)
	if err != nil {
		return err
	}
	for piece := range slices.Chunk(message, fragmentSize) {
		if _, err = writer.Write(piece); err != nil {
			return err
		}
	}
	return writer.Close()
}

func (c *Conn) send(ctx context.Context, message []byte) error {
	if c.muted.Load() {
		return nil
	}
	return c.frames.writeMessage(ctx, message)
}
