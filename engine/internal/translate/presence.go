package translate

import (
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
)

// Watched is whose presence or activity an event tells of; empty for any other event.
func Watched(event any) types.JID {
	switch e := event.(type) {
	case *events.Presence:
		return e.From.ToNonAD()
	case *events.ChatPresence:
		return e.Sender.ToNonAD()
	}
	return types.EmptyJID
}

// PresenceSeen translates what somebody who is watched does. It carries no time of its own: it is now.
func PresenceSeen(event any, now time.Time, aliases Aliases) *pb.Notice {
	to := &pb.Notice{}
	switch e := event.(type) {
	case *events.Presence:
		about(to, e.From, e.From, now)
		changed := &pb.PresenceChanged{Available: !e.Unavailable}
		if !e.LastSeen.IsZero() {
			changed.LastSeenMs = e.LastSeen.UnixMilli()
		}
		to.Notice = &pb.Notice_PresenceChanged{PresenceChanged: changed}
	case *events.ChatPresence:
		about(to, e.Chat, e.Sender, now)
		to.Notice = &pb.Notice_ActivityChanged{ActivityChanged: &pb.ActivityChanged{Activity: activityOf(e)}}
	default:
		return nil
	}
	return finished(to, event, aliases)
}

func activityOf(e *events.ChatPresence) pb.ChatActivity {
	switch {
	case e.State != types.ChatPresenceComposing:
		return pb.ChatActivity_PAUSED
	case e.Media == types.ChatPresenceMediaAudio:
		return pb.ChatActivity_RECORDING
	}
	return pb.ChatActivity_TYPING
}
