package vault

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"holdfast/engine/internal/home"
)

func folders(t *testing.T) (*Folders, *home.Home) {
	t.Helper()
	h, err := home.Hold(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Release)
	return NewFolders(h), h
}

func TestAScratchFolderBecomesASession(t *testing.T) {
	f, h := folders(t)
	database, err := f.MakeScratch("s1", []byte("wrapped"))
	if err != nil {
		t.Fatal(err)
	}
	// The key is there before the file that it opens.
	if content, err := os.ReadFile(filepath.Join(filepath.Dir(database), keyName)); err != nil || string(content) != "wrapped" {
		t.Errorf("session.key: %q, %v", content, err)
	}
	if info, _ := os.Stat(filepath.Dir(database)); info.Mode().Perm() != 0o700 {
		t.Errorf("scratch folder's mode: %v", info.Mode())
	}
	if err := os.WriteFile(database, make([]byte, 512), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.MarkLinked("s1"); err != nil {
		t.Fatal(err)
	}
	if _, err := f.MakeScratch("s1", []byte("other")); !errors.Is(err, ErrLinked) {
		t.Errorf("a linked scratch folder was made again: %v", err)
	}
	if err := f.DropScratch("s1"); !errors.Is(err, ErrLinked) {
		t.Errorf("a linked scratch folder was dropped: %v", err)
	}
	if err := f.Adopt("s1", "4915111077513"); err != nil {
		t.Fatal(err)
	}
	entries, err := f.Scan()
	if err != nil || len(entries) != 1 || entries[0].Name != "4915111077513" || entries[0].SessionBytes != 512 || string(entries[0].WrappedKey) != "wrapped" {
		t.Errorf("scan: %+v, %v", entries, err)
	}
	if _, err := os.Stat(filepath.Join(h.Sessions(), "4915111077513", linkedName)); err == nil {
		t.Error("the pairing mark went along")
	}
}

func TestAnUnlinkedScratchFolderIsMadeAnew(t *testing.T) {
	f, _ := folders(t)
	database, err := f.MakeScratch("s1", []byte("old"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(database, []byte("left over"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := f.MakeScratch("s1", []byte("new")); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(database); !errors.Is(err, os.ErrNotExist) {
		t.Error("the old database is still there")
	}
	if err := f.DropScratch("s1"); err != nil {
		t.Fatal(err)
	}
	if entries, _ := f.Scan(); len(entries) != 0 {
		t.Errorf("dropped, but there is %+v", entries)
	}
}

func TestMovesNeverReplace(t *testing.T) {
	f, h := folders(t)
	for _, name := range []string{"a", "b"} {
		if err := os.Mkdir(filepath.Join(h.Sessions(), name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.MakeScratch("s1", []byte("w")); err != nil {
		t.Fatal(err)
	}
	if err := f.Adopt("s1", "a"); !errors.Is(err, ErrExists) {
		t.Errorf("adopted over a folder: %v", err)
	}
	if err := f.Quarantine("a", "a-1", false); err != nil {
		t.Fatal(err)
	}
	if err := f.Quarantine("b", "a-1", false); !errors.Is(err, ErrExists) {
		t.Errorf("quarantined over a folder: %v", err)
	}
	if err := f.Quarantine("c", "c-1", false); !errors.Is(err, ErrMissing) {
		t.Errorf("quarantined a missing folder: %v", err)
	}
	if err := f.Adopt("s2", "d"); !errors.Is(err, ErrMissing) {
		t.Errorf("adopted a missing scratch folder: %v", err)
	}
}

func TestNamesCannotLeaveTheirParent(t *testing.T) {
	f, h := folders(t)
	outside := filepath.Join(h.Dir, "outside")
	if err := os.Mkdir(outside, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"", ".", "..", "../outside", "a/b", "a\\b", "/etc", "a..b", "ü", "a b", "-\x00", ".\n"} {
		if CheckName(name) == nil {
			t.Errorf("%q is accepted", name)
		}
		if _, err := f.Database(name); !errors.Is(err, ErrArgument) {
			t.Errorf("database of %q: %v", name, err)
		}
		if err := f.Quarantine(name, "x", true); !errors.Is(err, ErrArgument) {
			t.Errorf("quarantine of %q: %v", name, err)
		}
	}
	for _, name := range []string{"4915111077513", ".pairing-0b6d3c2a", "s_1", "4915111077513-20261124T2115Z"} {
		if err := CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := f.Adopt("s1", ".pairing-s2"); !errors.Is(err, ErrArgument) {
		t.Errorf("adopted to a scratch name: %v", err)
	}
}
