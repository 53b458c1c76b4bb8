// Package vault keeps session files: one encrypted SQLite file per session in a folder of its own. What enters are folder
// names and keys, what leaves are open files, devices whose stores are guarded, and folders moved. It never deletes a
// credential and never decides what becomes of one.
package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync/atomic"
	"time"

	"github.com/ncruces/go-sqlite3"
	"go.mau.fi/util/dbutil"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/store/sqlstore"
	"go.mau.fi/whatsmeow/store/sqlstore/upgrades"
	waLog "go.mau.fi/whatsmeow/util/log"

	"holdfast/engine/internal/sealed"
)

// What can be wrong with a session file. Callers choose by errors.Is; texts carry no secret.
var (
	ErrArgument = errors.New("invalid argument")
	ErrMissing  = errors.New("folder missing")
	ErrWrongKey = errors.New("the file does not open with this key")
	ErrCorrupt  = errors.New("the file is damaged")
	ErrNoDevice = errors.New("the file holds no device")
	ErrStorage  = errors.New("storage failed")
	ErrNewer    = errors.New("a newer version has written the file")
	ErrExists   = errors.New("target exists")
	ErrNoFile   = fmt.Errorf("%w: no session file in it", ErrMissing)
	ErrLinked   = errors.New("the scratch folder holds a linked device")
)

const (
	busyTimeout  = 4 * time.Second
	closeTimeout = 3 * time.Second
	// An idle file costs some 350 KiB open: close it, the next query opens it again. Sooner where nothing was written since it
	// was opened: after a restore that is every file.
	idleTimeout     = 60 * time.Second
	idleOnlyReading = 10 * time.Second
)

// File is an open session file. Safe for concurrent use; all its queries share one connection.
type File struct {
	db         *sql.DB
	wrapped    *dbutil.Database
	container  *sqlstore.Container
	written    atomic.Bool // since it was opened
	handled    handled
	identities identities
}

// OpenFile opens the session file at path, makes it when absent, and brings its schema up to date.
//
// Raises ErrWrongKey, ErrCorrupt, ErrNewer or ErrStorage; nothing of the file is changed by a key that does not fit.
func OpenFile(ctx context.Context, path string, sessionKey []byte) (*File, error) {
	return openFile(ctx, path, sessionKey, notices{})
}

// notices are what an open file tells; nil: nobody listens.
type notices struct {
	// upgrading is called when the schema is about to be brought up to date; what it raises ends the opening.
	upgrading func(context.Context, *sql.DB) error
	// committed is called with each transaction that writes, just before it is written.
	committed func()
}

func openFile(ctx context.Context, path string, sessionKey []byte, tell notices) (*File, error) {
	key, err := newFileKey(sessionKey)
	if err != nil {
		return nil, err
	}
	short, err := key.opens(path)
	if err != nil {
		return nil, err
	}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: "vfs=" + sealed.Name + "&_txlock=immediate"}
	file := &File{}
	opener, err := newConnector(dsn.String(), key, file.opened, func() { file.committed(tell) })
	if err != nil {
		return nil, classify(err)
	}
	db := sql.OpenDB(opener)
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	file.db = db
	if short {
		err = file.whole(ctx, key, path)
	}
	var version int
	if err == nil {
		version, err = versionOf(ctx, db)
	}
	if err == nil && tell.upgrading != nil && 0 < version && version < len(upgrades.Table) {
		err = tell.upgrading(ctx, db)
	}
	if err == nil {
		err = file.upgrade(ctx, version)
	}
	if err != nil {
		_ = db.Close()
		return nil, classify(err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = db.Close()
		return nil, classify(err)
	}
	return file, nil
}

// opened is called with each new connection.
func (f *File) opened() {
	f.written.Store(false)
	f.db.SetConnMaxIdleTime(idleOnlyReading)
}

// committed is called with each transaction that writes, just before it is written.
func (f *File) committed(tell notices) {
	if f.written.CompareAndSwap(false, true) {
		f.db.SetConnMaxIdleTime(idleTimeout)
	}
	if tell.committed != nil {
		tell.committed()
	}
}

