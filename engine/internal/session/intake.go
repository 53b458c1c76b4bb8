package session

import (
	"sync"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

const (
	// What may be read and not handled. The library's own queue takes twice as much and, when it is full, hands
	// stanzas on from goroutines of their own: their order would be lost.
	intakeStanzas = 1000
	intakeBytes   = 32 << 20
	// While an answer from the server is awaited, reading goes on: it stands after what was sent before it, and a
	// handler may be the one that waits for it.
	awaitedStanzas = 20 * intakeStanzas
	awaitedBytes   = 4 * intakeBytes
	// An answer that did not come by then does not come.
	awaitedFor = 30 * time.Second
	// Beside its content, a node costs about so much.
	nodeBytes = 512
)

// intake counts what was read from the server and is not handled yet, and says when to stop reading.
type intake struct {
	lock    sync.Mutex
	stanzas int
	bytes   int
	awaited map[string]time.Time // ids that the server owes an answer, by when they were sent
	moved   chan struct{}        // holds one when something changed since the last look
}

func newIntake() *intake {
	return &intake{awaited: map[string]time.Time{}, moved: make(chan struct{}, 1)}
}

// read counts a stanza that was read and will be handled.
func (i *intake) read(size int) {
	i.lock.Lock()
	defer i.lock.Unlock()
	i.stanzas++
	i.bytes += size
}

// handled takes back what read counted.
func (i *intake) handled(size int) {
	i.lock.Lock()
	defer i.lock.Unlock()
	i.stanzas--
	i.bytes -= size
	i.wake()
}

// asked notes that the server owes an answer to id.
func (i *intake) asked(id string, now time.Time) {
	i.lock.Lock()
	defer i.lock.Unlock()
	i.awaited[id] = now
	i.wake()
}

// answered notes that the answer to id has come.
func (i *intake) answered(id string) {
	i.lock.Lock()
	defer i.lock.Unlock()
	delete(i.awaited, id)
}

func (i *intake) wake() {
	select {
	case i.moved <- struct{}{}:
	default:
	}
}

// full tells whether nothing more may be read for the moment.
func (i *intake) full(now time.Time) bool {
	i.lock.Lock()
	defer i.lock.Unlock()
	if i.stanzas < intakeStanzas && i.bytes < intakeBytes {
		return false
	}
	for id, since := range i.awaited {
		if now.Sub(since) > awaitedFor {
			delete(i.awaited, id)
		}
	}
	return len(i.awaited) == 0 || i.stanzas >= awaitedStanzas || i.bytes >= awaitedBytes
}

// waiting is how many stanzas were read and are not handled.
func (i *intake) waiting() int {
	i.lock.Lock()
	defer i.lock.Unlock()
	return i.stanzas
}

// sizeOf estimates what a node holds in memory.
func sizeOf(node *waBinary.Node) int {
	size := nodeBytes
	switch content := node.Content.(type) {
	case []byte:
		size += len(content)
	case []waBinary.Node:
		for k := range content {
			size += sizeOf(&content[k])
		}
	}
	return size
}
