package phone

import (
	"context"
	"sync"
)

// logLimit bounds what a phone remembers, so that long runs stay small.
const logLimit = 200_000

// log is an append-only list with sequence numbers from 1 that readers can follow and wait for.
type log[T any] struct {
	mu      sync.Mutex
	items   []T
	first   uint64
	changed chan struct{}
}

func newLog[T any]() *log[T] { return &log[T]{first: 1, changed: make(chan struct{})} }

// add appends what build makes of the item's sequence number.
func (l *log[T]) add(build func(seq uint64) T) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	seq := l.first + uint64(len(l.items))
	l.items = append(l.items, build(seq))
	if len(l.items) > logLimit {
		l.items = append([]T(nil), l.items[logLimit/4:]...)
		l.first += logLimit / 4
	}
	close(l.changed)
	l.changed = make(chan struct{})
	return seq
}

// update changes the item with the sequence number, if it is still remembered.
func (l *log[T]) update(seq uint64, change func(*T)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq >= l.first && seq < l.first+uint64(len(l.items)) {
		change(&l.items[seq-l.first])
	}
}

// get returns the item with the sequence number, if it is still remembered.
func (l *log[T]) get(seq uint64) (item T, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if seq < l.first || seq >= l.first+uint64(len(l.items)) {
		return item, false
	}
	return l.items[seq-l.first], true
}

// after returns the items after a sequence number, at most limit (0 is all), and the signal of the next one.
func (l *log[T]) after(seq uint64, limit int) ([]T, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	start := 0
	if seq >= l.first {
		start = int(min(seq-l.first+1, uint64(len(l.items))))
	}
	rest := l.items[start:]
	if limit > 0 && len(rest) > limit {
		rest = rest[:limit]
	}
	return append([]T(nil), rest...), l.changed
}

// wait returns the items after a sequence number as soon as there is one, or none when the context ends.
func (l *log[T]) wait(ctx context.Context, seq uint64) []T {
	for {
		items, changed := l.after(seq, 0)
		if len(items) > 0 {
			return items
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// restore fills an empty log with saved items.
func (l *log[T]) restore(items []T, seq func(*T) uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.items = items
	if len(items) > 0 {
		l.first = seq(&items[0])
	}
}
