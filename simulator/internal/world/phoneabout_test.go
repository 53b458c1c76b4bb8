package world_test

import (
	"context"
	"net/http"
	"reflect"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"
)

// What a companion sends is recognised, and changes what the receiver's screen shows.
func TestAPhoneUnderstandsEveryKind(t *testing.T) {
	l := newLab(t)
	_, c := l.linked()
	own := c.Store.ID.User
	friend := l.newPhone()
	to := jidOf(friend)
	send := func(message *waE2E.Message) string {
		t.Helper()
		sent, err := c.SendMessage(context.Background(), to, message)
		must(t, err)
		return sent.ID
	}
	first := send(&waE2E.Message{Conversation: proto.String("one")})
	send(c.BuildReaction(to, *c.Store.ID, first, "❤️"))
	send(c.BuildEdit(to, first, &waE2E.Message{Conversation: proto.String("two")}))
	send(&waE2E.Message{ExtendedTextMessage: &waE2E.ExtendedTextMessage{
		Text: proto.String("re"), ContextInfo: &waE2E.ContextInfo{
			StanzaID: &first, Participant: proto.String(c.Store.ID.ToNonAD().String()), MentionedJID: []string{to.String()},
			QuotedMessage: &waE2E.Message{Conversation: proto.String("one")},
		},
	}})
	send(&waE2E.Message{LocationMessage: &waE2E.LocationMessage{DegreesLatitude: proto.Float64(3)}})
	send(&waE2E.Message{ContactMessage: &waE2E.ContactMessage{
		DisplayName: proto.String("Ann"), Vcard: proto.String("BEGIN:VCARD\nTEL;waid=491701:+491701\nEND:VCARD"),
	}})
	send(&waE2E.Message{AudioMessage: &waE2E.AudioMessage{PTT: proto.Bool(true), Seconds: proto.Uint32(9), Mimetype: proto.String("audio/ogg")}})
	var page struct{ Items []fields }
	l.inbox(friend, 7)
	l.must("GET", "/admin/phones/"+friend+"/inbox", nil, &page)
	for i, want := range []fields{
		{"kind": "text", "text": "one"},
		{"kind": "reaction", "emoji": "❤️", "target": first, "target_from": "me"},
		{"kind": "edit", "text": "two", "target": first},
		{"kind": "text", "quoted": map[string]any{"id": first, "from": own, "kind": "text", "text": "one"}, "mentions": []any{friend}},
		{"kind": "location", "location": map[string]any{"latitude": 3.0, "longitude": 0.0}},
		{"kind": "contact", "text": "Ann", "contacts": []any{map[string]any{
			"name": "Ann", "phone": "491701", "vcard": "BEGIN:VCARD\nTEL;waid=491701:+491701\nEND:VCARD"}}},
		{"kind": "voice", "media": map[string]any{"mimetype": "audio/ogg", "size_bytes": 0.0, "seconds": 9.0}},
	} {
		for name, value := range want {
			if got := page.Items[i][name]; !reflect.DeepEqual(got, value) {
				t.Errorf("item %d: %s is %v, not %v", i, name, got, value)
			}
		}
	}
	for _, screen := range [][2]string{{friend, own}, {own, friend}} {
		l.eventually("edit and reaction are on the screen", func() bool {
			line := l.line(screen[0], screen[1], first)
			return line.Text == "two" && line.Edited && reflect.DeepEqual(line.Reactions, map[string]string{own: "❤️"})
		})
	}
	send(c.BuildRevoke(to, types.EmptyJID, first))
	l.eventually("it is deleted", func() bool { return l.line(friend, own, first).Deleted && l.line(own, friend, first).Deleted })
}

// In a group a message is named with its writer; votes, reactions and an admin's deletion count for everybody.
func TestAboutMessagesOfAGroup(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	anna, ben := l.newPhone(), l.newPhone()
	ctx := context.Background()
	var group struct{ JID string }
	l.must("POST", "/admin/phones/"+own+"/groups", fields{"subject": "G", "members": []string{anna, ben}}, &group)
	jid, err := types.ParseJID(group.JID)
	must(t, err)
	poll := l.post(anna, group.JID, fields{"poll": fields{"question": "tea?", "options": []string{"yes", "no"}}})
	asked := c.message(poll)
	vote, err := c.BuildPollVote(ctx, &asked.Info, []string{"yes"})
	must(t, err)
	for _, message := range []*waE2E.Message{vote, c.BuildReaction(jid, asked.Info.Sender, poll, "🫖")} {
		_, err = c.SendMessage(ctx, jid, message)
		must(t, err)
	}
	theirs := c.message(l.post(ben, group.JID, fields{"vote": []string{"no"}, "target": poll}))
	if opened, err := c.DecryptPollVote(ctx, theirs); err != nil || len(opened.GetSelectedOptions()) != 1 {
		t.Errorf("Ben's vote: %v, %v", opened, err)
	}
	for _, phone := range []string{own, anna, ben} {
		l.eventually("everybody sees votes and reaction", func() bool {
			line := l.line(phone, group.JID, poll)
			return reflect.DeepEqual(line.Votes, map[string][]string{own: {"yes"}, ben: {"no"}}) && line.Reactions[own] == "🫖"
		})
	}
	reply := c.message(l.post(ben, group.JID, fields{"text": "re", "reply_to": poll, "mentions": []string{anna}}))
	if context := reply.Message.GetExtendedTextMessage().GetContextInfo(); context.GetParticipant() != asked.Info.Sender.ToNonAD().String() ||
		context.GetQuotedMessage().GetPollCreationMessage() == nil {
		t.Errorf("the reply says %v", context)
	}
	_, err = c.SendMessage(ctx, jid, c.BuildRevoke(jid, asked.Info.Sender, poll))
	must(t, err)
	for _, phone := range []string{own, anna, ben} {
		l.eventually("it is deleted by the admin", func() bool {
			line := l.line(phone, group.JID, poll)
			return line.Deleted && line.DeletedBy == own
		})
	}
}

