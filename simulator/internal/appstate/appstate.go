// Package appstate keeps the encrypted collections by which an account's devices share settings. What enters
// are patches on a version, what leaves are the patches that a device lacks; it can read none of them.
package appstate

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"go.mau.fi/whatsmeow/proto/waServerSync"
	"google.golang.org/protobuf/proto"
)

// ErrConflict means that a patch builds on another version than the present one.
var ErrConflict = errors.New("appstate: conflict")

// ErrPatch means that a patch cannot be read, or that the collection does not exist.
var ErrPatch = errors.New("appstate: bad patch")

// collections are the five that exist.
var collections = []string{"critical_block", "critical_unblock_low", "regular_high", "regular_low", "regular"}

// Store holds every account's collections. Safe for concurrent use.
type Store struct {
	mu    sync.Mutex
	state State
}

// State maps phone number and collection to its patches; the version is their number.
type State map[string]map[string][][]byte

// New returns an empty store.
func New() *Store { return &Store{state: State{}} }

// Known tells whether a collection of this name exists.
func Known(name string) bool { return slices.Contains(collections, name) }

// After returns the patches that a device at a version lacks, and the present version.
func (s *Store) After(phone, name string, version int) (patches [][]byte, current int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.state[phone][name]
	if version < 0 || version > len(all) {
		version = 0
	}
	return slices.Clone(all[version:]), len(all)
}

// Append adds a patch that builds on a version and returns the new one. The version is written into the patch:
// clients take it from there.
func (s *Store) Append(phone, name string, base int, encoded []byte) (version int, err error) {
	patch := &waServerSync.SyncdPatch{}
	if err := proto.Unmarshal(encoded, patch); err != nil || !Known(name) {
		return 0, fmt.Errorf("%w for %q", ErrPatch, name)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.state[phone][name]
	if base != len(all) {
		return len(all), ErrConflict
	}
	version = len(all) + 1
	patch.Version = &waServerSync.SyncdVersion{Version: proto.Uint64(uint64(version))}
	stored, err := proto.Marshal(patch)
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrPatch, err)
	}
	if s.state[phone] == nil {
		s.state[phone] = map[string][][]byte{}
	}
	s.state[phone][name] = append(all, stored)
	return version, nil
}

// State returns a copy of the content for saving.
func (s *Store) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	copied := State{}
	for phone, own := range s.state {
		copied[phone] = map[string][][]byte{}
		for name, patches := range own {
			copied[phone][name] = slices.Clone(patches)
		}
	}
	return copied
}

// Restore fills the store with saved content.
func (s *Store) Restore(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if state != nil {
		s.state = state
	}
}
