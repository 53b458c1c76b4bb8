package translate

import (
	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// WhatsApp's clients wrap what somebody wrote into messages that say something about it: that it disappears, was sent by
// another device, belongs to an album, is a spoiler. New ones come every few months, and they are all of one make, so that
// old clients can look inside. Which fields are wrappers is read from the protobuf itself.

// maxWrappers bounds how many wrappers are opened; honest messages have two or three.
const maxWrappers = 32

// Unwrap returns what is inside of all wrappers, in whatever order they are.
func Unwrap(message *waE2E.Message) *waE2E.Message {
	for range maxWrappers {
		inner := wrapped(message)
		if inner == nil {
			break
		}
		message = inner
	}
	if message == nil {
		return &waE2E.Message{}
	}
	return message
}

// wrapped returns what the lowest-numbered wrapper of a message holds, nil when there is none.
func wrapped(message *waE2E.Message) (inner *waE2E.Message) {
	if message == nil {
		return nil
	}
	lowest, other := protoreflect.FieldNumber(0), false
	message.ProtoReflect().Range(func(field protoreflect.FieldDescriptor, value protoreflect.Value) bool {
		content := insideOf(field)
		if content == nil {
			other = other || !accompanying(field.Name())
			return true
		}
		if part := value.Message(); part.Has(content) && (inner == nil || field.Number() < lowest) {
			inner, _ = part.Get(content).Message().Interface().(*waE2E.Message)
			lowest = field.Number()
		}
		return true
	})
	if inner == nil && !other {
		return fromTheFuture(message.ProtoReflect().GetUnknown())
	}
	return inner
}

// insideOf returns the field of a wrapper that holds the wrapped message, nil for a field that is no wrapper.
func insideOf(field protoreflect.FieldDescriptor) protoreflect.FieldDescriptor {
	if field.Message() == nil || field.IsList() || field.IsMap() {
		return nil
	}
	content := field.Message().Fields().ByName("message")
	if content == nil || content.Message() == nil || content.IsList() || content.Message().FullName() != messageName {
		return nil
	}
	return content
}

// messageName is the protobuf's name of a message's content.
const messageName protoreflect.FullName = "WAWebProtobufsE2E.Message"

// fromTheFuture returns what a wrapper holds that this protobuf does not know yet: a field that reads as a wrapper does,
// around something that is known and nothing else.
func fromTheFuture(unknown protoreflect.RawFields) *waE2E.Message {
	for len(unknown) > 0 {
		_, kind, size := protowire.ConsumeTag(unknown)
		if size < 0 {
			return nil
		}
		length := protowire.ConsumeFieldValue(0, kind, unknown[size:])
		if length < 0 {
			return nil
		}
		if kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(unknown[size:])
			if inner := futureProof(value); inner != nil {
				return inner
			}
		}
		unknown = unknown[size+length:]
	}
	return nil
}

func futureProof(encoded []byte) *waE2E.Message {
	wrapper := &waE2E.FutureProofMessage{}
	if proto.Unmarshal(encoded, wrapper) != nil || len(wrapper.ProtoReflect().GetUnknown()) > 0 {
		return nil
	}
	inner := wrapper.GetMessage()
	if inner == nil || len(inner.ProtoReflect().GetUnknown()) > 0 || kindName(inner) == "" {
		return nil
	}
	return inner
}
