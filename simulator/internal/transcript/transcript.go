// Package transcript remembers the latest stanzas, for people and for tests. What enters are decoded stanzas
// of either direction, what leaves is a bounded view of them; long content is shortened, never the order.
package transcript

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	"holdfast/simulator/internal/stanza"
)

const (
	// A list of up to wholeList elements stays whole, because tests read the ids in it; of a longer one maxChildren stay.
	wholeList   = 64
	maxChildren = 16
	maxContent  = 1024
)

// In and Out name the directions, as the server sees them.
const (
	In  = "in"
	Out = "out"
)

// Record is one stanza with its circumstances.
type Record struct {
	Seq     uint64
	T       time.Time
	Dir     string
	Conn    int64
	Account string
	Device  uint16
	Node    stanza.Node
	// Fault names what struck the stanza, Struck what was done to it; a stanza that was dropped stands here too.
	Fault, Struck string
}

// Transcript is a ring of the latest records; the zero size records nothing. Safe for concurrent use.
type Transcript struct {
	mu     sync.Mutex
	ring   []Record
	last   uint64
	fresh  chan struct{}
	sink   io.Writer
	faulty error
}

// New returns a transcript of the given size. Every record is also written to the sink as a line of JSON, as it happens;
// nil is no sink.
func New(size int, sink io.Writer) *Transcript {
	return &Transcript{ring: make([]Record, size), sink: sink}
}

// Enabled tells whether anything is recorded at all.
func (t *Transcript) Enabled() bool { return len(t.ring) > 0 || t.sink != nil }

// Add records a stanza. The stanza must not be changed afterwards.
func (t *Transcript) Add(record Record) {
	if !t.Enabled() {
		return
	}
	record.Node = shorten(record.Node)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	record.Seq = t.last
	if t.sink != nil && t.faulty == nil {
		t.faulty = WriteLine(t.sink, &record)
	}
	if len(t.ring) == 0 {
		return
	}
	t.ring[t.last%uint64(len(t.ring))] = record
	if t.fresh != nil {
		close(t.fresh)
		t.fresh = nil
	}
}

// Err tells what went wrong with writing the records, after which none was written any more.
func (t *Transcript) Err() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.faulty
}

// After returns the records after a sequence number that the filter lets pass, oldest first, at most limit, and
// the number up to which it has looked: what follows is after it.
func (t *Transcript) After(seq uint64, filter *Filter, limit int) (found []Record, next uint64) {
	found, next, _ = t.look(seq, filter, limit)
	return found, next
}

// Wait is After, but waits for the first such record until the context ends.
func (t *Transcript) Wait(ctx context.Context, seq uint64, filter *Filter, limit int) (found []Record, next uint64) {
	for {
		var fresh <-chan struct{}
		found, seq, fresh = t.look(seq, filter, limit)
		if len(found) > 0 || !t.Enabled() {
			return found, seq
		}
		select {
		case <-fresh:
		case <-ctx.Done():
			return nil, seq
		}
	}
}

func (t *Transcript) look(seq uint64, filter *Filter, limit int) (found []Record, next uint64, fresh <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fresh == nil {
		t.fresh = make(chan struct{})
	}
	size, next := uint64(len(t.ring)), seq
	if size == 0 {
		return nil, seq, t.fresh
	}
	first := seq + 1
	if t.last >= size {
		first = max(first, t.last-size+1)
	}
	for at := first; at <= t.last && (limit <= 0 || len(found) < limit); at++ {
		record := &t.ring[at%size]
		if filter.Passes(record) {
			found = append(found, *record)
		}
		next = at
	}
	return found, next, t.fresh
}

// shorten copies only what is too long; 812 pre-keys must not fill the memory.
func shorten(node stanza.Node) stanza.Node {
	switch content := node.Content.(type) {
	case []byte:
		if len(content) > maxContent {
			node.Content = append([]byte(nil), content[:maxContent]...)
			return stanza.With(node, "wasim_bytes", fmt.Sprint(len(content)))
		}
	case []stanza.Node:
		if len(content) > wholeList {
			node = stanza.With(node, "wasim_children", fmt.Sprint(len(content)))
			node.Content = shortenAll(content[:maxChildren])
		} else if tooLong(content) {
			node.Content = shortenAll(content)
		}
	}
	return node
}

func tooLong(children []stanza.Node) bool {
	for i := range children {
		switch content := children[i].Content.(type) {
		case []byte:
			if len(content) > maxContent {
				return true
			}
		case []stanza.Node:
			if len(content) > wholeList || tooLong(content) {
				return true
			}
		}
	}
	return false
}

func shortenAll(children []stanza.Node) []stanza.Node {
	copied := make([]stanza.Node, len(children))
	for i := range children {
		copied[i] = shorten(children[i])
	}
	return copied
}
