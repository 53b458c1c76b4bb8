package vault

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.mau.fi/whatsmeow/store/sqlstore"
)

// What moved in moves out again, ratchets and all, as the library alone reads it.
func TestADeviceIsExportedAsTheLibraryReadsIt(t *testing.T) {
	ctx, folders := context.Background(), house(t)
	if _, _, err := folders.Import(ctx, theirs(t, "4915111077513"), "", "", NewKey{Key: key, Wrapped: []byte("wrapped")}); err != nil {
		t.Fatal(err)
	}
	target := filepath.Join(t.TempDir(), "store.db")
	if err := folders.Export(ctx, "4915111077513", key, target); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(target); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others can read it: %v, %v", info, err)
	}
	if content, err := os.ReadFile(target); err != nil || !bytes.HasPrefix(content, []byte(fileMagic)) {
		t.Errorf("it is no plain database: %v", err)
	}
	container, err := sqlstore.New(ctx, "sqlite3", "file:"+target+"?_pragma=foreign_keys(1)", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer container.Close() //nolint:errcheck // test
	device, err := container.GetFirstDevice(ctx)
	if err != nil || device.ID == nil || device.ID.User != "4915111077513" {
		t.Fatalf("device %+v, %v", device, err)
	}
	if ratchet, err := device.Sessions.GetSession(ctx, "4915222088624:0"); string(ratchet) != "ratchet of 4915111077513" {
		t.Errorf("ratchet %q, %v", ratchet, err)
	}
}

func TestWhatCannotBeExported(t *testing.T) {
	ctx, folders := context.Background(), house(t)
	if _, _, err := folders.Import(ctx, theirs(t, "4915111077513"), "", "", NewKey{Key: key, Wrapped: []byte("wrapped")}); err != nil {
		t.Fatal(err)
	}
	place := t.TempDir()
	taken := filepath.Join(place, "taken.db")
	if err := os.WriteFile(taken, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	free := filepath.Join(place, "free.db")
	for name, c := range map[string]struct {
		folder, target string
		key            []byte
		want           error
	}{
		"taken":          {"4915111077513", taken, key, ErrExists},
		"relative":       {"4915111077513", "free.db", key, ErrArgument},
		"no folder":      {"4915111077513", filepath.Join(place, "none", "free.db"), key, ErrStorage},
		"another number": {"4915111077514", free, key, ErrMissing},
		"another key":    {"4915111077513", free, bytes.Repeat([]byte{9}, KeySize), ErrWrongKey},
		"outside":        {"../x", free, key, ErrArgument},
	} {
		if err := folders.Export(ctx, c.folder, c.key, c.target); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if left, _ := os.ReadDir(place); len(left) != 1 {
		t.Errorf("left over: %v", left)
	}
	if content, err := os.ReadFile(taken); err != nil || string(content) != "mine" {
		t.Errorf("what lay there was replaced: %q, %v", content, err)
	}
}
