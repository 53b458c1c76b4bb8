package vault

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
)

var errDisk = errors.New("disk full")

// scripted is a store whose operations fail when the script says so.
type scripted struct {
	store.AllSessionSpecificStores
	fail    map[string]error
	commits int
}

func (s *scripted) DoDecryptionTxn(ctx context.Context, fn func(context.Context) error) error {
	if err := s.fail["begin"]; err != nil {
		return err
	}
	if err := fn(ctx); err != nil {
		return err
	}
	s.commits++
	return s.fail["commit"]
}
func (s *scripted) GetBufferedEvent(context.Context, [32]byte) (*store.BufferedEvent, error) {
	return nil, s.fail["buffer"]
}
func (s *scripted) GetSession(context.Context, string) ([]byte, error) { return nil, s.fail["session"] }
func (s *scripted) PutSession(context.Context, string, []byte) error   { return s.fail["session"] }
func (s *scripted) HasSession(context.Context, string) (bool, error)   { return false, s.fail["session"] }
func (s *scripted) MigratePNToLID(context.Context, types.JID, types.JID) error {
	return s.fail["migrate"]
}
func (s *scripted) GetPreKey(context.Context, uint32) (*keys.PreKey, error) {
	return nil, s.fail["prekey"]
}
func (s *scripted) PutSenderKey(context.Context, string, string, []byte) error {
	return s.fail["senderkey"]
}
func (s *scripted) IsTrustedIdentity(context.Context, string, [32]byte) (bool, error) {
	return false, s.fail["identity"]
}

func guarded(fail map[string]error) (*guardedStore, *Watch, *[]error) {
	failures := &[]error{}
	watch := &Watch{OnFailure: func(err error) { *failures = append(*failures, err) }}
	return &guardedStore{AllSessionSpecificStores: &scripted{fail: fail}, watch: watch, handled: &handled{}, identities: &identities{}, flush: func() {}}, watch, failures
}

// What makes the library neither acknowledge a message nor answer it as undecryptable.
func refusedByLibrary(err error) bool { return errors.Is(err, context.Canceled) }

func TestStorageErrorsWhileDecryptingRefuseTheMessage(t *testing.T) {
	inside := func(call func(s *guardedStore, ctx context.Context) error) func(*guardedStore) error {
		return func(s *guardedStore) error {
			return s.DoDecryptionTxn(context.Background(), func(ctx context.Context) error {
				// libsignal does not always keep the error that it met.
				if call(s, ctx) != nil {
					return errors.New("no session found for user")
				}
				return nil
			})
		}
	}
	cases := map[string]func(*guardedStore) error{
		"begin":  inside(func(*guardedStore, context.Context) error { return nil }),
		"commit": inside(func(*guardedStore, context.Context) error { return nil }),
		"buffer": func(s *guardedStore) error {
			_, err := s.GetBufferedEvent(context.Background(), [32]byte{})
			return err
		},
		"session": inside(func(s *guardedStore, ctx context.Context) error {
			_, err := s.GetSession(ctx, "a")
			return err
		}),
		"prekey": inside(func(s *guardedStore, ctx context.Context) error {
			_, err := s.GetPreKey(ctx, 1)
			return err
		}),
		"senderkey": inside(func(s *guardedStore, ctx context.Context) error { return s.PutSenderKey(ctx, "g", "u", nil) }),
		"identity": inside(func(s *guardedStore, ctx context.Context) error {
			_, err := s.IsTrustedIdentity(ctx, "a", [32]byte{})
			return err
		}),
		// Only logged by the library, which then decrypts under a name that has no keys.
		"migrate": func(s *guardedStore) error {
			_ = s.MigratePNToLID(context.Background(), types.EmptyJID, types.EmptyJID)
			return s.DoDecryptionTxn(context.Background(), func(context.Context) error { return nil })
		},
	}
	for name, decrypt := range cases {
		s, watch, failures := guarded(map[string]error{name: errDisk})
		err := decrypt(s)
		if !refusedByLibrary(err) || !errors.Is(err, ErrStorage) {
			t.Errorf("%s: %v is not refused", name, err)
		}
		if !watch.Failed() || len(*failures) != 1 {
			t.Errorf("%s: told %d times", name, len(*failures))
		}
		// Once failed, failed: also what could be read by now must wait for the next connection.
		s.AllSessionSpecificStores.(*scripted).fail = nil
		if _, err := s.GetBufferedEvent(context.Background(), [32]byte{}); !refusedByLibrary(err) {
			t.Errorf("%s: the next message was accepted: %v", name, err)
		}
	}
}

func TestAnHonestDecryptionErrorStaysWhatItIs(t *testing.T) {
	s, watch, _ := guarded(nil)
	honest := errors.New("mismatching MAC in signal message")
	err := s.DoDecryptionTxn(context.Background(), func(context.Context) error { return honest })
	if !errors.Is(err, honest) || refusedByLibrary(err) || watch.Failed() {
		t.Errorf("got %v, failed %v", err, watch.Failed())
	}
}

