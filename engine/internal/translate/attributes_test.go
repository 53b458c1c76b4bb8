package translate

import (
	"slices"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

// Whatever kind a message is of: what surrounds it is read.
func TestAttributesOfEveryKindThatHasThem(t *testing.T) {
	kinds := 0
	for _, field := range fieldsOfAMessage() {
		if field.Message() == nil || !hasRule(field) {
			continue
		}
		context := field.Message().Fields().ByName("contextInfo")
		if context == nil {
			continue
		}
		kinds++
		message := &waE2E.Message{}
		info := &waE2E.ContextInfo{
			StanzaID: proto.String("Q"), QuotedMessage: &waE2E.Message{}, MentionedJID: []string{"4915222088624:3@s.whatsapp.net", "no JID\xff"},
			IsForwarded: proto.Bool(true), ForwardingScore: proto.Uint32(5), Expiration: proto.Uint32(86400),
		}
		message.ProtoReflect().Mutable(field).Message().Set(context, protoreflect.ValueOfMessage(info.ProtoReflect()))
		got, err := Message(event(direct(), message), unknown, sealed)
		if err != nil || got.QuotedId != "Q" || got.Forwarded != 5 || got.DisappearingS != 86400 || got.ViewOnce ||
			!slices.Equal(got.Mentions, []string{"4915222088624@s.whatsapp.net", "no JID\uFFFD"}) {
			t.Errorf("%s: %v, %v", field.Name(), got, err)
		}
	}
	if kinds < 15 {
		t.Errorf("only %d kinds", kinds)
	}
}

func TestForwardedWithoutAScore(t *testing.T) {
	message := &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{ContextInfo: &waE2E.ContextInfo{IsForwarded: proto.Bool(true)}}}
	if got, err := Message(event(direct(), message), unknown, sealed); err != nil || got.Forwarded != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestWhatMayBeSeenOnce(t *testing.T) {
	plain := &waE2E.Message{ImageMessage: &waE2E.ImageMessage{}}
	inner := &waE2E.FutureProofMessage{Message: plain}
	for name, c := range map[string]struct {
		message *waE2E.Message
		once    bool
	}{
		"a picture":           {plain, false},
		"one that disappears": {&waE2E.Message{EphemeralMessage: inner}, false},
		"marked":              {&waE2E.Message{ImageMessage: &waE2E.ImageMessage{ViewOnce: proto.Bool(true)}}, true},
		"a voice note":        {&waE2E.Message{AudioMessage: &waE2E.AudioMessage{ViewOnce: proto.Bool(true)}}, true},
		"wrapped":             {&waE2E.Message{ViewOnceMessage: inner}, true},
		"in the second way":   {&waE2E.Message{ViewOnceMessageV2: inner}, true},
		"in the third way":    {&waE2E.Message{ViewOnceMessageV2Extension: inner}, true},
		"within another":      {&waE2E.Message{EphemeralMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{ViewOnceMessageV2: inner}}}, true},
	} {
		if got, err := Message(event(direct(), c.message), unknown, sealed); err != nil || got.ViewOnce != c.once {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
