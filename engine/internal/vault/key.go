package vault

import (
	"crypto/aes"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/crypto/xts"
)

const (
	// KeySize is the length of a session's key as the gateway hands it over.
	KeySize    = 32
	sectorSize = 512
	fileMagic  = "SQLite format 3\x00"
	keyPurpose = "holdfast session file v1"
)

// fileKey is what encrypts one session file. Its text form is used in one place, the PRAGMA of a new connection.
type fileKey struct {
	material []byte
}

// newFileKey stretches a session key to the two AES-256 keys that XTS needs.
func newFileKey(sessionKey []byte) (fileKey, error) {
	if len(sessionKey) != KeySize {
		return fileKey{}, fmt.Errorf("%w: a session key has %d bytes, not %d", ErrArgument, KeySize, len(sessionKey))
	}
	material, err := hkdf.Expand(sha256.New, sessionKey, keyPurpose, 64)
	if err != nil {
		return fileKey{}, fmt.Errorf("derive file key: %w", err)
	}
	return fileKey{material: material}, nil
}

func (k fileKey) pragma() string { return "PRAGMA hexkey='" + hex.EncodeToString(k.material) + "'" }

// parameter is the same for a database that is named by an address.
func (k fileKey) parameter() string { return "hexkey=" + hex.EncodeToString(k.material) }

// String keeps the key out of every log line that prints its owner.
func (k fileKey) String() string { return "file key" }

// GoString does the same for %#v.
func (k fileKey) GoString() string { return "file key" }

// opens proves, before SQLite sees the file, that this key decrypts it. SQLite would take a file under another key for
// garbage, find no valid frame in its write-ahead log and delete that log when it closes: commits would be lost.
// A missing or empty file opens with any key. True when the file is shorter than its first page says.
func (k fileKey) opens(path string) (short bool, err error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	defer file.Close() //nolint:errcheck // read only
	sector := make([]byte, sectorSize)
	n, err := io.ReadFull(file, sector)
	if errors.Is(err, io.EOF) && n == 0 {
		return false, nil
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return false, fmt.Errorf("%w: shorter than its header", ErrCorrupt)
	}
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	cipher, err := xts.NewCipher(aes.NewCipher, k.material)
	if err != nil {
		return false, fmt.Errorf("file cipher: %w", err)
	}
	cipher.Decrypt(sector, sector, 0)
	if string(sector[:len(fileMagic)]) != fileMagic {
		return false, ErrWrongKey
	}
	info, err := file.Stat()
	if err != nil {
		return false, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return info.Size() < pages(sector), nil
}

// pages returns how long a file is by its first page; one that says so with 1 has pages of 64 KiB.
//
// Source: https://sqlite.org/fileformat.html, 1.3.
func pages(header []byte) int64 {
	size := int64(binary.BigEndian.Uint16(header[16:18]))
	if size == 1 {
		size = 65536
	}
	return size * int64(binary.BigEndian.Uint32(header[28:32]))
}
