package session

import (
	"errors"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"

	"holdfast/engine/internal/translate"
)

// errNothingSealed says that a message has no part that the library could open.
var errNothingSealed = errors.New("nothing sealed")

// unseal opens what is encrypted in an event under the secret of an earlier message, as far as the session file has it.
func (c *Connection) unseal(event *events.Message) translate.Unseal {
	return func(content *waE2E.Message) (opened translate.Unsealed, err error) {
		inner := &events.Message{Info: event.Info, Message: content}
		switch {
		case content.PollUpdateMessage != nil:
			opened.Vote, err = c.client.DecryptPollVote(c.ctx, inner)
		case content.EncReactionMessage != nil:
			opened.Reaction, err = c.client.DecryptReaction(c.ctx, inner)
		case content.EncCommentMessage != nil:
			opened.Message, err = c.client.DecryptComment(c.ctx, inner)
		case content.SecretEncryptedMessage != nil:
			opened.Message, err = c.client.DecryptSecretEncryptedMessage(c.ctx, inner)
		default:
			err = errNothingSealed
		}
		if err != nil {
			c.log.Info("session.still_sealed", "message", event.Info.ID, "error", oneLine(err.Error()))
		}
		return opened, err
	}
}
