package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"holdfast/engine/internal/link"
	"holdfast/engine/internal/session"
)

// keeper carries gateways' commands to the registry and knows what to do while there is no gateway: wait, park, end.
type keeper struct {
	*session.Registry
	grace     time.Duration
	parkLimit time.Duration
	log       *slog.Logger
	stop      func()

	lock     sync.Mutex
	attached bool
	timer    *time.Timer
}

var _ link.Handler = (*keeper)(nil)

// newKeeper starts waiting for the first gateway.
func newKeeper(o options, registry *session.Registry, log *slog.Logger, stop func()) *keeper {
	k := &keeper{Registry: registry, grace: o.grace, parkLimit: o.parkLimit, log: log, stop: stop}
	k.Detached()
	return k
}

// Attached implements link.Handler.
func (k *keeper) Attached() {
	k.lock.Lock()
	defer k.lock.Unlock()
	k.attached = true
	k.timer.Stop()
}

// Detached implements link.Handler.
func (k *keeper) Detached() {
	k.lock.Lock()
	defer k.lock.Unlock()
	k.attached = false
	if k.timer != nil {
		k.timer.Stop()
	}
	k.timer = time.AfterFunc(k.grace, k.park)
}

// park ends the connections and keeps the files; a gateway that comes back sees them closed and connects again. Under the
// lock, so that a gateway which attaches now finds either everything or nothing parked.
func (k *keeper) park() {
	k.lock.Lock()
	defer k.lock.Unlock()
	if k.attached {
		return
	}
	k.log.Warn("engine.parked", "grace", k.grace.String())
	k.Park("no gateway for " + k.grace.String())
	k.timer = time.AfterFunc(k.parkLimit, k.end)
}

func (k *keeper) end() {
	k.lock.Lock()
	defer k.lock.Unlock()
	if !k.attached {
		k.log.Warn("engine.park_limit_reached", "limit", k.parkLimit.String())
		k.stop()
	}
}

// Shutdown implements link.Handler.
func (k *keeper) Shutdown(reason string) {
	k.log.Info("engine.shutdown_asked", "reason", reason)
	k.stop()
}

// levelSender tells the gateway the levels every few seconds, and soon after one changed.
type levelSender struct {
	registry *session.Registry
	server   *link.Server
	wake     chan struct{}
}

const (
	levelInterval = 5 * time.Second
	// A frame holds every session: the more there are, the more changes go into one.
	levelDelay      = 20 * time.Millisecond
	levelDelayEach  = 300 * time.Microsecond
	levelDelayLimit = time.Second
)

func newLevelSender(server *link.Server) *levelSender {
	return &levelSender{server: server, wake: make(chan struct{}, 1)}
}

func (l *levelSender) changed() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

func (l *levelSender) run(ctx context.Context) {
	ticker := time.NewTicker(levelInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-l.wake:
			delay := min(levelDelay+time.Duration(l.registry.Count())*levelDelayEach, levelDelayLimit)
			select {
			case <-time.After(delay):
			case <-ctx.Done():
				return
			}
			select {
			case <-l.wake: // what changed while waiting is in this frame
			default:
			}
		}
		l.server.SendLevels(l.registry.Levels())
	}
}
