package session

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow"

	"holdfast/engine/internal/labtest"
)

// A frame that came just before a look, and every later look a moment before it would have seen something: that is the
// longest that a dead connection can go unnoticed while TCP stays up.
func TestADeadConnectionIsNoticedWithin45Seconds(t *testing.T) {
	timing := DefaultTiming()
	looks := time.Duration(timing.Probes + 1)
	longest := timing.ProbeAfter + time.Duration(timing.Probes)*timing.ProbeEvery + looks*lookEvery(timing)
	if longest > 45*time.Second {
		t.Fatalf("a dead connection may go unnoticed for %s", longest)
	}
}

func TestProbesAreScatteredWithinTheirLimit(t *testing.T) {
	for _, roll := range []float64{0, 0.5, 0.999} {
		after := scattered(15*time.Second, roll)
		if after < 12*time.Second || after > 15*time.Second {
			t.Fatalf("roll %v: the first probe after %s of silence", roll, after)
		}
	}
}

func TestTheLibraryProbesNothing(t *testing.T) {
	least, most := whatsmeow.KeepAliveIntervalMin, whatsmeow.KeepAliveIntervalMax
	if least < time.Hour || least >= most {
		t.Fatalf("the library's keepalive: %s to %s", least, most)
	}
}

func TestAPairingConnectionIsKeptAlive(t *testing.T) {
	timing := DefaultTiming()
	timing.ProbeAfter, timing.ProbeEvery = 200*time.Millisecond, 200*time.Millisecond
	r := newRoom(t, timing)
	r.must(pair(1))
	labtest.Eventually(t, "the server hears something", func() bool { return r.probes() > 1 })
}
