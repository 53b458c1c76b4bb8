// Package sealed is the file system under session files. What enters are the pages and log frames of SQLite, what leaves
// are the same bytes on the disk that ncruces' `xts` file system writes: AES-XTS over sectors of 512 bytes. It differs in how
// they get there: that one makes a system call per sector, some ninety for a message; this one takes what SQLite writes in a
// row together, and makes one.
package sealed

import (
	"crypto/aes"
	"crypto/rand"
	"encoding/hex"
	"sync"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/util/vfsutil"
	"github.com/ncruces/go-sqlite3/vfs"
	"golang.org/x/crypto/xts"
)

// Name is what an address names this file system by: `file:…?vfs=sealed`. The key comes by `PRAGMA hexkey`, or as the
// address's parameter `hexkey`.
const Name = "sealed"

// SectorSize is the unit of encryption.
const SectorSize = 512

func init() { vfs.Register(Name, &files{VFS: vfs.Find("")}) }

// files opens encrypted files.
type files struct {
	vfs.VFS
	buffers sync.Pool // of *[]byte: an open file that is at rest holds none
}

var _ vfs.VFSFilename = (*files)(nil)

// Open implements vfs.VFS; SQLite calls OpenFilename instead.
func (f *files) Open(name string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return nil, flags, sqlite3.CANTOPEN
}

// OpenFilename implements vfs.VFSFilename. A log and a journal have the key of their database, a temporary file has one of its
// own.
func (f *files) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	inner, flags, err := vfsutil.WrapOpenFilename(f.VFS, name, flags)
	if err != nil || flags&(vfs.OPEN_SUPER_JOURNAL|vfs.OPEN_MEMORY) != 0 {
		return inner, flags, err
	}
	opened := &file{File: inner, of: f}
	if flags&vfs.OPEN_WAL != 0 {
		opened.log = &log{}
	}
	if !opened.unlock(name, flags) {
		_ = inner.Close()
		return nil, flags, sqlite3.IOERR_BADKEY
	}
	return opened, flags, nil
}

// unlock finds the key of a file that is being opened; false where there is none, or it is no key.
func (f *file) unlock(name *vfs.Filename, flags vfs.OpenFlag) bool {
	if name == nil {
		key := make([]byte, 2*32)
		_, _ = rand.Read(key) // it never fails
		return f.use(hex.EncodeToString(key))
	}
	if database, ok := vfsutil.UnwrapFile[*file](name.DatabaseFile()); ok {
		f.cipher = database.cipher
		return f.cipher != nil
	}
	if given := name.URIParameter("hexkey"); given != "" {
		return f.use(given)
	}
	return flags&vfs.OPEN_MAIN_DB != 0 // its key comes by PRAGMA
}

// use takes a key in hexadecimal digits; false when it is none.
func (f *file) use(digits string) bool {
	key, err := hex.DecodeString(digits)
	if err != nil {
		return false
	}
	cipher, err := xts.NewCipher(aes.NewCipher, key)
	if err != nil {
		return false
	}
	f.cipher = cipher
	return true
}

func (f *files) buffer() *[]byte {
	if taken, ok := f.buffers.Get().(*[]byte); ok {
		return taken
	}
	return new([]byte)
}

// largestKept is the largest buffer that waits for its next use.
const largestKept = 256 << 10

func (f *files) giveBack(buffer *[]byte) {
	if cap(*buffer) > largestKept {
		return
	}
	*buffer = (*buffer)[:0]
	f.buffers.Put(buffer)
}
