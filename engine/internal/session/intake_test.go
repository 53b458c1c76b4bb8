package session

import (
	"strconv"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

func TestReadingStopsAtTheLimitAndGoesOnBelowIt(t *testing.T) {
	now := time.Now()
	i := newIntake()
	for range intakeStanzas - 1 {
		i.read(1)
	}
	if i.full(now) {
		t.Error("full before the limit")
	}
	i.read(1)
	if !i.full(now) {
		t.Error("not full at the limit")
	}
	i.handled(1)
	if i.full(now) {
		t.Error("still full after one was handled")
	}
	i.read(intakeBytes)
	if !i.full(now) {
		t.Error("bytes do not count")
	}
}

// A handler may wait for an answer that stands after everything that was sent before it.
func TestReadingGoesOnForAnAnswer(t *testing.T) {
	now := time.Now()
	i := newIntake()
	for range intakeStanzas {
		i.read(1)
	}
	i.asked("a", now)
	if i.full(now) {
		t.Error("an awaited answer is not read")
	}
	if !i.full(now.Add(awaitedFor + time.Second)) {
		t.Error("an answer is awaited forever")
	}
	i.asked("b", now)
	i.answered("b")
	if !i.full(now) {
		t.Error("the answer has come, and reading goes on")
	}
	i.asked("c", now)
	for range awaitedStanzas {
		i.read(1)
	}
	if !i.full(now) {
		t.Error("no limit while an answer is awaited")
	}
}

func FuzzIntakeNeverLosesCount(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 4, 200, 100})
	f.Fuzz(func(t *testing.T, steps []byte) {
		now := time.Now()
		i := newIntake()
		var sizes []int
		for k, step := range steps {
			switch step % 4 {
			case 0, 1:
				sizes = append(sizes, int(step)<<16)
				i.read(int(step) << 16)
			case 2:
				if len(sizes) > 0 {
					i.handled(sizes[0])
					sizes = sizes[1:]
				}
			default:
				i.asked(strconv.Itoa(k), now)
			}
			if i.waiting() != len(sizes) {
				t.Fatalf("%d counted, %d there", i.waiting(), len(sizes))
			}
			if len(sizes) == 0 && i.full(now) {
				t.Fatal("full with nothing in it")
			}
		}
		for _, size := range sizes {
			i.handled(size)
		}
		if i.stanzas != 0 || i.bytes != 0 {
			t.Fatalf("%d stanzas and %d bytes left over", i.stanzas, i.bytes)
		}
	})
}

func TestTheSizeOfANodeIsItsContents(t *testing.T) {
	leaf := waBinary.Node{Tag: "enc", Content: make([]byte, 10_000)}
	node := &waBinary.Node{Tag: "message", Content: []waBinary.Node{leaf, leaf}}
	if size := sizeOf(node); size != 3*nodeBytes+20_000 {
		t.Errorf("%d bytes", size)
	}
}
