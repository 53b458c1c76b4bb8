package session

import (
	"sync"
	"time"
)

const (
	// For so long the session remembers what it could not take: longer than any pause between two connections.
	faultsKept = 24 * time.Hour
	// How many it remembers; with more than that, something else is wrong.
	faultsLimit = 256
)

// faults remembers, over the connections of a session, what it could not take, so that nothing ends them without end.
type faults struct {
	lock    sync.Mutex
	frame   time.Time            // when the last frame came that held no node
	stanzas map[string]time.Time // stanzas whose handling panicked
}

// malformed notes a frame that holds no node; true when it is not the first.
func (f *faults) malformed(now time.Time) bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	again := !f.frame.IsZero() && now.Sub(f.frame) < faultsKept
	f.frame = now
	return again
}

// stanza notes one whose handling panicked; true when it is not the first time.
func (f *faults) stanza(key string, now time.Time) bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	since, known := f.stanzas[key]
	if f.stanzas == nil || len(f.stanzas) >= faultsLimit {
		f.stanzas = map[string]time.Time{}
	}
	f.stanzas[key] = now
	return known && now.Sub(since) < faultsKept
}
