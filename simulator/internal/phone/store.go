package phone

import (
	"context"
	"errors"
	"sync"

	"go.mau.fi/libsignal/ecc"
	group "go.mau.fi/libsignal/groups/state/record"
	"go.mau.fi/libsignal/keys/identity"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/state/record"
	signalstore "go.mau.fi/libsignal/state/store"
	wastore "go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	signal "go.mau.fi/whatsmeow/util/keys"

	"holdfast/internal/ratchet"
	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/seed"
)

// errUnused guards the parts of the Signal store interface that pairwise sessions never call.
var errUnused = errors.New("phone: not part of a pairwise session")

var _ signalstore.SignalProtocol = (*memory)(nil)

// memory is a phone's Signal store in plain maps. Sessions are kept as snapshots that nobody changes: a decryption
// that fails half way has then changed nothing, and no encoding is needed. Pre-keys have a lock of their own, because other phones take them while this one
// is busy.
type memory struct {
	identity       *signal.KeyPair
	registrationID uint32
	signed         *signal.PreKey

	sessions   map[string]*record.SessionStructure
	identities map[string][32]byte
	// senderKeys are keys of groups, by group and sender, encoded.
	senderKeys map[string][]byte

	keyLock    sync.Mutex
	preKeys    map[uint32][32]byte
	nextPreKey uint32
}

func newMemory(source *seed.Source, phone string, pair *signal.KeyPair) *memory {
	signedPair := source.KeyPair("signed pre-key", phone)
	return &memory{
		identity:       pair,
		registrationID: uint32(1 + source.Below(16380, "registration id", phone)),
		signed:         &signal.PreKey{KeyPair: *signedPair, KeyID: 1, Signature: pair.Sign(signedPair)},
		sessions:       map[string]*record.SessionStructure{},
		identities:     map[string][32]byte{},
		senderKeys:     map[string][]byte{},
		preKeys:        map[uint32][32]byte{},
		nextPreKey:     1,
	}
}

// bundle makes a one-time key on the spot: a phone never runs out, and stores none that nobody asked for.
func (m *memory) bundle() keys.Bundle {
	pair := signal.NewKeyPair()
	m.keyLock.Lock()
	id := m.nextPreKey
	m.nextPreKey = m.nextPreKey%0xFFFFFE + 1
	m.preKeys[id] = *pair.Priv
	identity, signed := m.identity, m.signed
	m.keyLock.Unlock()
	return keys.Bundle{
		RegistrationID: m.registrationID,
		Identity:       *identity.Pub,
		OneTime:        &keys.PreKey{ID: keys.ID(id), Public: *pair.Pub},
		Signed: keys.SignedPreKey{
			PreKey:    keys.PreKey{ID: keys.ID(signed.KeyID), Public: *signed.Pub},
			Signature: *signed.Signature,
		},
	}
}

func (m *memory) GetIdentityKeyPair() *identity.KeyPair {
	return identity.NewKeyPair(
		identity.NewKey(ecc.NewDjbECPublicKey(*m.identity.Pub)), ecc.NewDjbECPrivateKey(*m.identity.Priv))
}

func (m *memory) GetLocalRegistrationID() uint32 { return m.registrationID }

func (m *memory) SaveIdentity(_ context.Context, address *protocol.SignalAddress, key *identity.Key) error {
	m.identities[address.String()] = key.PublicKey().PublicKey()
	return nil
}

// IsTrustedIdentity trusts: a phone shows that a contact's code changed and goes on.
func (m *memory) IsTrustedIdentity(context.Context, *protocol.SignalAddress, *identity.Key) (bool, error) {
	return true, nil
}

func (m *memory) LoadPreKey(_ context.Context, id uint32) (*record.PreKey, error) {
	m.keyLock.Lock()
	private, ok := m.preKeys[id]
	m.keyLock.Unlock()
	if !ok {
		return nil, nil
	}
	pair := signal.NewKeyPairFromPrivateKey(private)
	return record.NewPreKey(id, ecc.NewECKeyPair(
		ecc.NewDjbECPublicKey(*pair.Pub), ecc.NewDjbECPrivateKey(*pair.Priv)), nil), nil
}

func (m *memory) RemovePreKey(_ context.Context, id uint32) error {
	m.keyLock.Lock()
	defer m.keyLock.Unlock()
	delete(m.preKeys, id)
	return nil
}

func (m *memory) LoadSession(_ context.Context, address *protocol.SignalAddress) (*record.Session, error) {
	snapshot, ok := m.sessions[address.String()]
	serializer := wastore.SignalProtobufSerializer
	if !ok {
		return record.NewSession(serializer.Session, serializer.State), nil
	}
	return record.NewSessionFromStructure(snapshot, serializer.Session, serializer.State)
}

func (m *memory) StoreSession(_ context.Context, address *protocol.SignalAddress, session *record.Session) error {
	name := address.String()
	m.sessions[name] = ratchet.Unspoiled(m.sessions[name], session.Structure())
	return nil
}

func (m *memory) ContainsSession(_ context.Context, address *protocol.SignalAddress) (bool, error) {
	_, ok := m.sessions[address.String()]
	return ok, nil
}

func (m *memory) DeleteSession(_ context.Context, address *protocol.SignalAddress) error {
	delete(m.sessions, address.String())
	return nil
}

func (m *memory) LoadSignedPreKey(_ context.Context, id uint32) (*record.SignedPreKey, error) {
	if id != m.signed.KeyID {
		return nil, nil
	}
	return record.NewSignedPreKey(id, 0, ecc.NewECKeyPair(
		ecc.NewDjbECPublicKey(*m.signed.Pub), ecc.NewDjbECPrivateKey(*m.signed.Priv)), *m.signed.Signature, nil), nil
}

func (m *memory) StorePreKey(context.Context, uint32, *record.PreKey) error { return errUnused }
func (m *memory) ContainsPreKey(context.Context, uint32) (bool, error)      { return false, errUnused }
func (m *memory) GetSubDeviceSessions(context.Context, string) ([]uint32, error) {
	return nil, errUnused
}
func (m *memory) DeleteAllSessions(context.Context) error { return errUnused }
func (m *memory) LoadSignedPreKeys(context.Context) ([]*record.SignedPreKey, error) {
	return nil, errUnused
}
func (m *memory) StoreSignedPreKey(context.Context, uint32, *record.SignedPreKey) error {
	return errUnused
}
func (m *memory) ContainsSignedPreKey(context.Context, uint32) (bool, error) { return false, errUnused }
func (m *memory) RemoveSignedPreKey(context.Context, uint32) error           { return errUnused }
func (m *memory) StoreSenderKey(_ context.Context, name *protocol.SenderKeyName, key *group.SenderKey) error {
	m.senderKeys[senderKeyID(name.GroupID(), name.Sender())] = key.Serialize()
	return nil
}

func (m *memory) LoadSenderKey(_ context.Context, name *protocol.SenderKeyName) (*group.SenderKey, error) {
	serializer := wastore.SignalProtobufSerializer
	encoded, ok := m.senderKeys[senderKeyID(name.GroupID(), name.Sender())]
	if !ok {
		return group.NewSenderKey(serializer.SenderKeyRecord, serializer.SenderKeyState), nil
	}
	return group.NewSenderKeyFromBytes(encoded, serializer.SenderKeyRecord, serializer.SenderKeyState)
}

func (m *memory) forgetSenderKey(group types.JID, sender *protocol.SignalAddress) {
	delete(m.senderKeys, senderKeyID(group.String(), sender))
}

func senderKeyID(group string, sender *protocol.SignalAddress) string {
	return group + "/" + sender.String()
}
