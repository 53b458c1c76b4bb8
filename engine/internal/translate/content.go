package translate

import (
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "holdfast/engine/enginepb"
)

// A rule fills in the content of one type of part. It answers false when the part is not of a kind that has a type here.
type rule func(to *pb.Message, part proto.Message, unseal Unseal) bool

// on makes a rule for one type of part: whatever field of a message has this type is translated by it.
func on[P proto.Message](translate func(to *pb.Message, part P)) rule {
	return func(to *pb.Message, part proto.Message, _ Unseal) bool {
		translate(to, part.(P))
		return true
	}
}

// ruleOf is the table of what has a type here, by the protobuf's name of the part; nil for what has none.
func ruleOf(part protoreflect.Name) rule {
	switch part {
	case "ExtendedTextMessage":
		return on(extendedText)
	case "ImageMessage":
		return on(image)
	case "VideoMessage":
		return on(video)
	case "AudioMessage":
		return on(audio)
	case "DocumentMessage":
		return on(document)
	case "StickerMessage":
		return on(sticker)
	case "LocationMessage":
		return on(location)
	case "LiveLocationMessage":
		return on(liveLocation)
	case "ContactMessage":
		return on(contact)
	case "ContactsArrayMessage":
		return on(contacts)
	case "GroupInviteMessage":
		return on(groupInvite)
	case "EventMessage":
		return on(calendarEvent)
	case "PollCreationMessage":
		return on(poll)
	case "PollUpdateMessage":
		return pollVote
	case "ReactionMessage":
		return on(reaction)
	case "EncReactionMessage":
		return sealedReaction
	case "EncCommentMessage":
		return sealedMessage
	case "SecretEncryptedMessage":
		return sealedEdit
	case "ProtocolMessage":
		return protocol
	default:
		return nil
	}
}

// setContent fills in what kind of message it is: by the lowest-numbered field that has a rule.
func setContent(to *pb.Message, from *waE2E.Message, unseal Unseal) {
	if from.GetConversation() != "" {
		to.Content = textContent(from.GetConversation())
		return
	}
	if field := translated(from); field != nil {
		part := from.ProtoReflect().Get(field).Message()
		if ruleOf(field.Message().Name())(to, part.Interface(), unseal) {
			return
		}
	}
	to.Content = &pb.Message_Other{Other: &pb.Other{Kind: kindName(from)}}
}

// translated returns the lowest-numbered field of from that has a rule, nil if none does.
func translated(from *waE2E.Message) (found protoreflect.FieldDescriptor) {
	from.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, _ protoreflect.Value) bool {
		if hasRule(field) && (found == nil || field.Number() < found.Number()) {
			found = field
		}
		return true
	})
	return found
}

func hasRule(field protoreflect.FieldDescriptor) bool {
	return field.Message() != nil && !field.IsList() && !field.IsMap() && ruleOf(field.Message().Name()) != nil
}

func textContent(body string) *pb.Message_Text {
	return &pb.Message_Text{Text: &pb.Text{Body: valid(body)}}
}

func extendedText(to *pb.Message, part *waE2E.ExtendedTextMessage) {
	to.Content = textContent(part.GetText())
}

// mediaPart is what the media messages have in common.
type mediaPart interface {
	GetMimetype() string
	GetFileLength() uint64
	GetDirectPath() string
	GetMediaKey() []byte
	GetFileSHA256() []byte
	GetFileEncSHA256() []byte
}

// largestThumbnail is far more than any client makes; what is larger is a stranger's trick.
const largestThumbnail = 64 << 10

func media(to *pb.Message, kind pb.MediaKind, part mediaPart, caption string) *pb.Media {
	content := &pb.Media{
		Kind: kind, Caption: valid(caption), Mimetype: valid(part.GetMimetype()), SizeBytes: part.GetFileLength(), Remote: remote(part),
	}
	to.Content = &pb.Message_Media{Media: content}
	return content
}

// remote returns where the file lies and what opens it; nil when the message does not say so in full.
func remote(part mediaPart) *pb.RemoteFile {
	if part.GetDirectPath() == "" || len(part.GetMediaKey()) != 32 || len(part.GetFileSHA256()) != 32 || len(part.GetFileEncSHA256()) != 32 {
		return nil
	}
	return &pb.RemoteFile{
		DirectPath: valid(part.GetDirectPath()), MediaKey: part.GetMediaKey(), FileSha256: part.GetFileSHA256(),
		FileEncSha256: part.GetFileEncSHA256(),
	}
}

func seen(to *pb.Media, width, height uint32, thumbnail []byte) {
	to.Width, to.Height = width, height
	if len(thumbnail) <= largestThumbnail {
		to.Thumbnail = thumbnail
	}
}

