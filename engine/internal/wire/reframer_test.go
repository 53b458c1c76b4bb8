package wire

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/rand/v2"
	"testing"
	"time"
)

type observed struct {
	frames  int
	ends    []error
	refused []error
	lenient bool
}

func (o *observed) Room(<-chan struct{}) {}
func (o *observed) FrameArrived()        { o.frames++ }
func (o *observed) FrameRefused(err error) bool {
	o.refused = append(o.refused, err)
	return o.lenient
}
func (o *observed) StreamEnded(err error) { o.ends = append(o.ends, err) }

// guarded is a reframer that has the key of what the server sends, whatever the handshake was.
func guarded(stream io.ReadWriteCloser, observer Observer, gate <-chan struct{}) *reframer {
	r := newReframer(stream, observer, gate, &Secrets{})
	r.key, _ = aead(make([]byte, 32))
	return r
}

// sealed is a frame as the server encrypts it, the nth after the handshake.
func sealed(n uint32, plain []byte) []byte {
	key, _ := aead(make([]byte, 32))
	body := key.Seal(nil, nonce(n), plain, nil)
	return append([]byte{byte(len(body) >> 16), byte(len(body) >> 8), byte(len(body))}, body...)
}

// open is a gate that lets everything through.
func open() <-chan struct{} {
	gate := make(chan struct{})
	close(gate)
	return gate
}

// stream is a connection that yields at most step bytes per read.
type stream struct {
	data   []byte
	step   int
	closed bool
}

func (s *stream) Read(p []byte) (int, error) {
	if len(s.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p, s.data[:min(s.step, len(s.data))])
	s.data = s.data[n:]
	return n, nil
}
func (s *stream) Write(p []byte) (int, error) { return len(p), nil }
func (s *stream) Close() error                { s.closed = true; return nil }

func message(opcode byte, final bool, payload []byte) []byte {
	head := opcode
	if final {
		head |= 0x80
	}
	out := []byte{head}
	switch {
	case len(payload) < 126:
		out = append(out, byte(len(payload)))
	case len(payload) <= 0xffff:
		out = binary.BigEndian.AppendUint16(append(out, 126), uint16(len(payload)))
	default:
		out = binary.BigEndian.AppendUint64(append(out, 127), uint64(len(payload)))
	}
	return append(out, payload...)
}

func noise(size int) []byte {
	body := bytes.Repeat([]byte{byte(size)}, size)
	return append([]byte{byte(size >> 16), byte(size >> 8), byte(size)}, body...)
}

// messages parses what the reader got back into WebSocket payloads.
func messages(t *testing.T, raw []byte) (payloads [][]byte) {
	t.Helper()
	for len(raw) > 0 {
		size, head := int(raw[1]), 2
		switch size {
		case 126:
			size, head = int(binary.BigEndian.Uint16(raw[2:])), 4
		case 127:
			size, head = int(binary.BigEndian.Uint64(raw[2:])), 10
		}
		if raw[0] == 0x82 {
			payloads = append(payloads, raw[head:head+size])
		}
		raw = raw[head+size:]
	}
	return payloads
}

func TestOneMessagePerFrameHoweverTheServerCuts(t *testing.T) {
	frames := [][]byte{noise(40), noise(17), noise(300), noise(70_000), noise(18)}
	whole := bytes.Join(frames, nil)
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 200 {
		var sent []byte
		for rest := whole; len(rest) > 0; {
			n := 1 + random.IntN(min(len(rest), 1+random.IntN(70_100)))
			if random.IntN(2) == 0 || n < 2 {
				sent = append(sent, message(opBinary, true, rest[:n])...)
			} else { // the same as a fragmented message, with a ping between the fragments
				sent = append(sent, message(opBinary, false, rest[:n/2])...)
				sent = append(sent, message(9, true, []byte("ping"))...)
				sent = append(sent, message(0, true, rest[n/2:n])...)
			}
			rest = rest[n:]
		}
		seen := &observed{}
		got, err := io.ReadAll(guarded(&stream{data: sent, step: 1 + random.IntN(5000)}, seen, open()))
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		payloads := messages(t, got)
		if len(payloads) != len(frames) || seen.frames != len(frames) {
			t.Fatalf("round %d: %d messages, %d frames seen, want %d", round, len(payloads), seen.frames, len(frames))
		}
		for i := range frames {
			if !bytes.Equal(payloads[i], frames[i]) {
				t.Fatalf("round %d: frame %d differs", round, i)
			}
		}
	}
}

