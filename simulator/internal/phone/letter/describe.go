package letter

import (
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
)

// Details is what a message says beside its kind and text. Numbers stand for addresses wherever one is known.
type Details struct {
	// Target is the id of the message that this one is about, TargetFrom who wrote that one ("me" is this writer).
	Target     string `json:"target,omitempty"`
	TargetFrom string `json:"target_from,omitempty"`
	// Emoji is a reaction; Removed tells that one is taken back.
	Emoji   string   `json:"emoji,omitempty"`
	Removed bool     `json:"removed,omitempty"`
	Quoted  *Quote   `json:"quoted,omitempty"`
	Mention []string `json:"mentions,omitempty"`
	Link    *Link    `json:"link,omitempty"`
	Media   *Media   `json:"media,omitempty"`
	// Location of a location or an event.
	Location *Location `json:"location,omitempty"`
	Contacts []Card    `json:"contacts,omitempty"`
	Poll     *Poll     `json:"poll,omitempty"`
	// Vote is the options chosen, once the vote has been opened; empty takes the vote back.
	Vote       []string `json:"vote,omitempty"`
	Event      *Event   `json:"event,omitempty"`
	Invite     *Invite  `json:"invite,omitempty"`
	Album      *Album   `json:"album,omitempty"`
	AlbumID    string   `json:"album_id,omitempty"`
	ViewOnce   bool     `json:"view_once,omitempty"`
	Forwarded  bool     `json:"forwarded,omitempty"`
	Expiration uint32   `json:"expiration_s,omitempty"`
}

// Quote is the message that another one answers.
type Quote struct {
	ID   string `json:"id"`
	From string `json:"from"`
	Kind string `json:"kind,omitempty"`
	Text string `json:"text,omitempty"`
}

// Media is what a message says of its file.
type Media struct {
	MIME     string `json:"mimetype"`
	Bytes    uint64 `json:"size_bytes"`
	FileName string `json:"file_name,omitempty"`
	Seconds  uint32 `json:"seconds,omitempty"`
	Width    uint32 `json:"width,omitempty"`
	Height   uint32 `json:"height,omitempty"`
	Animated bool   `json:"animated,omitempty"`
}

// Names turns an address into a phone number where one is known.
type Names func(address string) string

// Unwrap returns the innermost message: phones wrap what disappears, what may be seen once, and edits.
func Unwrap(message *waE2E.Message) *waE2E.Message {
	if message == nil {
		return &waE2E.Message{}
	}
	for range 8 {
		inner := wrapped(message)
		if inner == nil {
			return message
		}
		message = inner
	}
	return message
}

func wrapped(message *waE2E.Message) *waE2E.Message {
	for _, outer := range []*waE2E.FutureProofMessage{
		message.GetEphemeralMessage(), message.GetViewOnceMessage(), message.GetViewOnceMessageV2(),
		message.GetViewOnceMessageV2Extension(), message.GetDocumentWithCaptionMessage(), message.GetEditedMessage(),
		message.GetGroupMentionedMessage(), message.GetAssociatedChildMessage(), message.GetLottieStickerMessage(),
	} {
		if outer.GetMessage() != nil {
			return outer.GetMessage()
		}
	}
	return nil
}

// Describe names a message's kind and returns its text or caption, and whatever else it says (nil for nothing).
func Describe(message *waE2E.Message, names Names) (kind, text string, details *Details) {
	inner := Unwrap(message)
	details = &Details{}
	for _, read := range []func(*waE2E.Message, *Details, Names) (string, string, bool){
		readText, readFile, readAbout, readProtocol, readOther,
	} {
		if found, content, ok := read(inner, details, names); ok {
			kind, text = found, content
			break
		}
	}
	if kind == "" {
		kind = "other"
	}
	details.ViewOnce = details.ViewOnce || message.GetViewOnceMessage() != nil ||
		message.GetViewOnceMessageV2() != nil || message.GetViewOnceMessageV2Extension() != nil
	if parent := message.GetMessageContextInfo().GetMessageAssociation().GetParentMessageKey(); parent != nil {
		details.AlbumID = parent.GetID()
	}
	details.surroundings(contextInfo(inner), names)
	if details.empty() {
		return kind, text, nil
	}
	return kind, text, details
}

// empty tells whether there is nothing to tell.
func (d *Details) empty() bool {
	return d.Target == "" && d.Emoji == "" && !d.Removed && d.Quoted == nil && d.Mention == nil && d.Link == nil && d.Media == nil && d.Location == nil &&
		d.Contacts == nil && d.Poll == nil && d.Event == nil && d.Invite == nil && d.Album == nil && d.AlbumID == "" &&
		!d.ViewOnce && !d.Forwarded && d.Expiration == 0
}

