package vault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"holdfast/engine/internal/home"
)

// What lies where, and what leaves its place: into quarantine, back, and after its time for good.

// Scan lists every folder under sessions/, scratch folders included.
func (f *Folders) Scan() ([]Entry, error) { return list(f.sessions, "", CheckName) }

// ScanQuarantine lists every folder under quarantine/.
func (f *Folders) ScanQuarantine() ([]Entry, error) { return list(f.quarantine, "", finalName) }

// ScanSnapshots lists every snapshot as <number>/<name>.
func (f *Folders) ScanSnapshots() ([]Entry, error) {
	numbers, err := names(f.snapshots, finalName)
	if err != nil {
		return nil, err
	}
	var found []Entry
	for _, number := range numbers {
		saved, err := list(filepath.Join(f.snapshots, number), number+"/", finalName)
		if err != nil {
			return nil, err
		}
		found = append(found, saved...)
	}
	return found, nil
}

// finalName raises ErrArgument for what is being made or deleted.
func finalName(name string) error { return plainNames(name) }

func names(parent string, check func(string) error) ([]string, error) {
	entries, err := os.ReadDir(parent)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	var found []string
	for _, entry := range entries {
		if entry.IsDir() && check(entry.Name()) == nil {
			found = append(found, entry.Name())
		}
	}
	return found, nil
}

func list(parent, prefix string, check func(string) error) ([]Entry, error) {
	folders, err := names(parent, check)
	if err != nil {
		return nil, err
	}
	var found []Entry
	for _, name := range folders {
		entry, folder := Entry{Name: prefix + name}, filepath.Join(parent, name)
		if entry.WrappedKey, err = read(filepath.Join(folder, keyName)); err != nil {
			return nil, err
		}
		if prefix != "" {
			if entry.Digest, err = read(filepath.Join(folder, digestName)); err != nil {
				return nil, err
			}
		}
		if info, err := os.Stat(filepath.Join(folder, databaseName)); err == nil {
			entry.SessionBytes, entry.WrittenMs = uint64(info.Size()), info.ModTime().UnixMilli()
		}
		found = append(found, entry)
	}
	return found, nil
}

// read returns a small file's content, nothing when there is none.
func read(path string) ([]byte, error) {
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return content, nil
}

// Quarantine moves a folder to quarantine/<target>; withSnapshots: what is saved of it goes along. Raises ErrMissing, where
// what is saved has gone all the same, or ErrExists.
func (f *Folders) Quarantine(name, target string, withSnapshots bool) error {
	if err := errors.Join(CheckName(name), CheckName(target)); err != nil {
		return err
	}
	from, to := filepath.Join(f.sessions, name), filepath.Join(f.quarantine, target)
	if exists(to) {
		return fmt.Errorf("%w: %s", ErrExists, target)
	}
	present := exists(from)
	if withSnapshots {
		// Together, in one rename: a kill after the first of two would leave the second to another target.
		with := from
		if !present {
			with = to
		}
		if err := f.gather(name, with); err != nil {
			return err
		}
	}
	if !present {
		return fmt.Errorf("%w: %s", ErrMissing, name)
	}
	if err := move(from, to); err != nil {
		return err
	}
	return syncBoth(f.sessions, f.quarantine)
}

// gather moves what is saved of a number into a folder, beside what an attempt that was killed has moved there.
func (f *Folders) gather(number, folder string) error {
	saved, place := filepath.Join(f.snapshots, number), filepath.Join(folder, savedName)
	found, err := names(saved, finalName)
	if err != nil || !exists(saved) {
		return err
	}
	if err := os.MkdirAll(place, 0o700); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	for _, name := range found {
		if err := move(filepath.Join(saved, name), filepath.Join(place, name)); err != nil {
			return err
		}
	}
	if err := errors.Join(home.SyncFolder(place), home.SyncFolder(folder), os.RemoveAll(saved)); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return syncBoth(f.snapshots, filepath.Dir(folder))
}

// BringBack moves quarantine/<name> to sessions/<target>, and what went along to snapshots/<target>. Raises ErrMissing or
// ErrExists.
func (f *Folders) BringBack(name, target string) error {
	if err := errors.Join(CheckName(name), plainNames(target)); err != nil {
		return err
	}
	from, to := filepath.Join(f.quarantine, name), filepath.Join(f.sessions, target)
	if exists(to) {
		return fmt.Errorf("%w: %s", ErrExists, target)
	}
	if _, err := existing(from, "quarantine/"+name); err != nil {
		return err
	}
	// First what is less: a session without its snapshots is one that nobody calls complete.
	saved, place := filepath.Join(from, savedName), filepath.Join(f.snapshots, target)
	if exists(saved) && !exists(place) {
		if err := move(saved, place); err != nil {
			return err
		}
		if err := syncBoth(f.snapshots, from); err != nil {
			return err
		}
	}
	if err := move(from, to); err != nil {
		return err
	}
	return syncBoth(f.sessions, f.quarantine)
}

// DiscardQuarantined deletes quarantine/<name> for good. Raises ErrMissing.
func (f *Folders) DiscardQuarantined(name string) error {
	if err := plainNames(name); err != nil {
		return err
	}
	return discard(f.quarantine, name)
}

// DiscardSnapshot deletes snapshots/<number>/<name> for good, or without a name everything of the number. Raises ErrMissing.
func (f *Folders) DiscardSnapshot(number, name string) error {
	if name == "" {
		if err := plainNames(number); err != nil {
			return err
		}
		return discard(f.snapshots, number)
	}
	if err := plainNames(number, name); err != nil {
		return err
	}
	return discard(filepath.Join(f.snapshots, number), name)
}

// discard takes the name away first, so that nobody finds half of it after a crash.
func discard(parent, name string) error {
	going := filepath.Join(parent, ".discarded-"+name)
	if err := os.RemoveAll(going); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	if err := move(filepath.Join(parent, name), going); err != nil {
		return err
	}
	if err := errors.Join(home.SyncFolder(parent), os.RemoveAll(going)); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
