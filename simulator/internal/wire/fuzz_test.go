package wire

import (
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/coder/websocket"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/seed"
)

func honest(t testing.TB) [][]byte {
	t.Helper()
	var plain [][]byte
	for _, node := range []binary.Node{
		{Tag: "iq", Attrs: binary.Attrs{"to": types.ServerJID, "type": "get", "xmlns": "w:p", "id": "1.2-3"}},
		{Tag: "message", Attrs: binary.Attrs{"to": types.JID{User: "49151", Device: 3, Server: types.DefaultUserServer}}, Content: []binary.Node{
			{Tag: "enc", Attrs: binary.Attrs{"v": 2, "type": "pkmsg"}, Content: bytes.Repeat([]byte{7}, 300)},
			{Tag: "x", Content: bytes.Repeat([]byte{1}, 70_000)}, {Tag: "y", Content: []byte{}},
		}},
		{Tag: "a", Attrs: binary.Attrs{"j": types.NewJID("120363", types.GroupServer), "f": types.JID{User: "1", Server: types.MessengerServer}}},
		{Tag: "ABCDEF0123", Content: make([]binary.Node, 0)},
	} {
		encoded, err := binary.Marshal(node)
		if err != nil {
			t.Fatal(err)
		}
		plain = append(plain, encoded)
	}
	return plain
}

// What the codec writes is never refused for its size, and reads the same after the measuring.
func TestHonestStanzasPass(t *testing.T) {
	for i, plaintext := range honest(t) {
		if _, err := decode(plaintext); err != nil {
			t.Errorf("stanza %d: %v", i, err)
		}
		var packed bytes.Buffer
		packed.WriteByte(flagCompressed)
		writer := zlib.NewWriter(&packed)
		_, _ = writer.Write(plaintext[1:])
		_ = writer.Close()
		if _, err := decode(packed.Bytes()); err != nil {
			t.Errorf("stanza %d, compressed: %v", i, err)
		}
	}
}

func TestABombIsRefused(t *testing.T) {
	var packed bytes.Buffer
	packed.WriteByte(flagCompressed)
	writer := zlib.NewWriter(&packed)
	chunk := make([]byte, 1<<20)
	for range maxInflated>>20 + 2 {
		_, _ = writer.Write(chunk)
	}
	_ = writer.Close()
	if _, err := decode(packed.Bytes()); err == nil {
		t.Fatal("inflated")
	}
}

// FuzzNode: whatever a frame holds, decoding ends with a node or an error, never with a panic.
func FuzzNode(f *testing.F) {
	for _, plaintext := range honest(f) {
		f.Add(plaintext)
	}
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		node, err := decode(plaintext)
		if err == nil && node == nil {
			t.Error("neither node nor error")
		}
		if err != nil && !errors.Is(err, ErrStanza) {
			t.Errorf("not the error of a stanza: %v", err)
		}
	})
}

// script is a client that says what its steps return, each of which knows what the server has said.
type script struct {
	steps []func(heard []byte) []byte
	heard []byte
}

func (s *script) Read(context.Context) (websocket.MessageType, []byte, error) {
	if len(s.steps) == 0 {
		return 0, nil, io.EOF
	}
	step := s.steps[0]
	s.steps = s.steps[1:]
	return websocket.MessageBinary, step(s.heard), nil
}

func (s *script) Write(_ context.Context, _ websocket.MessageType, message []byte) error {
	s.heard = message
	return nil
}

func says(messages ...[]byte) *script {
	var client script
	for _, message := range messages {
		client.steps = append(client.steps, func([]byte) []byte { return message })
	}
	return &client
}

// cut cuts bytes into messages whose lengths are given; the rest is the last one.
func cut(data, lengths []byte) (messages [][]byte) {
	for _, length := range lengths {
		size := min(int(length), len(data))
		messages = append(messages, data[:size:size])
		data = data[size:]
	}
	return append(messages, data[:len(data):len(data)])
}

func framesOf(client *script) (frames [][]byte, err error) {
	stream := &frameStream{ws: client}
	for {
		frame, err := stream.read(context.Background())
		if err != nil {
			return frames, err
		}
		frames = append(frames, frame)
	}
}

// FuzzFrame: however a client cuts what it says into messages, the frames are the same, and the end is an error.
func FuzzFrame(f *testing.F) {
	f.Fuzz(func(t *testing.T, data, lengths []byte) {
		whole, err := framesOf(says(data))
		pieces, again := framesOf(says(cut(data, lengths)...))
		if errors.Is(err, ErrFrame) != errors.Is(again, ErrFrame) || len(whole) != len(pieces) {
			t.Fatalf("%d frames and %v, in pieces %d and %v", len(whole), err, len(pieces), again)
		}
		for i := range whole {
			if !bytes.Equal(whole[i], pieces[i]) {
				t.Fatalf("frame %d differs", i)
			}
		}
	})
}

