package vault

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

// ErrDeviceKept answers every attempt of the library to delete a device: what becomes of credentials is not its choice.
var ErrDeviceKept = errors.New("the device stays: its fate is decided elsewhere")

// ErrPanicked says that decrypting a message panicked; the transaction was rolled back.
var ErrPanicked = errors.New("decryption panicked")

// Watch hears about the stores of one connection. Once storage failed it stays failed for that connection: a message
// whose keys could not be read would be answered as undecryptable, and WhatsApp would drop it.
type Watch struct {
	failed atomic.Bool
	// OnFailure is called at the first failure, from the goroutine that met it; it must not block.
	OnFailure func(err error)
	// OnCredentials is called after the device or its app-state keys were stored; it must not block.
	OnCredentials func()
	// OnPanic is called with the value and the stack of a contained panic.
	OnPanic func(value any, stack []byte)
}

// Failed tells whether a store has failed on this connection.
func (w *Watch) Failed() bool { return w.failed.Load() }

// note records a storage failure and returns err. An error of a connection that is ending is none.
func (w *Watch) note(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil || errors.Is(err, context.Canceled) {
		return err
	}
	w.Fail(err)
	return err
}

// changed tells that credentials were stored, if they were.
func (w *Watch) changed(err error) error {
	if err == nil && w.OnCredentials != nil {
		w.OnCredentials()
	}
	return err
}

// Fail marks the connection's storage as failed.
func (w *Watch) Fail(err error) {
	if w.failed.CompareAndSwap(false, true) && w.OnFailure != nil {
		w.OnFailure(err)
	}
}

// refused is an error that the library takes for the end of the connection: it neither acknowledges the message nor
// asks its sender to repeat it.
//
// Source: whatsmeow 35ae40906e74, decryptMessages checks errors.Is(err, context.Canceled).
func refused(err error) error {
	return fmt.Errorf("%w: %w (%w)", ErrStorage, err, context.Canceled)
}

// guardedStore wraps a device's stores. See design: storage errors, panics in the transaction, pre-keys in one transaction.
type guardedStore struct {
	store.AllSessionSpecificStores
	watch       *Watch
	transaction func(ctx context.Context, fn func(context.Context) error) error
	// Taken before the transaction: the wrapped store takes a lock of its own inside, and a second caller that held
	// it while waiting for the one connection would wait forever.
	preKeyLock sync.Mutex
	reads      reads
	handled    *handled
	identities *identities
	migrated   sync.Map // users whose keys were moved to their hidden name through these stores
	flush      func()
	jid        string
	count      func(ctx context.Context, into *int, query string, args ...any) error
}

var _ store.AllSessionSpecificStores = (*guardedStore)(nil)

func (f *File) guard(device *store.Device, watch *Watch, beforeSave func() error) {
	guard := &guardedContainer{inner: f.container, file: f, watch: watch, beforeSave: beforeSave}
	device.Container = guard
	if device.ID != nil {
		guard.attach(device)
	}
}

func (s *guardedStore) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	if s.watch.Failed() {
		return refused(errAlreadyFailed)
	}
	var inner error
	var cleared [][32]byte
	err := s.AllSessionSpecificStores.DoDecryptionTxn(ctx, func(ctx context.Context) error {
		var clearing error
		if cleared, clearing = s.handled.clear(ctx); clearing != nil {
			return clearing
		}
		inner = s.contain(ctx, fn)
		return inner
	})
	if err == nil {
		s.handled.forget(cleared)
		return nil
	}
	originFrom(ctx).forget()
	s.identities.forget()
	if inner == nil {
		// Begin, clearing or commit failed: the function itself had no error.
		_ = s.watch.note(ctx, err)
	}
	if s.watch.Failed() {
		return refused(err)
	}
	return err
}

// contain keeps a panic inside the transaction function: the library's transaction would neither roll back nor return
// its only connection.
func (s *guardedStore) contain(ctx context.Context, fn func(context.Context) error) (err error) {
	defer func() {
		if value := recover(); value != nil {
			if s.watch.OnPanic != nil {
				s.watch.OnPanic(value, debug.Stack())
			}
			err = ErrPanicked
		}
	}()
	return fn(ctx)
}

func (s *guardedStore) GetBufferedEvent(ctx context.Context, hash [32]byte) (*store.BufferedEvent, error) {
	if s.watch.Failed() {
		return nil, refused(errAlreadyFailed)
	}
	if s.handled.has(hash) {
		return &store.BufferedEvent{}, nil // handled; that its plaintext is still in the file is our affair
	}
	event, err := s.AllSessionSpecificStores.GetBufferedEvent(ctx, hash)
	if s.watch.note(ctx, err) != nil {
		return nil, refused(err)
	}
	return event, nil
}

