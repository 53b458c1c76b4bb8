package session

import (
	"context"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
)

// probes is the liveness of one connection.
type probes struct {
	after  time.Duration // of silence, before the first one
	missed atomic.Int32  // unanswered in a row; reset by any frame
	heard  atomic.Int64  // when the last frame came, since the connection's birth; 0 before the first
	asked  atomic.Int64  // when the last one was sent, likewise
}

// pingSpace is the namespace of a question that means nothing but: are you there?
const pingSpace = "w:p"

// scattered answers a moment in the last fifth of the limit: a thousand sessions that were restored together would
// otherwise be probed together, for ever.
func scattered(limit time.Duration, roll float64) time.Duration {
	return limit - time.Duration(float64(limit)/5*roll)
}

// lookEvery is the time between two looks at a connection.
func lookEvery(timing Timing) time.Duration {
	return min(time.Second, timing.ProbeEvery/4)
}

// Watch looks at every connection once a second until ctx ends: one scan for all, no timer per session.
func (r *Registry) Watch(ctx context.Context) {
	ticker := time.NewTicker(lookEvery(r.deps.Timing))
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-ticker.C:
			for _, s := range r.all() {
				if conn := s.connection(); conn != nil {
					conn.check(now)
				}
			}
		}
	}
}

// check probes a silent connection and ends a dead one. A pairing connection is silent by nature.
func (c *Connection) check(now time.Time) {
	defer c.contain("session.check_panicked")
	c.stanzas.check(now)
	// By the monotonic clock: the one on the wall may be set.
	age := now.Sub(c.born)
	heard, asked := time.Duration(c.probes.heard.Load()), time.Duration(c.probes.asked.Load())
	if heard == 0 || c.pair != nil {
		return
	}
	if c.paused.Load() {
		c.keepAlive(age - max(heard, asked))
		return
	}
	timing := c.deps.Timing
	silence := age - heard
	if silence < c.probes.after {
		return
	}
	if asked > heard {
		if age-asked < timing.ProbeEvery {
			return
		}
		if int(c.probes.missed.Add(1)) >= timing.Probes {
			c.end(translate.Ending{Reason: pb.Reason_SILENT, Detail: "nothing heard for " + silence.Round(time.Second).String()})
			return
		}
		c.deps.LevelChanged()
	}
	c.probe()
}

// keepAlive asks for a sign of life now and then while nothing is read: the server shall hear something, and what it
// answers is read later. A pause is ours: nothing is missed by it.
func (c *Connection) keepAlive(silence time.Duration) {
	if silence >= c.probes.after {
		c.probe()
	}
}

func (c *Connection) probe() {
	c.probes.asked.Store(int64(time.Since(c.born)))
	go c.ping()
}

// ping asks the server for anything: whatever frame comes back resets the count, the answer itself is not waited for.
//
// Source: whatsmeow 35ae40906e74, sendKeepAlive.
func (c *Connection) ping() {
	defer c.contain("session.probe_panicked")
	//lint:ignore SA1019 the library has no other door to a plain request
	_, _ = c.client.DangerousInternals().SendIQAsync(c.ctx, whatsmeow.DangerousInfoQuery{
		Namespace: pingSpace, Type: "get", To: types.ServerJID,
	})
}
