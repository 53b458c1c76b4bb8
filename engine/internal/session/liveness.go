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

// The library's own keepalive notices a dead link after 90 seconds at the soonest, and its frames would count as the server's
// here. Its intervals are variables of the package, and the same number twice would panic.
//
// Source: whatsmeow 35ae40906e74, keepAliveLoop.
func init() { //nolint:gochecknoinits // before the first connection, and once
	whatsmeow.KeepAliveIntervalMin, whatsmeow.KeepAliveIntervalMax = 24*time.Hour, 25*time.Hour
}

// answeredWithin is how long somebody who asks by hand waits: as long as a probe of our own may take, and a little.
const answeredWithin = 15 * time.Second

// pingSpace is the namespace of a question that means nothing but: are you there?
const pingSpace = "w:p"

// scattered returns a moment in the last fifth of the limit: a thousand sessions that were restored together would
// otherwise be probed together forever.
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

// check probes a silent connection and ends a dead one. A pairing connection is silent by nature: it is kept alive.
func (c *Connection) check(now time.Time) {
	defer c.contain("session.check_panicked")
	c.stanzas.check(now)
	// By the monotonic clock: the one on the wall may be set.
	age := now.Sub(c.born)
	heard, asked := time.Duration(c.probes.heard.Load()), time.Duration(c.probes.asked.Load())
	if heard == 0 {
		return
	}
	if c.paused.Load() || c.pair != nil {
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

// keepAlive asks for something now and then where silence says nothing: the server must hear from us, and what it answers
// while nothing is read is read later.
func (c *Connection) keepAlive(silence time.Duration) {
	if silence >= c.probes.after {
		c.probe()
	}
}

func (c *Connection) probe() {
	c.probes.asked.Store(int64(time.Since(c.born)))
	go c.ping()
}

// askPing asks the server whether it is there, and says how long the answer took.
func (c *Connection) askPing() (*pb.QueryResult, error) {
	asked := time.Now()
	//lint:ignore SA1019 the library has no other door to a plain request
	_, err := c.client.DangerousInternals().SendIQ(c.ctx, whatsmeow.DangerousInfoQuery{
		Namespace: pingSpace, Type: "get", To: types.ServerJID, Timeout: answeredWithin,
	})
	if err != nil {
		return nil, err
	}
	took := uint32(min(time.Since(asked).Milliseconds(), int64(answeredWithin/time.Millisecond)))
	return &pb.QueryResult{Result: &pb.QueryResult_Pong{Pong: &pb.Pong{TookMs: took}}}, nil
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
