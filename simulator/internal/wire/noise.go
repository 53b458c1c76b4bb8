package wire

import (
	"crypto/cipher"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/hkdf"
)

// The three patterns, as their names enter the hash. 32-byte names are the hash itself.
const (
	patternXX       = "Noise_XX_25519_AESGCM_SHA256\x00\x00\x00\x00"
	patternIK       = "Noise_IK_25519_AESGCM_SHA256\x00\x00\x00\x00"
	patternFallback = "Noise_XXfallback_25519_AESGCM_SHA256"
)

// symmetric is Noise's symmetric state: running hash, chaining key, cipher and its counter.
type symmetric struct {
	hash, chain []byte
	aead        cipher.AEAD
	counter     uint32
}

func newSymmetric(pattern string, prologue []byte) *symmetric {
	hash := []byte(pattern)
	if len(hash) != sha256.Size {
		sum := sha256.Sum256(hash)
		hash = sum[:]
	}
	state := &symmetric{hash: hash, chain: hash}
	state.mixHash(prologue)
	return state
}

func (s *symmetric) mixHash(data []byte) {
	hasher := sha256.New()
	hasher.Write(s.hash)
	hasher.Write(data)
	s.hash = hasher.Sum(nil)
}

func (s *symmetric) mixKey(private, public *[32]byte) error {
	secret, err := curve25519.X25519(private[:], public[:])
	if err != nil {
		return fmt.Errorf("noise: key agreement: %w", err)
	}
	chain, key, err := s.expand(secret)
	if err != nil {
		return err
	}
	s.chain, s.counter = chain, 0
	s.aead, err = gcmutil.Prepare(key)
	return err
}

func (s *symmetric) expand(secret []byte) (first, second []byte, err error) {
	out := make([]byte, 64)
	if _, err = io.ReadFull(hkdf.New(sha256.New, secret, s.chain, nil), out); err != nil {
		return nil, nil, fmt.Errorf("noise: expand: %w", err)
	}
	return out[:32], out[32:], nil
}

func (s *symmetric) encrypt(plaintext []byte) []byte {
	ciphertext := s.aead.Seal(nil, nonce(s.counter), plaintext, s.hash)
	s.counter++
	s.mixHash(ciphertext)
	return ciphertext
}

func (s *symmetric) decrypt(ciphertext []byte) ([]byte, error) {
	if s.aead == nil {
		return nil, fmt.Errorf("%w: ciphertext before any key", ErrHandshake)
	}
	plaintext, err := s.aead.Open(nil, nonce(s.counter), ciphertext, s.hash)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	s.counter++
	s.mixHash(ciphertext)
	return plaintext, nil
}

// split ends the handshake: what the client writes with, and what the server writes with.
func (s *symmetric) split() (fromClient, toClient cipher.AEAD, err error) {
	first, second, err := s.expand(nil)
	if err != nil {
		return nil, nil, err
	}
	if fromClient, err = gcmutil.Prepare(first); err != nil {
		return nil, nil, err
	}
	toClient, err = gcmutil.Prepare(second)
	return fromClient, toClient, err
}

func nonce(counter uint32) []byte {
	iv := make([]byte, 12)
	binary.BigEndian.PutUint32(iv[8:], counter)
	return iv
}

func point(data []byte) (*[32]byte, error) {
	if len(data) != 32 {
		return nil, fmt.Errorf("%w: a key of %d bytes", ErrHandshake, len(data))
	}
	return (*[32]byte)(data), nil
}

// authority is what a responder needs of the server's long-lived secrets.
type authority interface {
	Static() *keys.KeyPair
	Chain() []byte
}
