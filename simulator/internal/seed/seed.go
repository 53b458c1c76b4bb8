// Package seed makes every choice of the simulator repeatable: the same seed and the same purpose give
// the same bytes, in any order of asking. Nothing here knows what the bytes are for.
package seed

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"

	"go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/hkdf"
)

// Source derives values from one number. It is immutable and safe for concurrent use.
type Source struct {
	number int64
	root   []byte
}

// New returns the source of the given seed.
func New(number int64) *Source {
	sum := sha256.Sum256(fmt.Appendf(nil, "wasim seed %d", number))
	return &Source{number: number, root: sum[:]}
}

// Number is the seed itself, for printing.
func (s *Source) Number() int64 { return s.number }

// Bytes returns n bytes that belong to the purpose and its parts, at most 8160.
func (s *Source) Bytes(n int, purpose string, parts ...any) []byte {
	mac := hmac.New(sha256.New, s.root)
	mac.Write([]byte(purpose))
	for _, part := range parts {
		// The separator keeps ("a", "bc") and ("ab", "c") apart.
		fmt.Fprintf(mac, "\x00%v", part)
	}
	out := make([]byte, n)
	if _, err := io.ReadFull(hkdf.New(sha256.New, mac.Sum(nil), nil, nil), out); err != nil {
		panic(fmt.Errorf("seed: %d bytes asked of one purpose: %w", n, err))
	}
	return out
}

// Uint64 returns a number that belongs to the purpose.
func (s *Source) Uint64(purpose string, parts ...any) uint64 {
	return binary.BigEndian.Uint64(s.Bytes(8, purpose, parts...))
}

// Below returns a number in [0, limit) that belongs to the purpose.
func (s *Source) Below(limit uint64, purpose string, parts ...any) uint64 {
	return s.Uint64(purpose, parts...) % limit
}

// KeyPair returns a clamped Curve25519 key pair that belongs to the purpose.
func (s *Source) KeyPair(purpose string, parts ...any) *keys.KeyPair {
	private := [32]byte(s.Bytes(32, purpose, parts...))
	private[0] &= 248
	private[31] &= 127
	private[31] |= 64
	return keys.NewKeyPairFromPrivateKey(private)
}
