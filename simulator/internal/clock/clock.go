// Package clock is the one clock of a simulation: the machine's, moved by an offset. What enters are orders to
// move it, what leaves are the time and alarms; it never stops and never runs at another speed.
package clock

import (
	"sync"
	"time"
)

// Clock is safe for concurrent use.
type Clock struct {
	// skew is how far a fault has put the server's clock wrong at present.
	skew func() time.Duration

	mu     sync.Mutex
	offset time.Duration
	alarms map[*Alarm]struct{}
}

// Alarm is something that is done when a time has passed.
type Alarm struct {
	clock *Clock
	due   time.Time
	timer *time.Timer
}

// New returns a clock that is moved by the offset; skew, if given, comes on top of it.
func New(offset time.Duration, skew func() time.Duration) *Clock {
	return &Clock{skew: skew, offset: offset, alarms: map[*Alarm]struct{}{}}
}

// Now is the simulation's time.
func (c *Clock) Now() time.Time { return time.Now().Add(c.Offset() + c.Skew()) }

// Offset is how far the simulation's time is moved, faults aside.
func (c *Clock) Offset() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.offset
}

// Skew is how far a fault puts the clock wrong now.
func (c *Clock) Skew() time.Duration {
	if c.skew == nil {
		return 0
	}
	return c.skew()
}

// Set moves the clock to an offset from the machine's. Time that passes by it passes for every alarm; moved back, the
// clock makes nobody wait longer.
func (c *Clock) Set(offset time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	passed := offset - c.offset
	c.offset = offset
	if passed <= 0 {
		return
	}
	for alarm := range c.alarms {
		alarm.due = alarm.due.Add(-passed)
		alarm.timer.Reset(time.Until(alarm.due))
	}
}

// After does something, in a goroutine of its own, when so much time has passed. A clock that is wrong changes nothing
// about that.
func (c *Clock) After(wait time.Duration, do func()) *Alarm {
	c.mu.Lock()
	defer c.mu.Unlock()
	alarm := &Alarm{clock: c, due: time.Now().Add(wait)}
	alarm.timer = time.AfterFunc(wait, func() {
		if alarm.Stop() {
			do()
		}
	})
	c.alarms[alarm] = struct{}{}
	return alarm
}

// Stop takes the alarm back, and tells whether that was in time.
func (a *Alarm) Stop() bool {
	a.clock.mu.Lock()
	defer a.clock.mu.Unlock()
	_, pending := a.clock.alarms[a]
	delete(a.clock.alarms, a)
	a.timer.Stop()
	return pending
}
