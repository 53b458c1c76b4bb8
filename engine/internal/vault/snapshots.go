package vault

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/util/keys"

	"holdfast/engine/internal/home"
)

// What of a session file is a credential. A restored one starts its ratchets afresh, whatever was saved of them.
var credentialTables = []string{"whatsmeow_device", "whatsmeow_app_state_sync_keys"} //nolint:gochecknoglobals // constant

// NewKey is the key of a file that is made, and the same wrapped, as it is written beside the file.
type NewKey struct {
	Key     []byte
	Wrapped []byte
}

// Made is a folder that was made.
type Made struct {
	Device *store.Device // for looking at only
	Bytes  uint64        // 0: nothing was made, because nothing has changed
	Digest []byte        // of the credentials in it
}

// SnapshotDatabase returns the path of a snapshot's file. Raises ErrMissing.
func (f *Folders) SnapshotDatabase(folder, name string) (string, error) {
	if err := errors.Join(CheckName(folder), CheckName(name)); err != nil {
		return "", err
	}
	return existing(filepath.Join(f.snapshots, folder, name), "snapshots/"+folder+"/"+name)
}

// QuarantineDatabase returns the path of the file of a folder in quarantine. Raises ErrMissing.
func (f *Folders) QuarantineDatabase(name string) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	return existing(filepath.Join(f.quarantine, name), "quarantine/"+name)
}

// Snapshot saves the credentials of sessions/<folder> as snapshots/<folder>/<name>, unless they have this digest. Raises
// ErrExists.
func (f *Folders) Snapshot(ctx context.Context, folder string, key []byte, name string, under NewKey, unless []byte) (*Made, error) {
	source, err := f.Database(folder)
	if err != nil {
		return nil, err
	}
	if err := plainNames(name); err != nil {
		return nil, err
	}
	if len(unless) > 0 {
		if digest, err := digestAt(ctx, source, key); err != nil || bytes.Equal(digest, unless) {
			return &Made{Digest: digest}, err
		}
	}
	return f.make(ctx, filepath.Join(f.snapshots, folder), name, under, func(path string) error {
		return copyCredentials(ctx, source, key, path, under.Key)
	})
}

// Restore makes sessions/<target> of a snapshot. Raises ErrExists.
func (f *Folders) Restore(ctx context.Context, folder, name string, key []byte, target string, under NewKey) (*Made, error) {
	source, err := f.SnapshotDatabase(folder, name)
	if err != nil {
		return nil, err
	}
	if err := plainNames(target); err != nil {
		return nil, err
	}
	return f.make(ctx, f.sessions, target, under, func(path string) error {
		return copyCredentials(ctx, source, key, path, under.Key)
	})
}

// plainNames raises ErrArgument for names that are not final.
func plainNames(names ...string) error {
	for _, name := range names {
		if err := CheckName(name); err != nil {
			return err
		}
		if strings.HasPrefix(name, ".") {
			return fmt.Errorf("%w: %q is not a final name", ErrArgument, name)
		}
	}
	return nil
}

