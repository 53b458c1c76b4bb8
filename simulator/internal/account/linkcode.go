package account

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	signal "go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"golang.org/x/crypto/pbkdf2"
)

const (
	codeLife       = 180 * time.Second
	codeAlphabet   = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"
	codeLength     = 8
	codeIterations = 2 << 16
	wrappedSize    = 32 + 16 + 32
	bundleSize     = 32 + 12 + 96 + 16
	bundleInfo     = "link_code_pairing_key_bundle_encryption_key"
)

// Why pairing by code can fail.
var (
	ErrCodeMalformed = errors.New("not a pairing code: eight characters of " + codeAlphabet)
	ErrCodeUnknown   = errors.New("no client waits for a code of this phone")
	ErrCodeWrong     = errors.New("the code is not the one that the client shows")
	ErrCodeSilent    = errors.New("the client did not answer the code in time")
)

// codeRequest is a connection that waits until its phone is told a code.
type codeRequest struct {
	ref       string
	visitor   *ticket
	wrapped   []byte
	expires   time.Time
	owner     *Account
	ephemeral *signal.KeyPair
	theirs    [32]byte
	done      chan codeResult
}

type codeResult struct {
	offer *Offer
	err   error
}

// RequestCode notes that a connection shows a code for an account. wrapped is the client's ephemeral key under
// that code. A later request for the same account takes the place of an earlier one.
func (l *Lobby) RequestCode(registration *Registration, applicant Applicant, owner *Account, wrapped []byte) (ref string, err error) {
	if len(wrapped) != wrappedSize {
		return "", fmt.Errorf("%w: a wrapped key of %d bytes", ErrCodeMalformed, len(wrapped))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	ref = "3@" + base64.StdEncoding.EncodeToString(l.source.Bytes(24, "code ref", l.codesAsked))
	l.codesAsked++
	expires := l.now().Add(codeLife)
	l.codes[owner.Phone] = &codeRequest{
		ref: ref, visitor: &ticket{registration, applicant, expires}, wrapped: wrapped, expires: expires, owner: owner,
	}
	return ref, nil
}

// ForgetCodes drops the requests of a connection that has gone.
func (l *Lobby) ForgetCodes(applicant Applicant) {
	l.forgetPasskey(applicant)
	l.mu.Lock()
	defer l.mu.Unlock()
	for phone, request := range l.codes {
		if request.visitor.applicant == applicant {
			delete(l.codes, phone)
		}
	}
}

// EnterCode does what a phone does when a person types a code: both sides prove to know it. It returns when the
// client has answered, or when the context ends.
func (l *Lobby) EnterCode(ctx context.Context, owner *Account, code string) (*Offer, error) {
	code = strings.ToUpper(strings.ReplaceAll(strings.TrimSpace(code), "-", ""))
	if len(code) != codeLength || strings.Trim(code, codeAlphabet) != "" {
		return nil, ErrCodeMalformed
	}
	request, err := l.begin(owner, code)
	if err != nil {
		return nil, err
	}
	own, err := wrap(code, request.ephemeral.Pub[:])
	if err != nil {
		return nil, err
	}
	if err = request.visitor.applicant.PrimaryHello(request.ref, own, owner.Identity().Pub[:]); err != nil {
		return nil, fmt.Errorf("%w (%w)", ErrCodeUnknown, err)
	}
	select {
	case result := <-request.done:
		return result.offer, result.err
	case <-ctx.Done():
		return nil, ErrCodeSilent
	}
}

// begin opens the client's key with the code and makes the phone's own. Deriving a key from a code is slow on
// purpose, so it happens outside the lock.
func (l *Lobby) begin(owner *Account, code string) (*codeRequest, error) {
	l.mu.Lock()
	request, ok := l.codes[owner.Phone]
	fresh := ok && !l.now().After(request.expires)
	l.mu.Unlock()
	if !fresh {
		return nil, ErrCodeUnknown
	}
	theirs, err := unwrap(code, request.wrapped)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	request.theirs, request.ephemeral, request.done = [32]byte(theirs), signal.NewKeyPair(), make(chan codeResult, 1)
	begun := *request
	return &begun, nil
}

// FinishCode takes the client's answer. If it could only come from somebody who knows the code, the client gets
// its offer.
func (l *Lobby) FinishCode(ref string, bundle, identity []byte) error {
	l.mu.Lock()
	var request *codeRequest
	for _, candidate := range l.codes {
		if candidate.ref == ref && candidate.done != nil {
			begun := *candidate
			request = &begun
		}
	}
	l.mu.Unlock()
	if request == nil {
		return ErrCodeUnknown
	}
	secret, err := request.open(bundle, identity)
	var offer *Offer
	if err == nil {
		offer, err = l.offer(request.visitor, request.owner, secret)
	}
	select {
	case request.done <- codeResult{offer, err}:
	default:
	}
	return err
}

// open decrypts the client's bundle and derives the secret under which the offer is sealed.
func (r *codeRequest) open(bundle, identity []byte) (advSecret []byte, err error) {
	if len(bundle) != bundleSize || len(identity) != 32 {
		return nil, fmt.Errorf("%w: the answer has the wrong size", ErrCodeWrong)
	}
	shared, err := curve25519.X25519(r.ephemeral.Priv[:], r.theirs[:])
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCodeWrong, err)
	}
	key := hkdfutil.SHA256(shared, bundle[:32], []byte(bundleInfo), 32)
	plaintext, err := gcmutil.Decrypt(key, bundle[32:44], bundle[44:], nil)
	if err != nil {
		return nil, ErrCodeWrong
	}
	registered := r.visitor.registration.Identity
	if string(plaintext[:32]) != string(identity) || string(identity) != string(registered[:]) || string(plaintext[32:64]) != string(r.owner.Identity().Pub[:]) {
		return nil, fmt.Errorf("%w: it speaks of other identities", ErrCodeWrong)
	}
	identities, err := curve25519.X25519(r.owner.Identity().Priv[:], identity)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrCodeWrong, err)
	}
	return hkdfutil.SHA256(concat(shared, identities, plaintext[64:96]), nil, []byte("adv_secret"), 32), nil
}

// wrap hides a key under a code: salt, initialisation vector, and the key in counter mode.
func wrap(code string, key []byte) ([]byte, error) {
	wrapped := make([]byte, wrappedSize)
	if _, err := rand.Read(wrapped[:48]); err != nil {
		return nil, err
	}
	stream, err := codeStream(code, wrapped)
	if err != nil {
		return nil, err
	}
	stream.XORKeyStream(wrapped[48:], key)
	return wrapped, nil
}

func unwrap(code string, wrapped []byte) ([]byte, error) {
	stream, err := codeStream(code, wrapped)
	if err != nil {
		return nil, err
	}
	key := make([]byte, 32)
	stream.XORKeyStream(key, wrapped[48:])
	return key, nil
}

func codeStream(code string, wrapped []byte) (cipher.Stream, error) {
	block, err := aes.NewCipher(pbkdf2.Key([]byte(code), wrapped[:32], codeIterations, 32, sha256.New))
	if err != nil {
		return nil, fmt.Errorf("account: code cipher: %w", err)
	}
	return cipher.NewCTR(block, wrapped[32:48]), nil
}