// The kinds that a companion sends more rarely.
func TestAPhoneUnderstandsRareKinds(t *testing.T) {
	l := newLab(t)
	_, c := l.linked()
	friend := l.newPhone()
	key := c.BuildMessageKey(jidOf(friend), *c.Store.ID, "X")
	for i, test := range []struct {
		kind    string
		message *waE2E.Message
	}{
		{"gif", &waE2E.Message{VideoMessage: &waE2E.VideoMessage{GifPlayback: proto.Bool(true)}}},
		{"video_note", &waE2E.Message{PtvMessage: &waE2E.VideoMessage{}}},
		{"image", &waE2E.Message{ViewOnceMessageV2: &waE2E.FutureProofMessage{Message: &waE2E.Message{ImageMessage: &waE2E.ImageMessage{ViewOnce: proto.Bool(true)}}}}},
		{"document", &waE2E.Message{DocumentWithCaptionMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{DocumentMessage: &waE2E.DocumentMessage{}}}}},
		{"sticker", &waE2E.Message{StickerMessage: &waE2E.StickerMessage{}}},
		{"live_location", &waE2E.Message{LiveLocationMessage: &waE2E.LiveLocationMessage{}}},
		{"contacts", &waE2E.Message{ContactsArrayMessage: &waE2E.ContactsArrayMessage{Contacts: []*waE2E.ContactMessage{{}, {}}}}},
		{"event", &waE2E.Message{EventMessage: &waE2E.EventMessage{Name: proto.String("E")}}},
		{"group_invite", &waE2E.Message{GroupInviteMessage: &waE2E.GroupInviteMessage{GroupJID: proto.String("1@g.us")}}},
		{"album", &waE2E.Message{AlbumMessage: &waE2E.AlbumMessage{ExpectedImageCount: proto.Uint32(2)}}},
		{"pin", &waE2E.Message{PinInChatMessage: &waE2E.PinInChatMessage{Key: key, Type: waE2E.PinInChatMessage_PIN_FOR_ALL.Enum()}}},
		{"unkeep", &waE2E.Message{KeepInChatMessage: &waE2E.KeepInChatMessage{Key: key, KeepType: waE2E.KeepType_UNDO_KEEP_FOR_ALL.Enum()}}},
		{"disappearing", &waE2E.Message{ProtocolMessage: &waE2E.ProtocolMessage{
			Type: waE2E.ProtocolMessage_EPHEMERAL_SETTING.Enum(), EphemeralExpiration: proto.Uint32(60)}}},
		{"text", &waE2E.Message{EphemeralMessage: &waE2E.FutureProofMessage{Message: &waE2E.Message{Conversation: proto.String("gone soon")}}}},
		{"other", &waE2E.Message{RequestPhoneNumberMessage: &waE2E.RequestPhoneNumberMessage{}}},
	} {
		_, err := c.SendMessage(context.Background(), jidOf(friend), test.message)
		must(t, err)
		if got := l.inbox(friend, i+1)[i]; got.Kind != test.kind {
			t.Errorf("%s is taken for %s", test.kind, got.Kind)
		}
	}
	if shown := l.chat(friend, c.Store.ID.User); shown.Expiration != 60 {
		t.Errorf("the chat's timer is %d", shown.Expiration)
	}
}

func TestDraftsThatAreNone(t *testing.T) {
	l := newLab(t)
	anna, ben := l.newPhone(), l.newPhone()
	theirs := l.send(ben, anna, "hello")
	l.inbox(anna, 1)
	for name, order := range map[string]fields{
		"nothing":               {},
		"two contents":          {"text": "a", "location": fields{"latitude": 1}},
		"unknown kind":          {"media": fields{"kind": "hologram"}},
		"unknown target":        {"reaction": "x", "target": "nope"},
		"no target":             {"reaction": "x"},
		"unknown quote":         {"text": "a", "reply_to": "nope"},
		"unknown mention":       {"text": "a", "mentions": []string{"1234567"}},
		"poll without options":  {"poll": fields{"question": "?"}},
		"another's message":     {"delete": true, "target": theirs},
		"link not in the text":  {"text": "a", "link": fields{"url": "https://b.c"}},
		"vote without a poll":   {"vote": []string{"a"}, "target": theirs},
		"raw that is none":      {"raw_base64": []byte{255, 255}},
		"document seen once":    {"media": fields{"kind": "document"}, "view_once": true},
		"contacts without any":  {"contacts": []fields{}},
		"raw and text together": {"raw_base64": []byte{10, 1, 97}, "text": "a"},
	} {
		order["to"] = ben
		var failure struct{ Error string }
		if status := l.call("POST", "/admin/phones/"+anna+"/send", order, &failure); status != http.StatusBadRequest || failure.Error == "" {
			t.Errorf("%s: status %d, %q", name, status, failure.Error)
		}
	}
}
