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

	deaf      map[string]bool // messages that nobody acknowledged in time
	deafEnded time.Time       // when a connection was ended for one of them

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

// unacknowledged notes a message that was not acknowledged in time; true when its connection is to end, because another one
// may not be deaf. That is so at the first time, but not soon after it was done for another message: either one chat alone
// is not answered, or a new connection has not helped.
func (f *faults) unacknowledged(id string, now time.Time, rest time.Duration) bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	again := f.deaf[id]
	if f.deaf == nil || len(f.deaf) >= faultsLimit {
		f.deaf = map[string]bool{}
	}
	f.deaf[id] = true
	if again || (!f.deafEnded.IsZero() && now.Sub(f.deafEnded) < rest) {
		return false
	}
	f.deafEnded = now
	return true
}

// wasUnacknowledged tells whether the message was sent before, and nobody acknowledged it.
func (f *faults) wasUnacknowledged(id string) bool {
	f.lock.Lock()
	defer f.lock.Unlock()
	return f.deaf[id]
}

// acknowledged forgets a message that WhatsApp has.
func (f *faults) acknowledged(id string) {
	f.lock.Lock()
	defer f.lock.Unlock()
	delete(f.deaf, id)
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
