package translate

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	pb "holdfast/engine/enginepb"
)

// What is known of the library's schema and has no type here: it arrives as `other`, with its field's name and its bytes.
var withoutType = map[protoreflect.Name]string{
	"fastRatchetKeySenderKeyDistributionMessage": "machinery: keys",
	"groupRootKeyShare":                          "machinery: keys",
	"rootSecretDistributeMessage":                "machinery: keys",
	"messageHistoryBundle":                       "machinery: history for a new member of a group, as a file",
	"messageHistoryNotice":                       "machinery: that such a history was sent",
	"stickerSyncRmrMessage":                      "machinery: asks a device for its stickers",
	"placeholderMessage":                         "says that a device of the sender cannot write this kind",
	"statusNotificationMessage":                  "a note about a status; statuses are not carried yet",
	"statusQuestionAnswerMessage":                "about a status",
	"statusQuotedMessage":                        "about a status",
	"statusStickerInteractionMessage":            "about a status",
	"statusLinkPreviewMetadata":                  "about a status",
	"questionResponseMessage":                    "an answer to a question in a channel",
	"newsletterAdminInviteMessage":               "an invitation to a channel; channels are not carried yet",
	"newsletterFollowerInviteMessageV2":          "an invitation to a channel",
	"eventInviteMessage":                         "an invitation to an event",
	"encEventResponseMessage":                    "who comes to an event, sealed under its secret: the library opens reactions, comments and votes, and not these",
	"albumMessage":                               "announces how many pictures follow; each comes as its own message",
	"stickerPackMessage":                         "a pack of stickers to be fetched",
	"musicMessage":                               "a song from a catalogue",
	"call":                                       "a link to a call",
	"chat":                                       "a link to a chat",
	"callLogMesssage":                            "a call that was; calls are not carried yet",
	"bcallMessage":                               "a call to many",
	"scheduledCallCreationMessage":               "a call to come",
	"scheduledCallEditMessage":                   "a call to come, changed",
	"keepInChatMessage":                          "keeps a message that would disappear",
	"pinInChatMessage":                           "pins a message",
	"conditionalRevealMessage":                   "content that is revealed later; its own key is not understood yet",
	"pollResultSnapshotMessage":                  "the result of a poll as it was, forwarded",
	"pollResultSnapshotMessageV3":                "the result of a poll as it was, forwarded",
	"pollAddOptionMessage":                       "one more option for a poll",
	"requestPhoneNumberMessage":                  "asks for the phone number behind a hidden one",
	"richResponseMessage":                        "an answer of WhatsApp's own bot, made of parts",
	"highlyStructuredMessage":                    "from businesses: filled-in templates",
	"templateMessage":                            "from businesses: a template with buttons",
	"templateButtonReplyMessage":                 "the answer to a template's button",
	"buttonsMessage":                             "from businesses: buttons",
	"buttonsResponseMessage":                     "the answer to a button",
	"listMessage":                                "from businesses: a list to choose from",
	"listResponseMessage":                        "the answer to a list",
	"interactiveMessage":                         "from businesses: flows and carousels",
	"interactiveResponseMessage":                 "the answer to a flow",
	"productMessage":                             "shops: a product",
	"orderMessage":                               "shops: an order",
	"invoiceMessage":                             "shops: an invoice",
	"sendPaymentMessage":                         "payments",
	"requestPaymentMessage":                      "payments",
	"declinePaymentRequestMessage":               "payments",
	"cancelPaymentRequestMessage":                "payments",
	"paymentInviteMessage":                       "payments",
	"paymentReminderMessage":                     "payments",
	"splitPaymentMessage":                        "payments",
	"splitPaymentUpdateMessage":                  "payments",
}

func fieldsOfAMessage() (all []protoreflect.FieldDescriptor) {
	fields := (&waE2E.Message{}).ProtoReflect().Descriptor().Fields()
	for n := range fields.Len() {
		all = append(all, fields.Get(n))
	}
	return all
}

// A newer library brings new fields: each must get a rule, or a line that says why it has none.
func TestEveryFieldOfTheSchemaIsDecided(t *testing.T) {
	names := map[protoreflect.Name]bool{}
	for _, field := range fieldsOfAMessage() {
		name := field.Name()
		names[name] = true
		decided := name == "conversation" || accompanying(name) || insideOf(field) != nil || hasRule(field)
		if why := withoutType[name]; decided == (why != "") {
			t.Errorf("%s (%d): translated %v, listed as known because %q", name, field.Number(), decided, why)
		}
	}
	for name := range withoutType {
		if !names[name] {
			t.Errorf("%s is not in the schema any more", name)
		}
	}
}