func image(to *pb.Message, part *waE2E.ImageMessage) {
	seen(media(to, pb.MediaKind_IMAGE, part, part.GetCaption()), part.GetWidth(), part.GetHeight(), part.GetJPEGThumbnail())
}

func video(to *pb.Message, part *waE2E.VideoMessage) {
	content := media(to, pb.MediaKind_VIDEO, part, part.GetCaption())
	seen(content, part.GetWidth(), part.GetHeight(), part.GetJPEGThumbnail())
	content.DurationS = part.GetSeconds()
}

func audio(to *pb.Message, part *waE2E.AudioMessage) {
	kind := pb.MediaKind_AUDIO
	if part.GetPTT() {
		kind = pb.MediaKind_VOICE
	}
	content := media(to, kind, part, "")
	content.DurationS = part.GetSeconds()
	if len(part.GetWaveform()) <= 256 {
		content.Waveform = part.GetWaveform()
	}
}

func document(to *pb.Message, part *waE2E.DocumentMessage) {
	content := media(to, pb.MediaKind_DOCUMENT, part, part.GetCaption())
	seen(content, 0, 0, part.GetJPEGThumbnail())
	content.FileName = valid(part.GetFileName())
}

func sticker(to *pb.Message, part *waE2E.StickerMessage) {
	seen(media(to, pb.MediaKind_STICKER, part, ""), part.GetWidth(), part.GetHeight(), part.GetPngThumbnail())
}

func contact(to *pb.Message, part *waE2E.ContactMessage) {
	to.Content = &pb.Message_Contact{Contact: &pb.Contact{
		DisplayName: valid(part.GetDisplayName()), Vcard: valid(part.GetVcard()),
	}}
}

func contacts(to *pb.Message, part *waE2E.ContactsArrayMessage) {
	cards := make([]string, 0, len(part.GetContacts()))
	for _, one := range part.GetContacts() {
		cards = append(cards, one.GetVcard())
	}
	to.Content = &pb.Message_Contact{Contact: &pb.Contact{
		DisplayName: valid(part.GetDisplayName()), Vcard: valid(strings.Join(cards, "\n")),
	}}
}

func poll(to *pb.Message, part *waE2E.PollCreationMessage) {
	content := &pb.Poll{Question: valid(part.GetName()), Selectable: part.GetSelectableOptionsCount()}
	for _, option := range part.GetOptions() {
		content.Options = append(content.Options, valid(option.GetOptionName()))
	}
	to.Content = &pb.Message_Poll{Poll: content}
}

func reaction(to *pb.Message, part *waE2E.ReactionMessage) {
	to.Content = &pb.Message_Reaction{Reaction: &pb.Reaction{MessageId: valid(part.GetKey().GetID()), Emoji: valid(part.GetText())}}
}

func protocol(to *pb.Message, part proto.Message, _ Unseal) bool {
	message := part.(*waE2E.ProtocolMessage)
	switch {
	case message.Type == nil:
		return false
	case message.GetType() == waE2E.ProtocolMessage_REVOKE:
		to.Content = &pb.Message_Revoke{Revoke: &pb.Revoke{MessageId: valid(message.GetKey().GetID())}}
	case message.GetType() == waE2E.ProtocolMessage_MESSAGE_EDIT:
		to.Content = edit(message.GetKey().GetID(), message.GetEditedMessage())
	default:
		return false
	}
	return true
}

// edit is new words for the message of this id, however they are wrapped.
func edit(id string, edited *waE2E.Message) *pb.Message_Edit {
	return &pb.Message_Edit{Edit: &pb.Edit{MessageId: valid(id), Body: words(Unwrap(edited))}}
}

// words returns what a person reads of a message: text, caption or question; empty for kinds without words.
func words(message *waE2E.Message) string {
	content := &pb.Message{}
	setContent(content, message, sealed)
	switch c := content.Content.(type) {
	case *pb.Message_Text:
		return c.Text.Body
	case *pb.Message_Media:
		return c.Media.Caption
	case *pb.Message_Poll:
		return c.Poll.Question
	case *pb.Message_Edit:
		return c.Edit.Body
	default:
		return ""
	}
}

// accompanying fields are never a message by themselves.
func accompanying(field protoreflect.Name) bool {
	return field == "messageContextInfo" || field == "senderKeyDistributionMessage"
}

// kindName returns the lowest-numbered field of from that makes it a message, "unknown" for one that this protobuf does
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

// valid makes a stranger's text fit for a protobuf string: one bad byte must not make a whole frame unreadable.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