func TestAnEmptyPlaintextIsReplaced(t *testing.T) {
	empty := sealed(0, nil)
	sent := message(opBinary, true, bytes.Join([][]byte{noise(40), empty, noise(20)}, nil))
	got, err := io.ReadAll(guarded(&stream{data: sent, step: 4096}, &observed{}, open()))
	if err != nil {
		t.Fatal(err)
	}
	payloads := messages(t, got)
	if len(payloads) != 3 {
		t.Fatalf("%d messages, want 3: the library counts frames, none may be missing", len(payloads))
	}
	if bytes.Equal(payloads[1], empty) {
		t.Error("a frame with an empty plaintext was passed on as it was")
	}
}

func TestTheHandshakeMayBeShort(t *testing.T) {
	sent := message(opBinary, true, noise(tagSize))
	got, err := io.ReadAll(guarded(&stream{data: sent, step: 4096}, &observed{}, open()))
	if err != nil || !bytes.Equal(messages(t, got)[0], noise(tagSize)) {
		t.Errorf("the first frame, which is not encrypted, was changed: %v", err)
	}
}

func TestTextIsDropped(t *testing.T) {
	sent := append(message(opText, false, []byte("hello")), message(0, true, noise(20))...)
	sent = append(sent, message(opBinary, true, noise(40))...)
	got, err := io.ReadAll(guarded(&stream{data: sent, step: 3}, &observed{}, open()))
	if err != nil || len(messages(t, got)) != 1 {
		t.Errorf("text reached the library: %q, %v", got, err)
	}
}

func TestBrokenFramingEndsTheStreamOnce(t *testing.T) {
	cases := map[string][]byte{
		"compressed":        {0x80 | 0x40 | opBinary, 0},
		"masked":            {0x80 | opBinary, 0x80 | 1, 0, 0, 0, 0, 1},
		"long control":      message(9, true, make([]byte, 200)),
		"frame without tag": message(opBinary, true, append(noise(40), noise(3)...)),
		"cut in the middle": message(opBinary, true, noise(40))[:20],
	}
	for name, sent := range cases {
		seen := &observed{}
		r := guarded(&stream{data: sent, step: 4096}, seen, open())
		_, err := io.ReadAll(r)
		if err == nil {
			t.Errorf("%s: no error", name)
		}
		if name != "cut in the middle" && !errors.Is(err, ErrStream) {
			t.Errorf("%s: %v is not ErrStream", name, err)
		}
		if _, again := r.Read(make([]byte, 10)); again == nil {
			t.Errorf("%s: reads on after the end", name)
		}
		_ = r.Close()
		if len(seen.ends) != 1 {
			t.Errorf("%s: the end was told %d times", name, len(seen.ends))
		}
	}
}

func TestALyingLengthCostsNoMemory(t *testing.T) {
	sent := []byte{0x80 | opBinary, 127, 0, 0, 0, 0xff, 0, 0, 0, 0, 1, 2, 3}
	r := guarded(&stream{data: sent, step: 4096}, &observed{}, open())
	if _, err := io.ReadAll(r); err == nil {
		t.Fatal("no error")
	}
	if cap(r.partial) > 4*readChunk {
		t.Errorf("%d bytes held for a length that was only claimed", cap(r.partial))
	}
}

// A reader that is paused hands nothing on, and a cut lets it go.
func TestNothingIsHandedOnWithoutRoom(t *testing.T) {
	sent := message(opBinary, true, bytes.Join([][]byte{noise(40), noise(20), noise(21)}, nil))
	full := &narrow{room: make(chan struct{}), asked: make(chan struct{}, 10)}
	r := guarded(&stream{data: sent, step: 4096}, full, open())
	read := make(chan int, 10)
	go func() {
		defer close(read)
		buffer := make([]byte, 4096)
		for {
			n, err := r.Read(buffer)
			if err != nil {
				return
			}
			read <- n
		}
	}()
	if n := <-read; n != 2+noiseHeader+40 {
		t.Fatalf("the handshake gave %d bytes", n)
	}
	<-full.asked
	full.room <- struct{}{}
	if n := <-read; n != 2+noiseHeader+20 {
		t.Errorf("%d bytes were handed on for one place", n)
	}
	<-full.asked
	if full.frames != 2 {
		t.Errorf("%d frames handed on, want the handshake and one", full.frames)
	}
	r.halt()
	if _, more := <-read; more {
		t.Error("something was handed on after the cut")
	}
}

// narrow is an observer that gives room for one frame at a time.
type narrow struct {
	observed
	room  chan struct{}
	asked chan struct{}
}

