package main

import (
	"testing"

	pb "holdfast/engine/enginepb"
)

func TestTheServersClockIsToldAtLogin(t *testing.T) {
	t.Parallel()
	l := online(t)
	fact := l.g.fact("connected", 2, func(f *pb.SessionFact) bool { return f.GetConnected() != nil })
	if ahead := fact.GetConnected().ServerAheadMs; ahead == nil || *ahead < -60_000 || *ahead > 60_000 {
		t.Errorf("server ahead by %v", ahead)
	}
}

// A certificate that is of another week by our clock: waiting does not help, and the reason says so.
func TestAClockThatIsWrongIsTheReason(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.must("s1", &pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}})
	l.sim.Must("POST", "/admin/faults", map[string]any{"name": "clock-skew", "args": map[string]any{"offset_s": 3 * 365 * 86400}}, nil)
	l.g.must("s1", connectCommand(3))
	ended := l.g.disconnected(3)
	if ended.Reason != pb.Reason_CLOCK_WRONG || ended.ServerAheadMs == nil || *ended.ServerAheadMs < 300*86400*1000 {
		t.Errorf("disconnected: %v", ended)
	}
	l.g.must("s2", pairCommand(1))
	failed := l.g.fact("failed", 1, func(f *pb.SessionFact) bool { return f.SessionId == "s2" && f.GetPairFailed() != nil })
	if failed.GetPairFailed().Reason != pb.PairFailure_PAIR_CLOCK_WRONG {
		t.Errorf("pairing: %v", failed)
	}
}

// The certificate has run out and the clocks agree: that is the server's affair.
func TestACertificateThatRanOutIsNotOurClock(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.must("s1", &pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}})
	l.sim.Fault("expired-chain", "", 1)
	l.g.must("s1", connectCommand(3))
	if ended := l.g.disconnected(3); ended.Reason != pb.Reason_CERTIFICATE_REFUSED {
		t.Errorf("disconnected: %v", ended)
	}
}

// Facts and levels of one engine have one order that needs no clock.
func TestFactsAndLevelsAreNumbered(t *testing.T) {
	t.Parallel()
	l := online(t)
	last := uint64(0)
	for _, fact := range l.g.allFacts() {
		if fact.Sequence <= last {
			t.Errorf("%d after %d: %v", fact.Sequence, last, fact)
		}
		last = fact.Sequence
	}
	l.g.until("levels that hold every fact, logged in in them", func() bool {
		return l.g.levels.GetSequence() > last && l.g.levels.Sessions[0].Level >= pb.LinkLevel_LOGGED_IN
	})
}