func (s *guardedStore) GetOrGenPreKeys(ctx context.Context, count uint32) (made []*keys.PreKey, err error) {
	s.preKeyLock.Lock()
	defer s.preKeyLock.Unlock()
	// One commit instead of hundreds.
	err = s.transaction(ctx, func(ctx context.Context) error {
		made, err = s.AllSessionSpecificStores.GetOrGenPreKeys(ctx, count)
		return err
	})
	return made, s.watch.note(ctx, err)
}

func (s *guardedStore) GenOnePreKey(ctx context.Context) (*keys.PreKey, error) {
	s.preKeyLock.Lock()
	defer s.preKeyLock.Unlock()
	key, err := s.AllSessionSpecificStores.GenOnePreKey(ctx)
	return key, s.watch.note(ctx, err)
}

// guardedContainer is what the device saves itself to.
type guardedContainer struct {
	inner      *sqlstore.Container
	file       *File
	watch      *Watch
	beforeSave func() error
}

var _ store.DeviceContainer = (*guardedContainer)(nil)

// PutDevice saves the device. The library's container puts itself and its own stores into a new device: ours go back.
func (c *guardedContainer) PutDevice(ctx context.Context, device *store.Device) error {
	if c.beforeSave != nil {
		if err := c.beforeSave(); err != nil {
			return fmt.Errorf("%w: %w", ErrStorage, err)
		}
	}
	attached := device.Initialized
	err := c.inner.PutDevice(ctx, device)
	if !attached && device.ID != nil {
		c.attach(device)
	}
	return c.watch.changed(c.watch.note(ctx, err))
}

// DeleteDevice deletes nothing and says so.
func (c *guardedContainer) DeleteDevice(context.Context, *store.Device) error { return ErrDeviceKept }

func (c *guardedContainer) attach(device *store.Device) {
	device.SetAllStores(&guardedStore{
		AllSessionSpecificStores: sqlstore.NewSQLStore(c.inner, *device.ID),
		watch:                    c.watch,
		handled:                  &c.file.handled,
		identities:               &c.file.identities,
		flush:                    c.file.flush,
		jid:                      device.ID.String(),
		count: func(ctx context.Context, into *int, query string, args ...any) error {
			return c.file.wrapped.QueryRow(ctx, query, args...).Scan(into)
		},
		transaction: func(ctx context.Context, fn func(context.Context) error) error {
			return c.file.wrapped.DoTxn(ctx, nil, fn)
		},
	})
	device.LIDs = &guardedLIDs{LIDStore: c.inner.LIDMap, watch: c.watch}
	device.Container = c
	device.Initialized = true
}

// guardedLIDs reports failures of the alias map: with a missing alias a message would be decrypted under the wrong name.
type guardedLIDs struct {
	store.LIDStore
	watch *Watch
}

var _ store.LIDStore = (*guardedLIDs)(nil)

func (l *guardedLIDs) PutManyLIDMappings(ctx context.Context, mappings []store.LIDMapping) error {
	return l.watch.note(ctx, l.LIDStore.PutManyLIDMappings(ctx, mappings))
}

func (l *guardedLIDs) PutLIDMapping(ctx context.Context, lid, jid types.JID) error {
	return l.watch.note(ctx, l.LIDStore.PutLIDMapping(ctx, lid, jid))
}

func (l *guardedLIDs) GetManyLIDsForPNs(ctx context.Context, pns []types.JID) (map[types.JID]types.JID, error) {
	found, err := l.LIDStore.GetManyLIDsForPNs(ctx, pns)
	return found, l.watch.note(ctx, err)
}

func (l *guardedLIDs) GetPNForLID(ctx context.Context, lid types.JID) (types.JID, error) {
	if lid.Server != types.HiddenUserServer {
		return l.LIDStore.GetPNForLID(ctx, lid) // a caller's mistake, not the storage's
	}
	found, err := l.LIDStore.GetPNForLID(ctx, lid)
	return found, l.watch.note(ctx, err)
}

func (l *guardedLIDs) GetLIDForPN(ctx context.Context, pn types.JID) (types.JID, error) {
	if pn.Server != types.DefaultUserServer {
		return l.LIDStore.GetLIDForPN(ctx, pn)
	}
	found, err := l.LIDStore.GetLIDForPN(ctx, pn)
	return found, l.watch.note(ctx, err)
}
