package vault

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"go.mau.fi/whatsmeow/store/sqlstore/upgrades"
)

const number = "4915111077513"

// aged makes sessions/<number> with a file that a library before the newest schema wrote.
func aged(t *testing.T, statements ...string) *Folders {
	t.Helper()
	f := house(t)
	path := living(t, f, number)
	file, err := OpenFile(context.Background(), path, key)
	if err != nil {
		t.Fatal(err)
	}
	device, err := file.LoadDevice(context.Background(), &Watch{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := device.PreKeys.GetOrGenPreKeys(context.Background(), 5); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	for _, statement := range append(statements, "UPDATE whatsmeow_version SET version = version - 1") {
		look(t, path, statement)
	}
	return f
}

// look runs a query on a file as it is, and answers what it says.
func look(t *testing.T, path, query string) []string {
	t.Helper()
	db, err := openAsItIs(path, key)
	if err != nil {
		t.Fatal(err)
	}
	said, err := texts(context.Background(), db, query)
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(query, err)
	}
	return said
}

func saved(t *testing.T, f *Folders) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(f.snapshots, number, "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

const (
	newest   = "ALTER TABLE whatsmeow_device DROP COLUMN companion_meta_nonce" // undoes the newest upgrade
	version  = "SELECT version FROM whatsmeow_version"
	ratchets = "SELECT COUNT(*) FROM whatsmeow_sessions"
)

func TestCredentialsAreSavedBeforeTheSchemaIsUpgraded(t *testing.T) {
	f := aged(t, newest)
	path := filepath.Join(f.sessions, number, databaseName)
	before := look(t, path, version)[0]
	for range 2 {
		file, err := f.Open(context.Background(), number, key)
		if err != nil {
			t.Fatal(err)
		}
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if after := look(t, path, version)[0]; after == before {
		t.Fatalf("still version %s: the newest upgrade is another one by now", after)
	}
	found := saved(t, f)
	if len(found) != 1 {
		t.Fatalf("saved %v, want one", found)
	}
	copied := filepath.Join(found[0], databaseName)
	if got := look(t, copied, version)[0]; got != before {
		t.Errorf("saved in version %s, want %s", got, before)
	}
	if got := look(t, copied, ratchets)[0]; got != "0" {
		t.Errorf("%s ratchets were saved: they must begin again", got)
	}
	if got := look(t, copied, "SELECT COUNT(*) || ' ' || MIN(key_id) FROM whatsmeow_pre_keys")[0]; got != "1 4101" {
		t.Errorf("pre-keys: %s", got)
	}
	made, err := f.Restore(context.Background(), number, filepath.Base(found[0]), key, "4900", under)
	if err != nil || made.Device.GetJID() != ownJID() {
		t.Errorf("it gives back %v, %v", made, err)
	}
}

func TestAnUpgradeThatFailsLeavesTheFileAndOneCopy(t *testing.T) {
	f := aged(t) // the column is there already
	path := filepath.Join(f.sessions, number, databaseName)
	for range 3 {
		if _, err := f.Open(context.Background(), number, key); !errors.Is(err, ErrStorage) {
			t.Fatalf("opened: %v", err)
		}
	}
	if got := look(t, path, ratchets)[0]; got != "1" {
		t.Errorf("%s ratchets are left", got)
	}
	if found := saved(t, f); len(found) != 1 {
		t.Errorf("saved %v", found)
	}
}

func TestWhatCannotBeSavedIsNotUpgraded(t *testing.T) {
	f := aged(t, newest)
	path := filepath.Join(f.sessions, number, databaseName)
	before := look(t, path, version)[0]
	if err := errors.Join(os.RemoveAll(f.snapshots), os.WriteFile(f.snapshots, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Inspect(context.Background(), number, key); !errors.Is(err, ErrStorage) {
		t.Errorf("opened: %v", err)
	}
	if after := look(t, path, version)[0]; after != before {
		t.Errorf("upgraded from %s to %s of %d", before, after, len(upgrades.Table))
	}
}