// make lets fill write a session file and gives its folder the name only when it has been read back. Raises ErrExists.
func (f *Folders) make(ctx context.Context, parent, name string, under NewKey, fill func(path string) error) (*Made, error) {
	target := filepath.Join(parent, name)
	if len(under.Wrapped) == 0 {
		return nil, fmt.Errorf("%w: wrapped_key is empty: the file could not be opened after a restart", ErrArgument)
	}
	if _, err := os.Lstat(target); err == nil {
		return nil, fmt.Errorf("%w: %s", ErrExists, name)
	}
	// Beside the snapshots, where nobody takes a half for a session.
	if err := os.MkdirAll(f.snapshots, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	half, err := os.MkdirTemp(f.snapshots, ".half-*")
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	defer os.RemoveAll(half) //nolint:errcheck // gone, or renamed by then
	path := filepath.Join(half, databaseName)
	if err := home.WriteAtomically(filepath.Join(half, keyName), under.Wrapped, 0o600); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	if err := fill(path); err != nil {
		return nil, err
	}
	made, err := readBack(ctx, path, under.Key)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(parent, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	if parent != f.sessions {
		err = home.WriteAtomically(filepath.Join(half, digestName), made.Digest, 0o600)
	}
	if err := errors.Join(err, syncFile(path), home.SyncFolder(half)); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	if err := move(half, target); err != nil {
		return nil, err
	}
	return made, syncBoth(f.snapshots, parent)
}

// readBack opens a file that was just closed and looks whether it holds what a device needs.
func readBack(ctx context.Context, path string, key []byte) (*Made, error) {
	seen, err := Inspect(ctx, path, key)
	if err != nil {
		return nil, err
	}
	for _, finding := range seen.Findings {
		if finding.Flaw != AppStateKeysMissing {
			return nil, fmt.Errorf("%w: what was written does not read back (%d %s)", ErrCorrupt, finding.Flaw, finding.Detail)
		}
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return &Made{Device: seen.Device, Bytes: uint64(info.Size()), Digest: seen.Digest}, nil
}

func syncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close() //nolint:errcheck // read only
	return file.Sync()
}

// copyCredentials makes the file at to of the one at from.
func copyCredentials(ctx context.Context, from string, fromKey []byte, to string, toKey []byte) error {
	source, err := OpenFile(ctx, from, fromKey)
	if err != nil {
		return err
	}
	defer source.Close() //nolint:errcheck // nothing was written
	if _, err := source.LoadDevice(ctx, &Watch{}); err != nil {
		return err
	}
	target, err := OpenFile(ctx, to, toKey)
	if err != nil {
		return err
	}
	for _, table := range credentialTables {
		if err = copyTable(ctx, source, target, table); err != nil {
			break
		}
	}
	if err == nil {
		err = beginPreKeysAnew(ctx, source, target)
	}
	return errors.Join(err, target.Close())
}

const (
	// More pre-keys than are made between a snapshot and the next one.
	preKeysSkipped = 4096
	lastPreKeyID   = 1<<24 - 1 // three bytes on the wire
)

// beginPreKeysAnew leaves one pre-key that nobody was given, with an id above all that were given out: the library makes the
// next ones above it and uploads them at the next login. An id that were used again, with another key, would fail whoever
// still has the old one.
//
// Source: whatsmeow 35ae40906e74, SQLStore.getNextPreKeyID, handleConnectSuccess.
func beginPreKeysAnew(ctx context.Context, from, to *File) error {
	var last sql.NullInt64
	if err := from.db.QueryRowContext(ctx, "SELECT MAX(key_id) FROM whatsmeow_pre_keys").Scan(&last); err != nil {
		return classify(err)
	}
	marker := keys.NewPreKey(uint32(min(last.Int64+preKeysSkipped, lastPreKeyID)))
	insert := "INSERT INTO whatsmeow_pre_keys (jid, key_id, key, uploaded) SELECT jid, ?, ?, true FROM whatsmeow_device"
	if _, err := to.db.ExecContext(ctx, insert, marker.KeyID, marker.Priv[:]); err != nil {
		return classify(err)
	}
	return nil
}

// copyTable copies every row; both files have the same schema, because both were opened here.
func copyTable(ctx context.Context, from, to *File, table string) error {
	rows, err := from.db.QueryContext(ctx, "SELECT * FROM "+table)
	if err != nil {
		return classify(err)
	}
	defer rows.Close() //nolint:errcheck // read only
	columns, err := rows.Columns()
	if err != nil {
		return classify(err)
	}
	insert := fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s)", table, strings.Join(columns, ", "), strings.Repeat(", ?", len(columns)-1))
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			return classify(err)
		}
		if _, err := to.db.ExecContext(ctx, insert, values...); err != nil {
			return classify(err)
		}
	}
	if err := rows.Err(); err != nil {
		return classify(err)
	}
	return nil
}
