package letter

import "go.mau.fi/whatsmeow/proto/waE2E"

// StanzaType is the type attribute of a message's stanza.
func StanzaType(message *waE2E.Message) string {
	switch kind, _, details := Describe(message, plain); kind {
	case "reaction":
		return "reaction"
	case "poll", "poll_vote":
		return "poll"
	case "event":
		return "event"
	case "text":
		if details != nil && details.Link != nil {
			return "media"
		}
		return "text"
	default:
		if MediaType(message) != "" {
			return "media"
		}
		return "text"
	}
}

// mediaTypes are the attributes by which receivers know what is inside before they decrypt, by kind.
func mediaTypes() map[string]string {
	return map[string]string{
		"image": "image", "video": "video", "gif": "gif", "audio": "audio", "voice": "ptt", "document": "document",
		"sticker": "sticker", "location": "location", "live_location": "livelocation", "contact": "vcard",
		"contacts": "contact_array", "group_invite": "url",
	}
}

// MediaType is the mediatype attribute of a message's envelopes, "" for none.
func MediaType(message *waE2E.Message) string {
	kind, _, details := Describe(message, plain)
	if kind == "text" && details != nil && details.Link != nil {
		return "url"
	}
	return mediaTypes()[kind]
}

// EditType is the edit attribute of a message's stanza, "" for none: receivers hide what they cannot decrypt then.
func EditType(message *waE2E.Message) string {
	inner := Unwrap(message)
	switch kind, _, details := Describe(message, plain); kind {
	case "edit":
		return "1"
	case "pin", "unpin":
		return "2"
	case "delete":
		if inner.GetProtocolMessage().GetKey().GetFromMe() {
			return "7"
		}
		return "8"
	case "reaction":
		if details != nil && details.Removed {
			return "7"
		}
	case "unkeep":
		if details != nil && details.TargetFrom == "me" {
			return "7"
		}
	}
	return ""
}

// Hidden tells whether receivers should show nothing when they cannot decrypt the message.
func Hidden(message *waE2E.Message) bool {
	kind, _, _ := Describe(message, plain)
	return EditType(message) != "" || kind == "reaction" || kind == "poll_vote"
}

func plain(address string) string { return address }
