package phone

import "go.mau.fi/whatsmeow/proto/waE2E"

// describe names a message's kind and returns its text or caption.
func describe(message *waE2E.Message) (kind, text string) {
	switch {
	case message.Conversation != nil:
		return "text", message.GetConversation()
	case message.ExtendedTextMessage != nil:
		return "text", message.GetExtendedTextMessage().GetText()
	case message.ReactionMessage != nil:
		return "reaction", message.GetReactionMessage().GetText()
	case message.EditedMessage != nil:
		return describe(message.GetEditedMessage().GetMessage())
	case message.ProtocolMessage != nil:
		return describeProtocol(message.GetProtocolMessage())
	case message.EphemeralMessage != nil:
		return describe(message.GetEphemeralMessage().GetMessage())
	case message.ImageMessage != nil:
		return "image", message.GetImageMessage().GetCaption()
	case message.VideoMessage != nil:
		return "video", message.GetVideoMessage().GetCaption()
	case message.AudioMessage != nil:
		return "audio", ""
	case message.DocumentMessage != nil:
		return "document", message.GetDocumentMessage().GetCaption()
	case message.DocumentWithCaptionMessage != nil:
		return describe(message.GetDocumentWithCaptionMessage().GetMessage())
	case message.StickerMessage != nil:
		return "sticker", ""
	case message.LocationMessage != nil:
		return "location", message.GetLocationMessage().GetName()
	case message.ContactMessage != nil:
		return "contact", message.GetContactMessage().GetDisplayName()
	case message.PollCreationMessage != nil, message.PollCreationMessageV3 != nil:
		return "poll", message.GetPollCreationMessageV3().GetName() + message.GetPollCreationMessage().GetName()
	default:
		return "other", ""
	}
}

func describeProtocol(message *waE2E.ProtocolMessage) (kind, text string) {
	switch message.GetType() {
	case waE2E.ProtocolMessage_REVOKE:
		return "delete", ""
	case waE2E.ProtocolMessage_MESSAGE_EDIT:
		_, text = describe(message.GetEditedMessage())
		return "edit", text
	default:
		return "protocol", ""
	}
}
