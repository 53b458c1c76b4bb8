package vault

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

// Each commit waits for the disk. What may be written together is written together:
//   - what a send stores before it (the message for retries, its secret) goes into the transaction that writes the
//     session keys, which comes before anything is sent;
//   - the secret of a received message goes into the transaction of its plaintext (see Decrypting);
//   - that the plaintext of a handled message is no longer needed goes into the transaction of the next message.

// ErrNoKeys says that a send has keys for no device of its recipient: the library would send to the others, and call it sent.
//
// Source: whatsmeow 35ae40906e74, encryptMessageForDevices leaves out the devices that it cannot encrypt for.
var ErrNoKeys = errors.New("there is no key for any device of the recipient")

// Deferred holds the writes of one send until its keys are written.
type Deferred struct {
	lock   sync.Mutex
	writes []func(context.Context) error
	theirs func(address string) bool
}

type deferredKey struct{}

// Defer returns a context for one send to one person. theirs tells whether a device is the recipient's: without a key for
// one of them nothing is written, and so nothing sent; nil asks for none.
func Defer(ctx context.Context, theirs func(address string) bool) (context.Context, *Deferred) {
	deferred := &Deferred{theirs: theirs}
	return context.WithValue(ctx, deferredKey{}, deferred), deferred
}

func deferredFrom(ctx context.Context) *Deferred {
	deferred, _ := ctx.Value(deferredKey{}).(*Deferred)
	return deferred
}

func (d *Deferred) add(write func(context.Context) error) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.writes = append(d.writes, write)
}

