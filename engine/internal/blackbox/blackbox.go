// Package blackbox keeps which sessions this process dealt with last, so that it can be read after the process died. What
// enters are notes, what leaves is one small file. It never flushes: a death of the process loses nothing, only one of the
// machine does.
package blackbox

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	// Lines are of one length, so that a note overwrites the oldest in place. Their order in the file means nothing.
	lineLength = 128
	lines      = 64
	// Within a line: milliseconds since 1970, what was done, the session.
	timeDigits = 13
	whatLength = 6
)

// What a note can say.
const (
	Dialled = "dial"  // the session began to connect
	Frame   = "frame" // a frame of the session is about to be read
)

// Box is the file. A nil Box takes notes and keeps none.
type Box struct {
	file *os.File
	next atomic.Uint64
}

// Open begins a new box; what an earlier process left there is gone.
func Open(path string) (*Box, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("black box: %w", err)
	}
	return &Box{file: file}, nil
}

// Note writes one line over the oldest. It costs one write into the page cache; a disk that is full only loses the note.
func (b *Box) Note(what, session string) {
	if b == nil {
		return
	}
	var line [lineLength]byte
	text := strconv.AppendInt(line[:0], time.Now().UnixMilli(), 10)
	text = append(append(text, ' '), what...)
	for len(text) < timeDigits+1+whatLength {
		text = append(text, ' ')
	}
	used := len(text) + copy(line[len(text):lineLength-1], session)
	for n := used; n < lineLength-1; n++ {
		line[n] = ' '
	}
	line[lineLength-1] = '\n'
	slot := int64((b.next.Add(1) - 1) % lines)
	_, _ = b.file.WriteAt(line[:], slot*lineLength)
}

// Remove is the end of a process that ends as it was asked to: nobody is to blame.
func (b *Box) Remove() error {
	if b == nil {
		return nil
	}
	return errors.Join(os.Remove(b.file.Name()), b.file.Close())
}
