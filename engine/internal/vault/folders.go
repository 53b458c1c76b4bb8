package vault

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"

	"holdfast/engine/internal/home"
)

const (
	databaseName  = "session.db"
	keyName       = "session.key"
	linkedName    = "session.linked"
	digestName    = "session.digest"
	savedName     = "snapshots" // in a folder under quarantine/
	scratchPrefix = ".pairing-"
)

// A name is one path element that cannot leave its parent.
var folderName = regexp.MustCompile(`^\.?[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,127}$`)

// Folders moves and lists session folders. It is the only code that does.
type Folders struct {
	sessions   string
	quarantine string
	snapshots  string
	commits    atomic.Uint64
}

// Entry is one folder under sessions/, quarantine/ or snapshots/.
type Entry struct {
	Name         string
	WrappedKey   []byte
	SessionBytes uint64
	WrittenMs    int64  // when the session file was written last
	Digest       []byte // of a snapshot
}

// NewFolders returns the session folders of a data folder.
func NewFolders(h *home.Home) *Folders {
	return &Folders{sessions: h.Sessions(), quarantine: h.Quarantine(), snapshots: h.Snapshots()}
}

// Commits returns how many transactions were written to the files that Open has opened.
func (f *Folders) Commits() uint64 { return f.commits.Load() }

// ScratchName is the folder in which a session pairs.
func ScratchName(sessionID string) string { return scratchPrefix + sessionID }

// CheckName raises ErrArgument for a name that is not one plain path element.
func CheckName(name string) error {
	if !folderName.MatchString(name) || strings.Contains(name, "..") {
		return fmt.Errorf("%w: %q is not a folder name", ErrArgument, name)
	}
	return nil
}

// Database returns the path of a folder's session file. Raises ErrMissing when there is none.
func (f *Folders) Database(name string) (string, error) {
	if err := CheckName(name); err != nil {
		return "", err
	}
	return existing(filepath.Join(f.sessions, name), "sessions/"+name)
}

// existing returns the path of the session file in a folder, which messages call by its name.
func existing(folder, named string) (string, error) {
	path := filepath.Join(folder, databaseName)
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		if _, err := os.Stat(folder); err == nil {
			return "", fmt.Errorf("%w: %s has no session file", ErrNoFile, named)
		}
		return "", fmt.Errorf("%w: %s", ErrMissing, named)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrStorage, err)
	}
	if info.Size() == 0 {
		return "", fmt.Errorf("%w: %s is empty", ErrCorrupt, named)
	}
	return path, nil
}

// MakeScratch makes a session's scratch folder again, with the wrapped key in it before any file exists that the key
// opens, and answers the path of its database. Raises ErrLinked when a device was saved there: the phone counts it as
// linked, so it is adopted, never overwritten.
func (f *Folders) MakeScratch(sessionID string, wrappedKey []byte) (string, error) {
	folder := filepath.Join(f.sessions, ScratchName(sessionID))
	if f.ScratchLinked(sessionID) {
		return "", ErrLinked
	}
	if err := os.RemoveAll(folder); err != nil {
		return "", fmt.Errorf("%w: %w", ErrStorage, err)
	}
	err := os.Mkdir(folder, 0o700)
	if err == nil {
		err = home.WriteAtomically(filepath.Join(folder, keyName), wrappedKey, 0o600)
	}
	if err == nil {
		err = home.SyncFolder(f.sessions)
	}
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return filepath.Join(folder, databaseName), nil
}

// MarkLinked is called just before a device is saved in a scratch folder: from then on the folder is a credential, and
// that can be seen without its key.
func (f *Folders) MarkLinked(sessionID string) error {
	folder := filepath.Join(f.sessions, ScratchName(sessionID))
	return home.WriteAtomically(filepath.Join(folder, linkedName), nil, 0o600)
}

// ScratchLinked tells whether a device was saved in the scratch folder.
func (f *Folders) ScratchLinked(sessionID string) bool {
	_, err := os.Stat(filepath.Join(f.sessions, ScratchName(sessionID), linkedName))
	return err == nil
}

// DropScratch removes a scratch folder that never became a credential.
func (f *Folders) DropScratch(sessionID string) error {
	if f.ScratchLinked(sessionID) {
		return ErrLinked
	}
	return os.RemoveAll(filepath.Join(f.sessions, ScratchName(sessionID)))
}

// Adopt gives a scratch folder its final name. Raises ErrMissing or ErrExists.
func (f *Folders) Adopt(sessionID, name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if strings.HasPrefix(name, ".") {
		return fmt.Errorf("%w: %q is not a final name", ErrArgument, name)
	}
	target := filepath.Join(f.sessions, name)
	if err := move(filepath.Join(f.sessions, ScratchName(sessionID)), target); err != nil {
		return err
	}
	_ = os.Remove(filepath.Join(target, linkedName))
	return syncBoth(f.sessions, f.sessions)
}

func move(from, to string) error {
	if _, err := os.Stat(from); errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s", ErrMissing, filepath.Base(from))
	}
	if _, err := os.Lstat(to); err == nil {
		// Asked before, because rename would silently replace an empty folder.
		return fmt.Errorf("%w: %s", ErrExists, filepath.Base(to))
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return nil
}

func syncBoth(from, to string) error {
	if err := errors.Join(home.SyncFolder(from), home.SyncFolder(to)); err != nil {
		return fmt.Errorf("%w: %w", ErrStorage, err)
	}
	return nil
}
