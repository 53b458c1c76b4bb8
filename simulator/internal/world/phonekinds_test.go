package world_test

import (
	"context"
	"net/http"
	"reflect"
	"testing"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

type fields = map[string]any

// post lets a phone send anything and returns its id.
func (l *lab) post(from, to string, order fields) string {
	l.t.Helper()
	var sent struct{ ID string }
	order["to"] = to
	l.must("POST", "/admin/phones/"+from+"/send", order, &sent)
	return sent.ID
}

// message returns the message with an id; in a group its sender's key can come as a message of its own before it.
func (c *companion) message(id string) *events.Message {
	c.lab.t.Helper()
	for {
		message := waitForMessage(c)
		rest := proto.Clone(message.Message).(*waE2E.Message)
		rest.SenderKeyDistributionMessage, rest.MessageContextInfo = nil, nil
		if message.Info.ID == id && proto.Size(rest) > 0 {
			return message
		}
	}
}

type shownLine struct {
	ID        string
	From      string
	FromMe    bool `json:"from_me"`
	Kind      string
	Text      string
	Edited    bool
	Deleted   bool
	DeletedBy string `json:"deleted_by"`
	Status    string
	Reactions map[string]string
	Votes     map[string][]string
	Pinned    bool
	Kept      bool
	Starred   bool
}

type shownChat struct {
	Chat         string
	Name         string
	Unread       int
	Archived     bool
	Pinned       bool
	MutedUntil   int64 `json:"muted_until"`
	MarkedUnread bool  `json:"marked_unread"`
	Expiration   int   `json:"disappearing_s"`
	Labels       []string
	Messages     []shownLine
}

func (l *lab) chat(phone, chat string) shownChat {
	l.t.Helper()
	var shown shownChat
	if status := l.call("GET", "/admin/phones/"+phone+"/chats/"+chat, nil, &shown); status != http.StatusOK {
		return shownChat{}
	}
	return shown
}

// line returns a message as a phone shows it, empty when it does not.
func (l *lab) line(phone, chat, id string) shownLine {
	l.t.Helper()
	for _, line := range l.chat(phone, chat).Messages {
		if line.ID == id {
			return line
		}
	}
	return shownLine{}
}

// Every kind of message that a phone can send reaches a companion as what it is.
func TestAPhoneSendsEveryKind(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	friend := l.newPhone()
	file := func(kind string) fields {
		return fields{"kind": kind, "data_base64": sample(1000), "mimetype": "x/y", "seconds": 7, "file_name": "a.bin"}
	}
	first := l.post(friend, own, fields{"text": "first"})
	c.message(first)
	for _, test := range []struct {
		name  string
		order fields
		holds func(*events.Message) bool
	}{
		{"reply", fields{"text": "re", "reply_to": first}, func(m *events.Message) bool {
			context := m.Message.GetExtendedTextMessage().GetContextInfo()
			return context.GetStanzaID() == first && context.GetQuotedMessage().GetConversation() == "first" &&
				context.GetParticipant() == m.Info.Sender.ToNonAD().String()
		}},
		{"mention", fields{"text": "@you", "mentions": []string{own}}, func(m *events.Message) bool {
			mentioned := m.Message.GetExtendedTextMessage().GetContextInfo().GetMentionedJID()
			return reflect.DeepEqual(mentioned, []string{c.Store.LID.ToNonAD().String()})
		}},
		{"link", fields{"text": "see https://a.b", "link": fields{"url": "https://a.b", "title": "T", "description": "D"}}, func(m *events.Message) bool {
			text := m.Message.GetExtendedTextMessage()
			return text.GetMatchedText() == "https://a.b" && text.GetTitle() == "T" && m.Info.MediaType == "url"
		}},
		{"forward", fields{"text": "f", "forwarded": true}, func(m *events.Message) bool {
			return m.Message.GetExtendedTextMessage().GetContextInfo().GetIsForwarded()
		}},
		{"image", fields{"text": "c", "media": file("image")}, func(m *events.Message) bool {
			return m.Message.GetImageMessage().GetCaption() == "c" && m.Info.MediaType == "image"
		}},
		{"gif", fields{"media": file("gif")}, func(m *events.Message) bool {
			return m.Message.GetVideoMessage().GetGifPlayback() && m.Info.MediaType == "gif"
		}},
		{"voice", fields{"media": file("voice")}, func(m *events.Message) bool {
			return m.Message.GetAudioMessage().GetPTT() && m.Message.GetAudioMessage().GetSeconds() == 7 && m.Info.MediaType == "ptt"
		}},
		{"document", fields{"text": "c", "media": file("document")}, func(m *events.Message) bool {
			return m.Message.GetDocumentMessage().GetFileName() == "a.bin" && m.Message.GetDocumentMessage().GetCaption() == "c"
		}},
		{"view once", fields{"media": file("image"), "view_once": true}, func(m *events.Message) bool {
			return m.IsViewOnce && m.Message.GetImageMessage().GetViewOnce()
		}},
		{"location", fields{"location": fields{"latitude": 1.5, "longitude": -2.5, "name": "N"}}, func(m *events.Message) bool {
			return m.Message.GetLocationMessage().GetDegreesLatitude() == 1.5 && m.Message.GetLocationMessage().GetName() == "N"
		}},
		{"live location", fields{"location": fields{"latitude": 1.5, "longitude": -2.5, "live": true}}, func(m *events.Message) bool {
			return m.Message.GetLiveLocationMessage().GetDegreesLongitude() == -2.5
		}},
		{"contact", fields{"contacts": []fields{{"name": "Ann", "phone": "491701"}}}, func(m *events.Message) bool {
			return m.Message.GetContactMessage().GetDisplayName() == "Ann" && m.Info.MediaType == "vcard"
		}},
		{"contacts", fields{"contacts": []fields{{"name": "Ann", "phone": "491701"}, {"name": "Bob", "phone": "491702"}}}, func(m *events.Message) bool {
			return len(m.Message.GetContactsArrayMessage().GetContacts()) == 2
		}},
		{"event", fields{"event": fields{"name": "E", "start": 100, "location": fields{"latitude": 1, "longitude": 2}}}, func(m *events.Message) bool {
			return m.Message.GetEventMessage().GetName() == "E" && m.Message.GetEventMessage().GetStartTime() == 100
		}},
		{"group invite", fields{"invite": fields{"group": "1@g.us", "code": "abc", "name": "G"}}, func(m *events.Message) bool {
			return m.Message.GetGroupInviteMessage().GetInviteCode() == "abc"
		}},
		{"album", fields{"album": fields{"images": 2}}, func(m *events.Message) bool {
			return m.Message.GetAlbumMessage().GetExpectedImageCount() == 2
		}},
		{"of an album", fields{"media": file("image"), "album_id": first}, func(m *events.Message) bool {
			return m.Message.GetMessageContextInfo().GetMessageAssociation().GetParentMessageKey().GetID() == first
		}},
		{"reaction", fields{"reaction": "👍", "target": first}, func(m *events.Message) bool {
			key := m.Message.GetReactionMessage().GetKey()
			return m.Message.GetReactionMessage().GetText() == "👍" && key.GetID() == first && key.GetFromMe() && m.Info.Type == "reaction"
		}},
		{"reaction taken back", fields{"reaction": "", "target": first}, func(m *events.Message) bool {
			return m.Message.ReactionMessage != nil && m.Message.GetReactionMessage().GetText() == "" && m.Info.Edit == types.EditAttributeSenderRevoke
		}},
		{"edit", fields{"edit": "better", "target": first}, func(m *events.Message) bool {
			edit := m.Message.GetProtocolMessage()
			return m.IsEdit && edit.GetKey().GetID() == first && edit.GetEditedMessage().GetConversation() == "better" &&
				m.Info.Edit == types.EditAttributeMessageEdit
		}},
		{"pin", fields{"pin": true, "target": first}, func(m *events.Message) bool {
			return m.Message.GetPinInChatMessage().GetType() == waE2E.PinInChatMessage_PIN_FOR_ALL && m.Info.Edit == types.EditAttributePinInChat
		}},
		{"keep", fields{"keep": true, "target": first}, func(m *events.Message) bool {
			return m.Message.GetKeepInChatMessage().GetKeepType() == waE2E.KeepType_KEEP_FOR_ALL
		}},
		{"disappearing", fields{"disappearing_s": 86400}, func(m *events.Message) bool {
			return m.Message.GetProtocolMessage().GetEphemeralExpiration() == 86400
		}},
		{"delete", fields{"delete": true, "target": first}, func(m *events.Message) bool {
			revoke := m.Message.GetProtocolMessage()
			return revoke.GetType() == waE2E.ProtocolMessage_REVOKE && revoke.GetKey().GetID() == first && m.Info.Edit == types.EditAttributeSenderRevoke
		}},
	} {
		if got := c.message(l.post(friend, own, test.order)); !test.holds(got) {
			t.Errorf("%s: %+v edit=%q type=%s media=%s", test.name, got.Message, got.Info.Edit, got.Info.Type, got.Info.MediaType)
		}
	}
	shown := l.chat(friend, own)
	deleted := l.line(friend, own, first)
	if !deleted.Deleted || deleted.Text != "" || shown.Expiration != 86400 {
		t.Errorf("the friend's screen: %+v, timer %d", deleted, shown.Expiration)
	}
}

// A vote is sealed with the poll's secret: each side opens the other's.
func TestVotesGoBothWays(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	friend := l.newPhone()
	ctx := context.Background()
	poll := l.post(friend, own, fields{"poll": fields{"question": "tea?", "options": []string{"yes", "no"}, "selectable": 1}})
	asked := c.message(poll)
	if asked.Message.GetPollCreationMessageV3().GetName() != "tea?" || asked.Info.Type != "poll" {
		t.Fatalf("the poll came as %+v", asked.Message)
	}
	vote, err := c.BuildPollVote(ctx, &asked.Info, []string{"no"})
	must(t, err)
	_, err = c.SendMessage(ctx, asked.Info.Chat, vote)
	must(t, err)
	l.eventually("the vote is on both screens", func() bool {
		want := map[string][]string{own: {"no"}}
		return reflect.DeepEqual(l.line(friend, own, poll).Votes, want) && reflect.DeepEqual(l.line(own, friend, poll).Votes, want)
	})
	sent, err := c.SendMessage(ctx, jidOf(friend), c.BuildPollCreation("milk?", []string{"a", "b", "c"}, 2))
	must(t, err)
	l.eventually("the poll is there", func() bool { return l.line(friend, own, sent.ID).Kind == "poll" })
	answer := c.message(l.post(friend, own, fields{"vote": []string{"a", "c"}, "target": sent.ID}))
	opened, err := c.DecryptPollVote(ctx, answer)
	if err != nil || len(opened.GetSelectedOptions()) != 2 {
		t.Errorf("the phone's vote: %v, %v", opened, err)
	}
	var failure struct{ Error string }
	order := fields{"to": own, "vote": []string{"d"}, "target": sent.ID}
	if status := l.call("POST", "/admin/phones/"+friend+"/send", order, &failure); status != http.StatusBadRequest {
		t.Errorf("a vote for what is not offered: %d %s", status, failure.Error)
	}
}
