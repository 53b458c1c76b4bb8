package vault

import (
	"bytes"
	"context"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Origin names a message that is about to be decrypted, as the library will name it when it stores its secret.
type Origin struct {
	Chat, Sender types.JID
	ID           types.MessageID

	// written is the secret that the transaction of the message's ratchet took along.
	written []byte
}

type originKey struct{}

// Decrypting returns a context for one message. The secret of a message goes into the transaction that stores its
// plaintext: the library would store it afterwards, in a commit of its own.
func Decrypting(ctx context.Context, origin Origin) context.Context {
	return context.WithValue(ctx, originKey{}, &origin)
}

func originFrom(ctx context.Context) *Origin {
	origin, _ := ctx.Value(originKey{}).(*Origin)
	return origin
}

// wrote tells whether the transaction of the message wrote just this secret. Where the library names the message
// otherwise, it is stored under that name too.
func (o *Origin) wrote(chat, sender types.JID, id types.MessageID, secret []byte) bool {
	return o != nil && o.written != nil && o.ID == id && o.Chat.ToNonAD() == chat.ToNonAD() &&
		o.Sender.ToNonAD() == sender.ToNonAD() && bytes.Equal(o.written, secret)
}

// forget is called where the transaction came to nothing.
func (o *Origin) forget() {
	if o != nil {
		o.written = nil
	}
}

func (s *guardedStore) PutBufferedEvent(ctx context.Context, hash [32]byte, plaintext []byte, at time.Time) error {
	if err := s.watch.note(ctx, s.AllSessionSpecificStores.PutBufferedEvent(ctx, hash, plaintext, at)); err != nil {
		return err
	}
	origin := originFrom(ctx)
	if origin == nil || origin.ID == "" {
		return nil
	}
	secret := secretOf(plaintext)
	if len(secret) == 0 {
		return nil
	}
	if err := s.watch.note(ctx, s.AllSessionSpecificStores.PutMessageSecret(ctx, origin.Chat, origin.Sender, origin.ID, secret)); err != nil {
		return err
	}
	origin.written = secret
	return nil
}

var (
	contextField = fieldOf((*waE2E.Message)(nil), "messageContextInfo")
	secretField  = fieldOf((*waE2E.MessageContextInfo)(nil), "messageSecret")
)

func fieldOf(message protoreflect.ProtoMessage, name protoreflect.Name) protowire.Number {
	return message.ProtoReflect().Descriptor().Fields().ByName(name).Number()
}

// secretOf returns the secret that a padded message carries, and nil where it carries none. It reads the outermost
// fields alone; the padding after them ends the walk.
func secretOf(plaintext []byte) []byte {
	return lastBytes(lastBytes(plaintext, contextField), secretField)
}

func lastBytes(message []byte, wanted protowire.Number) (found []byte) {
	for len(message) > 0 {
		number, kind, size := protowire.ConsumeTag(message)
		if size < 0 {
			return found
		}
		message = message[size:]
		if number == wanted && kind == protowire.BytesType {
			if value, length := protowire.ConsumeBytes(message); length >= 0 {
				found = value
			}
		}
		if size = protowire.ConsumeFieldValue(number, kind, message); size < 0 {
			return found
		}
		message = message[size:]
	}
	return found
}
