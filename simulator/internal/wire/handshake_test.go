package wire

import (
	"bytes"
	"context"
	"crypto/cipher"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/coder/websocket"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/seed"
)

// served is what the server's side made of one connection.
type served struct {
	hello *Hello
	err   error
	nodes chan *binary.Node
}

// serve accepts connections, shakes hands and reads stanzas.
func serve(t *testing.T, authority *Authority) (dial func() *websocket.Conn, results chan *served) {
	t.Helper()
	results = make(chan *served, 10)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ws, err := Upgrade(w, r, false)
		if err != nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
		defer cancel()
		conn, hello, err := Handshake(ctx, ws, 1, authority, nil)
		result := &served{hello: hello, err: err, nodes: make(chan *binary.Node, 10)}
		results <- result
		if err != nil {
			_ = ws.CloseNow()
			return
		}
		for {
			node, err := conn.Read(ctx)
			if err != nil {
				close(result.nodes)
				return
			}
			result.nodes <- node
			_ = conn.Write(ctx, *node)
		}
	}))
	t.Cleanup(server.Close)
	return func() *websocket.Conn {
		ws, _, err := websocket.Dial(context.Background(), server.URL, nil)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = ws.CloseNow() })
		return ws
	}, results
}

func newAuthority(t *testing.T) *Authority {
	t.Helper()
	authority, err := NewAuthority(seed.New(3), time.Now(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return authority
}

// initiator is a client's side of the handshake, written from the patterns: it shares only the symmetric state
// with the server.
type initiator struct {
	t         *testing.T
	ws        *websocket.Conn
	static    *keys.KeyPair
	ephemeral *keys.KeyPair
	frames    *frameStream
}

func newInitiator(t *testing.T, ws *websocket.Conn) *initiator {
	return &initiator{t: t, ws: ws, static: keys.NewKeyPair(), ephemeral: keys.NewKeyPair(), frames: &frameStream{ws: ws, started: true}}
}

func (i *initiator) must(err error) {
	i.t.Helper()
	if err != nil {
		i.t.Fatal(err)
	}
}

func (i *initiator) payload() []byte {
	encoded, err := proto.Marshal(&waWa6.ClientPayload{Username: proto.Uint64(49151)})
	i.must(err)
	return encoded
}

func (i *initiator) sendHello(intro []byte, hello *waWa6.HandshakeMessage_ClientHello) {
	i.t.Helper()
	encoded, err := proto.Marshal(&waWa6.HandshakeMessage{ClientHello: hello})
	i.must(err)
	message := append(append(append([]byte{}, intro...), socket.WAConnHeader...), frame(encoded)...)
	i.must(i.ws.Write(context.Background(), websocket.MessageBinary, message))
}

func (i *initiator) answer() *waWa6.HandshakeMessage_ServerHello {
	i.t.Helper()
	message, err := i.frames.readHandshake(context.Background())
	i.must(err)
	return message.GetServerHello()
}

// helloIK is the first message of IK to a server whose static key is believed to be known.
func (i *initiator) helloIK(server *[32]byte) *symmetric {
	state := newSymmetric(patternIK, socket.WAConnHeader)
	state.mixHash(server[:])
	state.mixHash(i.ephemeral.Pub[:])
	i.must(state.mixKey(i.ephemeral.Priv, server))
	static := state.encrypt(i.static.Pub[:])
	i.must(state.mixKey(i.static.Priv, server))
	payload := state.encrypt(i.payload())
	i.sendHello([]byte("ED\x00\x01\x00\x00\x03abc"), &waWa6.HandshakeMessage_ClientHello{
		Ephemeral: i.ephemeral.Pub[:], Static: static, Payload: payload,
	})
	return state
}

// finishXX plays the rest of XX, under its own name or as the fallback from IK.
func (i *initiator) finishXX(pattern string, hello *waWa6.HandshakeMessage_ServerHello) *symmetric {
	i.t.Helper()
	state := newSymmetric(pattern, socket.WAConnHeader)
	theirs := (*[32]byte)(hello.GetEphemeral())
	state.mixHash(i.ephemeral.Pub[:])
	state.mixHash(theirs[:])
	i.must(state.mixKey(i.ephemeral.Priv, theirs))
	server, err := state.decrypt(hello.GetStatic())
	i.must(err)
	i.must(state.mixKey(i.ephemeral.Priv, (*[32]byte)(server)))
	_, err = state.decrypt(hello.GetPayload())
	i.must(err)
	static := state.encrypt(i.static.Pub[:])
	i.must(state.mixKey(i.static.Priv, theirs))
	i.must(i.frames.writeHandshake(context.Background(), &waWa6.HandshakeMessage{ClientFinish: &waWa6.HandshakeMessage_ClientFinish{
		Static: static, Payload: state.encrypt(i.payload()),
	}}))
	return state
}

// talk proves both transport keys: the server echoes a stanza.
func (i *initiator) talk(state *symmetric) {
	i.t.Helper()
	out, in, err := state.split()
	i.must(err)
	i.must(i.frames.write(context.Background(), seal(i.t, out, 0, binary.Node{Tag: "ping", Attrs: binary.Attrs{"id": "1"}})))
	answer, err := i.frames.read(context.Background())
	i.must(err)
	plaintext, err := in.Open(nil, nonce(0), answer, nil)
	i.must(err)
	node, err := decode(plaintext)
	i.must(err)
	if node.Tag != "ping" || node.Attrs["id"] != "1" {
		i.t.Errorf("echoed %+v", node)
	}
}

func seal(t *testing.T, aead cipher.AEAD, counter uint32, node binary.Node) []byte {
	t.Helper()
	plaintext, err := binary.Marshal(node)
	if err != nil {
		t.Fatal(err)
	}
	return aead.Seal(nil, nonce(counter), plaintext, nil)
}

func (i *initiator) expect(result *served, pattern string) {
	i.t.Helper()
	if result.err != nil {
		i.t.Fatal(result.err)
	}
	if result.hello.Pattern != pattern || result.hello.Static != *i.static.Pub || result.hello.Payload.GetUsername() != 49151 {
		i.t.Errorf("hello %+v", result.hello)
	}
}

func TestXX(t *testing.T) {
	dial, results := serve(t, newAuthority(t))
	client := newInitiator(t, dial())
	client.sendHello(nil, &waWa6.HandshakeMessage_ClientHello{Ephemeral: client.ephemeral.Pub[:]})
	state := client.finishXX(patternXX, client.answer())
	client.expect(<-results, "XX")
	client.talk(state)
}

func TestIK(t *testing.T) {
	authority := newAuthority(t)
	dial, results := serve(t, authority)
	client := newInitiator(t, dial())
	state := client.helloIK(authority.Static().Pub)
	hello := client.answer()
	if hello.GetStatic() != nil || len(hello.GetPayload()) == 0 {
		t.Fatalf("not an answer to IK: %+v", hello)
	}
	theirs := (*[32]byte)(hello.GetEphemeral())
	state.mixHash(theirs[:])
	client.must(state.mixKey(client.ephemeral.Priv, theirs))
	client.must(state.mixKey(client.static.Priv, theirs))
	chain, err := state.decrypt(hello.GetPayload())
	client.must(err)
	if !bytes.Equal(chain, authority.Chain()) {
		t.Error("the answer carries another chain")
	}
	client.expect(<-results, "IK")
	client.talk(state)
}

// A client that remembers another server's key is offered the full exchange.
func TestIKToAnotherKeyFallsBack(t *testing.T) {
	dial, results := serve(t, newAuthority(t))
	client := newInitiator(t, dial())
	client.helloIK(keys.NewKeyPair().Pub)
	hello := client.answer()
	if hello.GetStatic() == nil {
		t.Fatal("IK was accepted")
	}
	state := client.finishXX(patternFallback, hello)
	client.expect(<-results, "XXfallback")
	client.talk(state)
}

func TestHandshakesThatFail(t *testing.T) {
	for name, first := range map[string][]byte{
		"another protocol version": []byte("WA\x06\x02\x00\x00\x00"),
		"not a protobuf":           []byte("WA\x06\x03\x00\x00\x01\xff"),
		"no key":                   []byte("WA\x06\x03\x00\x00\x00"),
		"a huge routing intro":     []byte("ED\x00\x01\xff\xff\xff"),
		"a weak key":               append([]byte("WA\x06\x03\x00\x00\x24\x12\x22\x0a\x20"), make([]byte, 32)...),
	} {
		dial, results := serve(t, newAuthority(t))
		ws := dial()
		if err := ws.Write(context.Background(), websocket.MessageBinary, first); err != nil {
			t.Fatal(err)
		}
		if result := <-results; result.err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// However a client groups its bytes, the frames come out whole.
func TestFramesInAnyGrouping(t *testing.T) {
	for size := range 9 {
		dial, results := serve(t, newAuthority(t))
		client := newInitiator(t, dial())
		client.sendHello(nil, &waWa6.HandshakeMessage_ClientHello{Ephemeral: client.ephemeral.Pub[:]})
		state := client.finishXX(patternXX, client.answer())
		result := <-results
		out, _, err := state.split()
		client.must(err)
		var stream []byte
		for n := range uint32(3) {
			stream = append(stream, frame(seal(t, out, n, binary.Node{Tag: "n", Attrs: binary.Attrs{"id": string(rune('a' + n))}}))...)
		}
		for len(stream) > 0 {
			part := min(size, len(stream))
			if size == 0 {
				part = len(stream)
			}
			client.must(client.ws.Write(context.Background(), websocket.MessageBinary, stream[:part]))
			stream = stream[part:]
		}
		for _, want := range []string{"a", "b", "c"} {
			if node := <-result.nodes; node == nil || node.Attrs["id"] != want {
				t.Fatalf("in parts of %d: %+v, not %s", size, node, want)
			}
		}
	}
}

func TestTheSeedMakesTheKeys(t *testing.T) {
	now := time.Now()
	first := newAuthority(t)
	saved, err := first.SavedTLS()
	if err != nil {
		t.Fatal(err)
	}
	again, err := NewAuthority(seed.New(3), now.Add(time.Hour), saved)
	if err != nil {
		t.Fatal(err)
	}
	if again.RootKey() != first.RootKey() || *again.Static().Pub != *first.Static().Pub || again.CAPEM() != first.CAPEM() {
		t.Error("a restart has other keys")
	}
	if _, err = NewAuthority(seed.New(3), now, &SavedTLS{Certificate: []byte("x"), Key: []byte("y")}); err == nil {
		t.Error("a damaged certificate was accepted")
	}
}

func TestGarbageStanzasAreErrors(t *testing.T) {
	for _, plaintext := range [][]byte{
		{}, {0}, {2, 1}, {0, 248, 2, 248, 0}, {0, 248, 0}, {0, 249, 255, 255, 3}, {0, 0}, {0, 248, 1, 251, 255}, bytes.Repeat([]byte{248, 2, 3}, 1000),
	} {
		if node, err := decode(plaintext); !errors.Is(err, ErrStanza) {
			t.Errorf("%v became %+v, %v", plaintext[:min(len(plaintext), 10)], node, err)
		}
	}
}
