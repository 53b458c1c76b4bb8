package phone

import (
	"maps"
	"slices"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/proto/waHistorySync"
	"go.mau.fi/whatsmeow/proto/waWeb"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/phone/letter"
	"holdfast/simulator/internal/phone/screen"
)

// How many messages of each chat a new companion gets: the newest at once, then some of those before.
const (
	bootstrapMessages = 25
	recentMessages    = 500
	// allRecentMessages bounds those of all chats together: they travel within one stanza.
	allRecentMessages = 5000
	// onDemandMessages bounds what a companion may ask for at a time.
	onDemandMessages = 200
)

// history is what a new companion gets: names and addresses, and each chat's messages, the newest first.
func (p *Phone) history() []*waHistorySync.HistorySync {
	bootstrap := &waHistorySync.HistorySync{
		SyncType: waHistorySync.HistorySync_INITIAL_BOOTSTRAP.Enum(), ChunkOrder: proto.Uint32(1), Progress: proto.Uint32(100),
	}
	names := &waHistorySync.HistorySync{SyncType: waHistorySync.HistorySync_PUSH_NAME.Enum()}
	recent := &waHistorySync.HistorySync{
		SyncType: waHistorySync.HistorySync_RECENT.Enum(), ChunkOrder: proto.Uint32(1), Progress: proto.Uint32(100),
	}
	if p.Account.Scenario.SaltByHistory {
		bootstrap.NctSalt = p.Account.NCTSalt
	}
	for _, person := range p.people() {
		bootstrap.PhoneNumberToLidMappings = append(bootstrap.PhoneNumberToLidMappings, &waHistorySync.PhoneNumberToLIDMapping{
			PnJID: proto.String(person.PN(0).String()), LidJID: proto.String(person.LIDJID(0).String()),
		})
		names.Pushnames = append(names.Pushnames, &waHistorySync.Pushname{
			ID: proto.String(person.PN(0).String()), Pushname: proto.String(person.Name()),
		})
	}
	left := allRecentMessages
	for _, chat := range p.screen.Chats() {
		lines, _ := p.screen.Lines(chat.ID)
		older := max(len(lines)-bootstrapMessages, 0)
		if conversation := p.conversation(&chat, lines[older:], older == 0); conversation != nil {
			bootstrap.Conversations = append(bootstrap.Conversations, conversation)
		}
		if older == 0 || left == 0 {
			continue
		}
		oldest := max(older-min(recentMessages, left), 0)
		left -= older - oldest
		if conversation := p.conversation(&chat, lines[oldest:older], oldest == 0); conversation != nil {
			recent.Conversations = append(recent.Conversations, conversation)
		}
	}
	return []*waHistorySync.HistorySync{bootstrap, names, recent}
}

// people are the accounts that the phone knows: its own, its contacts, and whoever wrote on its screen.
func (p *Phone) people() []*account.Account {
	numbers := map[string]bool{}
	for number := range p.contacts {
		numbers[number] = true
	}
	for _, chat := range p.screen.Chats() {
		numbers[chat.ID] = true
		lines, _ := p.screen.Lines(chat.ID)
		for _, line := range lines {
			numbers[line.From] = true
		}
	}
	delete(numbers, p.Account.Phone)
	list := []*account.Account{p.Account}
	for _, number := range slices.Sorted(maps.Keys(numbers)) {
		if person, ok := p.book.accounts.ByPhone(number); ok {
			list = append(list, person)
		}
	}
	return list
}

// conversation is a part of a chat as history tells it; complete tells that nothing older is left.
func (p *Phone) conversation(chat *screen.Chat, lines []screen.Line, complete bool) *waHistorySync.Conversation {
	told := &waHistorySync.Conversation{
		LastMsgTimestamp: proto.Uint64(uint64(chat.Last)), ConversationTimestamp: proto.Uint64(uint64(chat.Last)),
		UnreadCount: proto.Uint32(uint32(chat.Unread)), MarkedAsUnread: proto.Bool(chat.MarkedUnread), Archived: proto.Bool(chat.Archived),
		EndOfHistoryTransfer:     proto.Bool(complete),
		EndOfHistoryTransferType: waHistorySync.Conversation_COMPLETE_BUT_MORE_MESSAGES_REMAIN_ON_PRIMARY.Enum(),
	}
	if complete {
		told.EndOfHistoryTransferType = waHistorySync.Conversation_COMPLETE_AND_NO_MORE_MESSAGE_REMAIN_ON_PRIMARY.Enum()
	}
	if chat.Expiration > 0 {
		told.EphemeralExpiration = proto.Uint32(chat.Expiration)
	}
	if chat.Pinned {
		told.Pinned = proto.Uint32(uint32(chat.Last))
	}
	if chat.MutedUntil != 0 {
		told.MuteEndTime = proto.Uint64(uint64(chat.MutedUntil))
	}
	if group := p.groupOf(chat.ID); group != nil {
		told.ID, told.Name = proto.String(group.JID().String()), proto.String(group.Subject)
	} else if other, ok := p.book.accounts.ByPhone(chat.ID); ok {
		told.ID = proto.String(other.LIDJID(0).String())
		told.PnJID, told.LidJID = proto.String(other.PN(0).String()), proto.String(other.LIDJID(0).String())
		if name := p.contacts[chat.ID]; name != "" {
			told.Name = proto.String(name)
		}
	} else {
		return nil
	}
	for i := len(lines) - 1; i >= 0; i-- {
		if message := p.told(told.GetID(), &lines[i]); message != nil {
			told.Messages = append(told.Messages, &waHistorySync.HistorySyncMsg{Message: message, MsgOrderID: proto.Uint64(uint64(i + 1))})
		}
	}
	return told
}

