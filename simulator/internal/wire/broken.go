package wire

import (
	"bytes"
	"compress/zlib"
	"context"
	"time"

	"github.com/coder/websocket"
)

// What a connection can be made to send in place of honest frames.

const (
	bombSize = 64 << 20
	// missing is how much longer a frame says it is than it is.
	missing = 1000
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

// SplitNext makes the next frame leave in two WebSocket messages.
func (c *Conn) SplitNext() { c.splitNext.Store(true) }

// SpoilNext makes the next frame one that the peer cannot decrypt.
func (c *Conn) SpoilNext() { c.spoilNext.Store(true) }

// JoinNext makes the next frame wait, at most so long, for one that it shares a WebSocket message with.
func (c *Conn) JoinNext(longest time.Duration) { c.joinNext.Store(int64(longest)) }

// TrickleNext makes the next frame leave byte by byte, in one fragmented WebSocket message.
func (c *Conn) TrickleNext(pause time.Duration) { c.trickleNext.Store(int64(pause)) }

// transmit sends one frame's bytes as the faults want them; the caller holds the write lock.
func (c *Conn) transmit(ctx context.Context, message []byte) error {
	if c.spoilNext.Swap(false) {
		message[len(message)-1] ^= 0xff
	}
	if wait := c.joinNext.Swap(0); wait > 0 {
		c.joined = append(c.joined, message...)
		time.AfterFunc(time.Duration(wait), func() { c.flush(ctx) })
		return nil
	}
	if len(c.joined) > 0 {
		message, c.joined = append(c.joined, message...), nil
	}
	if c.splitNext.Swap(false) {
		half := headerSize + (len(message)-headerSize)/2
		if err := c.send(ctx, message[:half]); err != nil {
			return err
		}
		return c.send(ctx, message[half:])
	}
	if pause := c.trickleNext.Swap(0); pause > 0 {
		return c.trickle(ctx, message, time.Duration(pause))
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

// trickle sends a message byte by byte.
func (c *Conn) trickle(ctx context.Context, message []byte, pause time.Duration) error {
	if c.muted.Load() {
		return nil
	}
	writer, err := c.ws.Writer(ctx, websocket.MessageBinary)
	if err != nil {
		return err
	}
	for at := range message {
		if _, err = writer.Write(message[at : at+1]); err != nil {
			return err
		}
		time.Sleep(pause)
	}
	return writer.Close()
}

func (c *Conn) send(ctx context.Context, message []byte) error {
	if c.muted.Load() {
		return nil
	}
	return c.frames.writeMessage(ctx, message)
}