// prepare runs on each new connection. The key comes first: every other statement reads the file. The log is written back
// often, because after a kill every session's log is read and decrypted before the session is back.
func prepare(conn *sqlite3.Conn, key fileKey) error {
	if conn.Exec(key.pragma()) != nil {
		// The statement's text is the key: its error must not travel.
		return fmt.Errorf("%w: the encrypting file system refused the key", ErrStorage)
	}
	if err := conn.BusyTimeout(busyTimeout); err != nil {
		return err
	}
	return conn.Exec(`
		PRAGMA journal_mode=WAL;
		PRAGMA synchronous=FULL;
		PRAGMA wal_autocheckpoint=128;
		PRAGMA foreign_keys=ON;
		PRAGMA cache_size=-128;
		PRAGMA temp_store=MEMORY`)
}

// whole raises ErrCorrupt when a part of the file is gone. A file may be shorter than its first page says while it is being
// written back from its log: that is finished first.
func (f *File) whole(ctx context.Context, key fileKey, path string) error {
	if _, err := f.db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return err
	}
	short, err := key.opens(path)
	if err == nil && short {
		return fmt.Errorf("%w: it is shorter than it was", ErrCorrupt)
	}
	return err
}

// upgrade brings the schema up to date. One that is costs no look of the library's own.
func (f *File) upgrade(ctx context.Context, version int) error {
	wrapped, err := dbutil.NewWithDB(f.db, "sqlite3")
	if err != nil {
		return err
	}
	wrapped.UpgradeTable = upgrades.Table
	wrapped.VersionTable = "whatsmeow_version"
	f.wrapped = wrapped
	f.container = sqlstore.NewWithWrappedDB(wrapped, waLog.Noop)
	if version == len(upgrades.Table) {
		return nil
	}
	return f.container.Upgrade(ctx)
}

// Close waits for the query of the moment, writes everything back and closes the file. Later queries fail.
func (f *File) Close() error {
	f.flush()
	var last *sql.Conn
	if f.db.Stats().OpenConnections > 0 {
		// Whoever holds the one connection is the only one who can be at work. Closing the pool alone would not wait.
		ctx, cancel := context.WithTimeout(context.Background(), closeTimeout)
		defer cancel()
		last, _ = f.db.Conn(ctx)
	}
	err := f.db.Close()
	if last != nil {
		err = errors.Join(err, last.Close())
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return nil
}

// NewDevice makes a device for pairing; it reaches the file when pairing succeeds.
func (f *File) NewDevice(watch *Watch, beforeSave func() error) *store.Device {
	device := f.container.NewDevice()
	f.guard(device, watch, beforeSave)
	return device
}

// LoadDevice reads the one device of this file, with guarded stores that report to watch.
//
// Raises ErrNoDevice, ErrCorrupt or ErrStorage.
func (f *File) LoadDevice(ctx context.Context, watch *Watch) (*store.Device, error) {
	devices, err := f.container.GetAllDevices(ctx)
	if errors.Is(err, sqlstore.ErrInvalidLength) {
		return nil, fmt.Errorf("%w: a key has the wrong length", ErrCorrupt)
	}
	if err != nil {
		return nil, classify(err)
	}
	switch len(devices) {
	case 0:
		return nil, ErrNoDevice
	case 1:
		f.guard(devices[0], watch, nil)
		return devices[0], nil
	default:
		return nil, fmt.Errorf("%w: %d devices in one file", ErrCorrupt, len(devices))
	}
}

// classify turns what SQLite says into one of this package's errors.
func classify(err error) error {
	switch {
	case errors.Is(err, ErrStorage), errors.Is(err, ErrCorrupt), errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, dbutil.ErrUnsupportedDatabaseVersion):
		return fmt.Errorf("%w: %w", ErrNewer, err)
	case errors.Is(err, sqlite3.NOTADB), errors.Is(err, sqlite3.CORRUPT):
		return fmt.Errorf("%w: %w", ErrCorrupt, err)
	default:
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
}
