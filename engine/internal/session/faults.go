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
	// A backlog that is not handed over by then, by one connection or by so many, is told, and told again.
	drainLimit  = 10 * time.Minute
	drainLogins = 5
	alarmEvery  = time.Hour
)

// faults remembers, over the connections of a session, what it could not take, so that nothing ends them without end.
type faults struct {
	lock    sync.Mutex
	frame   time.Time            // when the last frame came that held no node
	stanzas map[string]time.Time // stanzas whose handling panicked

	undrained time.Time // since when what waits at WhatsApp was not handed over to its end
	logins    int       // and how many tried
	lastLogin time.Time
	alarmed   time.Time
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

// loggedIn notes a login: what waits at WhatsApp comes now.
func (f *faults) loggedIn(now time.Time) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.undrained.IsZero() {
		f.undrained = now
	}
	f.logins++
	f.lastLogin = now
}

// drained notes that all of it has been handed over.
func (f *faults) drained() {
	f.lock.Lock()
	defer f.lock.Unlock()
	f.undrained, f.logins, f.alarmed = time.Time{}, 0, time.Time{}
}

// stuck tells for how long, and over how many logins, the backlog has not drained, when it is time to say so.
func (f *faults) stuck(now time.Time) (since time.Duration, logins int, tell bool) {
	f.lock.Lock()
	defer f.lock.Unlock()
	if f.undrained.IsZero() || now.Sub(f.undrained) < drainLimit {
		return 0, 0, false
	}
	if f.logins < drainLogins && now.Sub(f.lastLogin) < drainLimit {
		return 0, 0, false // the time passed without a connection
	}
	if !f.alarmed.IsZero() && now.Sub(f.alarmed) < alarmEvery {
		return 0, 0, false
	}
	f.alarmed = now
	return now.Sub(f.undrained), f.logins, true
}
