// Package files keeps the folder of attachments. What enters are names, what leaves are open files, and new ones that
// appear under their name when they are whole. It never looks into a file.
package files

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/sys/unix"

	"holdfast/engine/internal/home"
)

// What can be wrong. Callers choose by errors.Is.
var (
	ErrName     = errors.New("not the name of a file under media/")
	ErrMissing  = errors.New("no such file under media/")
	ErrTooLarge = errors.New("longer than allowed")
)

// partPrefix begins the names of files that are not whole; no gateway can name one.
const partPrefix = ".part-"

// A name is one path element that cannot leave its parent, cannot hide and is no option of any program.
var fileName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9._+@=-]{0,199}$`)

// CheckName raises ErrName.
func CheckName(name string) error {
	if !fileName.MatchString(name) || strings.Contains(name, "..") {
		return ErrName
	}
	return nil
}

// Folder is media/ of a data folder.
type Folder struct{ dir string }

// NewFolder returns the folder at dir, without what an engine that was killed has left half done.
func NewFolder(dir string) (*Folder, error) {
	left, err := filepath.Glob(filepath.Join(dir, partPrefix+"*"))
	if err != nil {
		return nil, err
	}
	for _, part := range left {
		if err := os.Remove(part); err != nil {
			return nil, err
		}
	}
	return &Folder{dir: dir}, nil
}

// Open opens a file to read and answers its length. Raises ErrName or ErrMissing; a link or a folder counts as missing.
func (f *Folder) Open(name string) (*os.File, uint64, error) {
	if err := CheckName(name); err != nil {
		return nil, 0, err
	}
	// A pipe would be waited for.
	file, err := os.OpenFile(filepath.Join(f.dir, name), os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if errors.Is(err, os.ErrNotExist) || errors.Is(err, unix.ELOOP) {
		return nil, 0, ErrMissing
	}
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = ErrMissing
	}
	if err != nil {
		_ = file.Close()
		return nil, 0, err
	}
	return file, uint64(info.Size()), nil
}

// Part makes a file without a name of its own. More than limit bytes cannot be written, 0: no limit. moved is called for
// what is written to or read from its stream, again when it is gone through from the beginning, with its length.
func (f *Folder) Part(limit uint64, moved func(int), again func(uint64)) (*Part, error) {
	file, err := os.CreateTemp(f.dir, partPrefix+"*") // mode 0600
	if err != nil {
		return nil, err
	}
	return &Part{file: file, folder: f, limit: limit, moved: moved, again: again}, nil
}

// Part is a file that is being made.
type Part struct {
	file    *os.File
	folder  *Folder
	limit   uint64
	written uint64
	moved   func(int)
	again   func(uint64)
	kept    bool
}

// Read implements io.Reader.
func (p *Part) Read(b []byte) (int, error) {
	n, err := p.file.Read(b)
	p.moved(n)
	return n, err
}

// Write implements io.Writer. Raises ErrTooLarge.
func (p *Part) Write(b []byte) (int, error) {
	p.written += uint64(len(b))
	if p.limit > 0 && p.written > p.limit {
		return 0, ErrTooLarge
	}
	n, err := p.file.Write(b)
	p.moved(n)
	return n, err
}

// Seek implements io.Seeker.
func (p *Part) Seek(offset int64, whence int) (int64, error) {
	at, err := p.file.Seek(offset, whence)
	if err == nil && at == 0 {
		p.written = 0
		size, sizing := p.Size()
		if sizing != nil {
			return at, sizing
		}
		p.again(size)
	}
	return at, err
}

// ReadAt implements io.ReaderAt.
func (p *Part) ReadAt(b []byte, offset int64) (int, error) { return p.file.ReadAt(b, offset) }

// WriteAt implements io.WriterAt.
func (p *Part) WriteAt(b []byte, offset int64) (int, error) { return p.file.WriteAt(b, offset) }

// Truncate implements whatsmeow.File.
func (p *Part) Truncate(size int64) error { return p.file.Truncate(size) }

// Stat implements whatsmeow.File.
func (p *Part) Stat() (os.FileInfo, error) { return p.file.Stat() }

var _ io.ReadWriteSeeker = (*Part)(nil)

// Size returns the length.
func (p *Part) Size() (uint64, error) {
	info, err := p.file.Stat()
	if err != nil {
		return 0, err
	}
	return uint64(info.Size()), nil
}

// Keep makes the file durable and gives it its name. Raises ErrName.
func (p *Part) Keep(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if err := p.file.Sync(); err != nil {
		return err
	}
	if err := os.Rename(p.file.Name(), filepath.Join(p.folder.dir, name)); err != nil {
		return err
	}
	p.kept = true
	if err := home.SyncFolder(p.folder.dir); err != nil {
		return fmt.Errorf("media: %w", err)
	}
	return nil
}

// Discard closes the file and removes it, unless it was kept.
func (p *Part) Discard() {
	_ = p.file.Close()
	if !p.kept {
		_ = os.Remove(p.file.Name())
	}
}
