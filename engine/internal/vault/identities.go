package vault

import (
	"context"
	"sync"

	"go.mau.fi/whatsmeow/types"
)

// mostIdentities is how many a file remembers; then it begins again. Some 30 KiB.
const mostIdentities = 256

// identities remembers which identity keys stand in a file. The library stores the key of the other side with every message
// that it encrypts or decrypts, although it never changes: outside of a transaction each of those is a commit of its own.
//
// Source: go.mau.fi/libsignal 0.2.2, session.Cipher.Encrypt and DecryptAndGetKey call SaveIdentity.
type identities struct {
	lock   sync.Mutex
	stored map[string][32]byte
}

// has tells whether this key is known to stand there, and whether another one is.
func (i *identities) has(address string, key [32]byte) (same, other bool) {
	i.lock.Lock()
	defer i.lock.Unlock()
	stored, known := i.stored[address]
	return known && stored == key, known && stored != key
}

func (i *identities) remember(address string, key [32]byte) {
	i.lock.Lock()
	defer i.lock.Unlock()
	if i.stored == nil || len(i.stored) >= mostIdentities {
		i.stored = map[string][32]byte{}
	}
	i.stored[address] = key
}

// forget is called before keys are deleted or moved, and where a transaction was rolled back.
func (i *identities) forget() {
	i.lock.Lock()
	defer i.lock.Unlock()
	i.stored = nil
}

// PutIdentity writes nothing where the key stands there already.
func (s *guardedStore) PutIdentity(ctx context.Context, address string, key [32]byte) error {
	if same, _ := s.identities.has(address, key); same {
		return nil
	}
	err := s.AllSessionSpecificStores.PutIdentity(ctx, address, key)
	if err == nil {
		s.identities.remember(address, key)
	}
	return s.watch.note(ctx, err)
}

// IsTrustedIdentity trusts a key that stands there, and one of somebody who has none.
func (s *guardedStore) IsTrustedIdentity(ctx context.Context, address string, key [32]byte) (bool, error) {
	if same, other := s.identities.has(address, key); same || other {
		return same, nil
	}
	trusted, err := s.AllSessionSpecificStores.IsTrustedIdentity(ctx, address, key)
	return trusted, s.watch.note(ctx, err)
}

func (s *guardedStore) DeleteAllIdentities(ctx context.Context, phone string) error {
	defer s.identities.forget()
	return s.watch.note(ctx, s.AllSessionSpecificStores.DeleteAllIdentities(ctx, phone))
}

func (s *guardedStore) DeleteIdentity(ctx context.Context, address string) error {
	defer s.identities.forget()
	return s.watch.note(ctx, s.AllSessionSpecificStores.DeleteIdentity(ctx, address))
}

// MigratePNToLID only logs in the library when it fails, and the message is then decrypted under a name without keys. The
// library asks with every message; keys move the first time alone.
//
// Source: whatsmeow 35ae40906e74, SQLStore.migratedPNSessionsCache.
func (s *guardedStore) MigratePNToLID(ctx context.Context, pn, lid types.JID) error {
	if _, again := s.migrated.LoadOrStore(pn.SignalAddressUser(), true); !again {
		defer s.identities.forget()
	}
	return s.watch.note(ctx, s.AllSessionSpecificStores.MigratePNToLID(ctx, pn, lid))
}
