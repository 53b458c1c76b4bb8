package translate

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

func TestWhatSomebodyDoesIsANotice(t *testing.T) {
	seen := func(available bool, lastSeenMs int64) *pb.Notice {
		return &pb.Notice{Notice: &pb.Notice_PresenceChanged{PresenceChanged: &pb.PresenceChanged{Available: available, LastSeenMs: lastSeenMs}}}
	}
	does := func(activity pb.ChatActivity) *pb.Notice {
		return &pb.Notice{Notice: &pb.Notice_ActivityChanged{ActivityChanged: &pb.ActivityChanged{Activity: activity}}}
	}
	in := types.MessageSource{Chat: noticeGroup, Sender: noticePN}
	for name, c := range map[string]struct {
		event any
		want  *pb.Notice
	}{
		"came":      {&events.Presence{From: noticePN}, seen(true, 0)},
		"left":      {&events.Presence{From: noticePN, Unavailable: true, LastSeen: noticeAt}, seen(false, noticeAt.UnixMilli())},
		"types":     {&events.ChatPresence{MessageSource: in, State: types.ChatPresenceComposing}, does(pb.ChatActivity_TYPING)},
		"records":   {&events.ChatPresence{MessageSource: in, State: types.ChatPresenceComposing, Media: types.ChatPresenceMediaAudio}, does(pb.ChatActivity_RECORDING)},
		"stopped":   {&events.ChatPresence{MessageSource: in, State: types.ChatPresencePaused}, does(pb.ChatActivity_PAUSED)},
		"new state": {&events.ChatPresence{MessageSource: in, State: "dancing"}, does(pb.ChatActivity_PAUSED)},
	} {
		got := PresenceSeen(c.event, noticeAt, noticeAliases)
		if Watched(c.event) != noticePN || got.TimestampMs != noticeAt.UnixMilli() || got.Actor != noticePN.String() || got.ActorAlt != noticeLID.String() {
			t.Errorf("%s: %v", name, got)
		}
		if later := PresenceSeen(c.event, noticeAt.Add(time.Second), noticeAliases); later.NoticeId == got.NoticeId {
			t.Errorf("%s: again is the same notice", name)
		}
		c.want.NoticeId, c.want.Raw, c.want.TimestampMs = got.NoticeId, got.Raw, got.TimestampMs
		c.want.Chat, c.want.ChatAlt, c.want.Actor, c.want.ActorAlt = got.Chat, got.ChatAlt, got.Actor, got.ActorAlt
		if !proto.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
	if PresenceSeen(&events.Picture{}, noticeAt, noticeAliases) != nil || !Watched(&events.Picture{}).IsEmpty() {
		t.Error("a picture is no presence")
	}
}