func (d *Details) surroundings(context *waE2E.ContextInfo, names Names) {
	if context == nil {
		return
	}
	if context.StanzaID != nil {
		d.Quoted = &Quote{ID: context.GetStanzaID(), From: names(context.GetParticipant())}
		if context.QuotedMessage != nil {
			d.Quoted.Kind, d.Quoted.Text, _ = Describe(context.QuotedMessage, names)
		}
	}
	for _, mentioned := range context.GetMentionedJID() {
		d.Mention = append(d.Mention, names(mentioned))
	}
	d.Forwarded = context.GetIsForwarded()
	d.Expiration = max(d.Expiration, context.GetExpiration())
}

// contextInfo finds what a message says about its surroundings, whatever its kind.
func contextInfo(message *waE2E.Message) *waE2E.ContextInfo {
	for _, carrier := range []interface{ GetContextInfo() *waE2E.ContextInfo }{
		message.GetExtendedTextMessage(), message.GetImageMessage(), message.GetVideoMessage(), message.GetAudioMessage(),
		message.GetDocumentMessage(), message.GetStickerMessage(), message.GetLocationMessage(), message.GetLiveLocationMessage(),
		message.GetContactMessage(), message.GetContactsArrayMessage(), PollMessage(message), message.GetEventMessage(),
		message.GetGroupInviteMessage(), message.GetAlbumMessage(),
	} {
		if context := carrier.GetContextInfo(); context != nil {
			return context
		}
	}
	return nil
}

func readText(message *waE2E.Message, details *Details, _ Names) (kind, text string, ok bool) {
	if message.Conversation != nil {
		return "text", message.GetConversation(), true
	}
	extended := message.GetExtendedTextMessage()
	if extended == nil {
		return "", "", false
	}
	if extended.GetTitle() != "" || extended.GetMatchedText() != "" {
		details.Link = &Link{URL: extended.GetMatchedText(), Title: extended.GetTitle(), Description: extended.GetDescription()}
	}
	return "text", extended.GetText(), true
}

func readFile(message *waE2E.Message, details *Details, _ Names) (kind, text string, ok bool) {
	media := &Media{}
	switch {
	case message.ImageMessage != nil:
		image := message.ImageMessage
		kind, text, details.ViewOnce = "image", image.GetCaption(), image.GetViewOnce()
		*media = Media{MIME: image.GetMimetype(), Bytes: image.GetFileLength(), Width: image.GetWidth(), Height: image.GetHeight()}
	case message.VideoMessage != nil, message.PtvMessage != nil:
		video := message.GetVideoMessage()
		if kind = "video"; video == nil {
			kind, video = "video_note", message.GetPtvMessage()
		} else if video.GetGifPlayback() {
			kind = "gif"
		}
		text, details.ViewOnce = video.GetCaption(), video.GetViewOnce()
		*media = Media{
			MIME: video.GetMimetype(), Bytes: video.GetFileLength(), Seconds: video.GetSeconds(), Width: video.GetWidth(), Height: video.GetHeight(),
		}
	case message.AudioMessage != nil:
		audio := message.AudioMessage
		kind, details.ViewOnce = "audio", audio.GetViewOnce()
		if audio.GetPTT() {
			kind = "voice"
		}
		*media = Media{MIME: audio.GetMimetype(), Bytes: audio.GetFileLength(), Seconds: audio.GetSeconds()}
	case message.DocumentMessage != nil:
		document := message.DocumentMessage
		kind, text = "document", document.GetCaption()
		*media = Media{MIME: document.GetMimetype(), Bytes: document.GetFileLength(), FileName: document.GetFileName()}
	case message.StickerMessage != nil:
		sticker := message.StickerMessage
		kind = "sticker"
		*media = Media{
			MIME: sticker.GetMimetype(), Bytes: sticker.GetFileLength(), Animated: sticker.GetIsAnimated(),
			Width: sticker.GetWidth(), Height: sticker.GetHeight(),
		}
	default:
		return "", "", false
	}
	details.Media = media
	return kind, text, true
}

// about notes which message this one is about.
func (d *Details) about(key *waCommon.MessageKey, names Names) {
	d.Target = key.GetID()
	switch {
	case key.GetFromMe():
		d.TargetFrom = "me"
	case key.GetParticipant() != "":
		d.TargetFrom = names(key.GetParticipant())
	}
}

func readAbout(message *waE2E.Message, details *Details, names Names) (kind, text string, ok bool) {
	switch {
	case message.ReactionMessage != nil:
		reaction := message.ReactionMessage
		details.about(reaction.GetKey(), names)
		details.Emoji, details.Removed = reaction.GetText(), reaction.GetText() == ""
		return "reaction", reaction.GetText(), true
	case message.PollUpdateMessage != nil:
		details.about(message.PollUpdateMessage.GetPollCreationMessageKey(), names)
		return "poll_vote", "", true
	case message.PinInChatMessage != nil:
		details.about(message.PinInChatMessage.GetKey(), names)
		if message.PinInChatMessage.GetType() == waE2E.PinInChatMessage_UNPIN_FOR_ALL {
			return "unpin", "", true
		}
		return "pin", "", true
	case message.KeepInChatMessage != nil:
		details.about(message.KeepInChatMessage.GetKey(), names)
		if message.KeepInChatMessage.GetKeepType() == waE2E.KeepType_UNDO_KEEP_FOR_ALL {
			return "unkeep", "", true
		}
		return "keep", "", true
	default:
		return "", "", false
	}
}

