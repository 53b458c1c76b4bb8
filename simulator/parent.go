package main

import (
	"context"
	"os"
	"syscall"
	"time"
)

const parentPoll = 500 * time.Millisecond

// watchParent ends the context when the process is gone. A child also notices that it was handed to another
// parent, because a dead parent that nobody has buried still answers signals.
func watchParent(ctx context.Context, pid int) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	child := os.Getppid() == pid
	go func() {
		defer cancel()
		tick := time.NewTicker(parentPoll)
		defer tick.Stop()
		for {
			if child && os.Getppid() != pid || !child && syscall.Kill(pid, 0) == syscall.ESRCH {
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ctx
}