// Whatever has a rule gives a content of its own, even when nothing is in it.
func TestEveryRuleTranslatesAnEmptyPart(t *testing.T) {
	sealedKinds := []protoreflect.Name{"EncReactionMessage", "EncCommentMessage", "SecretEncryptedMessage", "ProtocolMessage"}
	for _, field := range fieldsOfAMessage() {
		if !hasRule(field) {
			continue
		}
		message := &waE2E.Message{}
		message.ProtoReflect().Mutable(field)
		got, err := Message(event(direct(), message), unknown, sealed)
		if err != nil || got.Content == nil {
			t.Errorf("%s: %v, %v", field.Name(), got, err)
		}
		if other := got.GetOther() != nil; other != slices.Contains(sealedKinds, field.Message().Name()) {
			t.Errorf("%s: %v", field.Name(), got)
		}
	}
}

func wrappers() (all []protoreflect.FieldDescriptor) {
	for _, field := range fieldsOfAMessage() {
		if insideOf(field) != nil {
			all = append(all, field)
		}
	}
	return all
}

func wrap(field protoreflect.FieldDescriptor, inner *waE2E.Message) *waE2E.Message {
	outer := &waE2E.Message{}
	part := outer.ProtoReflect().Mutable(field).Message()
	part.Set(insideOf(field), protoreflect.ValueOfMessage(inner.ProtoReflect()))
	return outer
}

func editOf(edited *waE2E.Message) *waE2E.Message {
	return &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
		Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: &waCommon.MessageKey{ID: proto.String("A1")}, EditedMessage: edited,
	}}
}

func TestEveryWrapperInEveryOrder(t *testing.T) {
	reply := &waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: proto.String("hello"), ContextInfo: &waE2E.ContextInfo{StanzaID: proto.String("Q"), QuotedMessage: &waE2E.Message{}},
	}}
	if n := len(wrappers()); n < 30 {
		t.Fatalf("only %d wrappers", n)
	}
	for _, outer := range wrappers() {
		for _, inner := range wrappers() {
			where := string(outer.Name()) + " around " + string(inner.Name())
			got, err := Message(event(direct(), wrap(outer, wrap(inner, reply))), unknown, sealed)
			if err != nil || got.GetText().GetBody() != "hello" || got.QuotedId != "Q" {
				t.Errorf("%s: %v, %v", where, got, err)
			}
			got, err = Message(event(direct(), wrap(outer, editOf(wrap(inner, reply)))), unknown, sealed)
			if err != nil || got.GetEdit().GetBody() != "hello" || got.GetEdit().GetMessageId() != "A1" {
				t.Errorf("edit, %s: %v, %v", where, got, err)
			}
		}
	}
}

func TestWrappersWithoutEndAreNotFollowed(t *testing.T) {
	message := &waE2E.Message{Conversation: proto.String("deep")}
	for range 10 * maxWrappers {
		message = wrap(wrappers()[0], message)
	}
	got, err := Message(event(direct(), message), unknown, sealed)
	if err != nil || got.GetOther().GetKind() != string(wrappers()[0].Name()) || len(got.Raw) == 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func fieldOf(number protowire.Number, value []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(nil, number, protowire.BytesType), value)
}

func decoded(t *testing.T, raw []byte) *waE2E.Message {
	t.Helper()
	message := &waE2E.Message{}
	if err := proto.Unmarshal(raw, message); err != nil {
		t.Fatal(err)
	}
	return message
}

