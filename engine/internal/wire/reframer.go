package wire

import (
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
)

const (
	// The largest Noise frame that is handed on: the protocol's own limit, less what the library's reader counts as its
	// header. What is larger by these three bytes is treated as malformed.
	maxFrame = 1<<24 - noiseHeader
	// A Noise frame of just the authentication tag carries an empty plaintext.
	tagSize       = 16
	noiseHeader   = 3
	readChunk     = 32 << 10
	opText        = 1
	opBinary      = 2
	opControlBit  = 8
	maxControl    = 125
	finalBinary   = 0x80 | opBinary
	reservedBits  = 0x70
	shortPayload  = 125
	twoByteLength = 126
	eightByteLen  = 127
)

// ErrStream says that the server broke the framing: nothing on this connection can be trusted any more.
var ErrStream = errors.New("broken framing")

// ErrCut says that this end cut the connection.
var ErrCut = errors.New("cut")

// reframer hands its reader exactly one WebSocket message per whole Noise frame, however the server cut them, and only
// frames that hold a node. It opens each with a copy of the key; what it hands on is as the server sent it.
//
// Source: whatsmeow 35ae40906e74, FrameSocket.processData misplaces a frame that is split over messages;
// binary.Unpack panics on an empty plaintext, in a goroutine without recover.
type reframer struct {
	stream   io.ReadWriteCloser
	observer Observer
	ended    sync.Once
	cut      atomic.Bool

	released <-chan struct{} // closed when frames after the first may be handed on
	stop     chan struct{}   // closed at the cut or the close
	stopped  sync.Once

	ready   []byte // WebSocket bytes for the reader
	partial []byte // Noise bytes that are not handed on yet
	payload uint64 // bytes of the WebSocket frame that are still to be read
	text    bool   // inside a text message, which the protocol does not know
	frames  uint64
	failed  error

	secrets *Secrets
	key     cipher.AEAD // of what the server sends; nil until its hello was read
}

var _ io.ReadWriteCloser = (*reframer)(nil)

func newReframer(stream io.ReadWriteCloser, observer Observer, released <-chan struct{}, secrets *Secrets) *reframer {
	return &reframer{stream: stream, observer: observer, released: released, secrets: secrets, stop: make(chan struct{})}
}

// halt lets a reader go that waits for room, and everything that would be written.
func (r *reframer) halt() {
	r.cut.Store(true)
	r.stopped.Do(func() { close(r.stop) })
}

func (r *reframer) Write(p []byte) (int, error) {
	if r.cut.Load() {
		return 0, ErrCut
	}
	return r.stream.Write(p)
}

func (r *reframer) Close() error {
	r.stopped.Do(func() { close(r.stop) })
	err := r.stream.Close()
	r.end(io.EOF)
	return err
}

func (r *reframer) end(err error) {
	r.ended.Do(func() { r.observer.StreamEnded(err) })
}

// Read runs on the library's reading goroutine, which has no recover.
func (r *reframer) Read(p []byte) (n int, err error) {
	defer func() {
		if value := recover(); value != nil {
			r.failed = fmt.Errorf("%w: panic: %v", ErrMalformed, value)
			r.end(r.failed)
			n, err = 0, r.failed
		}
	}()
	return r.read(p)
}

func (r *reframer) read(p []byte) (int, error) {
	if r.cut.Load() {
		r.end(ErrCut)
		return 0, ErrCut
	}
	if r.failed != nil {
		return 0, r.failed
	}
	for len(r.ready) == 0 {
		whole, err := r.handOn()
		if err == nil && !whole {
			err = r.fill()
		}
		if err != nil {
			r.failed = err
			r.end(err)
			return 0, err
		}
	}
	n := copy(p, r.ready)
	r.ready = r.ready[n:]
	if len(r.ready) == 0 {
		r.ready = nil
	}
	return n, nil
}

// fill reads a piece of the WebSocket stream: a control frame, or some more Noise bytes.
func (r *reframer) fill() error {
	if r.payload > 0 {
		return r.takePayload()
	}
	var head [2]byte
	if _, err := io.ReadFull(r.stream, head[:]); err != nil {
		return err
	}
	if head[0]&reservedBits != 0 || head[1]&0x80 != 0 {
		return fmt.Errorf("%w: reserved bits or mask from the server", ErrStream)
	}
	length, err := r.payloadLength(head[1] & 0x7f)
	if err != nil {
		return err
	}
	opcode := head[0] & 0x0f
	if opcode >= opControlBit {
		return r.passControl(head, length)
	}
	if opcode == opText || opcode == opBinary {
		r.text = opcode == opText
	}
	r.payload = length
	return nil
}

func (r *reframer) payloadLength(short byte) (uint64, error) {
	var extended [8]byte
	switch short {
	case twoByteLength:
		_, err := io.ReadFull(r.stream, extended[:2])
		return uint64(binary.BigEndian.Uint16(extended[:2])), err
	case eightByteLen:
		_, err := io.ReadFull(r.stream, extended[:])
		return binary.BigEndian.Uint64(extended[:]), err
	default:
		return uint64(short), nil
	}
}

