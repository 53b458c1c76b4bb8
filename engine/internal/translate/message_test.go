package translate

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waCommon"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

var (
	friend    = types.NewJID("4915222088624", types.DefaultUserServer)
	friendLID = types.NewJID("223456789012345", types.HiddenUserServer)
	own       = types.NewJID("4915111077513", types.DefaultUserServer)
	ownLID    = types.NewJID("123456789012345", types.HiddenUserServer)
	group     = types.NewJID("120363000000000001", types.GroupServer)
)

func aliases(jid types.JID) types.JID {
	return map[types.JID]types.JID{friend: friendLID, friendLID: friend, own: ownLID, ownLID: own}[jid]
}

func unknown(types.JID) types.JID { return types.EmptyJID }

func event(info types.MessageInfo, message *waE2E.Message) *events.Message {
	return (&events.Message{Info: info, RawMessage: message}).UnwrapRaw()
}

func direct() types.MessageInfo {
	sender := friend
	sender.Device = 2
	return types.MessageInfo{
		MessageSource: types.MessageSource{Chat: friend, Sender: sender}, ID: "3EB0BBBB01", PushName: "Grace",
		Timestamp: time.UnixMilli(1795555555000),
	}
}

func TestContentOfEachKind(t *testing.T) {
	key, key32 := &waCommon.MessageKey{ID: proto.String("3EB0AAAA01")}, make([]byte, 32)
	cases := map[string]struct {
		message *waE2E.Message
		want    *pb.Message
	}{
		"conversation": {&waE2E.Message{Conversation: proto.String("hi")}, &pb.Message{Content: &pb.Message_Text{Text: &pb.Text{Body: "hi"}}}},
		"extended text, a reply": {
			&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
				Text:        proto.String("yes"),
				ContextInfo: &waE2E.ContextInfo{StanzaID: proto.String("3EB0AAAA01"), QuotedMessage: &waE2E.Message{Conversation: proto.String("?")}},
			}},
			&pb.Message{QuotedId: "3EB0AAAA01", Content: &pb.Message_Text{Text: &pb.Text{Body: "yes"}}},
		},
		"a stanza id without a quoted message is no reply": {
			&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{Text: proto.String("x"), ContextInfo: &waE2E.ContextInfo{StanzaID: proto.String("Z")}}},
			&pb.Message{Content: &pb.Message_Text{Text: &pb.Text{Body: "x"}}},
		},
		"text that is not UTF-8": {&waE2E.Message{Conversation: proto.String("a\xffb")}, &pb.Message{Content: &pb.Message_Text{Text: &pb.Text{Body: "a\uFFFDb"}}}},
		"image": {
			&waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("see"), Mimetype: proto.String("image/jpeg"), FileLength: proto.Uint64(9)}},
			&pb.Message{Content: &pb.Message_Media{Media: &pb.Media{Kind: pb.MediaKind_IMAGE, Caption: "see", Mimetype: "image/jpeg", SizeBytes: 9}}},
		},
		"video":      {&waE2E.Message{VideoMessage: &waE2E.VideoMessage{Seconds: proto.Uint32(7)}}, &pb.Message{Content: &pb.Message_Media{Media: &pb.Media{Kind: pb.MediaKind_VIDEO, DurationS: 7}}}},
		"video note": {&waE2E.Message{PtvMessage: &waE2E.VideoMessage{Seconds: proto.Uint32(7)}}, &pb.Message{Content: &pb.Message_Media{Media: &pb.Media{Kind: pb.MediaKind_VIDEO, DurationS: 7}}}},
		"audio":      {&waE2E.Message{AudioMessage: &waE2E.AudioMessage{Seconds: proto.Uint32(7)}}, &pb.Message{Content: &pb.Message_Media{Media: &pb.Media{Kind: pb.MediaKind_AUDIO, DurationS: 7}}}},
		"voice":      {&waE2E.Message{AudioMessage: &waE2E.AudioMessage{PTT: proto.Bool(true)}}, &pb.Message{Content: &pb.Message_Media{Media: &pb.Media{Kind: pb.MediaKind_VOICE}}}},
		"document, wrapped": {
			&waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{FileName: proto.String("a.pdf"), Caption: proto.String("c")}}}},
			&pb.Message{Content: &pb.Message_Media{Media: &pb.Media{Kind: pb.MediaKind_DOCUMENT, FileName: "a.pdf", Caption: "c"}}},
		},
		"a file that can be fetched": {
			&waE2E.Message{AudioMessage: &waE2E.AudioMessage{
				PTT: proto.Bool(true), DirectPath: proto.String("/v/1"), MediaKey: key32, FileSHA256: key32, FileEncSHA256: key32,
				Waveform: []byte{1, 99},
			}},
			&pb.Message{Content: &pb.Message_Media{Media: &pb.Media{
				Kind: pb.MediaKind_VOICE, Waveform: []byte{1, 99},
				Remote: &pb.RemoteFile{DirectPath: "/v/1", MediaKey: key32, FileSha256: key32, FileEncSha256: key32},
			}}},
		},
		"a file whose key is no key, with a thumbnail that is none": {
			&waE2E.Message{ImageMessage: &waE2E.ImageMessage{
				DirectPath: proto.String("/v/1"), MediaKey: key32[:8], FileSHA256: key32, FileEncSHA256: key32,
				Width: proto.Uint32(640), Height: proto.Uint32(480), JPEGThumbnail: make([]byte, 1<<20),
			}},
			&pb.Message{Content: &pb.Message_Media{Media: &pb.Media{Kind: pb.MediaKind_IMAGE, Width: 640, Height: 480}}},
		},
		"sticker": {&waE2E.Message{StickerMessage: &waE2E.StickerMessage{}}, &pb.Message{Content: &pb.Message_Media{Media: &pb.Media{Kind: pb.MediaKind_STICKER}}}},
		"location": {
			&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(52.5), DegreesLongitude: proto.Float64(13.4), Name: proto.String("Gate")}},
			&pb.Message{Content: &pb.Message_Location{Location: &pb.Location{Latitude: 52.5, Longitude: 13.4, Name: "Gate"}}},
		},
		"live location": {&waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{Caption: proto.String("me")}}, &pb.Message{Content: &pb.Message_LiveLocation{LiveLocation: &pb.LiveLocation{Caption: "me"}}}},
		"contact":       {&waE2E.Message{ContactMessage: &waE2E.ContactMessage{DisplayName: proto.String("G"), Vcard: proto.String("V")}}, &pb.Message{Content: &pb.Message_Contact{Contact: &pb.Contact{DisplayName: "G", Vcard: "V"}}}},
		"contacts": {
			&waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{DisplayName: proto.String("2"), Contacts: []*waE2E.ContactMessage{{Vcard: proto.String("A")}, {Vcard: proto.String("B")}}}},
			&pb.Message{Content: &pb.Message_Contact{Contact: &pb.Contact{DisplayName: "2", Vcard: "A\nB"}}},
		},
		"poll": {
			&waE2E.Message{PollCreationMessageV3: &waE2E.PollCreationMessage{Name: proto.String("When?"), SelectableOptionsCount: proto.Uint32(1), Options: []*waE2E.PollCreationMessage_Option{{OptionName: proto.String("now")}}}},
			&pb.Message{Content: &pb.Message_Poll{Poll: &pb.Poll{Question: "When?", Options: []string{"now"}, Selectable: 1}}},
		},
		"reaction": {&waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{Key: key, Text: proto.String("👍")}}, &pb.Message{Content: &pb.Message_Reaction{Reaction: &pb.Reaction{MessageId: "3EB0AAAA01", Emoji: "👍"}}}},
		"revoke":   {&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum(), Key: key}}, &pb.Message{Content: &pb.Message_Revoke{Revoke: &pb.Revoke{MessageId: "3EB0AAAA01"}}}},
		"edit, wrapped": {
			&waE2E.Message{EditedMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: key, EditedMessage: &waE2E.Message{Conversation: proto.String("better")}}}}},
			&pb.Message{Content: &pb.Message_Edit{Edit: &pb.Edit{MessageId: "3EB0AAAA01", Body: "better"}}},
		},
		"edit of a caption": {
			&waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_MESSAGE_EDIT.Enum(), Key: key, EditedMessage: &waE2E.Message{ImageMessage: &waE2E.ImageMessage{Caption: proto.String("new")}}}},
			&pb.Message{Content: &pb.Message_Edit{Edit: &pb.Edit{MessageId: "3EB0AAAA01", Body: "new"}}},
		},
		"group invitation": {
			&waE2E.Message{GroupInviteMessage: &waE2E.GroupInviteMessage{GroupJID: proto.String("1@g.us"), InviteCode: proto.String("C"), InviteExpiration: proto.Int64(2), GroupName: proto.String("N"), Caption: proto.String("come")}},
			&pb.Message{Content: &pb.Message_GroupInvite{GroupInvite: &pb.GroupInvite{Group: "1@g.us", Code: "C", Name: "N", Caption: "come", ExpiresMs: 2000}}},
		},
		"event": {
			&waE2E.Message{EventMessage: &waE2E.EventMessage{Name: proto.String("Lunch"), StartTime: proto.Int64(3), IsCanceled: proto.Bool(true), Location: &waE2E.LocationMessage{Name: proto.String("Gate")}}},
			&pb.Message{Content: &pb.Message_Event{Event: &pb.CalendarEvent{Name: "Lunch", StartMs: 3000, Canceled: true, Location: &pb.Location{Name: "Gate"}}}},
		},
		"an event at no time that can be": {
			&waE2E.Message{EventMessage: &waE2E.EventMessage{StartTime: proto.Int64(1 << 62), EndTime: proto.Int64(-1)}},
			&pb.Message{Content: &pb.Message_Event{Event: &pb.CalendarEvent{}}},
		},
		"a kind without a type": {&waE2E.Message{MessageContextInfo: &waE2E.MessageContextInfo{}, ListMessage: &waE2E.ListMessage{}}, &pb.Message{Content: &pb.Message_Other{Other: &pb.Other{Kind: "listMessage"}}}},
		"an encrypted reaction": {&waE2E.Message{EncReactionMessage: &waE2E.EncReactionMessage{}}, &pb.Message{Content: &pb.Message_Other{Other: &pb.Other{Kind: "encReactionMessage"}}}},
	}
	for name, c := range cases {
		got, err := Message(event(direct(), c.message), unknown, sealed)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got.QuotedId != c.want.QuotedId || !proto.Equal(&pb.Message{Content: got.Content}, &pb.Message{Content: c.want.Content}) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		raw := &waE2E.Message{}
		if err := proto.Unmarshal(got.Raw, raw); err != nil || !proto.Equal(raw, c.message) {
			t.Errorf("%s: raw does not hold the message", name)
		}
		if _, err := proto.Marshal(got); err != nil {
			t.Errorf("%s: cannot be sent: %v", name, err)
		}
	}
}

