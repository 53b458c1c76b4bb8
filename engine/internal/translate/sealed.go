package translate

import (
	"errors"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

// Some parts are encrypted once more, under the secret of the message that they are about: votes, comments, reactions in
// communities. Only who has that message can read them.

// Unsealed is what was in such a part. One of the fields is set.
type Unsealed struct {
	Vote     *waE2E.PollVoteMessage
	Reaction *waE2E.ReactionMessage
	Message  *waE2E.Message
}

// Unseal opens the sealed part of a message. Raises an error when the secret is not known or does not fit.
type Unseal func(content *waE2E.Message) (Unsealed, error)

var errSealed = errors.New("sealed")

// sealed opens nothing: what is sealed within something sealed stays so.
func sealed(*waE2E.Message) (Unsealed, error) { return Unsealed{}, errSealed }

func pollVote(to *pb.Message, part proto.Message, unseal Unseal) bool {
	update := part.(*waE2E.PollUpdateMessage)
	vote := &pb.PollVote{MessageId: valid(update.GetPollCreationMessageKey().GetID())}
	if opened, err := unseal(&waE2E.Message{PollUpdateMessage: update}); err != nil || opened.Vote == nil {
		vote.Sealed = true
	} else {
		vote.Chosen = opened.Vote.GetSelectedOptions()
	}
	to.Content = &pb.Message_PollVote{PollVote: vote}
	return true
}

func sealedReaction(to *pb.Message, part proto.Message, unseal Unseal) bool {
	enclosed := part.(*waE2E.EncReactionMessage)
	opened, err := unseal(&waE2E.Message{EncReactionMessage: enclosed})
	if err != nil || opened.Reaction == nil {
		return false
	}
	to.Content = &pb.Message_Reaction{Reaction: &pb.Reaction{
		MessageId: valid(enclosed.GetTargetMessageKey().GetID()), Emoji: valid(opened.Reaction.GetText()),
	}}
	return true
}

func sealedMessage(to *pb.Message, part proto.Message, unseal Unseal) bool {
	enclosed := part.(*waE2E.EncCommentMessage)
	opened, err := unseal(&waE2E.Message{EncCommentMessage: enclosed})
	if err != nil || opened.Message == nil {
		return false
	}
	to.QuotedId = valid(enclosed.GetTargetMessageKey().GetID())
	setContent(to, Unwrap(opened.Message), sealed)
	return true
}

// sealedEdit holds a new version of an earlier message.
func sealedEdit(to *pb.Message, part proto.Message, unseal Unseal) bool {
	enclosed := part.(*waE2E.SecretEncryptedMessage)
	opened, err := unseal(&waE2E.Message{SecretEncryptedMessage: enclosed})
	if err != nil || opened.Message == nil {
		return false
	}
	inner := Unwrap(opened.Message)
	if inner.GetProtocolMessage().GetEditedMessage() != nil {
		inner = inner.GetProtocolMessage().GetEditedMessage()
	}
	to.Content = edit(enclosed.GetTargetMessageKey().GetID(), inner)
	return true
}
