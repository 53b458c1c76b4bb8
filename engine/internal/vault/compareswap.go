package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"sync"
	"sync/atomic"
)

// ErrConflict says that a session changed between the moment a send read it and the moment it wanted to write it back.
// Nothing was written and nothing was sent: encrypt again.
var ErrConflict = errors.New("the session changed while a message was being encrypted")

// reads remembers what a send read, so that it does not write over what a message that was decrypted meanwhile left.
//
// Source: whatsmeow 35ae40906e74, encryptMessageForDevices reads with GetManySessions, asks the server for keys, encrypts,
// and writes with PutManySessions; decrypting reads and writes in one transaction in between.
type reads struct {
	lock sync.Mutex
	seen map[string][sha256.Size]byte
}

func (r *reads) remember(sessions map[string][]byte) {
	r.lock.Lock()
	defer r.lock.Unlock()
	if r.seen == nil {
		r.seen = make(map[string][sha256.Size]byte, len(sessions))
	}
	for address, session := range sessions {
		r.seen[address] = sha256.Sum256(session)
	}
}

// unchanged tells whether the sessions are still what was read; those never read count as unchanged. It forgets them.
func (r *reads) unchanged(sessions map[string][]byte) bool {
	r.lock.Lock()
	defer r.lock.Unlock()
	same := true
	for address, session := range sessions {
		if before, ok := r.seen[address]; ok && before != sha256.Sum256(session) {
			same = false
		}
		delete(r.seen, address)
	}
	return same
}

// Compared is what one call of the library has read, and whether it has written.
type Compared struct {
	reads
	written atomic.Bool
}

// Written tells whether a session was stored.
func (c *Compared) Written() bool { return c.written.Load() }

type comparedKey struct{}

// Compare returns a context in which a single session, too, is only written when it is still what was read.
func Compare(ctx context.Context) (context.Context, *Compared) {
	compared := &Compared{}
	return context.WithValue(ctx, comparedKey{}, compared), compared
}

func comparedFrom(ctx context.Context) *Compared {
	compared, _ := ctx.Value(comparedKey{}).(*Compared)
	return compared
}

func (s *guardedStore) GetManySessions(ctx context.Context, addresses []string) (map[string][]byte, error) {
	sessions, err := s.AllSessionSpecificStores.GetManySessions(ctx, addresses)
	if s.watch.note(ctx, err) != nil {
		return nil, err
	}
	s.reads.remember(sessions)
	return sessions, nil
}

// PutManySessions compares and swaps, together with what the send deferred. Raises ErrConflict or ErrNoKeys.
func (s *guardedStore) PutManySessions(ctx context.Context, sessions map[string][]byte) error {
	addresses := make([]string, 0, len(sessions))
	for address := range sessions {
		addresses = append(addresses, address)
	}
	deferred := deferredFrom(ctx)
	if !deferred.reaches(addresses) {
		return ErrNoKeys
	}
	err := s.transaction(ctx, func(ctx context.Context) error {
		now, err := s.AllSessionSpecificStores.GetManySessions(ctx, addresses)
		if err != nil {
			return err
		}
		if !s.reads.unchanged(now) {
			return ErrConflict
		}
		if err := deferred.run(ctx); err != nil {
			return err
		}
		return s.AllSessionSpecificStores.PutManySessions(ctx, sessions)
	})
	if errors.Is(err, ErrConflict) {
		return err
	}
	if err == nil {
		deferred.forget()
	}
	return s.watch.note(ctx, err)
}
