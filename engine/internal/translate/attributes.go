package translate

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "holdfast/engine/enginepb"
)

// setAttributes fills in what any kind of message may have beside its content: what it replies to, whom it mentions, that it
// was forwarded, may be seen once, disappears. Message is as it was decrypted, content what is inside of its wrappers.
func setAttributes(to *pb.Message, message, content *waE2E.Message) {
	to.ViewOnce = viewOnce(message, content)
	eachPart(content, func(part protoreflect.Message) bool {
		field := part.Descriptor().Fields().ByName("contextInfo")
		if field == nil || field.Message() == nil || !part.Has(field) {
			return true
		}
		if info, ok := part.Get(field).Message().Interface().(*waE2E.ContextInfo); ok {
			surroundings(to, info)
			return false
		}
		return true
	})
}

func surroundings(to *pb.Message, info *waE2E.ContextInfo) {
	if info.GetQuotedMessage() != nil {
		to.QuotedId = valid(info.GetStanzaID())
	}
	for _, mentioned := range info.GetMentionedJID() {
		to.Mentions = append(to.Mentions, withoutDevice(mentioned))
	}
	to.Forwarded = info.GetForwardingScore()
	if info.GetIsForwarded() {
		to.Forwarded = max(to.Forwarded, 1)
	}
	to.DisappearingS = info.GetExpiration()
}

func withoutDevice(text string) string {
	jid, err := types.ParseJID(text)
	if err != nil {
		return valid(text)
	}
	return valid(jid.ToNonAD().String())
}

// viewOnce tells whether a message may be looked at once: by one of its wrappers, or by a mark of its own.
func viewOnce(message, content *waE2E.Message) (once bool) {
	for range maxWrappers {
		if message.GetViewOnceMessage() != nil || message.GetViewOnceMessageV2() != nil || message.GetViewOnceMessageV2Extension() != nil {
			return true
		}
		if message = wrapped(message); message == nil {
			break
		}
	}
	eachPart(content, func(part protoreflect.Message) bool {
		field := part.Descriptor().Fields().ByName("viewOnce")
		once = once || field != nil && field.Kind() == protoreflect.BoolKind && part.Get(field).Bool()
		return !once
	})
	return once
}

// eachPart calls with the parts of a message until it is told to stop.
func eachPart(of *waE2E.Message, with func(protoreflect.Message) bool) {
	of.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		if field.Message() == nil || field.IsList() || field.IsMap() {
			return true
		}
		return with(value.Message())
	})
}
