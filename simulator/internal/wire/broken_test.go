package wire

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/util/gcmutil"
)

// written lets a connection write, and returns what the client gets until the connection ends: WebSocket messages.
func written(t *testing.T, write func(*Conn)) [][]byte {
	t.Helper()
	aead, err := gcmutil.Prepare(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := Upgrade(w, r, false)
		if err != nil {
			return
		}
		write(&Conn{ID: 1, ws: ws, frames: &frameStream{ws: ws}, keys: &transportKeys{toClient: aead}})
		_ = ws.Close(websocket.StatusNormalClosure, "")
	}))
	t.Cleanup(server.Close)
	client, _, err := websocket.Dial(t.Context(), server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	var messages [][]byte
	for {
		_, message, err := client.Read(t.Context())
		if err != nil {
			return messages
		}
		messages = append(messages, message)
	}
}

// open reads a frame with the counter, and tells whether that was possible.
func open(t *testing.T, message []byte, counter uint32) (plain []byte, whole bool) {
	t.Helper()
	aead, err := gcmutil.Prepare(make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	if len(message) < headerSize || len(message)-headerSize != int(message[0])<<16|int(message[1])<<8|int(message[2]) {
		return nil, false
	}
	plain, err = aead.Open(nil, nonce(counter), message[headerSize:], nil)
	return plain, err == nil
}

var probe = binary.Node{Tag: "iq", Attrs: binary.Attrs{"id": "probe"}}

func TestMannersOfAFrame(t *testing.T) {
	write := func(manners ...Manner) [][]byte {
		return written(t, func(c *Conn) {
			for _, manner := range manners {
				_ = c.WriteAs(context.Background(), probe, manner)
			}
		})
	}
	if got := write(Manner{}, Manner{}); len(got) != 2 {
		t.Errorf("two frames in %d messages", len(got))
	}
	split := write(Manner{Split: true})
	if len(split) != 2 || len(split[0]) <= headerSize {
		t.Fatalf("split into %d", len(split))
	}
	if _, whole := open(t, append(split[0], split[1]...), 0); !whole {
		t.Error("the halves are no frame")
	}
	joined := write(Manner{Join: time.Minute}, Manner{})
	if len(joined) != 1 {
		t.Fatalf("joined into %d", len(joined))
	}
	if _, whole := open(t, joined[0][:len(joined[0])/2], 0); !whole {
		t.Error("the first of two is no frame")
	}
	spoilt := write(Manner{Spoil: true}, Manner{})
	if _, whole := open(t, spoilt[0], 0); whole {
		t.Error("a spoilt frame can be read")
	}
	if _, whole := open(t, spoilt[1], 1); !whole {
		t.Error("the frame after it cannot be read")
	}
	if got := write(Manner{Fragment: true}); len(got) != 1 {
		t.Errorf("fragmented into %d messages", len(got))
	} else if _, whole := open(t, got[0], 0); !whole {
		t.Error("the fragments are no frame")
	}
}

// A frame that waits for company leaves alone when none comes.
func TestAJoinedFrameLeavesInTheEnd(t *testing.T) {
	left := make(chan struct{})
	got := written(t, func(c *Conn) {
		_ = c.WriteAs(context.Background(), probe, Manner{Join: 10 * time.Millisecond})
		for {
			c.writeLock.Lock()
			gone := len(c.joined) == 0
			c.writeLock.Unlock()
			if gone {
				close(left)
				return
			}
			time.Sleep(time.Millisecond)
		}
	})
	<-left
	if len(got) != 1 {
		t.Errorf("%d messages", len(got))
	}
}

func TestBrokenFrames(t *testing.T) {
	for kind, fits := range map[string]func([][]byte) bool{
		"declared-length": func(got [][]byte) bool {
			return len(got) == 1 && int(got[0][1])<<8|int(got[0][2]) > len(got[0])
		},
		"garbage": func(got [][]byte) bool {
			_, first := open(t, got[0], 0)
			_, second := open(t, got[1], 1)
			return !first && second
		},
		"truncated": func(got [][]byte) bool {
			plain, ok := open(t, got[0], 0)
			_, err := decode(plain)
			return ok && errors.Is(err, ErrStanza)
		},
		"no-such": func(got [][]byte) bool { return len(got) == 1 },
	} {
		got := written(t, func(c *Conn) {
			_ = c.Inject(context.Background(), kind)
			_ = c.Write(context.Background(), probe)
		})
		if !fits(got) {
			t.Errorf("%s: %d messages", kind, len(got))
		}
	}
}

// A muted socket throws away what comes and what goes, and ends when the peer does.
func TestAMutedSocket(t *testing.T) {
	here, there := net.Pipe()
	socket := &Socket{Conn: here}
	socket.Mute()
	if n, err := socket.Write([]byte("into the void")); n != 13 || err != nil {
		t.Errorf("wrote %d, %v", n, err)
	}
	go func() {
		_, _ = there.Write([]byte("never read"))
		_ = there.Close()
	}()
	if n, err := socket.Read(make([]byte, 100)); n != 0 || !errors.Is(err, io.EOF) {
		t.Errorf("read %d, %v", n, err)
	}
}

func TestASocketThatDrips(t *testing.T) {
	here, there := net.Pipe()
	socket := &Socket{Conn: here}
	socket.trickle.Store(int64(time.Microsecond))
	go func() {
		_, _ = socket.Write([]byte("abc"))
		_, _ = socket.Write([]byte("def"))
	}()
	for _, want := range []int{1, 1, 1, 3} {
		if n, err := there.Read(make([]byte, 100)); n != want || err != nil {
			t.Errorf("read %d, not %d, %v", n, want, err)
		}
	}
}
