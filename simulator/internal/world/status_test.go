package world_test

import (
	"context"
	"testing"

	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

// status returns the next status that a client gets.
func status(c *companion) *events.Message {
	c.lab.t.Helper()
	for {
		if message := waitFor[*events.Message](c); message.Info.Chat == types.StatusBroadcastJID && message.Message.GetConversation() != "" {
			return message
		}
	}
}

// A status goes to the contacts that its sender's client lists and to the sender's other companions; who has read it
// is told to its sender.
func TestStatuses(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	second := l.newCompanion()
	second.pair(annaPhone)
	benPhone, ben := l.linked()
	must(t, anna.Store.Contacts.PutContactName(ctx, jidOf(benPhone), "Ben", "Ben"))
	for _, text := range []string{"first", "second"} {
		sent, err := anna.SendMessage(ctx, types.StatusBroadcastJID, &waE2E.Message{Conversation: proto.String(text)})
		must(t, err)
		got := status(ben)
		if got.Message.GetConversation() != text || got.Info.ID != sent.ID || got.Info.Sender.User != annaPhone && got.Info.SenderAlt.User != annaPhone {
			t.Errorf("ben got %q, %+v", got.Message.GetConversation(), got.Info)
		}
		if own := status(second); own.Message.GetConversation() != text || !own.Info.IsFromMe {
			t.Errorf("the other companion got %q, %+v", own.Message.GetConversation(), own.Info)
		}
		must(t, ben.MarkRead(ctx, []types.MessageID{sent.ID}, got.Info.Timestamp, types.StatusBroadcastJID, got.Info.Sender))
		for {
			if receipt := waitFor[*events.Receipt](anna); receipt.Type == types.ReceiptTypeRead && receipt.MessageIDs[0] == sent.ID {
				break
			}
		}
	}
	l.eventually("ben has confirmed both", func() bool { return l.account(benPhone).Companions[0].Queue == 0 })
}

// To whom statuses go is kept for the clients; an address without an envelope stands for all devices behind it.
func TestStatusAudience(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	phone, friend, enemy := l.newPhone(), l.newPhone(), l.newPhone()
	client, other, third := l.linkRaw(phone), l.linkRaw(friend), l.linkRaw(enemy)
	client.ask("status", "set", one("privacy", []binary.Node{{Tag: "list", Attrs: binary.Attrs{"type": "whitelist"},
		Content: []binary.Node{{Tag: "user", Attrs: binary.Attrs{"jid": jidOf(friend)}}}}}))
	answer := client.ask("status", "get", one("privacy", nil))
	if list := answer.GetChildByTag("privacy", "list"); list.Attrs["type"] != "whitelist" || list.GetChildByTag("user").Attrs["jid"] != jidOf(friend) {
		t.Errorf("kept %v", answer)
	}
	_, anna := l.linked()
	if usual, err := anna.GetStatusPrivacy(ctx); err != nil || usual[0].Type != types.StatusPrivacyTypeContacts {
		t.Errorf("usual %+v, %v", usual, err)
	}
	l.must("POST", "/admin/phones/"+enemy+"/block", map[string]string{"phone": phone}, nil)
	to := func(phone string) binary.Node {
		return binary.Node{Tag: "to", Attrs: binary.Attrs{"jid": jidOf(phone)}}
	}
	client.send(binary.Node{Tag: "message", Attrs: binary.Attrs{"id": "S1", "to": types.StatusBroadcastJID, "type": "text"}, Content: []binary.Node{
		{Tag: "participants", Content: []binary.Node{to(friend), to(enemy)}},
		{Tag: "enc", Attrs: binary.Attrs{"v": "2", "type": "skmsg"}, Content: []byte("x")},
	}})
	client.next("ack")
	got := other.next("message")
	if got.Attrs["from"] != types.StatusBroadcastJID || got.AttrGetter().JID("participant").User != phone || len(got.GetChildrenByTag("enc")) != 1 {
		t.Errorf("the friend got %v", got)
	}
	l.send(friend, enemy, "hello")
	if message := third.next("message"); message.Attrs["from"] == types.StatusBroadcastJID {
		t.Errorf("who has blocked the sender got %v", message)
	}
}
