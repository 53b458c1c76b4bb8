package home

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// SocketPath returns where the engine listens: run/engine.sock, or, when that is longer than the system allows, a
// name in a 0700 folder of this user under the runtime directory.
func (h *Home) SocketPath() (string, error) {
	direct := filepath.Join(h.Run(), "engine.sock")
	if len(direct) <= maxSocketPath {
		return direct, nil
	}
	base := os.Getenv("XDG_RUNTIME_DIR")
	if base == "" {
		base = os.TempDir()
	}
	digest := sha256.Sum256([]byte(h.Dir))
	folder := filepath.Join(base, fmt.Sprintf("holdfast-%d-%s", os.Getuid(), hex.EncodeToString(digest[:8])))
	short := filepath.Join(folder, "engine.sock")
	if len(short) > maxSocketPath {
		return "", fmt.Errorf("socket path %s is longer than %d bytes; next step: set XDG_RUNTIME_DIR to a short path", short, maxSocketPath)
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", fmt.Errorf("socket folder %s: %w", folder, err)
	}
	return short, onlyOurs(folder)
}

// LeaveSocket removes the folder that a long path made necessary. The listener has taken its socket away when it closed.
func (h *Home) LeaveSocket() {
	if path, err := h.SocketPath(); err == nil && filepath.Dir(path) != h.Run() {
		_ = os.Remove(filepath.Dir(path))
	}
}

// onlyOurs refuses a folder that somebody else made or may enter: the temp folder is shared with strangers.
func onlyOurs(folder string) error {
	info, err := os.Lstat(folder)
	if err != nil {
		return fmt.Errorf("socket folder %s: %w", folder, err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || info.Mode().Perm() != 0o700 || (ok && int(owner.Uid) != os.Getuid()) {
		return fmt.Errorf("socket folder %s is not a private folder of this user; next step: remove it, or set XDG_RUNTIME_DIR", folder)
	}
	return nil
}

// Announce writes the address of the listening socket to run/engine.addr.
func (h *Home) Announce(socket string) error {
	return WriteAtomically(filepath.Join(h.Run(), "engine.addr"), []byte(socket+"\n"), 0o600)
}
