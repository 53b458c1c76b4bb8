package translate

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "holdfast/engine/enginepb"
)

// setContent fills in what kind of message it is. Each rule answers whether it was its kind; the first that does wins.
func setContent(to *pb.Message, from *waE2E.Message) {
	for _, rule := range []func(*pb.Message, *waE2E.Message) bool{text, media, place, contact, poll, reaction, protocol} {
		if rule(to, from) {
			return
		}
	}
	to.Content = &pb.Message_Other{Other: &pb.Other{Kind: kindName(from)}}
}

func text(to *pb.Message, from *waE2E.Message) bool {
	switch {
	case from.GetConversation() != "":
		to.Content = &pb.Message_Text{Text: &pb.Text{Body: valid(from.GetConversation())}}
	case from.ExtendedTextMessage != nil:
		to.Content = &pb.Message_Text{Text: &pb.Text{Body: valid(from.GetExtendedTextMessage().GetText())}}
	default:
		return false
	}
	return true
}

// mediaPart is what the media messages have in common.
type mediaPart interface {
	GetMimetype() string
	GetFileLength() uint64
}

func media(to *pb.Message, from *waE2E.Message) bool {
	switch {
	case from.ImageMessage != nil:
		to.Content = mediaContent(pb.MediaKind_IMAGE, from.ImageMessage, from.ImageMessage.GetCaption())
	case from.VideoMessage != nil:
		to.Content = mediaContent(pb.MediaKind_VIDEO, from.VideoMessage, from.VideoMessage.GetCaption())
		to.GetMedia().DurationS = from.VideoMessage.GetSeconds()
	case from.PtvMessage != nil:
		to.Content = mediaContent(pb.MediaKind_VIDEO, from.PtvMessage, from.PtvMessage.GetCaption())
		to.GetMedia().DurationS = from.PtvMessage.GetSeconds()
	case from.AudioMessage != nil:
		kind := pb.MediaKind_AUDIO
		if from.AudioMessage.GetPTT() {
			kind = pb.MediaKind_VOICE
		}
		to.Content = mediaContent(kind, from.AudioMessage, "")
		to.GetMedia().DurationS = from.AudioMessage.GetSeconds()
	case from.DocumentMessage != nil:
		to.Content = mediaContent(pb.MediaKind_DOCUMENT, from.DocumentMessage, from.DocumentMessage.GetCaption())
		to.GetMedia().FileName = valid(from.DocumentMessage.GetFileName())
	case from.StickerMessage != nil:
		to.Content = mediaContent(pb.MediaKind_STICKER, from.StickerMessage, "")
	default:
		return false
	}
	return true
}

func mediaContent(kind pb.MediaKind, part mediaPart, caption string) *pb.Message_Media {
	return &pb.Message_Media{Media: &pb.Media{
		Kind: kind, Caption: valid(caption), Mimetype: valid(part.GetMimetype()), SizeBytes: part.GetFileLength(),
	}}
}

func place(to *pb.Message, from *waE2E.Message) bool {
	switch {
	case from.LocationMessage != nil:
		part := from.LocationMessage
		to.Content = &pb.Message_Location{Location: &pb.Location{
			Latitude: part.GetDegreesLatitude(), Longitude: part.GetDegreesLongitude(),
			Name: valid(part.GetName()), Address: valid(part.GetAddress()),
		}}
	case from.LiveLocationMessage != nil:
		part := from.LiveLocationMessage
		to.Content = &pb.Message_Location{Location: &pb.Location{
			Latitude: part.GetDegreesLatitude(), Longitude: part.GetDegreesLongitude(), Name: valid(part.GetCaption()),
		}}
	default:
		return false
	}
	return true
}