func readProtocol(message *waE2E.Message, details *Details, names Names) (kind, text string, ok bool) {
	protocol := message.GetProtocolMessage()
	if protocol == nil {
		return "", "", false
	}
	switch protocol.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		details.about(protocol.GetKey(), names)
		return "delete", "", true
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		details.about(protocol.GetKey(), names)
		_, text, _ = Describe(protocol.GetEditedMessage(), names)
		return "edit", text, true
	case waE2E.ProtocolMessage_EPHEMERAL_SETTING:
		details.Expiration = protocol.GetEphemeralExpiration()
		return "disappearing", strconv.FormatUint(uint64(protocol.GetEphemeralExpiration()), 10), true
	default:
		return "protocol", "", true
	}
}

func readOther(message *waE2E.Message, details *Details, _ Names) (kind, text string, ok bool) {
	switch {
	case message.LocationMessage != nil:
		details.Location = readLocation(message.LocationMessage)
		return "location", message.LocationMessage.GetName(), true
	case message.LiveLocationMessage != nil:
		live := message.LiveLocationMessage
		details.Location = &Location{Latitude: live.GetDegreesLatitude(), Longitude: live.GetDegreesLongitude(), Live: true}
		return "live_location", live.GetCaption(), true
	case message.ContactMessage != nil:
		details.Contacts = []Card{readCard(message.ContactMessage)}
		return "contact", message.ContactMessage.GetDisplayName(), true
	case message.ContactsArrayMessage != nil:
		for _, contact := range message.ContactsArrayMessage.GetContacts() {
			details.Contacts = append(details.Contacts, readCard(contact))
		}
		return "contacts", message.ContactsArrayMessage.GetDisplayName(), true
	case PollMessage(message) != nil:
		details.Poll = PollOf(message)
		return "poll", details.Poll.Question, true
	case message.EventMessage != nil:
		event := message.EventMessage
		details.Event = &Event{
			Name: event.GetName(), Description: event.GetDescription(), Start: event.GetStartTime(), End: event.GetEndTime(),
			Canceled: event.GetIsCanceled(),
		}
		if event.Location != nil {
			details.Event.Location = readLocation(event.Location)
		}
		return "event", event.GetName(), true
	case message.GroupInviteMessage != nil:
		invite := message.GroupInviteMessage
		details.Invite = &Invite{
			Group: invite.GetGroupJID(), Code: invite.GetInviteCode(), Name: invite.GetGroupName(), Expires: invite.GetInviteExpiration(),
		}
		return "group_invite", invite.GetCaption(), true
	case message.AlbumMessage != nil:
		details.Album = &Album{Images: message.AlbumMessage.GetExpectedImageCount(), Videos: message.AlbumMessage.GetExpectedVideoCount()}
		return "album", "", true
	default:
		return "", "", false
	}
}

func readLocation(message *waE2E.LocationMessage) *Location {
	return &Location{
		Latitude: message.GetDegreesLatitude(), Longitude: message.GetDegreesLongitude(), Name: message.GetName(), Address: message.GetAddress(),
	}
}

func readCard(message *waE2E.ContactMessage) Card {
	card := Card{Name: message.GetDisplayName(), VCard: message.GetVcard()}
	if _, rest, ok := strings.Cut(card.VCard, "waid="); ok {
		end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if end >= 0 {
			card.Phone = rest[:end]
		}
	}
	return card
}

// PollMessage returns a poll whichever of its fields it is written in.
func PollMessage(message *waE2E.Message) *waE2E.PollCreationMessage {
	for _, poll := range []*waE2E.PollCreationMessage{
		message.GetPollCreationMessage(), message.GetPollCreationMessageV2(), message.GetPollCreationMessageV3(),
		message.GetPollCreationMessageV5(),
	} {
		if poll != nil {
			return poll
		}
	}
	return nil
}

// PollOf describes a poll, nil if the message is none.
func PollOf(message *waE2E.Message) *Poll {
	written := PollMessage(Unwrap(message))
	if written == nil {
		return nil
	}
	poll := &Poll{Question: written.GetName(), Selectable: written.GetSelectableOptionsCount(), Options: []string{}}
	for _, option := range written.GetOptions() {
		poll.Options = append(poll.Options, option.GetOptionName())
	}
	return poll
}
