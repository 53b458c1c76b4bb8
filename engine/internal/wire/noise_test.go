package wire

import (
	"bytes"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waCert"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

func certificate(t *testing.T, from, until time.Time) *waCert.CertChain_NoiseCertificate {
	t.Helper()
	details, err := proto.Marshal(&waCert.CertChain_NoiseCertificate_Details{
		NotBefore: proto.Uint64(uint64(from.Unix())), NotAfter: proto.Uint64(uint64(until.Unix())),
	})
	if err != nil {
		t.Fatal(err)
	}
	return &waCert.CertChain_NoiseCertificate{Details: details}
}

// hello plays the server's part with the library's own handshake, and returns what it sends.
func hello(t *testing.T, client Secrets, chain *waCert.CertChain) []byte {
	t.Helper()
	static, ephemeral := keys.NewKeyPair(), keys.NewKeyPair()
	clientEphemeral := keys.NewKeyPairFromPrivateKey(*client.Ephemeral).Pub
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
	payload, err := proto.Marshal(chain)
	if err != nil {
		t.Fatal(err)
	}
	frame, err := proto.Marshal(&waWa6.HandshakeMessage{ServerHello: &waWa6.HandshakeMessage_ServerHello{
		Ephemeral: ephemeral.Pub[:], Static: sealedStatic, Payload: nh.Encrypt(payload),
	}})
	if err != nil {
		t.Fatal(err)
	}
	return frame
}

func TestTheServersHelloIsRead(t *testing.T) {
	client := Secrets{Static: keys.NewKeyPair().Priv, Ephemeral: keys.NewKeyPair().Priv}
	now := time.Now().Truncate(time.Second)
	frame := hello(t, client, &waCert.CertChain{
		Intermediate: certificate(t, now.Add(-48*time.Hour), now.Add(time.Hour)), Leaf: certificate(t, now.Add(-time.Hour), now.Add(48*time.Hour)),
	})
	_, validity, err := client.read(frame)
	if err != nil {
		t.Fatal(err)
	}
	if !validity.NotBefore.Equal(now.Add(-time.Hour)) || !validity.NotAfter.Equal(now.Add(time.Hour)) {
		t.Errorf("valid from %s until %s", validity.NotBefore, validity.NotAfter)
	}
	other := Secrets{Static: client.Static, Ephemeral: keys.NewKeyPair().Priv}
	if _, _, err := other.read(frame); err == nil {
		t.Error("read with another key")
	}
}

func TestABrokenHelloIsRefused(t *testing.T) {
	client := Secrets{Static: keys.NewKeyPair().Priv, Ephemeral: keys.NewKeyPair().Priv}
	frame := hello(t, client, &waCert.CertChain{})
	for n := range frame {
		broken := bytes.Clone(frame)
		broken[n] ^= 0x55
		_, _, _ = client.read(broken) // must not panic
	}
	for _, broken := range [][]byte{nil, {1, 2, 3}, frame[:40]} {
		if _, _, err := client.read(broken); err == nil {
			t.Errorf("%d bytes were read", len(broken))
		}
	}
}
