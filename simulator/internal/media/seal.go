package media

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/util/cbcutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
)

const macSize = 10

// ErrSealed means that a file does not belong to its key, or is damaged.
var ErrSealed = errors.New("media: the file does not fit its key")

// Sealed is a file encrypted for upload, with what its receiver needs.
type Sealed struct {
	Body, Key, PlainHash, SealedHash []byte
	Size                             int
}

// Seal encrypts a file under a fresh key.
func Seal(kind whatsmeow.MediaType, plaintext []byte) (*Sealed, error) {
	key := make([]byte, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, err
	}
	iv, cipherKey, macKey := expand(kind, key)
	body, err := cbcutil.Encrypt(cipherKey, iv, plaintext)
	if err != nil {
		return nil, fmt.Errorf("media: sealing: %w", err)
	}
	body = append(body, tag(macKey, iv, body)...)
	plain, sealed := sha256.Sum256(plaintext), sha256.Sum256(body)
	return &Sealed{Body: body, Key: key, PlainHash: plain[:], SealedHash: sealed[:], Size: len(plaintext)}, nil
}

// Open decrypts a downloaded file and proves that it is whole.
func Open(kind whatsmeow.MediaType, key, body, plainHash []byte) ([]byte, error) {
	if len(body) < macSize {
		return nil, ErrSealed
	}
	iv, cipherKey, macKey := expand(kind, key)
	sealed := body[:len(body)-macSize]
	if !hmac.Equal(tag(macKey, iv, sealed), body[len(body)-macSize:]) {
		return nil, ErrSealed
	}
	plaintext, err := cbcutil.Decrypt(cipherKey, iv, append([]byte(nil), sealed...))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSealed, err)
	}
	if sum := sha256.Sum256(plaintext); string(sum[:]) != string(plainHash) {
		return nil, ErrSealed
	}
	return plaintext, nil
}

func expand(kind whatsmeow.MediaType, key []byte) (iv, cipherKey, macKey []byte) {
	expanded := hkdfutil.SHA256(key, nil, []byte(kind), 112)
	return expanded[:16], expanded[16:48], expanded[48:80]
}

func tag(macKey, iv, sealed []byte) []byte {
	mac := hmac.New(sha256.New, macKey)
	mac.Write(iv)
	mac.Write(sealed)
	return mac.Sum(nil)[:macSize]
}
