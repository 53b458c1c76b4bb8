package session

import (
	"sync"
	"time"
)

// waits counts deliveries that were handed over and are not confirmed, and knows the oldest of them.
type waits struct {
	lock  sync.Mutex
	last  int
	since map[int]time.Time
}

// begin counts one more; the function that it returns takes it back.
func (w *waits) begin(now time.Time) (over func()) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.since == nil {
		w.since = map[int]time.Time{}
	}
	w.last++
	id := w.last
	w.since[id] = now
	return func() {
		w.lock.Lock()
		defer w.lock.Unlock()
		delete(w.since, id)
	}
}

// look tells how many wait, and for how long the oldest has been waiting.
func (w *waits) look(now time.Time) (count int, oldest time.Duration) {
	w.lock.Lock()
	defer w.lock.Unlock()
	for _, since := range w.since {
		oldest = max(oldest, now.Sub(since))
	}
	return len(w.since), oldest
}
