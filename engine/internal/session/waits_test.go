package session

import (
	"testing"
	"time"
)

func TestWaitsKnowTheOldest(t *testing.T) {
	var w waits
	start := time.Now()
	first := w.begin(start)
	second := w.begin(start.Add(2 * time.Second))
	look := func(count int, oldest time.Duration) {
		t.Helper()
		if gotCount, gotOldest := w.look(start.Add(5 * time.Second)); gotCount != count || gotOldest != oldest {
			t.Fatalf("%d wait, the oldest for %s; want %d and %s", gotCount, gotOldest, count, oldest)
		}
	}
	look(2, 5*time.Second)
	first()
	look(1, 3*time.Second)
	first() // twice is once
	second()
	look(0, 0)
}