func (n *narrow) Room(stop <-chan struct{}) {
	n.asked <- struct{}{}
	select {
	case <-n.room:
	case <-stop:
	}
}

func TestFramesWaitUntilTheyAreReleased(t *testing.T) {
	sent := message(opBinary, true, append(noise(40), noise(20)...))
	gate := make(chan struct{})
	seen := &observed{}
	r := guarded(&stream{data: sent, step: 4096}, seen, gate)
	buffer := make([]byte, 4096)
	if _, err := r.Read(buffer); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(10*time.Millisecond, r.halt)
	if n, err := r.Read(buffer); err == nil {
		t.Errorf("%d bytes of a second frame before the release", n)
	}
}

func TestAFrameThatHoldsNoNodeEndsTheStream(t *testing.T) {
	good := samples(t)[0]
	bad := malformed()["a list as its tag"]
	sent := message(opBinary, true, bytes.Join([][]byte{noise(40), sealed(0, good), sealed(1, bad), sealed(2, good)}, nil))
	seen := &observed{}
	got, err := io.ReadAll(guarded(&stream{data: bytes.Clone(sent), step: 4096}, seen, open()))
	if !errors.Is(err, ErrMalformed) || len(messages(t, got)) != 2 || len(seen.refused) != 1 || len(seen.ends) != 1 {
		t.Errorf("%d messages, refused %v, ends %v, error %v", len(messages(t, got)), seen.refused, seen.ends, err)
	}

	// When the stream goes on without it, the library must not be able to open it, and what follows is as it was.
	lenient := &observed{lenient: true}
	got, err = io.ReadAll(guarded(&stream{data: bytes.Clone(sent), step: 4096}, lenient, open()))
	payloads := messages(t, got)
	if err != nil || len(payloads) != 4 {
		t.Fatalf("%d messages, error %v", len(payloads), err)
	}
	if bytes.Equal(payloads[2], sealed(1, bad)) || !bytes.Equal(payloads[3], sealed(2, good)) {
		t.Error("the malformed frame was handed on as it was, or a good one was changed")
	}
}

func TestNothingFollowsAHandshakeThatCannotBeRead(t *testing.T) {
	sent := message(opBinary, true, append(noise(40), noise(20)...))
	r := newReframer(&stream{data: sent, step: 4096}, &observed{}, open(), &Secrets{})
	if got, err := io.ReadAll(r); !errors.Is(err, ErrStream) || len(messages(t, got)) != 1 {
		t.Errorf("%d messages, error %v", len(messages(t, got)), err)
	}
}

func TestAPanicWhileReadingEndsTheStream(t *testing.T) {
	sent := message(opBinary, true, append(noise(40), noise(20)...))
	r := guarded(&stream{data: sent, step: 4096}, &explosive{}, open())
	if _, err := io.ReadAll(r); !errors.Is(err, ErrMalformed) {
		t.Errorf("error %v", err)
	}
}

// explosive is an observer that panics.
type explosive struct{ observed }

func (*explosive) Room(<-chan struct{}) { panic("boom") }

// A frame may be as large as the protocol allows.
func TestALargeFrameIsHandedOn(t *testing.T) {
	large := noise(maxFrame)
	sent := message(opBinary, true, append(noise(40), large...))
	got, err := io.ReadAll(guarded(&stream{data: sent, step: 1 << 20}, &observed{}, open()))
	if payloads := messages(t, got); err != nil || len(payloads) != 2 || !bytes.Equal(payloads[1], large) {
		t.Errorf("%d messages, error %v", len(payloads), err)
	}
}

// The header can name a few sizes more than the library's reader takes.
func TestAFrameThatIsTooLargeForTheLibraryIsLeftOut(t *testing.T) {
	sent := message(opBinary, true, bytes.Join([][]byte{noise(40), noise(maxFrame + 1), noise(20)}, nil))
	strict := &observed{}
	if _, err := io.ReadAll(guarded(&stream{data: bytes.Clone(sent), step: 1 << 20}, strict, open())); !errors.Is(err, ErrMalformed) {
		t.Errorf("error %v", err)
	}
	lenient := &observed{lenient: true}
	got, err := io.ReadAll(guarded(&stream{data: bytes.Clone(sent), step: 1 << 20}, lenient, open()))
	if payloads := messages(t, got); err != nil || len(payloads) != 3 || len(payloads[1]) > 100 || !bytes.Equal(payloads[2], noise(20)) {
		t.Errorf("%d messages, error %v", len(payloads), err)
	}
}
