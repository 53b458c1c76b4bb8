package sealed

import (
	"errors"
	"io"
	"slices"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"golang.org/x/crypto/xts"
)

// longestRun is how much of what is written in a row is held back at most.
const longestRun = 1 << 20

// file is one encrypted file. SQLite uses it from one goroutine at a time.
type file struct {
	vfs.File
	of     *files
	cipher *xts.Cipher // nil until the key is known
	log    *log        // nil for what is no write-ahead log

	run   *[]byte // what is held back, in the clear, from the beginning of a sector; nil for nothing
	start int64   // where it begins
}

var _ vfs.File = (*file)(nil)

func sectorOf(offset int64) int64 { return offset &^ (SectorSize - 1) }

func wholeSectors[T int | int64](size T) T { return (size + SectorSize - 1) &^ (SectorSize - 1) }

// ReadAt implements vfs.File. A sector that is cut off at the file's end cannot be decrypted and counts as missing.
func (f *file) ReadAt(p []byte, offset int64) (int, error) {
	if f.cipher == nil {
		if offset == 0 && len(p) == 100 {
			return 0, io.EOF // SQLite looks at the header before it has been told the key: the file shows itself empty
		}
		return 0, sqlite3.CANTOPEN
	}
	if err := f.flush(); err != nil {
		return 0, err
	}
	first := sectorOf(offset)
	skipped := int(offset - first)
	if skipped == 0 && len(p)%SectorSize == 0 {
		return f.read(p, offset)
	}
	buffer := f.of.buffer()
	defer f.of.giveBack(buffer)
	sectors := slices.Grow((*buffer)[:0], wholeSectors(skipped+len(p)))[:wholeSectors(skipped+len(p))]
	*buffer = sectors
	n, err := f.read(sectors, first)
	n = copy(p, sectors[min(skipped, n):n])
	if n == len(p) {
		err = nil
	}
	return n, err
}

// read reads whole sectors and decrypts what is there.
func (f *file) read(sectors []byte, offset int64) (int, error) {
	n, err := f.File.ReadAt(sectors, offset)
	if n == len(sectors) {
		err = nil
	}
	n = int(sectorOf(int64(n)))
	for at := 0; at < n; at += SectorSize {
		sector := sectors[at : at+SectorSize]
		f.cipher.Decrypt(sector, sector, uint64(offset+int64(at))/SectorSize)
	}
	return n, err
}

// WriteAt implements vfs.File.
func (f *file) WriteAt(p []byte, offset int64) (int, error) {
	if f.cipher == nil {
		return 0, sqlite3.READONLY
	}
	if f.run == nil || offset != f.start+int64(len(*f.run)) || len(*f.run) >= longestRun {
		if err := f.flush(); err != nil {
			return 0, err
		}
		if err := f.begin(offset); err != nil {
			return 0, err
		}
	}
	*f.run = append(*f.run, p...)
	if f.log != nil && f.log.holdsBack(f, p, offset) {
		return len(p), nil
	}
	if err := f.flush(); err != nil {
		return 0, err
	}
	return len(p), nil
}

// begin begins a run at an offset: with what stands before it in its sector.
func (f *file) begin(offset int64) error {
	first := sectorOf(offset)
	head, err := f.sector(first, int(offset-first))
	if err == nil {
		f.run, f.start = head, first
	}
	return err
}

// sector returns the first bytes of a sector; zeros where the file ends before it.
func (f *file) sector(offset int64, size int) (*[]byte, error) {
	buffer := f.of.buffer()
	*buffer = slices.Grow((*buffer)[:0], SectorSize)[:SectorSize]
	if size > 0 {
		n, err := f.read(*buffer, offset)
		if err != nil && !errors.Is(err, io.EOF) {
			f.of.giveBack(buffer)
			return nil, err
		}
		clear((*buffer)[n:])
	}
	*buffer = (*buffer)[:size]
	return buffer, nil
}

