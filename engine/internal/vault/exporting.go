package vault

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"holdfast/engine/internal/home"
)

// Export writes what sessions/<folder> holds into a new database at target as the library alone makes it: one SQLite file,
// not encrypted, which only this user can read. It gets its name when it is whole and durable. Raises ErrExists, ErrArgument
// for a path that is not absolute, ErrNoDevice, and what OpenFile raises.
func (f *Folders) Export(ctx context.Context, folder string, key []byte, target string) error {
	if !filepath.IsAbs(target) {
		return fmt.Errorf("%w: the database's path is not absolute", ErrArgument)
	}
	if exists(target) {
		return fmt.Errorf("%w: %s", ErrExists, filepath.Base(target))
	}
	source, err := f.Database(folder)
	if err != nil {
		return err
	}
	half := filepath.Join(filepath.Dir(target), "."+filepath.Base(target)+".part")
	if err := emptyFile(half); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	defer os.Remove(half) //nolint:errcheck // gone, or renamed by then
	if err := copyInTheClear(ctx, source, key, half); err != nil {
		return err
	}
	if err := syncFile(half); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	if err := move(half, target); err != nil {
		return err
	}
	if err := home.SyncFolder(filepath.Dir(target)); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return nil
}

// emptyFile makes a file for SQLite to write into, so that it has its mode before a key is in it. What an export that was
// killed has left there is removed.
func emptyFile(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	made, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return made.Close()
}

// copyInTheClear writes every page of an encrypted file to a plain one.
func copyInTheClear(ctx context.Context, from string, key []byte, to string) error {
	file, err := OpenFile(ctx, from, key)
	if err != nil {
		return err
	}
	_, err = file.LoadDevice(ctx, &Watch{})
	if err == nil {
		// The database's own file system would encrypt the copy.
		target := url.URL{Scheme: "file", Path: to, RawQuery: "vfs=os"}
		if _, into := file.db.ExecContext(ctx, "VACUUM INTO ?", target.String()); into != nil {
			err = classify(into)
		}
	}
	return errors.Join(err, file.Close())
}
