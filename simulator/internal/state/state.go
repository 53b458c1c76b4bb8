// Package state keeps a simulation over restarts. What enters is the content of the other rooms, what leaves
// is one file that is always whole; it understands none of what it keeps.
package state

import (
	"bufio"
	"encoding/gob"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/appstate"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/newsletter"
	"holdfast/simulator/internal/phone"
	"holdfast/simulator/internal/wire"
)

// format changes whenever a saved file of an older program can no longer be read.
const format = 1

const fileName = "wasim.state"

// ErrFormat means that the file was written by another version of the program.
var ErrFormat = errors.New("the saved state has another format")

// Content is everything that survives.
type Content struct {
	Format   int
	Seed     int64
	TLS      wire.SavedTLS
	Registry account.State
	Lobby    account.LobbyState
	Phones   []phone.State
	AppState appstate.State
	Groups   groups.State
	Channels newsletter.State
	// Clock is how far the simulation's time is moved.
	Clock time.Duration
}

// Load returns the content saved in a folder, nil if there is none.
func Load(folder string) (*Content, error) {
	file, err := os.Open(filepath.Join(folder, fileName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read the saved state: %w", err)
	}
	defer func() { _ = file.Close() }()
	content := &Content{}
	if err = gob.NewDecoder(bufio.NewReaderSize(file, 1<<20)).Decode(content); err != nil {
		return nil, fmt.Errorf("the saved state in %s is damaged: %w; move the file away to start with an empty one", folder, err)
	}
	if content.Format != format {
		return nil, fmt.Errorf("%w %d, this program reads %d; move the file in %s away to start with an empty one",
			ErrFormat, content.Format, format, folder)
	}
	return content, nil
}

// Save replaces the file in a folder in one step; a reader, or a crash, sees the old one or the new one.
func Save(folder string, content *Content) error {
	content.Format = format
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("cannot make the state folder: %w", err)
	}
	file, err := os.CreateTemp(folder, fileName+".*")
	if err != nil {
		return fmt.Errorf("cannot save the state: %w", err)
	}
	defer func() { _ = os.Remove(file.Name()) }()
	buffered := bufio.NewWriterSize(file, 1<<20)
	err = gob.NewEncoder(buffered).Encode(content)
	for _, step := range []func() error{buffered.Flush, file.Sync, file.Close} {
		if next := step(); err == nil {
			err = next
		}
	}
	if err == nil {
		err = os.Rename(file.Name(), filepath.Join(folder, fileName))
	}
	if err != nil {
		return fmt.Errorf("cannot save the state: %w", err)
	}
	return nil
}
