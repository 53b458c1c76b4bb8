package ratchet_test

import (
	"context"
	"fmt"
	"testing"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/keys/prekey"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/session"
	"go.mau.fi/libsignal/state/record"
	"go.mau.fi/libsignal/util/optional"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/util/keys"

	"holdfast/internal/ratchet"
)

var serializer = store.SignalProtobufSerializer

// side is one end of a conversation, with a store in memory that mends or does not.
type side struct {
	t *testing.T
	store.NoopStore
	device   *store.Device
	sessions map[string][]byte
	preKeys  map[uint32]*keys.PreKey
	mends    bool
}

func newSide(t *testing.T, mends bool) *side {
	s := &side{t: t, sessions: map[string][]byte{}, preKeys: map[uint32]*keys.PreKey{}, mends: mends}
	pair := keys.NewKeyPair()
	s.device = &store.Device{IdentityKey: pair, SignedPreKey: pair.CreateSignedPreKey(1), RegistrationID: 1}
	s.device.Identities, s.device.Sessions, s.device.PreKeys = s, s, s
	return s
}

func (s *side) PutIdentity(context.Context, string, [32]byte) error { return nil }
func (s *side) IsTrustedIdentity(context.Context, string, [32]byte) (bool, error) {
	return true, nil
}
func (s *side) GetSession(_ context.Context, address string) ([]byte, error) {
	return s.sessions[address], nil
}
func (s *side) HasSession(_ context.Context, address string) (bool, error) {
	return s.sessions[address] != nil, nil
}
func (s *side) PutSession(_ context.Context, address string, encoded []byte) error {
	if before := s.sessions[address]; s.mends && before != nil {
		encoded = serializer.Session.Serialize(ratchet.Unspoiled(s.decode(before), s.decode(encoded)))
	}
	s.sessions[address] = encoded
	return nil
}
func (s *side) GetPreKey(_ context.Context, id uint32) (*keys.PreKey, error) {
	return s.preKeys[id], nil
}
func (s *side) RemovePreKey(_ context.Context, id uint32) error {
	delete(s.preKeys, id)
	return nil
}

func (s *side) decode(encoded []byte) *record.SessionStructure {
	s.t.Helper()
	decoded, err := serializer.Session.Deserialize(encoded)
	if err != nil {
		s.t.Fatal(err)
	}
	return decoded
}

var peer = protocol.NewSignalAddress("peer", 0)

// meet opens a session with the other side from its bundle.
func (s *side) meet(other *side) {
	s.t.Helper()
	oneTime := keys.NewPreKey(uint32(len(other.preKeys) + 1))
	other.preKeys[oneTime.KeyID] = oneTime
	bundle := prekey.NewBundle(1, 0, optional.NewOptionalUint32(oneTime.KeyID), 1, ecc.NewDjbECPublicKey(*oneTime.Pub),
		ecc.NewDjbECPublicKey(*other.device.SignedPreKey.Pub), *other.device.SignedPreKey.Signature,
		identity.NewKey(ecc.NewDjbECPublicKey(*other.device.IdentityKey.Pub)))
	if err := session.NewBuilderFromSignal(s.device, peer, serializer).ProcessBundle(context.Background(), bundle); err != nil {
		s.t.Fatal(err)
	}
}

func (s *side) cipher() *session.Cipher {
	return session.NewCipher(session.NewBuilderFromSignal(s.device, peer, serializer), peer)
}

func (s *side) seal(text string) protocol.CiphertextMessage {
	s.t.Helper()
	sealed, err := s.cipher().Encrypt(context.Background(), []byte(text))
	if err != nil {
		s.t.Fatal(err)
	}
	return sealed
}

func (s *side) open(sealed protocol.CiphertextMessage) (string, error) {
	ctx := context.Background()
	if sealed.Type() == protocol.PREKEY_TYPE {
		message, err := protocol.NewPreKeySignalMessageFromBytes(sealed.Serialize(), serializer.PreKeySignalMessage, serializer.SignalMessage)
		if err != nil {
			return "", err
		}
		plain, err := s.cipher().DecryptMessage(ctx, message)
		return string(plain), err
	}
	message, err := protocol.NewSignalMessageFromBytes(sealed.Serialize(), serializer.SignalMessage)
	if err != nil {
		return "", err
	}
	plain, err := s.cipher().Decrypt(ctx, message)
	return string(plain), err
}

// crossing lets both sides write before either has heard of the other, and then goes on with what was under way.
// It returns how many messages could not be opened.
func crossing(t *testing.T, mends bool) (lost int) {
	a, b := newSide(t, mends), newSide(t, mends)
	a.meet(b)
	b.meet(a)
	expect := func(at *side, sealed protocol.CiphertextMessage, want string) {
		if got, err := at.open(sealed); err != nil || got != want {
			lost++
		}
	}
	fromA, fromB := a.seal("a 0"), b.seal("b 0")
	expect(b, fromA, "a 0") // b now writes in the session that a opened
	expect(a, fromB, "b 0") // and a in the one that b opened
	for i := 1; i < 6; i++ {
		text := fmt.Sprint(i)
		fromA, fromB = a.seal(text), b.seal(text)
		expect(a, fromB, text)
		expect(b, fromA, text)
	}
	return lost
}

func TestSidesThatCrossUnderstandEachOther(t *testing.T) {
	if lost := crossing(t, true); lost != 0 {
		t.Errorf("%d messages could not be opened", lost)
	}
}

// The day this fails the library is mended, and this room can go.
func TestTheLibrarySpoilsArchivedStates(t *testing.T) {
	if lost := crossing(t, false); lost == 0 {
		t.Error("the library opens everything by itself")
	}
}
