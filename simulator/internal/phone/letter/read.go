package letter

import (
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
)

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
		kind, text, details.ViewOnce, *media = readVideo(message)
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

func readVideo(message *waE2E.Message) (kind, text string, once bool, media Media) {
	video := message.GetVideoMessage()
	if kind = "video"; video == nil {
		kind, video = "video_note", message.GetPtvMessage()
	} else if video.GetGifPlayback() {
		kind = "gif"
	}
	return kind, video.GetCaption(), video.GetViewOnce(), Media{
		MIME: video.GetMimetype(), Bytes: video.GetFileLength(), Seconds: video.GetSeconds(), Width: video.GetWidth(), Height: video.GetHeight(),
	}
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
		details.Event = readEvent(message.EventMessage)
		return "event", details.Event.Name, true
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

func readEvent(message *waE2E.EventMessage) *Event {
	event := &Event{
		Name: message.GetName(), Description: message.GetDescription(), Start: message.GetStartTime(), End: message.GetEndTime(),
		Canceled: message.GetIsCanceled(),
	}
	if message.Location != nil {
		event.Location = readLocation(message.Location)
	}
	return event
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
