package translate

import (
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waSyncAction"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

var (
	noticeAt    = time.Unix(1_795_555_555, 0)                             //nolint:gochecknoglobals // constant
	noticeGroup = types.NewJID("120363000000000001", types.GroupServer)   //nolint:gochecknoglobals // constant
	noticePN    = types.NewJID("4915222088624", types.DefaultUserServer)  //nolint:gochecknoglobals // constant
	noticeLID   = types.NewJID("123456789012345", types.HiddenUserServer) //nolint:gochecknoglobals // constant
)

func noticeAliases(of types.JID) types.JID {
	switch of {
	case noticePN:
		return noticeLID
	case noticeLID:
		return noticePN
	default:
		return types.EmptyJID
	}
}

func TestNotices(t *testing.T) {
	meta := types.BasicCallMeta{From: noticePN, Timestamp: noticeAt, CallCreator: noticePN, CallID: "C1"}
	inGroup := meta
	inGroup.GroupJID = noticeGroup
	called := func(step pb.CallStep, video, group bool) *pb.Notice {
		return &pb.Notice{Notice: &pb.Notice_CallReceived{CallReceived: &pb.CallReceived{CallId: "C1", Step: step, Video: video, Group: group}}}
	}
	changed := func(it *pb.GroupChanged) *pb.Notice {
		return &pb.Notice{Notice: &pb.Notice_GroupChanged{GroupChanged: it}}
	}
	contact := func(it *pb.ContactChanged) *pb.Notice {
		return &pb.Notice{Notice: &pb.Notice_ContactChanged{ContactChanged: it}}
	}
	for name, c := range map[string]struct {
		event any
		want  *pb.Notice
	}{
		"joined and left": {
			&events.GroupInfo{JID: noticeGroup, Sender: &noticeLID, Timestamp: noticeAt, Join: []types.JID{noticePN}, Leave: []types.JID{noticeLID}},
			changed(&pb.GroupChanged{Joined: []string{noticePN.String()}, Left: []string{noticeLID.String()}}),
		},
		"every setting": {
			&events.GroupInfo{
				JID: noticeGroup, Timestamp: noticeAt, Name: &types.GroupName{Name: "new"}, Topic: &types.GroupTopic{}, Locked: &types.GroupLocked{IsLocked: true},
				Announce: &types.GroupAnnounce{}, Ephemeral: &types.GroupEphemeral{DisappearingTimer: 7}, Delete: &types.GroupDelete{},
			},
			changed(&pb.GroupChanged{
				Subject: proto.String("new"), Description: proto.String(""), Locked: proto.Bool(true), Announce: proto.Bool(false),
				DisappearingS: proto.Uint32(7), Deleted: true,
			}),
		},
		"added": {
			&events.JoinedGroup{Sender: &noticePN, GroupInfo: types.GroupInfo{JID: noticeGroup, GroupName: types.GroupName{Name: "a\xff"}, Participants: []types.GroupParticipant{{JID: noticeLID}}}},
			changed(&pb.GroupChanged{AddedUs: true, Subject: proto.String("a\uFFFD"), Joined: []string{noticeLID.String()}}),
		},
		"a call":         {&events.CallOffer{BasicCallMeta: meta, Data: &waBinary.Node{Tag: "offer"}}, called(pb.CallStep_CALL_OFFERED, false, false)},
		"without data":   {&events.CallOffer{BasicCallMeta: meta}, called(pb.CallStep_CALL_OFFERED, false, false)},
		"a video call":   {&events.CallOffer{BasicCallMeta: meta, Data: &waBinary.Node{Content: []waBinary.Node{{Tag: "video"}}}}, called(pb.CallStep_CALL_OFFERED, true, false)},
		"a group's call": {&events.CallOfferNotice{BasicCallMeta: inGroup, Media: "video", Type: "group"}, called(pb.CallStep_CALL_OFFERED, true, true)},
		"taken":          {&events.CallAccept{BasicCallMeta: meta}, called(pb.CallStep_CALL_ACCEPTED, false, false)},
		"declined":       {&events.CallReject{BasicCallMeta: meta}, called(pb.CallStep_CALL_REJECTED, false, false)},
		"over":           {&events.CallTerminate{BasicCallMeta: inGroup}, called(pb.CallStep_CALL_ENDED, false, true)},
		"another phone":  {&events.IdentityChange{JID: noticePN, Timestamp: noticeAt, Implicit: true}, &pb.Notice{Notice: &pb.Notice_IdentityChanged{IdentityChanged: &pb.IdentityChanged{Implicit: true}}}},
		"a picture":      {&events.Picture{JID: noticePN, Author: noticePN, Timestamp: noticeAt, PictureID: "17"}, &pb.Notice{Notice: &pb.Notice_PictureChanged{PictureChanged: &pb.PictureChanged{PictureId: "17"}}}},
		"about":          {&events.UserAbout{JID: noticePN, Timestamp: noticeAt}, contact(&pb.ContactChanged{About: proto.String("")})},
		"saved":          {&events.Contact{JID: noticePN, Action: &waSyncAction.ContactAction{FullName: proto.String("Bo")}}, contact(&pb.ContactChanged{SavedName: proto.String("Bo")})},
		"a label": {
			&events.LabelEdit{LabelID: "3", Timestamp: noticeAt, Action: &waSyncAction.LabelEditAction{Name: proto.String("VIP\xff"), Color: proto.Int32(4), Deleted: proto.Bool(true)}},
			&pb.Notice{Notice: &pb.Notice_LabelChanged{LabelChanged: &pb.LabelChanged{LabelId: "3", Name: "VIP\uFFFD", Color: 4, Deleted: true}}},
		},
		"a label of a chat": {
			&events.LabelAssociationChat{JID: noticePN, LabelID: "3", Timestamp: noticeAt, Action: &waSyncAction.LabelAssociationAction{Labeled: proto.Bool(true)}},
			&pb.Notice{Notice: &pb.Notice_ChatLabelChanged{ChatLabelChanged: &pb.ChatLabelChanged{LabelId: "3", Applied: true}}},
		},
		"the address book": {&events.Contact{JID: noticePN, FromFullSync: true}, nil},
		"something else":   {&events.Presence{From: noticePN}, nil},
	} {
		got := Notice(c.event, noticeAliases)
		if got == nil || c.want == nil {
			if (got == nil) != (c.want == nil) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
			continue
		}
		if len(got.NoticeId) != 32 || len(got.Raw) == 0 || (got.Chat == "" && got.GetLabelChanged() == nil) || (got.Chat == noticePN.String() && got.ChatAlt != noticeLID.String()) {
			t.Errorf("%s: %v", name, got)
		}
		// The same event is the same notice, whatever names were learned meanwhile.
		if twin := Notice(c.event, func(types.JID) types.JID { return types.EmptyJID }); twin.NoticeId != got.NoticeId {
			t.Errorf("%s: %s, then %s", name, got.NoticeId, twin.NoticeId)
		}
		c.want.NoticeId, c.want.Raw, c.want.TimestampMs = got.NoticeId, got.Raw, got.TimestampMs
		c.want.Chat, c.want.ChatAlt, c.want.Actor, c.want.ActorAlt = got.Chat, got.ChatAlt, got.Actor, got.ActorAlt
		if !proto.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestOnlyAnOfferOfHistoryIsOne(t *testing.T) {
	offer := func(kind waE2E.HistorySyncType) *events.Message {
		return &events.Message{
			Info: types.MessageInfo{MessageSource: types.MessageSource{Chat: noticePN, Sender: noticePN}, Timestamp: noticeAt},
			Message: &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{HistorySyncNotification: &waE2E.HistorySyncNotification{
				SyncType: kind.Enum(), Progress: proto.Uint32(40),
			}}},
		}
	}
	if got := HistoryOffered(offer(waE2E.HistorySyncType_RECENT), noticeAliases); got.GetHistoryOffered().GetProgress() != 40 {
		t.Errorf("offered: %v", got)
	}
	for name, event := range map[string]*events.Message{
		"names": offer(waE2E.HistorySyncType_PUSH_NAME), "a text": {Message: &waE2E.Message{Conversation: proto.String("x")}}, "nothing": {},
	} {
		if got := HistoryOffered(event, noticeAliases); got != nil {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestALockSaysUntilWhen(t *testing.T) {
	ends := time.Unix(1_795_562_755, 0)
	event := &events.NotifyAccountReachoutTimelock{EnforcementType: "DEFAULT", IsActive: true}
	event.TimeEnforcementEnds.Time = ends
	if got := Notice(event, unknown).GetReachoutLock(); got.GetUntilMs() != ends.UnixMilli() || got.GetReason() != "DEFAULT" {
		t.Errorf("%v", got)
	}
	event.IsActive = false
	if got := Notice(event, unknown).GetReachoutLock(); got == nil || got.UntilMs != 0 {
		t.Errorf("%v", got)
	}
}
