// Package clock is the one clock of a simulation: the machine's, moved by an offset. What enters are orders to
// move it, what leaves is the time; it never stops and never runs at another speed.
package clock

import (
	"sync/atomic"
	"time"
)

// Clock is safe for concurrent use.
type Clock struct {
	offset atomic.Int64
	// skew is how far a fault has put the server's clock wrong at present.
	skew func() time.Duration
}

// New returns a clock that is moved by the offset; skew, if given, comes on top of it.
func New(offset time.Duration, skew func() time.Duration) *Clock {
	c := &Clock{skew: skew}
	c.offset.Store(int64(offset))
	return c
}

// Now is the simulation's time.
func (c *Clock) Now() time.Time { return time.Now().Add(c.Offset() + c.Skew()) }

// Offset is how far the simulation's time is moved, faults aside.
func (c *Clock) Offset() time.Duration { return time.Duration(c.offset.Load()) }

// Skew is how far a fault puts the clock wrong now.
func (c *Clock) Skew() time.Duration {
	if c.skew == nil {
		return 0
	}
	return c.skew()
}

// Set moves the clock to an offset from the machine's.
func (c *Clock) Set(offset time.Duration) { c.offset.Store(int64(offset)) }
