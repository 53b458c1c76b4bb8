package main

import (
	"fmt"
	"strings"
	"testing"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

const backlog = 5000

// More waits than the library's queue holds, and the gateway is slow: the order stays.
func TestOrderBehindALongBacklog(t *testing.T) {
	for _, chats := range []int{1, 50} {
		t.Run(fmt.Sprintf("%d chats", chats), func(t *testing.T) {
			l := online(t)
			friends := []*labtest.Phone{l.friend}
			for len(friends) < chats {
				friends = append(friends, l.sim.Phone(fmt.Sprintf("friend %d", len(friends))))
			}
			l.g.must("s1", &pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}})
			for n := range backlog {
				friends[n%chats].Say(l.own.Number, fmt.Sprintf("n%d", n))
			}
			l.g.connect("s1", 3)
			// Nothing is confirmed until the reader has stopped.
			l.g.until("a full intake", func() bool { return l.g.levels != nil && backlogOf(l.g.levels) >= 1000 })
			if n := backlogOf(l.g.levels); n > 1100 {
				t.Errorf("%d stanzas read and not handled", n)
			}
			l.g.confirmAll()
			labtest.Eventually(t, "everything acknowledged", func() bool { return l.queue() == 0 })
			checkOrder(t, l.g.snapshot(), chats)
		})
	}
}

func backlogOf(levels *pb.Levels) uint32 {
	for _, level := range levels.Sessions {
		if level.SessionId == "s1" {
			return level.Backlog
		}
	}
	return 0
}

// checkOrder counts steps back within each chat; every message must have come.
func checkOrder(t *testing.T, deliveries []*pb.Delivery, chats int) {
	t.Helper()
	last, seen, back := map[int]int{}, map[int]bool{}, 0
	for _, d := range deliveries {
		var n int
		if body := d.GetMessage().GetText().GetBody(); !strings.HasPrefix(body, "n") {
			continue
		} else if _, err := fmt.Sscanf(body, "n%d", &n); err != nil {
			continue
		}
		if n < last[n%chats] {
			back++
		}
		last[n%chats] = n
		seen[n] = true
	}
	if back > 0 || len(seen) != backlog {
		t.Errorf("%d steps back, %d of %d messages", back, len(seen), backlog)
	}
}
