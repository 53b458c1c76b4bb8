package passkey

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"

	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/util/gcmutil"
	"go.mau.fi/whatsmeow/util/hkdfutil"
	signal "go.mau.fi/whatsmeow/util/keys"
	"golang.org/x/crypto/curve25519"
	"google.golang.org/protobuf/proto"
)

// ErrHandshake means that a client's message does not fit what it said before.
var ErrHandshake = errors.New("passkey: the handshake does not hold")

const (
	nonceSize    = 32
	codeBytes    = 5
	codeAlphabet = "123456789ABCDEFGHJKLMNPQRSTVWXYZ"
	handoffInfo  = "shortcake-passkey-handoff-v1"
	requestInfo  = "Pairing Information Encryption Key"
)

// HandoffProof is what a client adds to its prologue when the phone has scanned its code before: both know the secret
// that was in it, and nobody needs to compare anything.
func HandoffProof(scannedSecret, prologue []byte) []byte {
	mac := hmac.New(sha256.New, hkdfutil.SHA256(scannedSecret, nil, []byte(handoffInfo), 32))
	mac.Write(prologue)
	return mac.Sum(nil)
}

// Handshake is the phone's side, from the client's prologue on.
type Handshake struct {
	pair     *signal.KeyPair
	nonce    []byte
	identity []byte
	theirs   *waCompanionReg.CompanionEphemeralIdentity
	// commitment is the client's promise of a nonce that it shows only when it has seen the phone's.
	commitment []byte
	revealed   []byte
}

// Begin reads a client's prologue. ref is the reference that the client was given for it; pair and nonce are the
// phone's own, fresh for this handshake.
func Begin(prologue []byte, ref string, pair *signal.KeyPair, nonce []byte) (*Handshake, error) {
	payload, theirs := &waCompanionReg.ProloguePayload{}, &waCompanionReg.CompanionEphemeralIdentity{}
	if err := proto.Unmarshal(prologue, payload); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	if err := proto.Unmarshal(payload.GetCompanionEphemeralIdentity(), theirs); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	commitment := payload.GetCommitment().GetHash()
	if len(theirs.GetPublicKey()) != 32 || len(commitment) != sha256.Size || ref == "" || theirs.GetRef() != ref {
		return nil, fmt.Errorf("%w: a prologue of another form, or for another connection", ErrHandshake)
	}
	return &Handshake{pair: pair, nonce: nonce, identity: payload.GetCompanionEphemeralIdentity(), theirs: theirs, commitment: commitment}, nil
}

// Primary is the phone's answer to the prologue.
func (h *Handshake) Primary() ([]byte, error) {
	return proto.Marshal(&waCompanionReg.PrimaryEphemeralIdentity{PublicKey: h.pair.Pub[:], Nonce: h.nonce})
}

// Reveal takes the nonce that the client had promised.
func (h *Handshake) Reveal(nonce []byte) error {
	sum := sha256.Sum256(append(append([]byte{}, h.identity...), nonce...))
	if len(nonce) != nonceSize || !hmac.Equal(sum[:], h.commitment) {
		return fmt.Errorf("%w: not the nonce that was promised", ErrHandshake)
	}
	h.revealed = nonce
	return nil
}

// Code is what both sides show to be compared, "" before the client has shown its nonce.
func (h *Handshake) Code() string {
	if h.revealed == nil {
		return ""
	}
	sum := sha256.Sum256(append(append([]byte{}, h.revealed...), h.pair.Pub[:]...))
	mixed := make([]byte, codeBytes)
	for i := range mixed {
		mixed[i] = h.nonce[i] ^ sum[i]
	}
	text := base32.NewEncoding(codeAlphabet).EncodeToString(mixed)
	return text[:4] + "-" + text[4:]
}

// Request is what a client wants to be linked with.
type Request struct {
	Noise, Identity [32]byte
	ADVSecret       []byte
}

// Open decrypts the client's request.
func (h *Handshake) Open(sealed []byte) (*Request, error) {
	if h.revealed == nil {
		return nil, fmt.Errorf("%w: a request before the nonce", ErrHandshake)
	}
	shared, err := curve25519.X25519(h.pair.Priv[:], h.theirs.GetPublicKey())
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrHandshake, err)
	}
	salt := fmt.Sprintf("Companion Pairing %d with ref %s", h.theirs.GetDeviceType(), h.theirs.GetRef())
	envelope := &waCompanionReg.EncryptedPairingRequest{}
	if err = proto.Unmarshal(sealed, envelope); err != nil || len(envelope.GetIV()) != 12 {
		return nil, fmt.Errorf("%w: a request of another form", ErrHandshake)
	}
	key := hkdfutil.SHA256(shared, []byte(salt), []byte(requestInfo), 32)
	plaintext, err := gcmutil.Decrypt(key, envelope.GetIV(), envelope.GetEncryptedPayload(), nil)
	if err != nil {
		return nil, fmt.Errorf("%w: the request cannot be opened", ErrHandshake)
	}
	request := &waCompanionReg.PairingRequest{}
	if err = proto.Unmarshal(plaintext, request); err != nil || len(request.GetCompanionPublicKey()) != 32 ||
		len(request.GetCompanionIdentityKey()) != 32 || len(request.GetAdvSecret()) != 32 {
		return nil, fmt.Errorf("%w: a request of another form", ErrHandshake)
	}
	return &Request{
		Noise: [32]byte(request.GetCompanionPublicKey()), Identity: [32]byte(request.GetCompanionIdentityKey()), ADVSecret: request.GetAdvSecret(),
	}, nil
}
