package main

import (
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

func TestSomebodyWhoIsWatchedIsSeen(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	friend, phone := l.friend.Number+"@s.whatsapp.net", "/admin/phones/"+l.friend.Number
	l.g.must("s1", sendText("3EB0A11CE1", friend, "hello")) // people who have never written see nothing of each other
	l.friend.Say(l.own.Number, "hello back")
	l.g.message("hello back")
	l.g.must("s1", act(&pb.Act{Act: &pb.Act_Presence{Presence: &pb.Presence{Available: true}}}))
	l.g.must("s1", act(&pb.Act{Act: &pb.Act_WatchPresence{WatchPresence: &pb.WatchPresence{Person: friend}}}))
	l.g.notice("how it is", func(n *pb.Notice) bool { return n.GetPresenceChanged() != nil })
	l.sim.Must("POST", phone+"/presence", map[string]any{"available": true}, nil)
	came := l.g.notice("came", func(n *pb.Notice) bool { return n.GetPresenceChanged().GetAvailable() })
	if came.Actor == "" || came.ActorAlt == "" || came.TimestampMs == 0 {
		t.Errorf("came: %v", came)
	}
	l.sim.Must("POST", phone+"/typing", map[string]any{"to": l.own.Number, "state": "recording"}, nil)
	l.g.notice("records", func(n *pb.Notice) bool { return n.GetActivityChanged().GetActivity() == pb.ChatActivity_RECORDING })
}

func TestThePhoneIsAskedForOlderMessages(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	first := l.friend.Say(l.own.Number, "first")
	l.friend.Say(l.own.Number, "second")
	last := l.friend.Say(l.own.Number, "third")
	at := l.g.message("third").GetMessage().TimestampMs
	l.g.must("s1", act(&pb.Act{Act: &pb.Act_OlderHistory{OlderHistory: &pb.OlderHistory{
		Chat: l.friend.Number + "@s.whatsapp.net", MessageId: last, TimestampMs: at, Count: 2,
	}}}))
	offered := l.g.notice("what was before", func(n *pb.Notice) bool {
		offer := &waE2E.HistorySyncNotification{}
		return n.GetHistoryOffered() != nil && proto.Unmarshal(n.GetHistoryOffered().Notification, offer) == nil &&
			offer.GetSyncType() == waE2E.HistorySyncType_ON_DEMAND
	})
	piece := l.g.must("s1", query(&pb.Query{Query: &pb.Query_History{History: &pb.HistoryQuery{
		Notification: offered.GetHistoryOffered().Notification,
	}}})).GetQuery().GetHistory()
	if len(piece.Messages) != 2 || piece.Messages[1].MessageId != first || piece.Next != 0 {
		t.Errorf("older: %v", piece)
	}
}

func TestThePhoneIsAskedForAMessageAgain(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	id, friend := l.friend.Say(l.own.Number, "once"), l.friend.Number+"@s.whatsapp.net"
	l.g.message("once")
	l.g.must("s1", act(&pb.Act{Act: &pb.Act_MessageAgain{MessageAgain: &pb.MessageAgain{
		Chat: friend, Sender: friend, MessageId: id,
	}}}))
	if again := l.g.message("once").GetMessage(); again.MessageId != id {
		t.Errorf("again: %v", again)
	}
}