// A wrapper that is newer than this schema is of the same make.
func TestAWrapperFromTheFutureIsOpened(t *testing.T) {
	inside := fieldOf(6, fieldOf(1, []byte("hello")))
	got, err := Message(event(direct(), decoded(t, fieldOf(9001, fieldOf(1, inside)))), unknown, sealed)
	if err != nil || got.GetText().GetBody() != "hello" {
		t.Errorf("%v, %v", got, err)
	}
	for name, raw := range map[string][]byte{
		"no wrapper":              fieldOf(9001, []byte("some text")),
		"a number":                protowire.AppendVarint(protowire.AppendTag(nil, 9001, protowire.VarintType), 7),
		"more than a wrapper":     fieldOf(9001, append(fieldOf(1, inside), fieldOf(2, []byte("x"))...)),
		"nothing known within":    fieldOf(9001, fieldOf(1, fieldOf(9002, []byte("x")))),
		"an empty message within": fieldOf(9001, fieldOf(1, nil)),
	} {
		got, err := Message(event(direct(), decoded(t, raw)), unknown, sealed)
		if err != nil || got.GetOther().GetKind() != "unknown" {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	beside := decoded(t, append(fieldOf(1, []byte("said")), fieldOf(9001, fieldOf(1, inside))...))
	if got, err := Message(event(direct(), beside), unknown, sealed); err != nil || got.GetText().GetBody() != "said" {
		t.Errorf("beside a text: %v, %v", got, err)
	}
}

// opening is a sealed part that opens to this.
func opening(opened Unsealed) Unseal {
	return func(*waE2E.Message) (Unsealed, error) { return opened, nil }
}

func TestSealedPartsAreOpened(t *testing.T) {
	key := &waCommon.MessageKey{ID: proto.String("A1")}
	vote := &waE2E.Message{PollUpdateMessage: &waE2E.PollUpdateMessage{PollCreationMessageKey: key}}
	comment := &waE2E.Message{EncCommentMessage: &waE2E.EncCommentMessage{TargetMessageKey: key}}
	secret := &waE2E.Message{SecretEncryptedMessage: &waE2E.SecretEncryptedMessage{TargetMessageKey: key}}
	react := &waE2E.Message{EncReactionMessage: &waE2E.EncReactionMessage{TargetMessageKey: key}}
	text := &waE2E.Message{Conversation: proto.String("new")}
	cases := map[string]struct {
		message *waE2E.Message
		unseal  Unseal
		want    *pb.Message
	}{
		"a vote":             {vote, opening(Unsealed{Vote: &waE2E.PollVoteMessage{SelectedOptions: [][]byte{{1}, {2}}}}), &pb.Message{Content: &pb.Message_PollVote{PollVote: &pb.PollVote{MessageId: "A1", Chosen: [][]byte{{1}, {2}}}}}},
		"a vote taken back":  {vote, opening(Unsealed{Vote: &waE2E.PollVoteMessage{}}), &pb.Message{Content: &pb.Message_PollVote{PollVote: &pb.PollVote{MessageId: "A1"}}}},
		"a vote without key": {vote, sealed, &pb.Message{Content: &pb.Message_PollVote{PollVote: &pb.PollVote{MessageId: "A1", Sealed: true}}}},
		"a reaction":         {react, opening(Unsealed{Reaction: &waE2E.ReactionMessage{Text: proto.String("x")}}), &pb.Message{Content: &pb.Message_Reaction{Reaction: &pb.Reaction{MessageId: "A1", Emoji: "x"}}}},
		"a comment":          {comment, opening(Unsealed{Message: wrap(wrappers()[3], text)}), &pb.Message{QuotedId: "A1", Content: &pb.Message_Text{Text: &pb.Text{Body: "new"}}}},
		"an edit":            {secret, opening(Unsealed{Message: text}), &pb.Message{Content: &pb.Message_Edit{Edit: &pb.Edit{MessageId: "A1", Body: "new"}}}},
		"an edit in full":    {secret, opening(Unsealed{Message: editOf(text)}), &pb.Message{Content: &pb.Message_Edit{Edit: &pb.Edit{MessageId: "A1", Body: "new"}}}},
		"an edit unopened":   {secret, sealed, &pb.Message{Content: &pb.Message_Other{Other: &pb.Other{Kind: "secretEncryptedMessage"}}}},
		"sealed within":      {comment, opening(Unsealed{Message: vote}), &pb.Message{QuotedId: "A1", Content: &pb.Message_PollVote{PollVote: &pb.PollVote{MessageId: "A1", Sealed: true}}}},
	}
	for name, c := range cases {
		got, err := Message(event(direct(), c.message), unknown, c.unseal)
		if err != nil || got.QuotedId != c.want.QuotedId || !proto.Equal(&pb.Message{Content: got.Content}, &pb.Message{Content: c.want.Content}) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// Whatever a stranger sends: it is translated, and what comes of it can be sent on.
func FuzzMessage(f *testing.F) {
	for _, field := range wrappers() {
		raw, _ := proto.Marshal(wrap(field, editOf(&waE2E.Message{Conversation: proto.String("new")})))
		f.Add(raw)
	}
	f.Add(fieldOf(9001, fieldOf(1, fieldOf(6, fieldOf(1, []byte("hello"))))))
	f.Add(fieldOf(111, append(fieldOf(2, []byte("Lunch?")), fieldOf(3, fieldOf(1, []byte("yes\xff")))...)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		message := &waE2E.Message{}
		if proto.Unmarshal(raw, message) != nil {
			return
		}
		got, err := Message(&events.Message{Info: direct(), RawMessage: message}, aliases, opening(Unsealed{Message: message}))
		if err != nil {
			t.Fatal(err)
		}
		encoded, err := proto.Marshal(got)
		if err != nil {
			t.Fatalf("cannot be sent on: %v", err)
		}
		if !utf8.ValidString(got.GetText().GetBody()) || got.Content == nil || len(encoded) == 0 {
			t.Fatalf("%v", got)
		}
		back := &waE2E.Message{}
		if len(raw) > 0 && bytes.Equal(got.Raw, raw) && proto.Unmarshal(got.Raw, back) != nil {
			t.Fatal("the raw bytes cannot be read again")
		}
	})
}
