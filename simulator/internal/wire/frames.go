package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/coder/websocket"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"google.golang.org/protobuf/proto"
)

const (
	headerSize     = socket.FrameLengthSize
	writeTimeout   = 30 * time.Second
	maxIntroLength = 1 << 16
)

// ErrFrame means that the peer broke the framing; the stream cannot be followed any further.
var ErrFrame = errors.New("malformed frame")

// messages is a WebSocket as far as frames need it.
type messages interface {
	Read(ctx context.Context) (websocket.MessageType, []byte, error)
	Write(ctx context.Context, kind websocket.MessageType, message []byte) error
}

// frameStream cuts WebSocket messages into length-prefixed frames, however the peer grouped them, and
// writes whole frames, one in each WebSocket message. One reader; writes are serialised by the caller.
type frameStream struct {
	ws      messages
	pending []byte
	started bool
	// heard, if set, is called once, when the first handshake message has come.
	heard func() error
}

// read returns the next frame. The first one comes after the prologue, which read checks and removes.
func (f *frameStream) read(ctx context.Context) ([]byte, error) {
	if !f.started {
		if err := f.readPrologue(ctx); err != nil {
			return nil, err
		}
		f.started = true
	}
	if err := f.fill(ctx, headerSize); err != nil {
		return nil, err
	}
	length := int(f.pending[0])<<16 | int(f.pending[1])<<8 | int(f.pending[2])
	if err := f.fill(ctx, headerSize+length); err != nil {
		return nil, err
	}
	payload := f.pending[headerSize : headerSize+length : headerSize+length]
	f.pending = f.pending[headerSize+length:]
	if len(f.pending) == 0 {
		f.pending = nil
	}
	return payload, nil
}

func (f *frameStream) readPrologue(ctx context.Context) error {
	if err := f.fill(ctx, 4); err != nil {
		return err
	}
	if bytes.Equal(f.pending[:4], []byte{'E', 'D', 0, 1}) {
		// Edge routing: a hint for load balancers, no part of the Noise hash.
		if err := f.fill(ctx, 7); err != nil {
			return err
		}
		length := int(f.pending[4])<<16 | int(f.pending[5])<<8 | int(f.pending[6])
		if length > maxIntroLength {
			return fmt.Errorf("%w: routing intro of %d bytes", ErrFrame, length)
		}
		if err := f.fill(ctx, 7+length+4); err != nil {
			return err
		}
		f.pending = f.pending[7+length:]
	}
	if !bytes.Equal(f.pending[:4], socket.WAConnHeader) {
		return fmt.Errorf("%w: not the prologue of this protocol version", ErrFrame)
	}
	f.pending = f.pending[4:]
	return nil
}

// fill makes at least n bytes pending.
func (f *frameStream) fill(ctx context.Context, n int) error {
	for len(f.pending) < n {
		kind, message, err := f.ws.Read(ctx)
		if err != nil {
			return err
		}
		if kind != websocket.MessageBinary {
			continue
		}
		if len(f.pending) == 0 {
			f.pending = message
		} else {
			f.pending = append(f.pending, message...)
		}
	}
	return nil
}

// write sends one frame as one WebSocket message.
func (f *frameStream) write(ctx context.Context, payload []byte) error {
	return f.writeMessage(ctx, frame(payload))
}

func (f *frameStream) writeMessage(ctx context.Context, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	return f.ws.Write(ctx, websocket.MessageBinary, message)
}

func frame(payload []byte) []byte {
	length := len(payload)
	message := make([]byte, headerSize, headerSize+length)
	message[0], message[1], message[2] = byte(length>>16), byte(length>>8), byte(length)
	return append(message, payload...)
}

func (f *frameStream) readHandshake(ctx context.Context) (*waWa6.HandshakeMessage, error) {
	payload, err := f.read(ctx)
	if err != nil {
		return nil, err
	}
	message := &waWa6.HandshakeMessage{}
	if err = proto.Unmarshal(payload, message); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	if heard := f.heard; heard != nil {
		f.heard = nil
		return message, heard()
	}
	return message, nil
}

func (f *frameStream) writeHandshake(ctx context.Context, message *waWa6.HandshakeMessage) error {
	payload, err := proto.Marshal(message)
	if err != nil {
		return fmt.Errorf("wire: handshake message: %w", err)
	}
	return f.write(ctx, payload)
}
