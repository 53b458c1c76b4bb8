package settings

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"hash"

	"go.mau.fi/whatsmeow/proto/waServerSync"
)

const (
	hashSize  = 128
	proofSize = 32
)

// secrets are what one key expands to.
type secrets struct{ index, value, valueMAC, snapshotMAC, patchMAC []byte }

func expand(secret []byte) (*secrets, error) {
	all, err := hkdf.Key(sha256.New, secret, nil, "WhatsApp Mutation Keys", 5*32)
	if err != nil {
		return nil, fmt.Errorf("settings: key: %w", err)
	}
	return &secrets{all[:32], all[32:64], all[64:96], all[96:128], all[128:]}, nil
}

func authenticate(with func() hash.Hash, key []byte, parts ...[]byte) []byte {
	mac := hmac.New(with, key)
	for _, part := range parts {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

func bigEndian(value uint64) []byte { return binary.BigEndian.AppendUint64(nil, value) }

func (s *secrets) indexProof(index []byte) []byte { return authenticate(sha256.New, s.index, index) }

// valueProof covers the operation and the key's name as well; the last part is their length.
func (s *secrets) valueProof(operation waServerSync.SyncdMutation_SyncdOperation, keyID, sealed []byte) []byte {
	named := append([]byte{byte(operation) + 1}, keyID...)
	return authenticate(sha512.New, s.valueMAC, named, sealed, bigEndian(uint64(len(named))))[:proofSize]
}

func (s *secrets) snapshotProof(held *collection, name string) []byte {
	return authenticate(sha256.New, s.snapshotMAC, held.Hash[:], bigEndian(held.Version), []byte(name))
}

func (s *secrets) patchProof(patch *waServerSync.SyncdPatch, version uint64, name string) []byte {
	parts := [][]byte{patch.GetSnapshotMAC()}
	for _, mutation := range patch.GetMutations() {
		_, proof, _ := split(mutation.GetRecord().GetValue().GetBlob())
		parts = append(parts, proof)
	}
	return authenticate(sha256.New, s.patchMAC, append(parts, bigEndian(version), []byte(name))...)
}

// split parts a value into what is sealed and its proof.
func split(blob []byte) (sealed, proof []byte, ok bool) {
	if len(blob) < proofSize {
		return nil, nil, false
	}
	at := len(blob) - proofSize
	return blob[:at:at], blob[at:], true
}

func (s *secrets) seal(plaintext []byte) ([]byte, error) {
	block, err := aes.NewCipher(s.value)
	if err != nil {
		return nil, fmt.Errorf("settings: sealing: %w", err)
	}
	fill := aes.BlockSize - len(plaintext)%aes.BlockSize
	sealed := make([]byte, aes.BlockSize+len(plaintext)+fill)
	_, _ = rand.Read(sealed[:aes.BlockSize])
	body := sealed[aes.BlockSize:]
	copy(body, plaintext)
	for i := len(plaintext); i < len(body); i++ {
		body[i] = byte(fill)
	}
	cipher.NewCBCEncrypter(block, sealed[:aes.BlockSize]).CryptBlocks(body, body)
	return sealed, nil
}

func (s *secrets) unseal(sealed []byte) ([]byte, error) {
	if len(sealed) < 2*aes.BlockSize || len(sealed)%aes.BlockSize != 0 {
		return nil, fmt.Errorf("%w: length", ErrForged)
	}
	block, err := aes.NewCipher(s.value)
	if err != nil {
		return nil, fmt.Errorf("settings: opening: %w", err)
	}
	body := append([]byte(nil), sealed[aes.BlockSize:]...)
	cipher.NewCBCDecrypter(block, sealed[:aes.BlockSize]).CryptBlocks(body, body)
	fill := int(body[len(body)-1])
	if fill == 0 || fill > aes.BlockSize {
		return nil, fmt.Errorf("%w: padding", ErrForged)
	}
	return body[:len(body)-fill], nil
}

// add and subtract keep a sum over all present values that does not depend on their order: 64 numbers of 16 bits.
func (c *collection) add(proof []byte)      { c.sum(proof, 1) }
func (c *collection) subtract(proof []byte) { c.sum(proof, -1) }

func (c *collection) sum(proof []byte, sign int) {
	part, err := hkdf.Key(sha256.New, proof, nil, "WhatsApp Patch Integrity", hashSize)
	if err != nil {
		panic(err) // only a length that HKDF cannot make
	}
	for at := 0; at < hashSize; at += 2 {
		sum := int(binary.LittleEndian.Uint16(c.Hash[at:])) + sign*int(binary.LittleEndian.Uint16(part[at:]))
		binary.LittleEndian.PutUint16(c.Hash[at:], uint16(sum))
	}
}