// How a fuzzed client goes about its handshake.
const (
	rawBytes   = iota // two messages of any bytes
	anyFinish         // an honest hello of XX, and a finish whose fields are any bytes
	anyPayload        // an honest XX whose payload is any bytes
	anyIK             // a hello of IK, properly sealed, whose static key and payload are any bytes
	manners
)

// FuzzHandshake: whatever a client says, the handshake ends with an error or with what the client has proven.
func FuzzHandshake(f *testing.F) {
	authority, err := NewAuthority(seed.New(3), time.Now(), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, manner byte, first, second []byte) {
		client := &fuzzedClient{t: t, ephemeral: keys.NewKeyPair(), static: keys.NewKeyPair()}
		hello, transport, err := respond(context.Background(), &frameStream{ws: client.script(manner, authority, first, second)},
			authority, keys.NewKeyPair())
		if (err == nil) != (hello != nil && transport != nil) {
			t.Errorf("hello %v with error %v", hello, err)
		}
		switch manner % manners {
		case rawBytes, anyFinish:
			if err == nil {
				t.Error("a handshake that proves nothing")
			}
		case anyPayload:
			if err == nil && hello.Static != *client.static.Pub {
				t.Error("another's static key")
			}
		}
	})
}

type fuzzedClient struct {
	t                 *testing.T
	ephemeral, static *keys.KeyPair
}

func (c *fuzzedClient) script(manner byte, authority *Authority, first, second []byte) *script {
	switch manner % manners {
	case anyFinish:
		return &script{steps: []func([]byte) []byte{c.hello, func([]byte) []byte {
			return c.frame(&waWa6.HandshakeMessage{ClientFinish: &waWa6.HandshakeMessage_ClientFinish{Static: first, Payload: second}})
		}}}
	case anyPayload:
		return &script{steps: []func([]byte) []byte{c.hello, func(heard []byte) []byte { return c.finish(heard, first) }}}
	case anyIK:
		return says(c.helloIK(authority, first, second))
	default:
		return says(first, second)
	}
}

func (c *fuzzedClient) frame(message *waWa6.HandshakeMessage) []byte {
	encoded, err := proto.Marshal(message)
	if err != nil {
		c.t.Fatal(err)
	}
	return frame(encoded)
}

func (c *fuzzedClient) hello([]byte) []byte {
	hello := &waWa6.HandshakeMessage_ClientHello{Ephemeral: c.ephemeral.Pub[:]}
	return append(append([]byte{}, socket.WAConnHeader...), c.frame(&waWa6.HandshakeMessage{ClientHello: hello})...)
}

func (c *fuzzedClient) finish(heard, payload []byte) []byte {
	message := &waWa6.HandshakeMessage{}
	if err := proto.Unmarshal(heard[headerSize:], message); err != nil {
		c.t.Fatal(err)
	}
	hello := message.GetServerHello()
	state := newSymmetric(patternXX, socket.WAConnHeader)
	theirs := (*[32]byte)(hello.GetEphemeral())
	state.mixHash(c.ephemeral.Pub[:])
	state.mixHash(theirs[:])
	c.must(state.mixKey(c.ephemeral.Priv, theirs))
	server, err := state.decrypt(hello.GetStatic())
	c.must(err)
	c.must(state.mixKey(c.ephemeral.Priv, (*[32]byte)(server)))
	_, err = state.decrypt(hello.GetPayload())
	c.must(err)
	static := state.encrypt(c.static.Pub[:])
	c.must(state.mixKey(c.static.Priv, theirs))
	return c.frame(&waWa6.HandshakeMessage{ClientFinish: &waWa6.HandshakeMessage_ClientFinish{Static: static, Payload: state.encrypt(payload)}})
}

func (c *fuzzedClient) helloIK(authority *Authority, static, payload []byte) []byte {
	state := newSymmetric(patternIK, socket.WAConnHeader)
	state.mixHash(authority.Static().Pub[:])
	state.mixHash(c.ephemeral.Pub[:])
	c.must(state.mixKey(c.ephemeral.Priv, authority.Static().Pub))
	sealed := state.encrypt(static)
	if len(static) == 32 && state.mixKey(c.static.Priv, authority.Static().Pub) != nil {
		return nil
	}
	hello := &waWa6.HandshakeMessage_ClientHello{Ephemeral: c.ephemeral.Pub[:], Static: sealed, Payload: state.encrypt(payload)}
	return append(append([]byte{}, socket.WAConnHeader...), c.frame(&waWa6.HandshakeMessage{ClientHello: hello})...)
}

func (c *fuzzedClient) must(err error) {
	if err != nil {
		c.t.Fatal(err)
	}
}
