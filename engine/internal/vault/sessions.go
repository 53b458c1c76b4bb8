package vault

import (
	"context"
	"errors"
)

func (s *guardedStore) GetSession(ctx context.Context, address string) ([]byte, error) {
	session, err := s.AllSessionSpecificStores.GetSession(ctx, address)
	if s.watch.note(ctx, err) != nil {
		return nil, err
	}
	if compared := comparedFrom(ctx); compared != nil {
		compared.remember(map[string][]byte{address: session})
	}
	return session, nil
}

// PutSession stores a session, with its archived states as they were: the library spoils them when an older one fits.
// Raises ErrConflict in a context that compares.
func (s *guardedStore) PutSession(ctx context.Context, address string, session []byte) error {
	compared := comparedFrom(ctx)
	if compared == nil {
		return s.watch.note(ctx, s.put(ctx, address, session))
	}
	err := s.transaction(ctx, func(ctx context.Context) error {
		now, err := s.AllSessionSpecificStores.GetSession(ctx, address)
		if err != nil {
			return err
		}
		if !compared.unchanged(map[string][]byte{address: now}) {
			return ErrConflict
		}
		return s.put(ctx, address, session)
	})
	if errors.Is(err, ErrConflict) {
		return err
	}
	if err == nil {
		compared.written.Store(true)
	}
	return s.watch.note(ctx, err)
}

func (s *guardedStore) put(ctx context.Context, address string, session []byte) error {
	mended, err := s.mended(ctx, address, session)
	if err != nil {
		return err
	}
	return s.AllSessionSpecificStores.PutSession(ctx, address, mended)
}
