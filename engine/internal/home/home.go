// Package home is the data folder on disk: its rooms, its lock, the addresses in run/. What enters is a path, what
// leaves are paths inside it and the proof that this process holds it alone. It never reads a session's content.
package home

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// LockedError says that another engine holds the folder.
type LockedError struct {
	Dir string
	PID string
}

func (e *LockedError) Error() string {
	return fmt.Sprintf("another engine (pid %s) holds %s; next step: use it, or stop it with `holdfast down`", e.PID, e.Dir)
}

// Home is a data folder held by this process.
type Home struct {
	Dir  string
	lock *os.File
}

// Hold makes the folders, takes the lock and writes the pid. Raises *LockedError when another engine is alive there.
func Hold(dir string) (*Home, error) {
	absolute, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("data folder %s: %w", dir, err)
	}
	h := &Home{Dir: absolute}
	for _, folder := range []string{h.Dir, h.Run(), h.Sessions(), h.Quarantine(), h.Snapshots(), h.Media()} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return nil, unusable(h.Dir, err)
		}
	}
	if err := h.take(); err != nil {
		return nil, err
	}
	if err := WriteAtomically(filepath.Join(h.Run(), "engine.pid"), []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600); err != nil {
		_ = h.lock.Close()
		return nil, unusable(h.Dir, err)
	}
	return h, nil
}

func (h *Home) take() error {
	lock, err := os.OpenFile(filepath.Join(h.Run(), "engine.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return unusable(h.Dir, err)
	}
	err = unix.Flock(int(lock.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		_ = lock.Close()
		return &LockedError{Dir: h.Dir, PID: h.pid()}
	}
	if err != nil {
		_ = lock.Close()
		return unusable(h.Dir, err)
	}
	h.lock = lock
	return nil
}

func (h *Home) pid() string {
	content, err := os.ReadFile(filepath.Join(h.Run(), "engine.pid"))
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(content))
}

func unusable(dir string, err error) error {
	return fmt.Errorf("data folder %s cannot be used: %w; next step: make it writable for this user or choose another with --data", dir, err)
}

// Run holds what lives as long as a process: lock, pid, addresses.
func (h *Home) Run() string { return filepath.Join(h.Dir, "run") }

// Sessions holds one folder per session.
func (h *Home) Sessions() string { return filepath.Join(h.Dir, "sessions") }

// Quarantine holds what left its place.
func (h *Home) Quarantine() string { return filepath.Join(h.Dir, "quarantine") }

// Snapshots holds saved credentials.
func (h *Home) Snapshots() string { return filepath.Join(h.Dir, "snapshots") }

// Media holds attachments.
func (h *Home) Media() string { return filepath.Join(h.Dir, "media") }

// KillPoints arms the self-test's kill points, in lab mode only.
func (h *Home) KillPoints() string { return filepath.Join(h.Run(), "kill-points") }

// BlackBox names the file that tells, after this process died, whom it dealt with last.
func (h *Home) BlackBox() string { return filepath.Join(h.Run(), "engine.last") }

// Gone tells whether somebody removed the folder under us: the lock's file is no longer the one at its path.
func (h *Home) Gone() bool {
	held, err := h.lock.Stat()
	if err != nil {
		return true
	}
	named, err := os.Stat(filepath.Join(h.Run(), "engine.lock"))
	return err != nil || !os.SameFile(held, named)
}

// Release gives the folder up. The lock file stays: removing it would let two engines lock two files of one name.
func (h *Home) Release() {
	_ = os.Remove(filepath.Join(h.Run(), "engine.pid"))
	_ = os.Remove(filepath.Join(h.Run(), "engine.addr"))
	_ = h.lock.Close()
}

// WriteAtomically replaces the file at path as a whole: a reader sees the old content or the new one, also after a
// power cut.
func WriteAtomically(path string, content []byte, mode os.FileMode) error {
	temporary, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, mode)
	if err != nil {
		return err
	}
	_, err = temporary.Write(content)
	if err == nil {
		err = temporary.Sync()
	}
	if closeErr := temporary.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		_ = os.Remove(path + ".new")
		return err
	}
	return SyncFolder(filepath.Dir(path))
}

// SyncFolder makes renames and new names in a folder durable.
func SyncFolder(dir string) error {
	folder, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = folder.Sync()
	if closeErr := folder.Close(); err == nil {
		err = closeErr
	}
	return err
}
