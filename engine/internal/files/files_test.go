package files

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

func TestANameStaysInItsFolder(t *testing.T) {
	for _, name := range []string{"a", "cab.jpg", "3EB0AAAA01.ogg", "a-b_c+d@e=f", strings.Repeat("x", 200)} {
		if err := CheckName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"", ".", "..", ".part-1", "a/b", `a\b`, "a..b", "-rf", "a b", "a\x00", "ä", "a\n", strings.Repeat("x", 201)} {
		if err := CheckName(name); !errors.Is(err, ErrName) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func FuzzNames(f *testing.F) {
	f.Add("../x")
	f.Add("cab.jpg")
	f.Fuzz(func(t *testing.T, name string) {
		if CheckName(name) == nil && (filepath.Base(name) != name || !filepath.IsLocal(name) || strings.HasPrefix(name, ".")) {
			t.Errorf("%q leaves its folder or hides", name)
		}
	})
}

func TestAFileAppearsWhenItIsWhole(t *testing.T) {
	dir := t.TempDir()
	folder, err := NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	moved, again := 0, []uint64{}
	part, err := folder.Part(10, func(n int) { moved += n }, func(size uint64) { again = append(again, size) })
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write([]byte("12345678")); err != nil || moved != 8 {
		t.Errorf("%d moved, %v", moved, err)
	}
	if _, err := part.Write([]byte("901")); !errors.Is(err, ErrTooLarge) {
		t.Errorf("over the limit: %v", err)
	}
	if _, err := part.Seek(0, io.SeekStart); err != nil || len(again) != 1 || again[0] != 8 {
		t.Errorf("from the beginning: %v, %v", again, err)
	}
	if _, err := part.Write([]byte("abcdefgh")); err != nil { // a retry counts from the beginning
		t.Error(err)
	}
	if names, _ := filepath.Glob(filepath.Join(dir, "[^.]*")); len(names) != 0 {
		t.Errorf("there before it is whole: %v", names)
	}
	if err := part.Keep("../out"); !errors.Is(err, ErrName) {
		t.Errorf("outside: %v", err)
	}
	if err := part.Keep("kept"); err != nil {
		t.Fatal(err)
	}
	part.Discard()
	if content, err := os.ReadFile(filepath.Join(dir, "kept")); err != nil || !bytes.Equal(content, []byte("abcdefgh")) {
		t.Errorf("%q, %v", content, err)
	}
	given, err := folder.Part(0, func(int) {}, func(uint64) {})
	if err != nil {
		t.Fatal(err)
	}
	given.Discard()
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
}

func TestWhatIsNoFileIsNotOpened(t *testing.T) {
	dir := t.TempDir()
	folder, err := NewFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(
		os.Mkdir(filepath.Join(dir, "folder"), 0o700), os.Symlink("/etc/hostname", filepath.Join(dir, "link")),
		syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600), os.WriteFile(filepath.Join(dir, "file"), []byte("four"), 0o600),
	); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"folder", "link", "pipe", "missing"} {
		if _, _, err := folder.Open(name); !errors.Is(err, ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
	file, size, err := folder.Open("file")
	if err != nil || size != 4 {
		t.Errorf("%d bytes, %v", size, err)
	}
	_ = file.Close()
}