func contact(to *pb.Message, from *waE2E.Message) bool {
	switch {
	case from.ContactMessage != nil:
		part := from.ContactMessage
		to.Content = &pb.Message_Contact{Contact: &pb.Contact{
			DisplayName: valid(part.GetDisplayName()), Vcard: valid(part.GetVcard()),
		}}
	case from.ContactsArrayMessage != nil:
		part := from.ContactsArrayMessage
		cards := make([]string, 0, len(part.GetContacts()))
		for _, one := range part.GetContacts() {
			cards = append(cards, one.GetVcard())
		}
		to.Content = &pb.Message_Contact{Contact: &pb.Contact{
			DisplayName: valid(part.GetDisplayName()), Vcard: valid(strings.Join(cards, "\n")),
		}}
	default:
		return false
	}
	return true
}

func poll(to *pb.Message, from *waE2E.Message) bool {
	for _, part := range []*waE2E.PollCreationMessage{
		from.PollCreationMessage, from.PollCreationMessageV2, from.PollCreationMessageV3,
	} {
		if part == nil {
			continue
		}
		content := &pb.Poll{Question: valid(part.GetName()), Selectable: part.GetSelectableOptionsCount()}
		for _, option := range part.GetOptions() {
			content.Options = append(content.Options, valid(option.GetOptionName()))
		}
		to.Content = &pb.Message_Poll{Poll: content}
		return true
	}
	return false
}

func reaction(to *pb.Message, from *waE2E.Message) bool {
	part := from.GetReactionMessage()
	if part == nil {
		return false
	}
	to.Content = &pb.Message_Reaction{Reaction: &pb.Reaction{MessageId: valid(part.GetKey().GetID()), Emoji: valid(part.GetText())}}
	return true
}

func protocol(to *pb.Message, from *waE2E.Message) bool {
	part := from.GetProtocolMessage()
	switch {
	case part == nil || part.Type == nil:
		return false
	case part.GetType() == waE2E.ProtocolMessage_REVOKE:
		to.Content = &pb.Message_Revoke{Revoke: &pb.Revoke{MessageId: valid(part.GetKey().GetID())}}
	case part.GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT:
		edited := &pb.Message{}
		text(edited, part.GetEditedMessage())
		body := edited.GetText().GetBody()
		if body == "" {
			media(edited, part.GetEditedMessage())
			body = edited.GetMedia().GetCaption()
		}
		to.Content = &pb.Message_Edit{Edit: &pb.Edit{MessageId: valid(part.GetKey().GetID()), Body: valid(body)}}
	default:
		return false
	}
	return true
}

// accompanying fields are never a message by themselves.
func accompanying(field protoreflect.Name) bool {
	return field == "messageContextInfo" || field == "senderKeyDistributionMessage"
}

// kindName answers the lowest-numbered field of from that makes it a message, "unknown" for one that this protobuf does
// not know, "" if nothing does.
func kindName(from *waE2E.Message) string {
	name, lowest := "", protoreflect.FieldNumber(0)
	from.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if !accompanying(field.Name()) && (name == "" || field.Number() < lowest) {
			name, lowest = string(field.Name()), field.Number()
		}
		return true
	})
	if name == "" && len(from.ProtoReflect().GetUnknown()) > 0 {
		return "unknown"
	}
	return name
}

// quotedID answers the id of the message that from replies to, "" if none. Every kind keeps it in a contextInfo of its own.
func quotedID(from *waE2E.Message) string {
	quoted := ""
	from.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Message() == nil || field.IsList() || field.IsMap() {
			return true
		}
		part := value.Message()
		context := part.Descriptor().Fields().ByName("contextInfo")
		if context == nil || context.Message() == nil || !part.Has(context) {
			return true
		}
		if info, ok := part.Get(context).Message().Interface().(*waE2E.ContextInfo); ok && info.GetQuotedMessage() != nil {
			quoted = info.GetStanzaID()
		}
		return quoted == ""
	})
	return quoted
}

// valid makes a stranger's text fit for a protobuf string: one bad byte must not make a whole frame unreadable.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
