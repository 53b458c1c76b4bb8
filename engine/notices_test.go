package main

import (
	"strings"
	"testing"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

// notice waits for one that pick accepts and answers its latest delivery.
func (g *gatewayDouble) notice(what string, pick func(*pb.Notice) bool) *pb.Notice {
	g.t.Helper()
	var found *pb.Notice
	g.until(what, func() bool {
		for _, d := range g.deliveries {
			if n := d.GetNotice(); n != nil && pick(n) {
				found = n
			}
		}
		return found != nil
	})
	if len(found.Raw) == 0 || len(found.NoticeId) != 32 {
		g.t.Errorf("%s: %v", what, found)
	}
	return found
}

func TestWhatHappensInGroupsAndToPeopleIsDelivered(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	phone := "/admin/phones/" + l.friend.Number
	var group struct {
		JID string `json:"jid"`
	}
	l.sim.Must("POST", phone+"/groups", map[string]any{"subject": "Night shift", "members": []string{l.own.Number}}, &group)
	added := l.g.notice("that this number was added", func(n *pb.Notice) bool { return n.GetGroupChanged().GetAddedUs() })
	if added.Chat != group.JID || added.GetGroupChanged().GetSubject() != "Night shift" || len(added.GetGroupChanged().Joined) != 2 {
		t.Errorf("added: %v", added)
	}
	l.sim.Must("POST", phone+"/groups/"+strings.TrimSuffix(group.JID, "@g.us")+"/settings", map[string]any{"name": "subject", "value": "Day shift"}, nil)
	renamed := l.g.notice("another subject", func(n *pb.Notice) bool { return n.GetGroupChanged().GetSubject() == "Day shift" })
	if renamed.Actor == "" || renamed.ActorAlt == "" || renamed.TimestampMs == 0 {
		t.Errorf("renamed: %v", renamed)
	}
	l.sim.Must("POST", phone+"/calls", map[string]any{"to": l.own.Number, "video": true}, nil)
	rung := l.g.notice("a call", func(n *pb.Notice) bool { return n.GetCallReceived().GetStep() == pb.CallStep_CALL_OFFERED })
	if rung.GetCallReceived().CallId == "" || rung.Chat == "" || rung.ChatAlt == "" {
		t.Errorf("call: %v", rung)
	}
	offered := l.g.notice("history", func(n *pb.Notice) bool { return n.GetHistoryOffered() != nil })
	if offered.NoticeId == rung.NoticeId {
		t.Errorf("two notices of one id: %v and %v", offered, rung)
	}
}

// A notice that was not confirmed comes again to the next engine, under the id by which its twin is known.
func TestANoticeComesAgainUntilItIsConfirmed(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	labtest.Eventually(t, "settled", func() bool { return l.own.Queue() == 0 })
	l.g.lock.Lock()
	l.g.auto, l.g.holdsNotices = false, true
	l.g.lock.Unlock()
	l.sim.Must("POST", "/admin/phones/"+l.friend.Number+"/groups", map[string]any{"subject": "Once", "members": []string{l.own.Number}}, nil)
	once := func(n *pb.Notice) bool { return n.GetGroupChanged().GetSubject() == "Once" }
	first := l.g.notice("the first time", once)
	l.engine.kill()
	startEngine(t, l.dir, "--lab", l.sim.Trust)
	g := dial(t, l.dir)
	g.confirmAll()
	g.open("s1", l.own.Number)
	g.connect("s1", 3)
	if again := g.notice("the second time", once); again.NoticeId != first.NoticeId {
		t.Errorf("%s, then %s", first.NoticeId, again.NoticeId)
	}
	labtest.Eventually(t, "acknowledged", func() bool { return l.own.Queue() == 0 })
}
