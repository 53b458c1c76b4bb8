package wire

import (
	"bytes"
	"testing"

	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// hello plays the server's part with the library's own handshake, and returns what it sends.
func hello(t *testing.T, client Secrets) []byte {
	t.Helper()
	static, ephemeral := keys.NewKeyPair(), keys.NewKeyPair()
	clientEphemeral := client.Ephemeral.Pub
	nh := socket.NewNoiseHandshake()
	nh.Start(socket.NoiseStartPattern, socket.WAConnHeader)
	nh.Authenticate(clientEphemeral[:])
	nh.Authenticate(ephemeral.Pub[:])
	if err := nh.MixSharedSecretIntoKey(*ephemeral.Priv, *clientEphemeral); err != nil {
		t.Fatal(err)
	}
	sealedStatic := nh.Encrypt(static.Pub[:])
	if err := nh.MixSharedSecretIntoKey(*static.Priv, *clientEphemeral); err != nil {
		t.Fatal(err)
	}
	frame, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: ephemeral.Pub[:], Static: sealedStatic, Payload: nh.Encrypt([]byte("certificates")),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func TestTheServersHelloIsRead(t *testing.T) {
	client := Secrets{Static: keys.NewKeyPair().Priv, Ephemeral: keys.NewKeyPair()}
	frame := hello(t, client)
	if _, err := client.read(frame); err != nil {
		t.Fatal(err)
	}
	other := Secrets{Static: client.Static, Ephemeral: keys.NewKeyPair()}
	if _, err := other.read(frame); err == nil {
		t.Error("read with another key")
	}
}

func TestABrokenHelloIsRefused(t *testing.T) {
	client := Secrets{Static: keys.NewKeyPair().Priv, Ephemeral: keys.NewKeyPair()}
	frame := hello(t, client)
	for n := range frame {
		broken := bytes.Clone(frame)
		broken[n] ^= 0x55
		_, _ = client.read(broken) // must not panic
	}
	for _, broken := range [][]byte{nil, {1, 2, 3}, frame[:40]} {
		if _, err := client.read(broken); err == nil {
			t.Errorf("%d bytes were read", len(broken))
		}
	}
}