// run writes everything, in a transaction of the caller.
func (d *Deferred) run(ctx context.Context) error {
	if d == nil {
		return nil
	}
	d.lock.Lock()
	defer d.lock.Unlock()
	for _, write := range d.writes {
		if err := write(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (d *Deferred) forget() {
	if d == nil {
		return
	}
	d.lock.Lock()
	defer d.lock.Unlock()
	d.writes = nil
}

// reaches tells whether one of these devices is the recipient's.
func (d *Deferred) reaches(addresses []string) bool {
	return d == nil || d.theirs == nil || slices.ContainsFunc(addresses, d.theirs)
}

// Left tells whether something was deferred and not written: the send wrote no keys.
func (d *Deferred) Left() bool {
	d.lock.Lock()
	defer d.lock.Unlock()
	return len(d.writes) > 0
}

// Flush writes what is left.
func (d *Deferred) Flush(ctx context.Context) error {
	err := d.run(ctx)
	if err == nil {
		d.forget()
	}
	return err
}

func (s *guardedStore) AddOutgoingEvent(ctx context.Context, chat types.JID, id types.MessageID, format string, plaintext []byte) error {
	if d := deferredFrom(ctx); d != nil {
		d.add(func(ctx context.Context) error {
			return s.AllSessionSpecificStores.AddOutgoingEvent(ctx, chat, id, format, plaintext)
		})
		return nil
	}
	return s.watch.note(ctx, s.AllSessionSpecificStores.AddOutgoingEvent(ctx, chat, id, format, plaintext))
}

func (s *guardedStore) PutMessageSecret(ctx context.Context, chat, sender types.JID, id types.MessageID, secret []byte) error {
	if d := deferredFrom(ctx); d != nil {
		d.add(func(ctx context.Context) error {
			return s.AllSessionSpecificStores.PutMessageSecret(ctx, chat, sender, id, secret)
		})
		return nil
	}
	if originFrom(ctx).wrote(chat, sender, id, secret) {
		return nil
	}
	return s.watch.note(ctx, s.AllSessionSpecificStores.PutMessageSecret(ctx, chat, sender, id, secret))
}

// DeleteOldOutgoingEvents is asked for at every send; twice a day is enough.
//
// Source: whatsmeow 35ae40906e74, addRecentMessage never sets lastRetryStoreClear.
func (s *guardedStore) DeleteOldOutgoingEvents(ctx context.Context) error {
	if !s.handled.retryStoreDue() {
		return nil
	}
	return s.watch.note(ctx, s.AllSessionSpecificStores.DeleteOldOutgoingEvents(ctx))
}

// DeleteExpiredPrivacyTokens is asked for at every login. To delete nothing would be a transaction that writes, and the file
// would count as written to.
func (s *guardedStore) DeleteExpiredPrivacyTokens(ctx context.Context, cutoff time.Time) (int64, error) {
	var expired int
	const query = "SELECT COUNT(*) FROM whatsmeow_privacy_tokens WHERE our_jid=$1 AND timestamp < $2"
	if err := s.count(ctx, &expired, query, s.jid, cutoff.Unix()); err != nil || expired == 0 {
		return 0, err
	}
	return s.AllSessionSpecificStores.DeleteExpiredPrivacyTokens(ctx, cutoff)
}

const (
	// How long a handled message's plaintext may stay in the (encrypted) file when no other message comes.
	clearAfter      = 2 * time.Second
	retryStoreEvery = 12 * time.Hour
)

// handled remembers the messages of a file that were handled and whose plaintext is still there. Were it lost, such a
// message would be handed over once more if WhatsApp repeated it, and dropped as a twin.
type handled struct {
	lock         sync.Mutex
	hashes       map[[32]byte]store.EventBuffer
	timer        *time.Timer
	retryCleared time.Time
}

func (h *handled) retryStoreDue() bool {
	h.lock.Lock()
	defer h.lock.Unlock()
	if time.Since(h.retryCleared) < retryStoreEvery {
		return false
	}
	h.retryCleared = time.Now()
	return true
}

func (h *handled) has(hash [32]byte) bool {
	h.lock.Lock()
	defer h.lock.Unlock()
	_, ok := h.hashes[hash]
	return ok
}

// add remembers a hash; flush is called later unless a transaction takes it along before.
func (h *handled) add(hash [32]byte, buffer store.EventBuffer, flush func()) {
	h.lock.Lock()
	defer h.lock.Unlock()
	if h.hashes == nil {
		h.hashes = map[[32]byte]store.EventBuffer{}
	}
	h.hashes[hash] = buffer
	if h.timer == nil {
		h.timer = time.AfterFunc(clearAfter, flush)
	}
}

// clear writes what is remembered, in a transaction of the caller, and answers what to forget when that is committed.
func (h *handled) clear(ctx context.Context) ([][32]byte, error) {
	h.lock.Lock()
	taken := make(map[[32]byte]store.EventBuffer, len(h.hashes))
	for hash, buffer := range h.hashes {
		taken[hash] = buffer
	}
	h.lock.Unlock()
	hashes := make([][32]byte, 0, len(taken))
	for hash, buffer := range taken {
		if err := buffer.ClearBufferedEventPlaintext(ctx, hash); err != nil {
			return nil, err
		}
		hashes = append(hashes, hash)
	}
	return hashes, nil
}

func (h *handled) forget(hashes [][32]byte) {
	h.lock.Lock()
	defer h.lock.Unlock()
	for _, hash := range hashes {
		delete(h.hashes, hash)
	}
	if len(h.hashes) == 0 && h.timer != nil {
		h.timer.Stop()
		h.timer = nil
	}
}

// flush clears what is remembered in a transaction of its own. A failure is left to the next one.
func (f *File) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
	defer cancel()
	f.handled.lock.Lock()
	f.handled.timer = nil
	empty := len(f.handled.hashes) == 0
	f.handled.lock.Unlock()
	if empty {
		return
	}
	var cleared [][32]byte
	err := f.wrapped.DoTxn(ctx, nil, func(ctx context.Context) (err error) {
		cleared, err = f.handled.clear(ctx)
		return err
	})
	if err == nil {
		f.handled.forget(cleared)
	}
}

// ClearBufferedEventPlaintext only remembers: the next message's transaction writes it.
func (s *guardedStore) ClearBufferedEventPlaintext(_ context.Context, hash [32]byte) error {
	s.handled.add(hash, s.AllSessionSpecificStores, s.flush)
	return nil
}

// errAlreadyFailed refuses everything after the first failure on a connection.
var errAlreadyFailed = errors.New("storage failed earlier on this connection")
