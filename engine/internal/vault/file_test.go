package vault

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.mau.fi/whatsmeow/proto/waAdv"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
)

var key = bytes.Repeat([]byte{1}, KeySize)

func ownJID() types.JID {
	jid := types.NewJID("4915111077513", types.DefaultUserServer)
	jid.Device = 3
	return jid
}

// linked makes a session file with a device in it, as pairing does.
func linked(t *testing.T, path string) *File {
	t.Helper()
	file, err := OpenFile(context.Background(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	save(t, file.NewDevice(&Watch{}, nil))
	return file
}

func save(t *testing.T, device *store.Device) *store.Device {
	t.Helper()
	jid := ownJID()
	device.ID = &jid
	device.Account = &waAdv.ADVSignedDeviceIdentity{
		Details: []byte("details"), AccountSignature: make([]byte, 64), AccountSignatureKey: make([]byte, 32),
		DeviceSignature: make([]byte, 64),
	}
	if err := device.Save(context.Background()); err != nil {
		t.Fatal(err)
	}
	return device
}

func TestADeviceComesBackFromItsEncryptedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), databaseName)
	file := linked(t, path)
	ctx := context.Background()
	before, err := file.LoadDevice(ctx, &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if err := before.Sessions.PutSession(ctx, "4915222088624:0", []byte("a ratchet")); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, plain := range [][]byte{[]byte("SQLite format"), []byte("whatsmeow"), []byte("4915111077513"), before.NoiseKey.Priv[:]} {
		if bytes.Contains(content, plain) {
			t.Errorf("the file holds %q in the clear", plain)
		}
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v", info.Mode())
	}
	again, err := OpenFile(ctx, path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close() //nolint:errcheck // test
	after, err := again.LoadDevice(ctx, &Watch{})
	if err != nil || *after.NoiseKey.Priv != *before.NoiseKey.Priv || after.GetJID() != ownJID() {
		t.Errorf("another device came back: %v", err)
	}
}

// A key that does not fit must not touch anything: SQLite would delete the write-ahead log.
func TestAWrongKeyChangesNothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, databaseName)
	file := linked(t, path)
	defer file.Close() //nolint:errcheck // kept open: its log must not be written back
	crashed := t.TempDir()
	for _, name := range []string{databaseName, databaseName + "-wal"} {
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || len(content) == 0 {
			t.Fatalf("%s: %v", name, err)
		}
		if err := os.WriteFile(filepath.Join(crashed, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	before := digest(t, crashed)
	_, err := OpenFile(context.Background(), filepath.Join(crashed, databaseName), bytes.Repeat([]byte{2}, KeySize))
	if !errors.Is(err, ErrWrongKey) {
		t.Fatalf("opened with a wrong key: %v", err)
	}
	if after := digest(t, crashed); after != before {
		t.Error("a wrong key changed files")
	}
	right, err := OpenFile(context.Background(), filepath.Join(crashed, databaseName), key)
	if err != nil {
		t.Fatal(err)
	}
	defer right.Close() //nolint:errcheck // test
	if _, err := right.LoadDevice(context.Background(), &Watch{}); err != nil {
		t.Errorf("what was committed to the log is lost: %v", err)
	}
}

func digest(t *testing.T, folder string) string {
	t.Helper()
	hash := sha256.New()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(folder, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = fmt.Fprintf(hash, "%s %d\n", entry.Name(), len(content))
		_, _ = hash.Write(content)
	}
	return fmt.Sprintf("%x", hash.Sum(nil))
}

func TestDamageIsNamed(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, databaseName)
	file := linked(t, path)
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	torn := append([]byte(nil), content...)
	for i := sectorSize; i < len(torn); i++ {
		torn[i] ^= 0x55
	}
	cases := map[string]struct {
		content []byte
		want    error
	}{
		"cut inside the header": {content[:100], ErrCorrupt},
		"torn pages":            {torn, ErrCorrupt},
		"something else":        {bytes.Repeat([]byte("x"), 4096), ErrWrongKey},
	}
	for name, c := range cases {
		damaged := filepath.Join(t.TempDir(), databaseName)
		if err := os.WriteFile(damaged, c.content, 0o600); err != nil {
			t.Fatal(err)
		}
		opened, err := OpenFile(context.Background(), damaged, key)
		if err == nil {
			_, err = opened.LoadDevice(context.Background(), &Watch{})
			_ = opened.Close()
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestAFileWithoutADeviceIsSaidToBeOne(t *testing.T) {
	file, err := OpenFile(context.Background(), filepath.Join(t.TempDir(), databaseName), key)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // test
	if _, err := file.LoadDevice(context.Background(), &Watch{}); !errors.Is(err, ErrNoDevice) {
		t.Errorf("%v, want ErrNoDevice", err)
	}
}

func TestAKeyOfWrongLengthIsAnArgument(t *testing.T) {
	if _, err := OpenFile(context.Background(), filepath.Join(t.TempDir(), databaseName), []byte("short")); !errors.Is(err, ErrArgument) {
		t.Errorf("%v, want ErrArgument", err)
	}
}

func TestTheKeyIsNeverInATextOrAFile(t *testing.T) {
	secret, err := newFileKey(key)
	if err != nil {
		t.Fatal(err)
	}
	hexKey := strings.TrimSuffix(strings.TrimPrefix(secret.pragma(), "PRAGMA hexkey='"), "'")
	if len(hexKey) != 128 {
		t.Fatalf("key of %d digits", len(hexKey))
	}
	folder := filepath.Join(t.TempDir(), "gone")
	_, openErr := OpenFile(context.Background(), filepath.Join(folder, databaseName), key)
	for _, text := range []string{fmt.Sprint(openErr), fmt.Sprintf("%v %+v %#v %s", secret, secret, secret, secret)} {
		if strings.Contains(text, hexKey[:16]) || strings.Contains(text, string(key[:8])) {
			t.Errorf("the key shows in %q", text)
		}
	}
	if !errors.Is(openErr, ErrStorage) {
		t.Errorf("missing folder: %v", openErr)
	}
}

func TestSettingsOfEachConnection(t *testing.T) {
	file := linked(t, filepath.Join(t.TempDir(), "a b?c%41#d "+databaseName))
	defer file.Close() //nolint:errcheck // test
	for pragma, want := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "temp_store": "2"} {
		var got string
		if err := file.db.QueryRow("PRAGMA " + pragma).Scan(&got); err != nil || got != want {
			t.Errorf("%s is %q, want %q (%v)", pragma, got, want, err)
		}
	}
	if file.db.Stats().MaxOpenConnections != 1 {
		t.Error("more than one connection to a session file")
	}
}

func TestAnIdleFileClosesAndOpensAgain(t *testing.T) {
	file := linked(t, filepath.Join(t.TempDir(), databaseName))
	defer file.Close() //nolint:errcheck // test
	file.db.SetConnMaxIdleTime(1)
	ctx := context.Background()
	for range 3 {
		if _, err := file.LoadDevice(ctx, &Watch{}); err != nil {
			t.Fatal(err)
		}
		file.db.SetMaxIdleConns(0)
		if open := file.db.Stats().OpenConnections; open != 0 {
			t.Fatalf("%d connections are open", open)
		}
		file.db.SetMaxIdleConns(1)
	}
}

func TestAFileThatNobodyWritesToClosesSooner(t *testing.T) {
	path := filepath.Join(t.TempDir(), databaseName)
	synctest.Test(t, func(t *testing.T) {
		file := linked(t, path)
		defer file.Close() //nolint:errcheck // test
		open := func() int {
			synctest.Wait()
			return file.db.Stats().OpenConnections
		}
		time.Sleep(idleTimeout - time.Second)
		if open() != 1 {
			t.Error("what was written to is closed too soon")
		}
		time.Sleep(2 * time.Second)
		if open() != 0 {
			t.Error("an idle file stays open")
		}
		for range 2 {
			device, err := file.LoadDevice(t.Context(), &Watch{})
			if err != nil {
				t.Fatal(err)
			}
			time.Sleep(idleOnlyReading + time.Second)
			if open() != 0 {
				t.Error("a file that was only read stays open")
			}
			if err := device.Save(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(idleOnlyReading + time.Second)
			if open() != 1 {
				t.Error("what was written to again is closed too soon")
			}
			time.Sleep(idleTimeout)
		}
	})
}

func TestNoExpiredTokenIsNoTransaction(t *testing.T) {
	path := filepath.Join(t.TempDir(), databaseName)
	if err := linked(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	file, err := OpenFile(t.Context(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // test
	device, err := file.LoadDevice(t.Context(), &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	tokens, cutoff := device.PrivacyTokens, time.Unix(1_000, 0)
	if count, err := tokens.DeleteExpiredPrivacyTokens(t.Context(), cutoff); count != 0 || err != nil || file.written.Load() {
		t.Errorf("%d deleted, %v, written: %t", count, err, file.written.Load())
	}
	for _, at := range []int64{999, 1_000} {
		of := store.PrivacyToken{User: types.NewJID(fmt.Sprint(at), types.HiddenUserServer), Token: []byte{1}, Timestamp: time.Unix(at, 0)}
		if err := tokens.PutPrivacyTokens(t.Context(), of); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int64{1, 0} {
		if count, err := tokens.DeleteExpiredPrivacyTokens(t.Context(), cutoff); count != want || err != nil {
			t.Errorf("%d deleted, %v, want %d", count, err, want)
		}
	}
}