func (r *reframer) passControl(head [2]byte, length uint64) error {
	if length > maxControl {
		return fmt.Errorf("%w: control frame of %d bytes", ErrStream, length)
	}
	frame := make([]byte, 2+length)
	copy(frame, head[:])
	if _, err := io.ReadFull(r.stream, frame[2:]); err != nil {
		return err
	}
	r.ready = append(r.ready, frame...)
	return nil
}

// takePayload reads a chunk of the payload, so that a length that lies costs no memory before its bytes arrive.
func (r *reframer) takePayload() error {
	chunk := int(min(r.payload, readChunk))
	start := len(r.partial)
	r.partial = append(r.partial, make([]byte, chunk)...)
	if _, err := io.ReadFull(r.stream, r.partial[start:]); err != nil {
		return err
	}
	r.payload -= uint64(chunk)
	if r.text {
		r.partial = r.partial[:start]
	}
	return nil
}

// handOn puts the next frame that is whole into ready, when there is room for it; false when none is whole.
func (r *reframer) handOn() (bool, error) {
	if len(r.partial) < noiseHeader {
		return false, nil
	}
	size := int(r.partial[0])<<16 | int(r.partial[1])<<8 | int(r.partial[2])
	if r.frames > 0 && size < tagSize {
		return false, fmt.Errorf("%w: frame of %d bytes has no authentication tag", ErrStream, size)
	}
	if len(r.partial) < noiseHeader+size {
		return false, nil
	}
	if r.frames > 0 && r.key == nil {
		return false, fmt.Errorf("%w: frames after a handshake that cannot be read", ErrStream)
	}
	if r.frames > 0 && !r.waitForRoom() {
		return false, ErrCut
	}
	frame, err := r.examine(r.partial[:noiseHeader+size])
	if err != nil {
		return false, err
	}
	r.emit(frame)
	r.partial = r.partial[noiseHeader+size:]
	switch {
	case len(r.partial) == 0:
		r.partial = nil
	case size > readChunk: // its memory must not live as long as what came after it
		r.partial = append([]byte(nil), r.partial...)
	}
	return true, nil
}

// waitForRoom waits until the frame may be handed on; false when the connection was cut or closed meanwhile.
func (r *reframer) waitForRoom() bool {
	select {
	case <-r.released:
	case <-r.stop:
		return false
	}
	r.observer.Room(r.stop)
	select {
	case <-r.stop:
		return false
	default:
		return true
	}
}

// examine looks into a frame before the library does, and answers what it gets to see: the frame as it is, or one that does
// not open. Leaving a frame out would shift the library's decryption counter against the server's; one that does not open
// it skips, and keeps count.
func (r *reframer) examine(frame []byte) ([]byte, error) {
	sealed := frame[noiseHeader:]
	if r.frames == 0 {
		r.hello(sealed)
		return frame, nil
	}
	err := r.check(sealed)
	switch {
	case err == nil:
		return frame, nil
	case errors.Is(err, errEmpty), r.observer.FrameRefused(err):
		return []byte{0, 0, tagSize, tagSize - 1 + noiseHeader: 0}, nil
	default:
		return nil, err
	}
}

// check raises ErrMalformed for a frame that opens and must not reach the library.
func (r *reframer) check(sealed []byte) error {
	if len(sealed) > maxFrame {
		return fmt.Errorf("%w: %d bytes", ErrMalformed, len(sealed))
	}
	buffer, _ := opened.Get().(*[]byte)
	defer opened.Put(buffer)
	plain, err := r.key.Open((*buffer)[:0], nonce(uint32(r.frames-1)), sealed, nil)
	if err != nil {
		return nil // the library sees the same, and it is counted there
	}
	if cap(plain) <= readChunk {
		*buffer = plain
	}
	return CheckFrame(plain)
}

// opened lends memory for frames that are decrypted: a thousand idle connections hold none.
var opened = sync.Pool{New: func() any { return new([]byte) }} //nolint:gochecknoglobals // a pool is one

// hello reads the server's part of the handshake. One that cannot be read is left to the library, which refuses it; should
// it not, then nothing that follows can be examined, and nothing is handed on.
func (r *reframer) hello(frame []byte) {
	if key, err := r.secrets.read(frame); err == nil {
		r.key = key
	}
}

func (r *reframer) emit(frame []byte) {
	r.frames++
	r.observer.FrameArrived()
	size := len(frame)
	switch {
	case size <= shortPayload:
		r.ready = append(r.ready, finalBinary, byte(size))
	case size <= 0xffff:
		r.ready = append(r.ready, finalBinary, twoByteLength)
		r.ready = binary.BigEndian.AppendUint16(r.ready, uint16(size))
	default:
		r.ready = append(r.ready, finalBinary, eightByteLen)
		r.ready = binary.BigEndian.AppendUint64(r.ready, uint64(size))
	}
	r.ready = append(r.ready, frame...)
}