func TestTheEndOfAConnectionIsNoStorageFailure(t *testing.T) {
	s, watch, _ := guarded(map[string]error{"begin": errors.New("interrupted")})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.DoDecryptionTxn(ctx, func(context.Context) error { return nil }); err == nil || watch.Failed() {
		t.Errorf("got %v, failed %v", err, watch.Failed())
	}
}

// A stranger's crafted message panics inside the decrypting transaction. The session must live on.
func TestAPanicInTheTransactionRollsBackAndLeaksNothing(t *testing.T) {
	file := linked(t, filepath.Join(t.TempDir(), databaseName))
	defer file.Close() //nolint:errcheck // test
	panics := 0
	watch := &Watch{OnPanic: func(any, []byte) { panics++ }}
	device, err := file.LoadDevice(context.Background(), watch)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for range 3 {
		err = device.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
			if err := device.Sessions.PutSession(ctx, "stranger:0", []byte("half")); err != nil {
				return err
			}
			var empty []byte
			_ = empty[17]
			return nil
		})
		if !errors.Is(err, ErrPanicked) || refusedByLibrary(err) {
			t.Fatalf("got %v, want a contained panic that counts as undecryptable", err)
		}
	}
	has, err := device.Sessions.HasSession(ctx, "stranger:0")
	if err != nil || has {
		t.Errorf("not rolled back, or the connection leaked: %v %v", has, err)
	}
	if panics != 3 || watch.Failed() {
		t.Errorf("%d panics told, failed %v", panics, watch.Failed())
	}
}

