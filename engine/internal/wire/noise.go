package wire

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/cloudflare/circl/dh/x25519"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/socket"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"
)

// Secrets are this end's keys of one handshake: the device's and the one made for this connection.
type Secrets struct {
	Static    *[32]byte
	Ephemeral *keys.KeyPair
}

// handshake is this end's view of a Noise XX handshake, as far as it is needed to read what the server sends after it.
//
// Source: Noise_XX_25519_AESGCM_SHA256; whatsmeow 35ae40906e74, NoiseHandshake.
type handshake struct {
	hash [sha256.Size]byte
	salt []byte
	key  cipher.AEAD
}

func (h *handshake) mixHash(data []byte) { h.hash = sha256.Sum256(append(h.hash[:], data...)) }

func (h *handshake) mixKey(own *[32]byte, public []byte) error {
	if len(public) != x25519.Size {
		return fmt.Errorf("a key of %d bytes", len(public))
	}
	// Not crypto/ecdh: it makes the public key of every secret key that it is given, which doubles the work.
	var shared x25519.Key
	if !x25519.Shared(&shared, (*x25519.Key)(own), (*x25519.Key)(public)) {
		return errors.New("a key of low order")
	}
	salt, key, err := expand(shared[:], h.salt)
	if err != nil {
		return err
	}
	h.salt = salt
	h.key, err = aead(key)
	return err
}

func (h *handshake) decrypt(sealed []byte) ([]byte, error) {
	// Every key of this pattern opens one thing, so that the counter is always 0.
	opened, err := h.key.Open(nil, nonce(0), sealed, h.hash[:])
	h.mixHash(sealed)
	return opened, err
}

func expand(secret, salt []byte) (first, second []byte, err error) {
	both, err := hkdf.Key(sha256.New, secret, salt, "", 2*sha256.Size)
	if err != nil {
		return nil, nil, err
	}
	return both[:sha256.Size], both[sha256.Size:], nil
}

func aead(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func nonce(counter uint32) []byte {
	var iv [12]byte
	binary.BigEndian.PutUint32(iv[8:], counter)
	return iv[:]
}

// read derives from the server's hello the key of what it sends afterwards. Nothing is verified here: the library does.
func (s Secrets) read(hello []byte) (cipher.AEAD, error) {
	if s.Static == nil || s.Ephemeral == nil {
		return nil, errors.New("no keys for this handshake")
	}
	var message waWa6.HandshakeMessage
	if err := proto.Unmarshal(hello, &message); err != nil {
		return nil, fmt.Errorf("server hello: %w", err)
	}
	server := message.GetServerHello()
	h := &handshake{hash: [sha256.Size]byte([]byte(socket.NoiseStartPattern)), salt: []byte(socket.NoiseStartPattern)}
	h.mixHash(socket.WAConnHeader)
	h.mixHash(s.Ephemeral.Pub[:])
	h.mixHash(server.GetEphemeral())
	if err := h.mixKey(s.Ephemeral.Priv, server.GetEphemeral()); err != nil {
		return nil, err
	}
	static, err := h.decrypt(server.GetStatic())
	if err != nil {
		return nil, errors.New("server hello: its static key does not open")
	}
	if err := h.mixKey(s.Ephemeral.Priv, static); err != nil {
		return nil, err
	}
	if err := h.mixKey(s.Static, server.GetEphemeral()); err != nil {
		return nil, err
	}
	_, key, err := expand(nil, h.salt)
	if err != nil {
		return nil, err
	}
	return aead(key)
}