// flush writes what is held back, with what stands after it in its last sector.
func (f *file) flush() error {
	if f.run == nil {
		return nil
	}
	run := f.run
	f.run = nil
	defer f.of.giveBack(run)
	if rest := len(*run) % SectorSize; rest != 0 {
		last, err := f.sector(f.start+int64(len(*run)-rest), SectorSize)
		if err != nil {
			return err
		}
		*run = append(*run, (*last)[rest:]...)
		f.of.giveBack(last)
	}
	for at := 0; at < len(*run); at += SectorSize {
		sector := (*run)[at : at+SectorSize]
		f.cipher.Encrypt(sector, sector, uint64(f.start+int64(at))/SectorSize)
	}
	_, err := f.File.WriteAt(*run, f.start)
	return err
}

// Sync implements vfs.File.
func (f *file) Sync(flags vfs.SyncFlag) error {
	if err := f.flush(); err != nil {
		return err
	}
	if f.log != nil {
		f.log.synced()
	}
	return f.File.Sync(flags)
}

// Truncate implements vfs.File.
func (f *file) Truncate(size int64) error {
	if err := f.flush(); err != nil {
		return err
	}
	return f.File.Truncate(wholeSectors(size))
}

// Size implements vfs.File.
func (f *file) Size() (int64, error) {
	if err := f.flush(); err != nil {
		return 0, err
	}
	return f.File.Size()
}

// Close implements vfs.File.
func (f *file) Close() error {
	var err error
	if f.cipher != nil {
		err = f.flush()
	}
	return errors.Join(err, f.File.Close())
}

// Pragma implements vfs.FilePragma: it takes the key.
func (f *file) Pragma(name, value string) (string, error) {
	if name != "hexkey" {
		return vfsutil.WrapPragma(f.File, name, value)
	}
	if !f.use(value) {
		return "", sqlite3.IOERR_BADKEY
	}
	return "ok", nil
}

// DeviceCharacteristics implements vfs.File. Bytes beside those that are written change as well, within their sector, so
// an overwrite is not safe against a power cut: SQLite pads its log instead.
func (f *file) DeviceCharacteristics() vfs.DeviceCharacteristic {
	return f.File.DeviceCharacteristics() &
		(vfs.IOCAP_ATOMIC512 | vfs.IOCAP_IMMUTABLE | vfs.IOCAP_SEQUENTIAL | vfs.IOCAP_SUBPAGE_READ | vfs.IOCAP_UNDELETABLE_WHEN_OPEN)
}

// SectorSize implements vfs.File.
func (f *file) SectorSize() int {
	size := max(f.File.SectorSize(), SectorSize)
	if size%SectorSize != 0 {
		return size * SectorSize
	}
	return size
}

// What the file system of the machine knows beside that.

var (
	_ vfs.FileUnwrap       = (*file)(nil)
	_ vfs.FileSharedMemory = (*file)(nil)
	_ vfs.FileLockState    = (*file)(nil)
	_ vfs.FilePersistWAL   = (*file)(nil)
	_ vfs.FileHasMoved     = (*file)(nil)
	_ vfs.FileSizeHint     = (*file)(nil)
	_ vfs.FilePragma       = (*file)(nil)
)

// Unwrap implements vfs.FileUnwrap.
func (f *file) Unwrap() vfs.File { return f.File }

// SharedMemory implements vfs.FileSharedMemory. It holds numbers of pages and no content.
func (f *file) SharedMemory() vfs.SharedMemory { return vfsutil.WrapSharedMemory(f.File) }

// LockState implements vfs.FileLockState.
func (f *file) LockState() vfs.LockLevel { return vfsutil.WrapLockState(f.File) }

// PersistWAL implements vfs.FilePersistWAL.
func (f *file) PersistWAL() bool { return vfsutil.WrapPersistWAL(f.File) }

// SetPersistWAL implements vfs.FilePersistWAL.
func (f *file) SetPersistWAL(keep bool) { vfsutil.WrapSetPersistWAL(f.File, keep) }

// HasMoved implements vfs.FileHasMoved.
func (f *file) HasMoved() (bool, error) { return vfsutil.WrapHasMoved(f.File) }

// SizeHint implements vfs.FileSizeHint.
func (f *file) SizeHint(size int64) error {
	return vfsutil.WrapSizeHint(f.File, wholeSectors(size))
}
