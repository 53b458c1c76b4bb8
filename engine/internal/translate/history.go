package translate

import (
	"fmt"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

const (
	// How much of a history goes into one piece: it is one frame, and one unit of work for the gateway.
	pieceMessages = 100
	pieceBytes    = 2 << 20
)

// Parse reads a message as history tells it: the library's Client.ParseWebMessage.
type Parse func(chat types.JID, message *waWeb.WebMessageInfo) (*events.Message, error)

// History is the piece of a history that begins at a place, counted over the messages of all its conversations.
// What says nothing (a deleted message, machinery) is passed over.
func History(history *waHistorySync.HistorySync, from int, parse Parse, aliases Aliases) *pb.History {
	piece, place, size := &pb.History{}, 0, 0
	for _, conversation := range history.GetConversations() {
		chat, err := types.ParseJID(conversation.GetID())
		if err != nil || chat.IsEmpty() {
			place += len(conversation.GetMessages())
			continue
		}
		if from == 0 {
			piece.Chats = append(piece.Chats, historyChat(chat, conversation, aliases))
		}
		for _, told := range conversation.GetMessages() {
			place++
			if place <= from || piece.Next > 0 {
				continue
			}
			for _, one := range append(reactionsTo(told.GetMessage()), told.GetMessage()) {
				if message := historyMessage(chat, one, parse, aliases); message != nil {
					piece.Messages = append(piece.Messages, message)
					size += proto.Size(message)
				}
			}
			if len(piece.Messages) >= pieceMessages || size >= pieceBytes {
				piece.Next = uint32(place)
			}
		}
	}
	if int(piece.Next) >= place {
		piece.Next = 0
	}
	return piece
}

func historyChat(chat types.JID, it *waHistorySync.Conversation, aliases Aliases) *pb.HistoryChat {
	to := &pb.HistoryChat{
		Chat: valid(chat.ToNonAD().String()), Name: valid(it.GetName()), Archived: it.GetArchived(), Unread: it.GetUnreadCount(),
		MutedUntilMs: int64(it.GetMuteEndTime()) * 1000,
	}
	to.ChatAlt = alias(to.Chat, aliases)
	for _, other := range []string{it.GetPnJID(), it.GetLidJID()} {
		if to.ChatAlt == "" && other != "" && other != to.Chat {
			to.ChatAlt = valid(other)
		}
	}
	return to
}

// reactionsTo are the reactions that a phone tells of with a message, as the messages that they were. They are newer than it,
// and phones tell the newest first.
func reactionsTo(told *waWeb.WebMessageInfo) []*waWeb.WebMessageInfo {
	var found []*waWeb.WebMessageInfo
	for _, it := range told.GetReactions() {
		if it.GetText() == "" || it.GetKey() == nil || told.GetMessage() == nil {
			continue
		}
		key := &waCommon.MessageKey{
			RemoteJID: it.Key.RemoteJID, FromMe: it.Key.FromMe, ID: it.Key.ID, Participant: it.Key.Participant,
		}
		if key.GetID() == "" { // a name under which it is known when it is told of again
			key.ID = proto.String(fmt.Sprintf("%s-%s-%t", told.GetKey().GetID(), key.GetParticipant(), key.GetFromMe()))
		}
		at := told.GetMessageTimestamp()
		if ms := it.GetSenderTimestampMS(); ms > 0 {
			at = uint64(ms) / 1000
		}
		found = append(found, &waWeb.WebMessageInfo{
			Key: key, MessageTimestamp: proto.Uint64(at), Participant: key.Participant,
			Message: &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
				Key: told.GetKey(), Text: it.Text, SenderTimestampMS: it.SenderTimestampMS,
			}},
		})
	}
	return found
}

func historyMessage(chat types.JID, told *waWeb.WebMessageInfo, parse Parse, aliases Aliases) *pb.Message {
	if told.GetMessage() == nil || told.GetKey().GetID() == "" {
		return nil
	}
	event, err := parse(chat, told)
	if err != nil || Internal(event) {
		return nil
	}
	message, err := Message(event, aliases, func(*waE2E.Message) (Unsealed, error) { return Unsealed{}, errSealed })
	if err != nil {
		return nil
	}
	Fit(message)
	return message
}
