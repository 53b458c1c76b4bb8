package wire

import (
	"bytes"
	"compress/zlib"
	"context"
	"io"
	"testing"
	"time"

	"github.com/coder/websocket"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"

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

// FuzzStanza: whatever a frame holds, decoding ends with a node or an error, never with a panic.
func FuzzStanza(f *testing.F) {
	for _, plaintext := range honest(f) {
		f.Add(plaintext)
	}
	f.Add([]byte{0, 248, 2, 248, 0})
	f.Add([]byte{0, 249, 255, 255, 248, 2, 3, 249, 255, 255})
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		node, err := decode(plaintext)
		if err == nil && node == nil {
			t.Error("neither node nor error")
		}
	})
}

// once is a socket with one message in it.
type once struct{ message []byte }

func (o *once) Read(context.Context) (websocket.MessageType, []byte, error) {
	if o.message == nil {
		return 0, nil, io.EOF
	}
	message := o.message
	o.message = nil
	return websocket.MessageBinary, message, nil
}

func (*once) Write(context.Context, websocket.MessageType, []byte) error { return nil }

// FuzzFirstMessage: whatever comes first on a connection, the handshake ends with an error: nobody can guess what
// the second message would have to be.
func FuzzFirstMessage(f *testing.F) {
	f.Add([]byte("WA\x06\x03\x00\x00\x05hello"))
	f.Add([]byte("ED\x00\x01\x00\x00\x02xxWA\x06\x03\x00\x00\x00"))
	f.Add(append([]byte("WA\x06\x03\x00\x00\x24\x12\x22\x0a\x20"), bytes.Repeat([]byte{9}, 32)...))
	authority, err := NewAuthority(seed.New(3), time.Now(), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, first []byte) {
		frames := &frameStream{ws: &once{first}}
		if _, _, err := respond(context.Background(), frames, authority, keys.NewKeyPair()); err == nil {
			t.Error("a handshake of one message")
		}
	})
}
