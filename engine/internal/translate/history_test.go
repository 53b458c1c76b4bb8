package translate

import (
	"fmt"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

func told(id, text string) *waHistorySync.HistorySyncMsg {
	info := &waWeb.WebMessageInfo{Key: &waCommon.MessageKey{ID: proto.String(id)}, MessageTimestamp: proto.Uint64(1_700_000_000)}
	if text != "" {
		info.Message = &waE2E.Message{Conversation: proto.String(text)}
	}
	return &waHistorySync.HistorySyncMsg{Message: info}
}

func parseTold(chat types.JID, message *waWeb.WebMessageInfo) (*events.Message, error) {
	if message.GetMessage().GetConversation() == "broken" {
		return nil, errSealed
	}
	info := types.MessageInfo{
		MessageSource: types.MessageSource{Chat: chat, Sender: chat}, ID: message.GetKey().GetID(), Timestamp: time.Unix(int64(message.GetMessageTimestamp()), 0),
	}
	return &events.Message{Info: info, RawMessage: message.GetMessage(), Message: message.GetMessage()}, nil
}

func TestHistoryComesInPiecesThatLeaveNothingOut(t *testing.T) {
	long := &waHistorySync.Conversation{
		ID: proto.String(friendLID.String()), PnJID: proto.String(friend.String()), Name: proto.String("Ann"), Archived: proto.Bool(true),
		UnreadCount: proto.Uint32(3), MuteEndTime: proto.Uint64(1_800_000_000),
	}
	for i := range 250 {
		long.Messages = append(long.Messages, told(fmt.Sprint("M", i), "text"))
	}
	long.Messages = append(long.Messages, told("gone", ""), told("B", "broken"))
	history := &waHistorySync.HistorySync{Conversations: []*waHistorySync.Conversation{
		long, {ID: proto.String("not a JID@@"), Messages: []*waHistorySync.HistorySyncMsg{told("X", "x")}},
		{ID: proto.String(friend.String()), Messages: []*waHistorySync.HistorySyncMsg{told("L", "last")}},
	}}
	var ids []string
	pieces, from := 0, 0
	for {
		piece := History(history, from, parseTold, aliases)
		if (from == 0) != (len(piece.Chats) > 0) {
			t.Errorf("chats in piece %d: %v", pieces, piece.Chats)
		}
		if from == 0 {
			chat := piece.Chats[0]
			if chat.Name != "Ann" || !chat.Archived || chat.Unread != 3 || chat.MutedUntilMs != 1_800_000_000_000 || chat.ChatAlt != friend.String() {
				t.Errorf("chat %v", chat)
			}
		}
		for _, message := range piece.Messages {
			ids = append(ids, message.MessageId)
		}
		pieces++
		if piece.Next == 0 {
			break
		}
		from = int(piece.Next)
	}
	if len(ids) != 251 || ids[0] != "M0" || ids[249] != "M249" || ids[250] != "L" || pieces != 3 {
		t.Errorf("%d messages in %d pieces: %v", len(ids), pieces, ids)
	}
}

func TestReactionsInAHistoryAreMessagesOfTheirOwn(t *testing.T) {
	from := &waCommon.MessageKey{RemoteJID: proto.String(friendLID.String()), FromMe: proto.Bool(true)}
	named := &waCommon.MessageKey{RemoteJID: proto.String(friendLID.String()), ID: proto.String("R1")}
	liked, gone := told("M1", "text"), told("M2", "")
	liked.Message.Reactions = []*waWeb.Reaction{
		{Key: from, Text: proto.String("👍")}, {Key: named, Text: proto.String("❤"), SenderTimestampMS: proto.Int64(1_700_000_009_000)},
		{Key: named, Text: proto.String("")}, {Text: proto.String("!")},
	}
	gone.Message.Reactions = []*waWeb.Reaction{{Key: named, Text: proto.String("!")}}
	piece := History(&waHistorySync.HistorySync{Conversations: []*waHistorySync.Conversation{
		{ID: proto.String(friendLID.String()), Messages: []*waHistorySync.HistorySyncMsg{liked, gone}},
	}}, 0, parseTold, aliases)
	if len(piece.Messages) != 3 || piece.Next != 0 {
		t.Fatalf("%v", piece)
	}
	mine, theirs, text := piece.Messages[0], piece.Messages[1], piece.Messages[2]
	if mine.MessageId != "M1--true" || mine.GetReaction().GetMessageId() != "M1" || mine.GetReaction().GetEmoji() != "👍" || mine.TimestampMs != text.TimestampMs {
		t.Errorf("mine: %v", mine)
	}
	if theirs.MessageId != "R1" || theirs.GetReaction().GetMessageId() != "M1" || theirs.TimestampMs != 1_700_000_009_000 {
		t.Errorf("theirs: %v", theirs)
	}
	if text.MessageId != "M1" || text.GetText().GetBody() != "text" {
		t.Errorf("the message: %v", text)
	}
}
