// Package translate turns what the protocol library says into what the gateway understands. What enters are its events
// and nodes, what leaves are protocol messages and reasons. It is pure: no network, no file, no clock.
package translate

import (
	"fmt"
	"strconv"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

// Aliases returns the other name of a user, the LID for a phone number and back; empty when it is not known.
type Aliases func(types.JID) types.JID

// Message translates a decrypted message. Raw holds the protobuf as it was decrypted, wrappers included.
// Unseal opens what is encrypted once more in it.
func Message(event *events.Message, aliases Aliases, unseal Unseal) (*pb.Message, error) {
	to := envelope(&event.Info, aliases)
	raw, err := proto.Marshal(event.RawMessage)
	if err != nil {
		return nil, fmt.Errorf("encode raw message: %w", err)
	}
	to.Raw = notEmpty(raw, event.Info.ID)
	content := Unwrap(event.RawMessage)
	setAttributes(to, event.RawMessage, content)
	setContent(to, content, unseal)
	return to, nil
}

// Undecryptable translates a message whose sender was asked to encrypt it again: it comes later under the same id, if
// it comes.
func Undecryptable(event *events.UndecryptableMessage, aliases Aliases) *pb.Message {
	to := envelope(&event.Info, aliases)
	reason := "no usable key; the sender was asked to repeat it"
	if event.IsUnavailable {
		reason = "not available to linked devices"
	}
	if event.UnavailableType != events.UnavailableTypeUnknown {
		reason += " (" + valid(string(event.UnavailableType)) + ")"
	}
	to.Raw = notEmpty(nil, event.Info.ID)
	to.Content = &pb.Message_Undecryptable{Undecryptable: &pb.Undecryptable{Reason: reason}}
	return to
}

// Untranslatable keeps what there was of an event that could not be translated, so that it counts as delivered and is
// not lost. Returns nil for an event that has no message in it.
func Untranslatable(event any, reason string) *pb.Message {
	var info *types.MessageInfo
	var raw []byte
	switch e := event.(type) {
	case *events.Message:
		info = &e.Info
		raw, _ = proto.Marshal(e.RawMessage)
	case *events.UndecryptableMessage:
		info = &e.Info
	case *events.FBMessage:
		info = &e.Info
		raw, _ = proto.Marshal(e.FBApplication)
	default:
		return nil
	}
	to := envelope(info, func(types.JID) types.JID { return types.EmptyJID })
	to.Raw = notEmpty(raw, info.ID)
	to.Content = &pb.Message_Untranslatable{Untranslatable: &pb.Untranslatable{Reason: valid(reason)}}
	return to
}

// SetAside keeps what there was of a message's stanza that could not be handled. Returns nil for a stanza that is no
// message: those come again in some other way, or mean nothing later.
func SetAside(node *waBinary.Node, reason string) *pb.Message {
	id, named := node.Attrs["id"].(string)
	from, known := node.Attrs["from"].(types.JID)
	if node.Tag != "message" || !named || !known {
		return nil
	}
	sender, _ := node.Attrs["participant"].(types.JID)
	if sender.IsEmpty() {
		sender = from
	}
	seconds, _ := strconv.ParseInt(fmt.Sprint(node.Attrs["t"]), 10, 64)
	name, _ := node.Attrs["notify"].(string)
	raw, _ := waBinary.Marshal(*node)
	return &pb.Message{
		MessageId: valid(id), Chat: valid(from.ToNonAD().String()), Sender: valid(sender.ToNonAD().String()),
		Group: from.Server == types.GroupServer, TimestampMs: seconds * 1000, PushName: valid(name),
		Raw:     notEmpty(raw, id),
		Content: &pb.Message_Untranslatable{Untranslatable: &pb.Untranslatable{Reason: valid(reason)}},
	}
}

// Internal tells whether a message is machinery of WhatsApp's own devices, not something somebody wrote: keys, history,
// settings. The library has handled it.
func Internal(event *events.Message) bool {
	if event.Info.Category == "peer" {
		return true
	}
	if event.Message.GetSenderKeyDistributionMessage() != nil && kindName(event.Message) == "" {
		return true // only the key to the group's next messages
	}
	part := event.Message.GetProtocolMessage()
	if part == nil {
		return false
	}
	switch part.GetType() {
	case waE2E.ProtocolMessage_REVOKE, waE2E.ProtocolMessage_MESSAGE_EDIT, waE2E.ProtocolMessage_EPHEMERAL_SETTING:
		return false
	default:
		return event.Info.IsFromMe
	}
}

func envelope(info *types.MessageInfo, aliases Aliases) *pb.Message {
	chat, sender := info.Chat.ToNonAD(), info.Sender.ToNonAD()
	senderAlt := firstOf(info.SenderAlt.ToNonAD(), aliases, sender)
	to := &pb.Message{
		MessageId:   valid(info.ID),
		Chat:        valid(chat.String()),
		Sender:      valid(sender.String()),
		SenderAlt:   valid(senderAlt.String()),
		FromMe:      info.IsFromMe,
		Group:       info.IsGroup,
		TimestampMs: info.Timestamp.UnixMilli(),
		PushName:    valid(info.PushName),
	}
	if !info.IsGroup {
		known := senderAlt
		if info.IsFromMe {
			known = info.RecipientAlt.ToNonAD()
		}
		to.ChatAlt = valid(firstOf(known, aliases, chat).String())
	}
	return to
}

// firstOf returns the alias that the stanza gave, else the one that the map knows.
func firstOf(given types.JID, aliases Aliases, of types.JID) types.JID {
	if !given.IsEmpty() {
		return given
	}
	return aliases(of).ToNonAD()
}

// notEmpty keeps the promise that raw is never empty, also for a message of which nothing is left but its id.
func notEmpty(raw []byte, id string) []byte {
	if len(raw) > 0 {
		return raw
	}
	if id == "" {
		return []byte{0}
	}
	return []byte(id)
}
