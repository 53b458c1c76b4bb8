package letter

import "go.mau.fi/whatsmeow/proto/waE2E"

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
