package translate

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

// Notice translates an event that is neither message nor receipt and must not be lost; nil for one that says nothing new.
func Notice(event any, aliases Aliases) *pb.Notice {
	to := &pb.Notice{}
	switch e := event.(type) {
	case *events.GroupInfo:
		groupChanged(to, e)
	case *events.JoinedGroup:
		joinedGroup(to, e)
	case *events.IdentityChange:
		about(to, e.JID, types.EmptyJID, e.Timestamp)
		to.Notice = &pb.Notice_IdentityChanged{IdentityChanged: &pb.IdentityChanged{Implicit: e.Implicit}}
	case *events.Picture:
		about(to, e.JID, e.Author, e.Timestamp)
		to.Notice = &pb.Notice_PictureChanged{PictureChanged: &pb.PictureChanged{PictureId: valid(e.PictureID)}}
	case *events.UserAbout:
		about(to, e.JID, e.JID, e.Timestamp)
		to.Notice = &pb.Notice_ContactChanged{ContactChanged: &pb.ContactChanged{About: changedText(e.Status)}}
	case *events.Contact:
		if e.FromFullSync {
			return nil // the whole address book, as it is
		}
		about(to, e.JID, types.EmptyJID, e.Timestamp)
		to.Notice = &pb.Notice_ContactChanged{ContactChanged: &pb.ContactChanged{SavedName: changedText(e.Action.GetFullName())}}
	case *events.LabelEdit:
		about(to, types.EmptyJID, types.EmptyJID, e.Timestamp)
		to.Notice = &pb.Notice_LabelChanged{LabelChanged: &pb.LabelChanged{
			LabelId: valid(e.LabelID), Name: valid(e.Action.GetName()), Color: e.Action.GetColor(), Deleted: e.Action.GetDeleted(),
		}}
	case *events.LabelAssociationChat:
		about(to, e.JID, types.EmptyJID, e.Timestamp)
		to.Notice = &pb.Notice_ChatLabelChanged{ChatLabelChanged: &pb.ChatLabelChanged{
			LabelId: valid(e.LabelID), Applied: e.Action.GetLabeled(),
		}}
	case *events.NotifyAccountReachoutTimelock:
		reachoutLock(to, e)
	default:
		if !call(to, event) {
			return nil
		}
	}
	return finished(to, event, aliases)
}

// HistoryOffered translates the phone's offer of messages of before the link; nil for any other message.
func HistoryOffered(event *events.Message, aliases Aliases) *pb.Notice {
	offer := event.Message.GetProtocolMessage().GetHistorySyncNotification()
	if offer == nil || offer.GetSyncType() == waE2E.HistorySyncType_PUSH_NAME {
		return nil
	}
	notification, _ := proto.Marshal(offer)
	to := &pb.Notice{Notice: &pb.Notice_HistoryOffered{HistoryOffered: &pb.HistoryOffered{
		Progress: offer.GetProgress(), Notification: notification,
	}}}
	about(to, event.Info.Chat, event.Info.Sender, event.Info.Timestamp)
	// All of it is in the notification already, which may be large.
	return finished(to, struct{}{}, aliases)
}

func reachoutLock(to *pb.Notice, e *events.NotifyAccountReachoutTimelock) {
	about(to, types.EmptyJID, types.EmptyJID, e.Mex.Timestamp)
	lock := &pb.ReachoutLock{Reason: valid(e.EnforcementType)}
	if e.IsActive && !e.TimeEnforcementEnds.IsZero() {
		lock.UntilMs = e.TimeEnforcementEnds.UnixMilli()
	}
	to.Notice = &pb.Notice_ReachoutLock{ReachoutLock: lock}
}

func changedText(s string) *string { s = valid(s); return &s }

func about(to *pb.Notice, chat, actor types.JID, at time.Time) {
	to.Chat, to.Actor = valid(chat.ToNonAD().String()), valid(actor.ToNonAD().String())
	if !at.IsZero() {
		to.TimestampMs = at.UnixMilli()
	}
}