func TestAKindFromTheFutureIsKept(t *testing.T) {
	future := &waE2E.Message{}
	future.ProtoReflect().SetUnknown(protowire.AppendBytes(protowire.AppendTag(nil, 29999, protowire.BytesType), []byte("new")))
	e := event(direct(), future)
	if Internal(e) {
		t.Fatal("taken for machinery")
	}
	got, err := Message(e, unknown, sealed)
	if err != nil || got.GetOther().GetKind() != "unknown" || len(got.Raw) == 0 {
		t.Errorf("%v, %v", got, err)
	}
}

func TestEnvelope(t *testing.T) {
	fromPhone := types.MessageInfo{MessageSource: types.MessageSource{Chat: friendLID, Sender: own, IsFromMe: true, RecipientAlt: friend}, ID: "A"}
	inGroup := types.MessageInfo{MessageSource: types.MessageSource{Chat: group, Sender: friendLID, IsGroup: true, SenderAlt: friend}, ID: "B"}
	given := direct()
	given.SenderAlt = friendLID
	given.SenderAlt.Device = 2
	cases := map[string]struct {
		info    types.MessageInfo
		aliases Aliases
		want    *pb.Message
	}{
		"alias from the stanza": {given, unknown, &pb.Message{MessageId: "3EB0BBBB01", Chat: friend.String(), Sender: friend.String(), ChatAlt: friendLID.String(), SenderAlt: friendLID.String(), PushName: "Grace", TimestampMs: 1795555555000}},
		"alias from the map":    {direct(), aliases, &pb.Message{MessageId: "3EB0BBBB01", Chat: friend.String(), Sender: friend.String(), ChatAlt: friendLID.String(), SenderAlt: friendLID.String(), PushName: "Grace", TimestampMs: 1795555555000}},
		"no alias known":        {direct(), unknown, &pb.Message{MessageId: "3EB0BBBB01", Chat: friend.String(), Sender: friend.String(), PushName: "Grace", TimestampMs: 1795555555000}},
		"from the own phone":    {fromPhone, aliases, &pb.Message{MessageId: "A", Chat: friendLID.String(), ChatAlt: friend.String(), Sender: own.String(), SenderAlt: ownLID.String(), FromMe: true}},
		"in a group":            {inGroup, aliases, &pb.Message{MessageId: "B", Chat: group.String(), Sender: friendLID.String(), SenderAlt: friend.String(), Group: true}},
	}
	for name, c := range cases {
		got := envelope(&c.info, c.aliases)
		if c.info.Timestamp.IsZero() {
			got.TimestampMs = 0
		}
		if !proto.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestMachineryIsNotAMessage(t *testing.T) {
	mine, peer := direct(), direct()
	mine.IsFromMe, peer.Category = true, "peer"
	share := &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_APP_STATE_SYNC_KEY_SHARE.Enum()}}
	senderKey := &waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{}, MessageContextInfo: &waE2E.MessageContextInfo{}}
	revoke := &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{Type: waE2E.ProtocolMessage_REVOKE.Enum()}}
	cases := map[string]struct {
		event *events.Message
		want  bool
	}{
		"peer data":               {event(peer, &waE2E.Message{Conversation: proto.String("x")}), true},
		"own key share":           {event(mine, share), true},
		"a stranger's key share":  {event(direct(), share), false},
		"only a sender key":       {event(direct(), senderKey), true},
		"own revoke":              {event(mine, revoke), false},
		"text":                    {event(direct(), &waE2E.Message{Conversation: proto.String("x")}), false},
		"a sender key and a text": {event(direct(), &waE2E.Message{SenderKeyDistributionMessage: &waE2E.SenderKeyDistributionMessage{}, Conversation: proto.String("x")}), false},
		"an empty message":        {event(direct(), &waE2E.Message{}), false},
	}
	for name, c := range cases {
		if got := Internal(c.event); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestWhatCannotBeReadIsStillHandedOver(t *testing.T) {
	got := Undecryptable(&events.UndecryptableMessage{Info: direct(), IsUnavailable: true, UnavailableType: events.UnavailableTypeViewOnce}, aliases)
	if got.GetUndecryptable().GetReason() != "not available to linked devices (view_once)" || len(got.Raw) == 0 || got.ChatAlt != friendLID.String() {
		t.Errorf("undecryptable: %v", got)
	}
	message := event(direct(), &waE2E.Message{Conversation: proto.String("x")})
	got = Untranslatable(message, "boom\xff")
	if got.GetUntranslatable().GetReason() != "boom\uFFFD" || len(got.Raw) == 0 || got.MessageId != "3EB0BBBB01" {
		t.Errorf("untranslatable: %v", got)
	}
	if Untranslatable(&events.Connected{}, "boom") != nil {
		t.Error("an event without a message became one")
	}
	if got, err := Message(event(types.MessageInfo{}, &waE2E.Message{}), unknown, sealed); err != nil || len(got.Raw) == 0 {
		t.Errorf("raw is empty: %v, %v", got, err)
	}
}

func TestReceipts(t *testing.T) {
	kinds := map[types.ReceiptType]pb.ReceiptKind{
		types.ReceiptTypeDelivered: pb.ReceiptKind_DELIVERED, types.ReceiptTypeInactive: pb.ReceiptKind_DELIVERED,
		types.ReceiptTypeRead: pb.ReceiptKind_READ, types.ReceiptTypePlayed: pb.ReceiptKind_PLAYED,
		types.ReceiptTypeReadSelf: pb.ReceiptKind_READ_SELF, types.ReceiptTypePlayedSelf: pb.ReceiptKind_RECEIPT_OTHER,
		"something new": pb.ReceiptKind_RECEIPT_OTHER,
	}
	for kind, want := range kinds {
		info := direct()
		got := Receipt(&events.Receipt{MessageSource: info.MessageSource, MessageIDs: []string{"A", "B"}, Type: kind, Timestamp: info.Timestamp}, aliases)
		if got.GetKind() != want || len(got.MessageIds) != 2 || got.Sender != friend.String() || got.ChatAlt != friendLID.String() || got.TimestampMs == 0 {
			t.Errorf("%q: %v, want %v", kind, got, want)
		}
	}
	for _, kind := range []types.ReceiptType{types.ReceiptTypeRead, types.ReceiptTypePlayed, types.ReceiptTypeReadSelf} {
		own := direct().MessageSource
		own.IsFromMe = true
		if got := Receipt(&events.Receipt{Type: kind, MessageSource: own, MessageIDs: []string{"A"}}, aliases).GetKind(); got != pb.ReceiptKind_READ_SELF {
			t.Errorf("%q of the own phone is %v", kind, got)
		}
	}
	for _, kind := range []types.ReceiptType{types.ReceiptTypeRetry, types.ReceiptTypeSender, types.ReceiptTypePeerMsg, types.ReceiptTypeHistorySync, types.ReceiptTypeServerError} {
		if got := Receipt(&events.Receipt{Type: kind, MessageSource: direct().MessageSource}, aliases); got != nil {
			t.Errorf("%q is of no meaning to the gateway, got %v", kind, got)
		}
	}
}
