package main

import (
	"context"
	"os"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

// Go's scheduler wakes a second thread whenever there may be work for it. Where messages come one at a time there is none,
// and each message pays for it: a third of the wake-ups and a seventh of the time. So a process that needs little of one
// processor has one, and gets all that there are as soon as it needs more. Little is needed after much: then it also gives
// the memory back that the much has left over.

const (
	processorsEvery = 250 * time.Millisecond
	busyShare       = 0.4  // of one processor: from here on there may be work for a second one
	quietShare      = 0.25 // below it for so long, and one is enough
	quietFor        = 20   // looks
)

// processors decides whether the process has one processor or all.
type processors struct {
	one   bool
	quiet int // looks in a row at which little was needed
}

// look is told which share of a processor was used since the last look. True when there is something to change.
func (p *processors) look(share float64) (changed bool) {
	switch {
	case share >= busyShare:
		p.quiet = 0
	case share < quietShare:
		p.quiet++
	}
	one := p.quiet >= quietFor || (p.one && share < busyShare)
	changed, p.one = one != p.one, one
	return changed
}

// run decides until ctx ends. Whoever has said how many there are is obeyed.
func (p *processors) run(ctx context.Context) {
	if os.Getenv("GOMAXPROCS") != "" {
		return
	}
	ticker := time.NewTicker(processorsEvery)
	defer ticker.Stop()
	used, at := processorTime(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		nowUsed, now := processorTime(), time.Now()
		if p.look(float64(nowUsed-used) / float64(now.Sub(at))) {
			if p.one {
				runtime.GOMAXPROCS(1)
				debug.FreeOSMemory() // what a restore of many numbers has used and nobody needs any more
			} else {
				runtime.SetDefaultGOMAXPROCS()
			}
		}
		used, at = nowUsed, now
	}
}

// processorTime is what the process has used so far; 0 where the system does not say.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