// finished gives a notice its names, its bytes and an id under which it is known when it comes again. What may be learned
// meanwhile is not part of the id.
func finished(to *pb.Notice, event any, aliases Aliases) *pb.Notice {
	content, err := proto.MarshalOptions{Deterministic: true}.Marshal(to)
	if err == nil {
		sum := sha256.Sum256(content)
		to.NoticeId = hex.EncodeToString(sum[:16])
	}
	to.ChatAlt, to.ActorAlt = alias(to.Chat, aliases), alias(to.Actor, aliases)
	if to.Raw, err = json.Marshal(event); err != nil || len(to.Raw) == 0 {
		to.Raw = []byte("{}") // an event that holds stanzas: what is said of it stands in the notice
	}
	return to
}

func alias(of string, aliases Aliases) string {
	jid, err := types.ParseJID(of)
	if err != nil || of == "" || (jid.Server != types.DefaultUserServer && jid.Server != types.HiddenUserServer) {
		return ""
	}
	return valid(aliases(jid).ToNonAD().String())
}

func groupChanged(to *pb.Notice, e *events.GroupInfo) {
	actor := types.EmptyJID
	if e.Sender != nil {
		actor = *e.Sender
	}
	about(to, e.JID, actor, e.Timestamp)
	changed := &pb.GroupChanged{
		Joined: names(e.Join), Left: names(e.Leave), Promoted: names(e.Promote), Demoted: names(e.Demote), Deleted: e.Delete != nil,
	}
	if e.Name != nil {
		changed.Subject = changedText(e.Name.Name)
	}
	if e.Topic != nil {
		changed.Description = changedText(e.Topic.Topic)
	}
	if e.Announce != nil {
		changed.Announce = proto.Bool(e.Announce.IsAnnounce)
	}
	if e.Locked != nil {
		changed.Locked = proto.Bool(e.Locked.IsLocked)
	}
	if e.Ephemeral != nil {
		changed.DisappearingS = proto.Uint32(e.Ephemeral.DisappearingTimer)
	}
	to.Notice = &pb.Notice_GroupChanged{GroupChanged: changed}
}

func joinedGroup(to *pb.Notice, e *events.JoinedGroup) {
	actor := types.EmptyJID
	if e.Sender != nil {
		actor = *e.Sender
	}
	about(to, e.JID, actor, e.GroupCreated)
	members := make([]types.JID, 0, len(e.Participants))
	for i := range e.Participants {
		members = append(members, e.Participants[i].JID)
	}
	to.Notice = &pb.Notice_GroupChanged{GroupChanged: &pb.GroupChanged{Joined: names(members), Subject: changedText(e.Name), AddedUs: true}}
}

func names(jids []types.JID) []string {
	var texts []string
	for _, jid := range jids {
		texts = append(texts, valid(jid.ToNonAD().String()))
	}
	return texts
}

// call tells whether the event is a step of a call that people notice.
func call(to *pb.Notice, event any) bool {
	var meta types.BasicCallMeta
	received := &pb.CallReceived{}
	switch e := event.(type) {
	case *events.CallOffer:
		meta, received.Step = e.BasicCallMeta, pb.CallStep_CALL_OFFERED
		if e.Data != nil {
			_, received.Video = e.Data.GetOptionalChildByTag("video")
		}
	case *events.CallOfferNotice:
		meta, received.Step = e.BasicCallMeta, pb.CallStep_CALL_OFFERED
		received.Video, received.Group = e.Media == "video", e.Type == "group"
	case *events.CallAccept:
		meta, received.Step = e.BasicCallMeta, pb.CallStep_CALL_ACCEPTED
	case *events.CallReject:
		meta, received.Step = e.BasicCallMeta, pb.CallStep_CALL_REJECTED
	case *events.CallTerminate:
		meta, received.Step = e.BasicCallMeta, pb.CallStep_CALL_ENDED
	default:
		return false
	}
	chat := meta.From
	if !meta.GroupJID.IsEmpty() {
		chat, received.Group = meta.GroupJID, true
	}
	about(to, chat, meta.CallCreator, meta.Timestamp)
	received.CallId = valid(meta.CallID)
	to.Notice = &pb.Notice_CallReceived{CallReceived: received}
	return true
}
