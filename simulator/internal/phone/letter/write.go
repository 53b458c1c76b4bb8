package letter

import (
	"fmt"
	"strings"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

func writeText(draft *Draft, place Place) (*waE2E.Message, error) {
	context, err := contextOf(draft, place)
	if err != nil {
		return nil, err
	}
	if context == nil && draft.Link == nil {
		return withSecret(&waE2E.Message{Conversation: proto.String(draft.Text)}, place), nil
	}
	text := &waE2E.ExtendedTextMessage{Text: proto.String(draft.Text), ContextInfo: context}
	if link := draft.Link; link != nil {
		if !strings.Contains(draft.Text, link.URL) {
			return nil, fmt.Errorf("%w: the text must contain the link's url", ErrInvalid)
		}
		text.MatchedText, text.Title, text.Description = proto.String(link.URL), proto.String(link.Title), given(link.Description)
		text.PreviewType = waE2E.ExtendedTextMessage_NONE.Enum()
	}
	return withSecret(&waE2E.Message{ExtendedTextMessage: text}, place), nil
}

func writeLocation(draft *Draft, place Place) (*waE2E.Message, error) {
	context, err := contextOf(draft, place)
	if err != nil {
		return nil, err
	}
	at := draft.Location
	if at.Live {
		return withSecret(&waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{
			DegreesLatitude: &at.Latitude, DegreesLongitude: &at.Longitude, Caption: given(draft.Location.Name),
			SequenceNumber: proto.Int64(place.Now().UnixMilli()), TimeOffset: proto.Uint32(0), ContextInfo: context,
		}}, place), nil
	}
	message := location(at)
	message.ContextInfo = context
	return withSecret(&waE2E.Message{LocationMessage: message}, place), nil
}

func location(at *Location) *waE2E.LocationMessage {
	return &waE2E.LocationMessage{
		DegreesLatitude: &at.Latitude, DegreesLongitude: &at.Longitude, Name: given(at.Name), Address: given(at.Address),
	}
}

func writeContacts(draft *Draft, place Place) (*waE2E.Message, error) {
	context, err := contextOf(draft, place)
	if err != nil {
		return nil, err
	}
	cards := make([]*waE2E.ContactMessage, 0, len(draft.Contacts))
	for i := range draft.Contacts {
		card := &draft.Contacts[i]
		cards = append(cards, &waE2E.ContactMessage{DisplayName: proto.String(card.Name), Vcard: proto.String(card.vcard())})
	}
	switch len(cards) {
	case 0:
		return nil, fmt.Errorf("%w: no contacts", ErrInvalid)
	case 1:
		cards[0].ContextInfo = context
		return withSecret(&waE2E.Message{ContactMessage: cards[0]}, place), nil
	default:
		return withSecret(&waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{
			DisplayName: proto.String(fmt.Sprintf("%d contacts", len(cards))), Contacts: cards, ContextInfo: context,
		}}, place), nil
	}
}

func (c *Card) vcard() string {
	if c.VCard != "" {
		return c.VCard
	}
	number := strings.TrimPrefix(c.Phone, "+")
	return strings.Join([]string{
		"BEGIN:VCARD", "VERSION:3.0", "N:;" + c.Name + ";;;", "FN:" + c.Name,
		"TEL;type=CELL;waid=" + number + ":+" + number, "END:VCARD",
	}, "\n")
}

func writePoll(draft *Draft, place Place) (*waE2E.Message, error) {
	context, err := contextOf(draft, place)
	if err != nil {
		return nil, err
	}
	poll := draft.Poll
	if poll.Question == "" || len(poll.Options) < 2 {
		return nil, fmt.Errorf("%w: a poll has a question and at least two options", ErrInvalid)
	}
	message := &waE2E.PollCreationMessage{
		Name: proto.String(poll.Question), SelectableOptionsCount: proto.Uint32(poll.Selectable), ContextInfo: context,
	}
	for _, option := range poll.Options {
		message.Options = append(message.Options, &waE2E.PollCreationMessage_Option{OptionName: proto.String(option)})
	}
	// Phones write polls with one answer in a field of their own.
	if poll.Selectable == 1 {
		return withSecret(&waE2E.Message{PollCreationMessageV3: message}, place), nil
	}
	return withSecret(&waE2E.Message{PollCreationMessage: message}, place), nil
}

func writeEvent(draft *Draft, place Place) (*waE2E.Message, error) {
	context, err := contextOf(draft, place)
	if err != nil {
		return nil, err
	}
	event := draft.Event
	message := &waE2E.EventMessage{
		Name: proto.String(event.Name), Description: given(event.Description), StartTime: proto.Int64(event.Start),
		IsCanceled: proto.Bool(event.Canceled), ContextInfo: context,
	}
	if event.End > 0 {
		message.EndTime = proto.Int64(event.End)
	}
	if event.Location != nil {
		message.Location = location(event.Location)
	}
	return withSecret(&waE2E.Message{EventMessage: message}, place), nil
}

func writeInvite(draft *Draft, place Place) (*waE2E.Message, error) {
	context, err := contextOf(draft, place)
	if err != nil {
		return nil, err
	}
	invite := draft.Invite
	message := &waE2E.GroupInviteMessage{
		GroupJID: proto.String(invite.Group), InviteCode: proto.String(invite.Code), GroupName: proto.String(invite.Name),
		Caption: given(draft.Text), ContextInfo: context, InviteExpiration: proto.Int64(invite.Expires),
	}
	return withSecret(&waE2E.Message{GroupInviteMessage: message}, place), nil
}

func writeAlbum(draft *Draft, place Place) (*waE2E.Message, error) {
	context, err := contextOf(draft, place)
	if err != nil {
		return nil, err
	}
	return withSecret(&waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{
		ExpectedImageCount: proto.Uint32(draft.Album.Images), ExpectedVideoCount: proto.Uint32(draft.Album.Videos), ContextInfo: context,
	}}, place), nil
}

func given(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
