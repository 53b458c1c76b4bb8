package letter

import (
	"fmt"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

func writeReaction(draft *Draft, place Place) (*waE2E.Message, error) {
	key, _, err := keyOf(draft, place)
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
		Key: key, Text: draft.Reaction, SenderTimestampMS: proto.Int64(place.Now().UnixMilli()),
	}}, nil
}

func writeEdit(draft *Draft, place Place) (*waE2E.Message, error) {
	key, target, err := keyOf(draft, place)
	if err != nil {
		return nil, err
	}
	edited := Edited(target.Message, *draft.Edit)
	return &waE2E.Message{EditedMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{
		ProtocolMessage: &waE2E.ProtocolMessage{
			Key: key, Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), EditedMessage: edited,
			TimestampMS: proto.Int64(place.Now().UnixMilli()),
		},
	}}}, nil
}

// Edited is a message with a new text: a file keeps everything but its caption, a text becomes the new one.
func Edited(original *waE2E.Message, text string) *waE2E.Message {
	edited := bare(Unwrap(original))
	switch {
	case edited.ImageMessage != nil:
		edited.ImageMessage.Caption = &text
	case edited.VideoMessage != nil:
		edited.VideoMessage.Caption = &text
	case edited.DocumentMessage != nil:
		edited.DocumentMessage.Caption = &text
	case edited.ExtendedTextMessage != nil:
		edited.ExtendedTextMessage.Text = &text
	default:
		edited = &waE2E.Message{Conversation: &text}
	}
	return edited
}

func writeDelete(draft *Draft, place Place) (*waE2E.Message, error) {
	key, target, err := keyOf(draft, place)
	if err != nil {
		return nil, err
	}
	if !target.Own && !place.InGroup() {
		return nil, fmt.Errorf("%w: only one's own messages can be deleted in a direct chat", ErrInvalid)
	}
	return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Key: key, Type: waE2E.ProtocolMessage_REVOKE.Enum(),
	}}, nil
}

func writePin(draft *Draft, place Place) (*waE2E.Message, error) {
	key, _, err := keyOf(draft, place)
	if err != nil {
		return nil, err
	}
	pin := waE2E.PinInChatMessage_PIN_FOR_ALL
	if !*draft.Pin {
		pin = waE2E.PinInChatMessage_UNPIN_FOR_ALL
	}
	message := &waE2E.Message{PinInChatMessage: &waE2E.PinInChatMessage{
		Key: key, Type: pin.Enum(), SenderTimestampMS: proto.Int64(place.Now().UnixMilli()),
	}}
	if *draft.Pin {
		message.MessageContextInfo = &waE2E.MessageContextInfo{MessageAddOnDurationInSecs: proto.Uint32(pinSeconds)}
	}
	return message, nil
}

// pinSeconds is how long a message stays pinned when nobody says otherwise: seven days.
const pinSeconds = 7 * 24 * 3600

func writeKeep(draft *Draft, place Place) (*waE2E.Message, error) {
	key, _, err := keyOf(draft, place)
	if err != nil {
		return nil, err
	}
	keep := waE2E.KeepType_KEEP_FOR_ALL
	if !*draft.Keep {
		keep = waE2E.KeepType_UNDO_KEEP_FOR_ALL
	}
	return &waE2E.Message{KeepInChatMessage: &waE2E.KeepInChatMessage{
		Key: key, KeepType: keep.Enum(), TimestampMS: proto.Int64(place.Now().UnixMilli()),
	}}, nil
}

func writeDisappearing(draft *Draft, place Place) (*waE2E.Message, error) {
	return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_EPHEMERAL_SETTING.Enum(), EphemeralExpiration: draft.Disappearing,
		EphemeralSettingTimestamp: proto.Int64(place.Now().Unix()),
	}}, nil
}

func writeVote(draft *Draft, place Place) (*waE2E.Message, error) {
	key, poll, err := keyOf(draft, place)
	if err != nil {
		return nil, err
	}
	question := PollOf(poll.Message)
	if question == nil {
		return nil, fmt.Errorf("%w: target is not a poll that is on the phone", ErrInvalid)
	}
	for _, option := range *draft.Vote {
		if !question.has(option) {
			return nil, fmt.Errorf("%w: the poll has no option %q", ErrInvalid, option)
		}
	}
	sealed, err := sealVote(*draft.Vote, Ballot{
		PollID: poll.ID, PollWriter: poll.Writer, Voter: place.Own(), Secret: poll.Message.GetMessageContextInfo().GetMessageSecret(),
	})
	if err != nil {
		return nil, err
	}
	return &waE2E.Message{PollUpdateMessage: &waE2E.PollUpdateMessage{
		PollCreationMessageKey: key, Vote: sealed, Metadata: &waE2E.PollUpdateMessageMetadata{},
		SenderTimestampMS: proto.Int64(place.Now().UnixMilli()),
	}}, nil
}

func (p *Poll) has(option string) bool {
	for _, offered := range p.Options {
		if offered == option {
			return true
		}
	}
	return false
}
