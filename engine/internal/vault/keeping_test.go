package vault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

var under = NewKey{Key: bytes.Repeat([]byte{2}, KeySize), Wrapped: []byte("wrapped")} //nolint:gochecknoglobals // constant

// living makes sessions/<name> with a signed device and a ratchet.
func living(t *testing.T, f *Folders, name string) string {
	t.Helper()
	ctx, folder := context.Background(), filepath.Join(f.sessions, name)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, keyName), []byte("its key"), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, databaseName)
	file, err := OpenFile(ctx, path, key)
	if err != nil {
		t.Fatal(err)
	}
	device := file.NewDevice(&Watch{}, nil)
	jid := ownJID()
	device.ID = &jid
	sign(device)
	if err := errors.Join(device.Save(ctx), device.Sessions.PutSession(ctx, "4915222088624:0", bytes.Repeat([]byte("r"), 20_000)), file.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func listed(entries []Entry, err error) []string {
	found := []string{}
	for _, entry := range entries {
		found = append(found, entry.Name)
	}
	if err != nil {
		found = append(found, err.Error())
	}
	return found
}

func snapshot(t *testing.T, f *Folders, name string, unless []byte) *Made {
	t.Helper()
	made, err := f.Snapshot(context.Background(), "4915", key, name, under, unless)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// A file that was cut anywhere is never opened as if it were whole.
func TestACutFileDoesNotOpen(t *testing.T) {
	f := house(t)
	content, err := os.ReadFile(living(t, f, "4915"))
	if err != nil {
		t.Fatal(err)
	}
	damaged := filepath.Join(t.TempDir(), databaseName)
	for cut := len(content) - 1; cut > 0; cut -= 1531 {
		if err := os.WriteFile(damaged, content[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := OpenFile(context.Background(), damaged, key)
		if err == nil {
			_ = file.Close()
		}
		if !errors.Is(err, ErrCorrupt) {
			t.Errorf("cut at %d of %d: %v", cut, len(content), err)
		}
	}
}

// A file may be shorter than it says while its log holds the rest: that is no damage.
func TestAFileWhoseRestIsInItsLogOpens(t *testing.T) {
	f := house(t)
	path := living(t, f, "4915")
	ctx := context.Background()
	file, err := OpenFile(ctx, path, key)
	if err != nil {
		t.Fatal(err)
	}
	device, err := file.LoadDevice(ctx, &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if err := device.Sessions.PutSession(ctx, "4915222088625:0", bytes.Repeat([]byte("s"), 60_000)); err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(t.TempDir(), databaseName)
	for _, end := range []string{"", "-wal"} { // as a kill leaves them
		content, err := os.ReadFile(path + end)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(elsewhere+end, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	// The first page says the length of the whole before the rest has been written back.
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	half, err := os.OpenFile(elsewhere, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := half.Write(whole[:4096]); err != nil {
		t.Fatal(err)
	}
	if err := half.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := OpenFile(ctx, elsewhere, key)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close() //nolint:errcheck // read only
	loaded, err := again.LoadDevice(ctx, &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if ratchet, err := loaded.Sessions.GetSession(ctx, "4915222088625:0"); err != nil || len(ratchet) != 60_000 {
		t.Errorf("the ratchet of the log: %d bytes, %v", len(ratchet), err)
	}
}

// The digest tells whether there is anything new to save.
func TestASnapshotIsTakenOnlyOfWhatChanged(t *testing.T) {
	f := house(t)
	ctx := context.Background()
	path := living(t, f, "4915")
	first := snapshot(t, f, "1", nil)
	if first.Bytes == 0 || len(first.Digest) == 0 {
		t.Fatalf("first: %+v", first)
	}
	if again := snapshot(t, f, "2", first.Digest); again.Bytes != 0 || !bytes.Equal(again.Digest, first.Digest) {
		t.Errorf("unchanged: %+v", again)
	}
	file, err := OpenFile(ctx, path, key)
	if err != nil {
		t.Fatal(err)
	}
	device, err := file.LoadDevice(ctx, &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if err := device.Sessions.PutSession(ctx, "4915222088625:0", []byte("another ratchet")); err != nil {
		t.Fatal(err)
	}
	if again := snapshot(t, f, "2", first.Digest); again.Bytes != 0 {
		t.Errorf("a ratchet is no credential: %+v", again)
	}
	device.PushName = "Another name"
	if err := errors.Join(device.Save(ctx), file.Close()); err != nil {
		t.Fatal(err)
	}
	if changed := snapshot(t, f, "2", first.Digest); changed.Bytes == 0 || bytes.Equal(changed.Digest, first.Digest) {
		t.Errorf("changed: %+v", changed)
	}
	entries, err := f.ScanSnapshots()
	if got := listed(entries, err); !slices.Equal(got, []string{"4915/1", "4915/2"}) {
		t.Fatalf("listed: %v", got)
	}
	if !bytes.Equal(entries[0].Digest, first.Digest) || string(entries[0].WrappedKey) != "wrapped" {
		t.Errorf("the first: %+v", entries[0])
	}
	seen, err := Inspect(ctx, filepath.Join(f.snapshots, "4915", "1", databaseName), under.Key)
	if err != nil || !bytes.Equal(seen.Digest, first.Digest) {
		t.Errorf("the digest of what was saved: %+v, %v", seen, err)
	}
}

// No pre-key's id is used twice: a restored file goes on above all that the lost one may have given out.
func TestARestoredFileMakesNewPreKeys(t *testing.T) {
	f := house(t)
	ctx := context.Background()
	path := living(t, f, "4915")
	made := func(path string, key []byte) (first, last uint32) {
		t.Helper()
		file, err := OpenFile(ctx, path, key)
		if err != nil {
			t.Fatal(err)
		}
		device, err := file.LoadDevice(ctx, &Watch{})
		if err != nil {
			t.Fatal(err)
		}
		if n, err := device.PreKeys.UploadedPreKeyCount(ctx); err != nil || n >= 5 {
			t.Errorf("the library would upload none: %d, %v", n, err)
		}
		made, err := device.PreKeys.GetOrGenPreKeys(ctx, 20)
		if err = errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
		return made[0].KeyID, made[len(made)-1].KeyID
	}
	snapshot(t, f, "1", nil)
	_, last := made(path, key)
	if _, err := f.Restore(ctx, "4915", "1", under.Key, "4916", under); err != nil {
		t.Fatal(err)
	}
	if first, _ := made(filepath.Join(f.sessions, "4916", databaseName), under.Key); first <= last {
		t.Errorf("restored: from %d, given out were up to %d", first, last)
	}
}

// What leaves for quarantine takes its snapshots along, and brings them back.
func TestQuarantineAndBack(t *testing.T) {
	f := house(t)
	living(t, f, "4915")
	snapshot(t, f, "1", nil)
	if err := f.Quarantine("4915", "4915-a", true); err != nil {
		t.Fatal(err)
	}
	if got := listed(f.ScanSnapshots()); len(got) != 0 {
		t.Errorf("snapshots: %v", got)
	}
	if got := listed(f.ScanQuarantine()); !slices.Equal(got, []string{"4915-a"}) {
		t.Errorf("quarantine: %v", got)
	}
	if err := os.Mkdir(filepath.Join(f.sessions, "4915"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.BringBack("4915-a", "4915"); !errors.Is(err, ErrExists) {
		t.Errorf("over a session: %v", err)
	}
	if err := os.Remove(filepath.Join(f.sessions, "4915")); err != nil {
		t.Fatal(err)
	}
	if err := f.BringBack("4915-b", "4915"); !errors.Is(err, ErrMissing) {
		t.Errorf("what is not there: %v", err)
	}
	if err := f.BringBack("4915-a", "4915"); err != nil {
		t.Fatal(err)
	}
	if got := listed(f.ScanSnapshots()); !slices.Equal(got, []string{"4915/1"}) {
		t.Errorf("snapshots: %v", got)
	}
	if _, err := os.Stat(filepath.Join(f.sessions, "4915", databaseName)); err != nil {
		t.Error(err)
	}
}

// A kill before the folder leaves: the next attempt, with another target and one more snapshot, makes one entry of it all.
func TestQuarantineThatWasKilledIsRepeated(t *testing.T) {
	f := house(t)
	living(t, f, "4915")
	snapshot(t, f, "1", nil)
	if err := f.gather("4915", filepath.Join(f.sessions, "4915")); err != nil {
		t.Fatal(err)
	}
	if got := listed(f.ScanSnapshots()); len(got) != 0 {
		t.Errorf("snapshots of a folder that leaves: %v", got)
	}
	snapshot(t, f, "2", nil)
	if err := f.Quarantine("4915", "4915-b", true); err != nil {
		t.Fatal(err)
	}
	if err := f.Quarantine("4915", "4915-c", true); !errors.Is(err, ErrMissing) {
		t.Errorf("once more: %v", err)
	}
	if got := listed(f.ScanQuarantine()); !slices.Equal(got, []string{"4915-b"}) {
		t.Errorf("quarantine: %v", got)
	}
	if err := f.BringBack("4915-b", "4915"); err != nil {
		t.Fatal(err)
	}
	if got := listed(f.ScanSnapshots()); !slices.Equal(got, []string{"4915/1", "4915/2"}) {
		t.Errorf("snapshots: %v", got)
	}
}

// A kill between the last snapshot and its folder: an empty folder in their place would keep them from coming back.
func TestQuarantineLeavesNoEmptyFolderOfSnapshots(t *testing.T) {
	f := house(t)
	living(t, f, "4915")
	snapshot(t, f, "1", nil)
	if err := f.gather("4915", filepath.Join(f.sessions, "4915")); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(f.snapshots, "4915"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.Quarantine("4915", "4915-b", true); err != nil {
		t.Fatal(err)
	}
	if err := f.BringBack("4915-b", "4915"); err != nil {
		t.Fatal(err)
	}
	if got := listed(f.ScanSnapshots()); !slices.Equal(got, []string{"4915/1"}) {
		t.Errorf("snapshots: %v", got)
	}
}

// A folder that was removed by hand: what was saved of it can still leave.
func TestSnapshotsLeaveWithoutTheirSession(t *testing.T) {
	f := house(t)
	living(t, f, "4915")
	snapshot(t, f, "1", nil)
	if err := os.RemoveAll(filepath.Join(f.sessions, "4915")); err != nil {
		t.Fatal(err)
	}
	if err := f.Quarantine("4915", "4915-a", true); !errors.Is(err, ErrMissing) {
		t.Errorf("said: %v", err)
	}
	if got := listed(f.ScanSnapshots()); len(got) != 0 {
		t.Errorf("snapshots: %v", got)
	}
	if _, err := os.Stat(filepath.Join(f.quarantine, "4915-a", savedName, "1", databaseName)); err != nil {
		t.Error(err)
	}
}

func TestDiscardingDeletesOnlyWhatMayGo(t *testing.T) {
	f := house(t)
	living(t, f, "4915")
	snapshot(t, f, "1", nil)
	snapshot(t, f, "2", nil)
	if err := f.DiscardSnapshot("4915", "1"); err != nil {
		t.Fatal(err)
	}
	if got := listed(f.ScanSnapshots()); !slices.Equal(got, []string{"4915/2"}) {
		t.Errorf("snapshots: %v", got)
	}
	if err := f.DiscardSnapshot("4915", "1"); !errors.Is(err, ErrMissing) {
		t.Errorf("again: %v", err)
	}
	for _, wrong := range []string{"..", "../sessions/4915", ".", ".half", "a/b"} {
		if err := f.DiscardSnapshot("4915", wrong); !errors.Is(err, ErrArgument) {
			t.Errorf("snapshot %q: %v", wrong, err)
		}
		if err := f.DiscardQuarantined(wrong); !errors.Is(err, ErrArgument) {
			t.Errorf("quarantined %q: %v", wrong, err)
		}
	}
	if err := f.DiscardSnapshot("4915", ""); err != nil {
		t.Fatal(err)
	}
	if err := f.Quarantine("4915", "4915-a", true); err != nil {
		t.Fatal(err)
	}
	if err := f.DiscardQuarantined("4915-a"); err != nil {
		t.Fatal(err)
	}
	left, err := os.ReadDir(f.quarantine)
	if err != nil || len(left) != 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}

func BenchmarkOpening(b *testing.B) {
	path := benched(b)
	for b.Loop() {
		file, err := OpenFile(context.Background(), path, key)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := file.LoadDevice(context.Background(), &Watch{}); err != nil {
			b.Fatal(err)
		}
		_ = file.Close()
	}
}

func BenchmarkInspection(b *testing.B) {
	path := benched(b)
	for b.Loop() {
		if _, err := Inspect(context.Background(), path, key); err != nil {
			b.Fatal(err)
		}
	}
}

// benched is a session file as it is after a link: with its pre-keys.
func benched(b *testing.B) string {
	b.Helper()
	ctx, path := context.Background(), filepath.Join(b.TempDir(), databaseName)
	file, err := OpenFile(ctx, path, key)
	if err != nil {
		b.Fatal(err)
	}
	device := file.NewDevice(&Watch{}, nil)
	jid := ownJID()
	device.ID = &jid
	sign(device)
	if err := device.Save(ctx); err != nil {
		b.Fatal(err)
	}
	if _, err := device.PreKeys.GetOrGenPreKeys(ctx, 812); err != nil {
		b.Fatal(err)
	}
	if err := file.Close(); err != nil {
		b.Fatal(err)
	}
	return path
}

// Whoever looks again at what was written would never end if looking were writing.
func TestLookingIsNotWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), databaseName)
	if err := linked(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := Inspect(context.Background(), path, key); err != nil {
			t.Fatal(err)
		}
	}
	after, err := os.Stat(path)
	if err != nil || !after.ModTime().Equal(before.ModTime()) {
		t.Errorf("written at %s, and by looking at %s, %v", before.ModTime(), after.ModTime(), err)
	}
}
