package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/util/keys"

	"holdfast/engine/internal/home"
	"holdfast/engine/internal/sealed"
)

// A newer library brings a session file's schema up to date, and nothing takes that back. So the file's credentials are
// saved before, as they are: the library that wrote the file can read what was saved.

// What the names of such snapshots end with; the gateway reads them.
const beforeEnds = "-before"

// Open opens the session file of sessions/<folder>; where its schema is older, its credentials are saved first as a
// snapshot "before". Raises what OpenFile raises, ErrMissing, and ErrStorage where they could not be saved: then nothing
// was upgraded.
func (f *Folders) Open(ctx context.Context, folder string, key []byte) (*File, error) {
	path, err := f.Database(folder)
	if err != nil {
		return nil, err
	}
	return openFile(ctx, path, key, notices{
		committed: func() { f.commits.Add(1) },
		upgrading: func(ctx context.Context, db *sql.DB) error {
			if err := f.saveAsItIs(ctx, db, folder, path, key); err != nil {
				return fmt.Errorf("%w: not upgraded, because it could not be saved before: %w", ErrStorage, err)
			}
			return nil
		},
	})
}

// versionOf returns the version of a file's schema; 0 for a file that is new.
func versionOf(ctx context.Context, db *sql.DB) (int, error) {
	var version int
	var there bool
	err := db.QueryRowContext(ctx, "SELECT EXISTS(SELECT 1 FROM sqlite_master WHERE type='table' AND name='whatsmeow_version')").Scan(&there)
	if err != nil || !there {
		return 0, err
	}
	err = db.QueryRowContext(ctx, "SELECT version FROM whatsmeow_version LIMIT 1").Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return version, err
}

// saveAsItIs makes snapshots/<folder>/<now>Z-before of an open file, under the same key, without bringing it up to date.
func (f *Folders) saveAsItIs(ctx context.Context, db *sql.DB, folder, path string, key []byte) error {
	if _, err := db.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return err
	}
	parent := filepath.Join(f.snapshots, folder)
	if savedSince(parent, path) {
		return nil // an upgrade has failed, and is tried again
	}
	if err := os.MkdirAll(f.snapshots, 0o700); err != nil {
		return err
	}
	half, err := os.MkdirTemp(f.snapshots, ".half-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(half) //nolint:errcheck // gone, or renamed by then
	for _, name := range []string{databaseName, keyName} {
		if err := copyFile(filepath.Join(filepath.Dir(path), name), filepath.Join(half, name)); err != nil {
			return err
		}
	}
	saved := filepath.Join(half, databaseName)
	if err := strip(ctx, saved, key); err != nil {
		return err
	}
	now := time.Now().UTC()
	target := filepath.Join(parent, fmt.Sprintf("%s%03dZ%s", now.Format("20060102T150405"), now.Nanosecond()/1e6, beforeEnds))
	if err := errors.Join(os.MkdirAll(parent, 0o700), syncFile(saved), home.SyncFolder(half)); err != nil {
		return err
	}
	if err := move(half, target); err != nil {
		return err
	}
	return syncBoth(f.snapshots, parent)
}

// savedSince tells whether the file at path was saved so after it was written last.
func savedSince(parent, path string) bool {
	written, err := os.Stat(path)
	if err != nil {
		return false
	}
	saved, _ := filepath.Glob(filepath.Join(parent, "*"+beforeEnds, databaseName))
	return slices.ContainsFunc(saved, func(copied string) bool {
		info, err := os.Stat(copied)
		return err == nil && !info.ModTime().Before(written.ModTime())
	})
}

// copyFile copies into a folder that nobody else knows of.
func copyFile(from, to string) error {
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close() //nolint:errcheck // read only
	target, err := os.OpenFile(to, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Sync(), target.Close())
}

// strip leaves of a copy what a snapshot holds: the credentials, and a pre-key above all that were given out.
func strip(ctx context.Context, path string, sessionKey []byte) error {
	db, err := openAsItIs(path, sessionKey)
	if err != nil {
		return err
	}
	return errors.Join(stripped(ctx, db), db.Close())
}

func openAsItIs(path string, sessionKey []byte) (*sql.DB, error) {
	key, err := newFileKey(sessionKey)
	if err != nil {
		return nil, err
	}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: "vfs=" + sealed.Name + "&_txlock=immediate"}
	opener, err := newConnector(dsn.String(), key, nil, nil)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(opener)
	db.SetMaxOpenConns(1)
	return db, nil
}

func stripped(ctx context.Context, db *sql.DB) error {
	var last sql.NullInt64
	if err := db.QueryRowContext(ctx, "SELECT MAX(key_id) FROM whatsmeow_pre_keys").Scan(&last); err != nil {
		return err
	}
	tables, err := texts(ctx, db, "SELECT name FROM sqlite_master WHERE type='table' AND name LIKE 'whatsmeow\\_%' ESCAPE '\\'")
	if err != nil {
		return err
	}
	for _, table := range tables {
		if table == "whatsmeow_version" || slices.Contains(credentialTables, table) {
			continue
		}
		if _, err := db.ExecContext(ctx, "DELETE FROM "+table); err != nil {
			return err
		}
	}
	marker := keys.NewPreKey(uint32(min(last.Int64+preKeysSkipped, lastPreKeyID)))
	insert := "INSERT INTO whatsmeow_pre_keys (jid, key_id, key, uploaded) SELECT jid, ?, ?, true FROM whatsmeow_device"
	if _, err := db.ExecContext(ctx, insert, marker.KeyID, marker.Priv[:]); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM"); err != nil {
		return err
	}
	said, err := texts(ctx, db, "PRAGMA integrity_check")
	if err == nil && !slices.Equal(said, []string{"ok"}) {
		return fmt.Errorf("%w: the copy is damaged", ErrCorrupt)
	}
	return err
}

func texts(ctx context.Context, db *sql.DB, query string) ([]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // read only
	var found []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		found = append(found, text)
	}
	return found, rows.Err()
}