func TestDevicesAreNeverDeleted(t *testing.T) {
	file := linked(t, filepath.Join(t.TempDir(), databaseName))
	defer file.Close() //nolint:errcheck // test
	ctx := context.Background()
	device, err := file.LoadDevice(ctx, &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if err := device.Delete(ctx); !errors.Is(err, ErrDeviceKept) {
		t.Errorf("delete: %v", err)
	}
	if device.ID == nil || device.Deleted {
		t.Error("the device in memory is gone")
	}
	if _, err := file.LoadDevice(ctx, &Watch{}); err != nil {
		t.Errorf("the device in the file is gone: %v", err)
	}
}

// The library's container puts its own stores into a device that it saves for the first time.
func TestAFreshlyPairedDeviceKeepsItsGuards(t *testing.T) {
	file, err := OpenFile(context.Background(), filepath.Join(t.TempDir(), databaseName), key)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // test
	marked := 0
	device := save(t, file.NewDevice(&Watch{}, func() error { marked++; return nil }))
	if _, ok := device.EventBuffer.(*guardedStore); !ok {
		t.Errorf("event buffer is %T", device.EventBuffer)
	}
	if _, ok := device.LIDs.(*guardedLIDs); !ok {
		t.Errorf("alias map is %T", device.LIDs)
	}
	if err := device.Delete(context.Background()); !errors.Is(err, ErrDeviceKept) {
		t.Errorf("delete: %v", err)
	}
	if marked != 1 {
		t.Errorf("marked %d times before the save", marked)
	}
}

func TestADeviceIsNotSavedWhenItsFolderCannotBeMarked(t *testing.T) {
	file, err := OpenFile(context.Background(), filepath.Join(t.TempDir(), databaseName), key)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // test
	device := file.NewDevice(&Watch{}, func() error { return errDisk })
	jid := ownJID()
	device.ID = &jid
	if err := device.Save(context.Background()); !errors.Is(err, ErrStorage) {
		t.Errorf("saved: %v", err)
	}
	if _, err := file.LoadDevice(context.Background(), &Watch{}); !errors.Is(err, ErrNoDevice) {
		t.Errorf("%v, want ErrNoDevice", err)
	}
}

func TestPreKeysAreMadeInOneTransaction(t *testing.T) {
	file := linked(t, filepath.Join(t.TempDir(), databaseName))
	defer file.Close() //nolint:errcheck // test
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	device, err := file.LoadDevice(ctx, &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	commits := countCommits(t, file)
	made, err := device.PreKeys.GetOrGenPreKeys(ctx, 812)
	if err != nil || len(made) != 812 {
		t.Fatalf("%d keys, %v", len(made), err)
	}
	if *commits != 1 {
		t.Errorf("%d commits, want 1", *commits)
	}
	for _, uploaded := range []uint32{0, 3, 812} {
		if uploaded > 0 {
			if err := device.PreKeys.MarkPreKeysAsUploaded(ctx, made[uploaded-1].KeyID); err != nil {
				t.Fatal(err)
			}
		}
		got, err := device.PreKeys.UploadedPreKeyCount(ctx)
		if want := min(int(uploaded), enoughPreKeys); err != nil || got != want {
			t.Errorf("%d uploaded, counted %d, want %d (%v)", uploaded, got, want, err)
		}
	}
	if enoughPreKeys <= whatsmeow.MinPreKeyCount {
		t.Error("the count stops before the library's threshold")
	}
	// A second caller that holds the inner lock while it waits for the one connection must not stop the first forever.
	done := make(chan error, 8)
	for i := range cap(done) {
		go func() {
			var err error
			if i%2 == 0 {
				_, err = device.PreKeys.GenOnePreKey(ctx)
			} else {
				_, err = device.PreKeys.GetOrGenPreKeys(ctx, 900)
			}
			done <- err
		}()
	}
	for range cap(done) {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// countCommits counts the commits of a file's one connection from now on.
func countCommits(t *testing.T, file *File) *int {
	t.Helper()
	commits := new(int)
	conn, err := file.db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // goes back to the pool
	err = conn.Raw(func(raw any) error {
		raw.(*connection).Raw().CommitHook(func() bool { *commits++; return true })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return commits
}

func TestTheAliasMapReportsFailures(t *testing.T) {
	file := linked(t, filepath.Join(t.TempDir(), databaseName))
	watch := &Watch{}
	device, err := file.LoadDevice(context.Background(), watch)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := device.LIDs.GetPNForLID(context.Background(), ownJID()); err == nil || watch.Failed() {
		t.Error("a caller's mistake counts as a storage failure, or as none at all")
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := device.LIDs.GetLIDForPN(context.Background(), types.NewJID("4915222088624", types.DefaultUserServer)); err == nil || !watch.Failed() {
		t.Errorf("a closed file: %v, failed %v", err, watch.Failed())
	}
}

// A message that is decrypted while another to the same chat is being encrypted must not lose its keys.
func TestASendDoesNotWriteOverWhatADecryptionLeft(t *testing.T) {
	file := linked(t, filepath.Join(t.TempDir(), databaseName))
	defer file.Close() //nolint:errcheck // test
	ctx := context.Background()
	watch := &Watch{}
	device, err := file.LoadDevice(ctx, watch)
	if err != nil {
		t.Fatal(err)
	}
	const friend, other = "4915222088624:0", "4915222088625:0"
	read := func() {
		t.Helper()
		if _, err := device.Sessions.GetManySessions(ctx, []string{friend, other}); err != nil {
			t.Fatal(err)
		}
	}
	read() // neither exists yet
	if err := device.Sessions.PutManySessions(ctx, map[string][]byte{friend: []byte("1"), other: []byte("1")}); err != nil {
		t.Fatalf("nothing changed, but %v", err)
	}
	read()
	err = device.EventBuffer.DoDecryptionTxn(ctx, func(ctx context.Context) error {
		return device.Sessions.PutSession(ctx, friend, []byte("2, from a decryption"))
	})
	if err != nil {
		t.Fatal(err)
	}
	err = device.Sessions.PutManySessions(ctx, map[string][]byte{friend: []byte("stale"), other: []byte("stale")})
	if !errors.Is(err, ErrConflict) || watch.Failed() {
		t.Errorf("wrote over it: %v, storage failed %v", err, watch.Failed())
	}
	for address, want := range map[string]string{friend: "2, from a decryption", other: "1"} {
		if got, err := device.Sessions.GetSession(ctx, address); err != nil || string(got) != want {
			t.Errorf("%s is %q, want %q (%v)", address, got, want, err)
		}
	}
	read()
	if err := device.Sessions.PutManySessions(ctx, map[string][]byte{friend: []byte("3"), other: []byte("2")}); err != nil {
		t.Errorf("encrypted again, but %v", err)
	}
}

// A retry that is encrypted for a device while a send to it is must not use the send's key again.
func TestARetryDoesNotWriteOverASend(t *testing.T) {
	_, device := loadedDevice(t)
	plain := context.Background()
	const friend = "f:0"
	if err := device.Sessions.PutSession(plain, friend, []byte("1")); err != nil {
		t.Fatal(err)
	}
	retry, compared := Compare(plain)
	for _, step := range []struct {
		send string
		want error
	}{{"", nil}, {"2, from a send", ErrConflict}, {"", nil}} {
		if _, err := device.Sessions.GetSession(retry, friend); err != nil {
			t.Fatal(err)
		}
		if step.send != "" {
			if err := device.Sessions.PutManySessions(plain, map[string][]byte{friend: []byte(step.send)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := device.Sessions.PutSession(retry, friend, []byte("from the retry")); !errors.Is(err, step.want) {
			t.Fatalf("%v, want %v", err, step.want)
		}
	}
	if !compared.Written() {
		t.Error("not noted that a session was stored")
	}
}
