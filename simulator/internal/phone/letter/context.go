package letter

import (
	"fmt"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
)

// contextOf is what a message says about its surroundings: quote, mentions, forwarding, timer; nil without any.
func contextOf(draft *Draft, place Place) (*waE2E.ContextInfo, error) {
	context := &waE2E.ContextInfo{}
	if draft.ReplyTo != "" {
		quoted, ok := place.Find(draft.ReplyTo)
		if !ok {
			return nil, fmt.Errorf("%w (reply_to)", ErrTarget)
		}
		context.StanzaID, context.Participant = proto.String(quoted.ID), proto.String(quoted.Writer)
		context.QuotedMessage = bare(quoted.Message)
	}
	for _, number := range draft.Mentions {
		mentioned, err := place.Address(number)
		if err != nil {
			return nil, err
		}
		context.MentionedJID = append(context.MentionedJID, mentioned)
	}
	if draft.Forwarded {
		context.IsForwarded, context.ForwardingScore = proto.Bool(true), proto.Uint32(1)
	}
	if draft.Expiration > 0 {
		context.Expiration = proto.Uint32(draft.Expiration)
	}
	if proto.Size(context) == 0 {
		return nil, nil
	}
	return context, nil
}

// bare is a message without what only its own receivers need.
func bare(message *waE2E.Message) *waE2E.Message {
	if message == nil {
		return &waE2E.Message{}
	}
	copied := proto.Clone(message).(*waE2E.Message)
	copied.MessageContextInfo = nil
	return copied
}

// keyOf names the message that a draft is about.
func keyOf(draft *Draft, place Place) (*waCommon.MessageKey, Known, error) {
	if draft.Target == "" {
		return nil, Known{}, fmt.Errorf("%w: target must name the message that this one is about", ErrInvalid)
	}
	target, ok := place.Find(draft.Target)
	if !ok {
		if draft.TargetFrom == "" {
			return nil, Known{}, ErrTarget
		}
		writer, err := place.Address(draft.TargetFrom)
		if err != nil {
			return nil, Known{}, err
		}
		target = Known{ID: draft.Target, Writer: writer, Own: writer == place.Own()}
	}
	key := &waCommon.MessageKey{
		RemoteJID: proto.String(place.Chat()), FromMe: proto.Bool(target.Own), ID: proto.String(target.ID),
	}
	if place.InGroup() && !target.Own {
		key.Participant = proto.String(target.Writer)
	}
	return key, target, nil
}
