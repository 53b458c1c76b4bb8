// Package keys is the server's side of pre-keys: it stores the public halves that a device uploads, hands
// them out once each in bundles, and never sees a private key.
package keys

import (
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/stanza"
)

// ErrUpload means that an upload was refused; nothing of it was stored.
var ErrUpload = errors.New("pre-key upload refused")

// PreKey is one public one-time key.
type PreKey struct {
	ID     [3]byte
	Public [32]byte
}

// SignedPreKey is a medium-term public key with the identity's signature over it.
type SignedPreKey struct {
	PreKey
	Signature [64]byte
}

// Verify tells whether the identity signed this key.
func (s SignedPreKey) Verify(identity [32]byte) bool {
	message := append([]byte{ecc.DjbType}, s.Public[:]...)
	return ecc.VerifySignature(ecc.NewDjbECPublicKey(identity), message, s.Signature)
}

// Bundle is what a sender needs to open a session with a device. OneTime is nil when none was left.
type Bundle struct {
	RegistrationID uint32
	Identity       [32]byte
	OneTime        *PreKey
	Signed         SignedPreKey
	// DeviceIdentity proves a companion's membership in its account; empty for phones.
	DeviceIdentity []byte
}

// Node is the bundle as the answer for the address that was asked for.
func (b *Bundle) Node(jid types.JID, t string) stanza.Node {
	children := []stanza.Node{
		stanza.Raw("registration", binary.BigEndian.AppendUint32(nil, b.RegistrationID)),
		stanza.Raw("type", []byte{ecc.DjbType}),
		stanza.Raw("identity", b.Identity[:]),
	}
	if b.OneTime != nil {
		children = append(children, keyNode("key", *b.OneTime))
	}
	children = append(children, signedNode(b.Signed))
	if len(b.DeviceIdentity) > 0 {
		children = append(children, stanza.Raw("device-identity", b.DeviceIdentity))
	}
	return stanza.New("user", stanza.Attrs{"jid": jid, "t": t}, children...)
}

func keyNode(tag string, key PreKey) stanza.Node {
	return stanza.New(tag, nil, stanza.Raw("id", key.ID[:]), stanza.Raw("value", key.Public[:]))
}

func signedNode(key SignedPreKey) stanza.Node {
	return stanza.New("skey", nil,
		stanza.Raw("id", key.ID[:]), stanza.Raw("value", key.Public[:]), stanza.Raw("signature", key.Signature[:]))
}

// Store holds one device's uploaded keys. Safe for concurrent use.
type Store struct {
	mu             sync.Mutex
	registrationID uint32
	identity       [32]byte
	signed         SignedPreKey
	oneTime        []PreKey
}

// NewStore returns a store with what a registration declares: identity and first signed pre-key.
func NewStore(registrationID uint32, identity [32]byte, signed SignedPreKey) *Store {
	return &Store{registrationID: registrationID, identity: identity, signed: signed}
}

// Count is the number of one-time keys left.
func (s *Store) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.oneTime)
}

// Upload stores what <iq xmlns=encrypt type=set> carries: keys are added in order, the signed one replaces
// its predecessor. Another identity than the registered one, or a bad signature, is ErrUpload.
func (s *Store) Upload(iq *stanza.Node) error {
	identity := stanza.ChildBytes(iq, "identity")
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(identity) > 0 && string(identity) != string(s.identity[:]) {
		return fmt.Errorf("%w: not the registered identity", ErrUpload)
	}
	added, err := parseList(iq)
	if err != nil {
		return err
	}
	if skey, ok := stanza.Child(iq, "skey"); ok {
		signed, err := parseSigned(skey)
		if err != nil {
			return err
		}
		if !signed.Verify(s.identity) {
			return fmt.Errorf("%w: bad signature of the signed pre-key", ErrUpload)
		}
		s.signed = signed
	}
	if registration := stanza.ChildBytes(iq, "registration"); len(registration) == 4 {
		s.registrationID = binary.BigEndian.Uint32(registration)
	}
	s.oneTime = append(s.oneTime, added...)
	return nil
}

// Rotate replaces the signed pre-key alone.
func (s *Store) Rotate(skey *stanza.Node) error {
	signed, err := parseSigned(skey)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !signed.Verify(s.identity) {
		return fmt.Errorf("%w: bad signature of the signed pre-key", ErrUpload)
	}
	s.signed = signed
	return nil
}

// Take returns a bundle and uses up one one-time key, and how many are left after it.
func (s *Store) Take() (Bundle, int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	bundle := Bundle{RegistrationID: s.registrationID, Identity: s.identity, Signed: s.signed}
	if len(s.oneTime) > 0 {
		key := s.oneTime[0]
		s.oneTime = s.oneTime[1:]
		bundle.OneTime = &key
	}
	return bundle, len(s.oneTime)
}

// Drain takes every one-time key and returns how many there were.
func (s *Store) Drain() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	drained := len(s.oneTime)
	s.oneTime = nil
	return drained
}

// Digest is the summary by which a client finds out whether the server holds its keys.
func (s *Store) Digest() stanza.Node {
	s.mu.Lock()
	defer s.mu.Unlock()
	hasher := sha1.New()
	hasher.Write(s.identity[:])
	hasher.Write(s.signed.Public[:])
	hasher.Write(s.signed.Signature[:])
	ids := make([]stanza.Node, len(s.oneTime))
	for i, key := range s.oneTime {
		hasher.Write(key.Public[:])
		ids[i] = stanza.Raw("id", append([]byte(nil), key.ID[:]...))
	}
	identity := s.identity
	return stanza.New("digest", nil,
		stanza.Raw("registration", binary.BigEndian.AppendUint32(nil, s.registrationID)),
		stanza.Raw("type", []byte{ecc.DjbType}),
		stanza.Raw("identity", identity[:]),
		signedNode(s.signed),
		stanza.New("list", nil, ids...),
		stanza.Raw("hash", hasher.Sum(nil)),
	)
}
