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
	asked  atomic.Int64  // when the last one was sent, Unix ms, 0 for never
}

// scattered answers a moment in the last fifth of the limit: a thousand sessions that were restored together would
// otherwise be probed together, for ever.
func scattered(limit time.Duration, roll float64) time.Duration {
	return limit - time.Duration(float64(limit)/5*roll)
}

// Watch looks at every connection once a second until ctx ends: one scan for all, no timer per session.
func (r *Registry) Watch(ctx context.Context) {
	ticker := time.NewTicker(min(time.Second, r.deps.Timing.ProbeEvery/4))
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
	last := c.lastFrame.Load()
	if last == 0 || c.pair != nil {
		return
	}
	timing := c.deps.Timing
	silence := now.Sub(time.UnixMilli(last))
	if silence < c.probes.after {
		return
	}
	asked := c.probes.asked.Load()
	if asked > last {
		if now.Sub(time.UnixMilli(asked)) < timing.ProbeEvery {
			return
		}
		if int(c.probes.missed.Add(1)) >= timing.Probes {
			c.end(translate.Ending{Reason: pb.Reason_SILENT, Detail: "nothing heard for " + silence.Round(time.Second).String()})
			return
		}
		c.deps.LevelChanged()
	}
	c.probes.asked.Store(now.UnixMilli())
	go func() {
		defer c.contain("session.probe_panicked")
		// Whatever frame comes back resets the count; the answer itself is not waited for.
		_, _ = c.ping()
	}()
}

// ping asks the server for a sign of life.
//
// Source: whatsmeow 35ae40906e74, sendKeepAlive.
func (c *Connection) ping() (<-chan struct{}, error) {
	//lint:ignore SA1019 the library has no other door to a plain request
	answer, err := c.client.DangerousInternals().SendIQAsync(c.ctx, whatsmeow.DangerousInfoQuery{
		Namespace: "w:p", Type: "get", To: types.ServerJID,
	})
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	go func() {
		select {
		case <-answer:
			close(done)
		case <-c.ctx.Done():
		}
	}()
	return done, nil
}

const defaultProbe = 8 * time.Second

func (c *Connection) probeNow(command *pb.Probe, reply func(*pb.Result)) {
	limit := defaultProbe
	if command.TimeoutMs > 0 {
		limit = time.Duration(command.TimeoutMs) * time.Millisecond
	}
	c.background(reply, func() *pb.Result {
		start := time.Now()
		answered, err := c.ping()
		if err != nil {
			return failure(pb.ErrorCode_NOT_CONNECTED, oneLine(err.Error()))
		}
		timer := time.NewTimer(limit)
		defer timer.Stop()
		select {
		case <-answered:
			return &pb.Result{Result: &pb.Result_Probe{Probe: &pb.ProbeResult{RoundTripMs: uint32(time.Since(start).Milliseconds())}}}
		case <-timer.C:
			return failure(pb.ErrorCode_NOT_CONNECTED, "no answer within "+limit.String())
		case <-c.ctx.Done():
			return failure(pb.ErrorCode_NOT_CONNECTED, "connection ended")
		}
	})
}