// told is one message as history tells it: as the screen shows it now.
func (p *Phone) told(chat string, line *screen.Line) *waWeb.WebMessageInfo {
	writer, ok := p.book.accounts.ByPhone(line.From)
	if !ok {
		return nil
	}
	info := &waWeb.WebMessageInfo{
		Key:              &waCommon.MessageKey{RemoteJID: proto.String(chat), FromMe: proto.Bool(line.FromMe), ID: proto.String(line.ID)},
		MessageTimestamp: proto.Uint64(uint64(line.T)), PushName: proto.String(writer.Name()), Status: statusOf(line).Enum(),
		Starred: proto.Bool(line.Starred),
	}
	if p.groupOf(chat) != nil && !line.FromMe {
		info.Key.Participant, info.Participant = proto.String(writer.LIDJID(0).String()), proto.String(writer.LIDJID(0).String())
	}
	if line.Deleted {
		info.MessageStubType = waWeb.WebMessageInfo_REVOKE.Enum()
		return info
	}
	message, err := contentOf(line.Message)
	if err != nil {
		return nil
	}
	if line.Edited {
		context := message.MessageContextInfo
		message = letter.Edited(message, line.Text)
		message.MessageContextInfo = context
	}
	info.Message = message
	info.MessageSecret = message.GetMessageContextInfo().GetMessageSecret()
	for _, from := range slices.Sorted(maps.Keys(line.Reactions)) {
		info.Reactions = append(info.Reactions, p.toldReaction(chat, from, line.Reactions[from]))
	}
	return info
}

func (p *Phone) toldReaction(chat, from, emoji string) *waWeb.Reaction {
	key := &waCommon.MessageKey{RemoteJID: proto.String(chat), FromMe: proto.Bool(from == p.Account.Phone)}
	if writer, ok := p.book.accounts.ByPhone(from); ok && p.groupOf(chat) != nil {
		key.Participant = proto.String(writer.LIDJID(0).String())
	}
	return &waWeb.Reaction{Key: key, Text: proto.String(emoji)}
}

func statusOf(line *screen.Line) waWeb.WebMessageInfo_Status {
	switch line.Status {
	case screen.Delivered, screen.Unread:
		return waWeb.WebMessageInfo_DELIVERY_ACK
	case screen.Read:
		return waWeb.WebMessageInfo_READ
	case screen.Played:
		return waWeb.WebMessageInfo_PLAYED
	default:
		return waWeb.WebMessageInfo_SERVER_ACK
	}
}

// answerHistory sends a companion the messages before the oldest one that it has of a chat.
func (p *Phone) answerHistory(device uint16, id string, request *waE2E.PeerDataOperationRequestMessage_HistorySyncOnDemandRequest) {
	key := p.chatNamed(request.GetChatJID())
	lines, ok := p.screen.Lines(key)
	if !ok {
		return
	}
	end := slices.IndexFunc(lines, func(line screen.Line) bool { return line.ID == request.GetOldestMsgID() })
	if end < 0 {
		// The message is gone from the screen: by time, then.
		end = len(lines)
		for end > 0 && lines[end-1].T >= request.GetOldestMsgTimestampMS() {
			end--
		}
	}
	start := max(end-int(min(max(request.GetOnDemandMsgCount(), 0), onDemandMessages)), 0)
	conversation := p.conversation(p.screen.Chat(key), lines[start:end], start == 0)
	if conversation == nil {
		return
	}
	if start > 0 {
		conversation.EndOfHistoryTransferType = waHistorySync.Conversation_COMPLETE_ON_DEMAND_SYNC_BUT_MORE_MSG_REMAIN_ON_PRIMARY.Enum()
	}
	notification, err := inlineHistory(&waHistorySync.HistorySync{
		SyncType: waHistorySync.HistorySync_ON_DEMAND.Enum(), ChunkOrder: proto.Uint32(1), Progress: proto.Uint32(100),
		Conversations: []*waHistorySync.Conversation{conversation},
	})
	if err != nil {
		p.book.log.Error("phone.history_failed", "phone", p.Account.Phone, "error", err)
		return
	}
	notification.HistorySyncNotification.PeerDataRequestSessionID = proto.String(id)
	p.sendPeer(device, notification)
}
