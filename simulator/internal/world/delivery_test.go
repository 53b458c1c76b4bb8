package world_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types/events"
)

// What was delivered and not acknowledged comes again on the next connection, in the old order, before what
// is newer.
func TestUnacknowledgedMessagesComeAgain(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	refuse := make(chan struct{})
	own, c := l.linked(func(c *companion) {
		c.keep = func(message *events.Message) bool {
			select {
			case <-refuse:
				return true
			default:
				return message.Message.GetConversation() == ""
			}
		}
	})
	for i := range 3 {
		l.send(friend, own, fmt.Sprint(i))
	}
	for range 3 {
		c.text()
	}
	if waiting := l.account(own).Companions[0].Queue; waiting != 3 {
		t.Fatalf("%d stanzas wait", waiting)
	}
	c.Disconnect()
	l.send(friend, own, "3")
	close(refuse)
	must(t, c.Connect())
	preview := waitFor[*events.OfflineSyncPreview](c)
	if preview.Messages != 4 {
		t.Errorf("the preview tells of %d messages", preview.Messages)
	}
	for i := range 4 {
		if got := c.text().Message.GetConversation(); got != fmt.Sprint(i) {
			t.Fatalf("message %d says %q", i, got)
		}
	}
	if done := waitFor[*events.OfflineSyncCompleted](c); done.Count != 4 {
		t.Errorf("the drain ends with %d", done.Count)
	}
	l.idle(own)
}

// A repeated send with the same id reaches the phone again; the phone keeps it once and counts.
func TestPhonesCountDuplicatesById(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	_, c := l.linked()
	id := c.say(friend, "once")
	c.sayAgain(friend, "once", id)
	c.say(friend, "last")
	items := l.inbox(friend, 2)
	if len(items) != 2 || items[0].ID != id || items[0].Duplicates != 1 || items[1].Text != "last" {
		t.Fatalf("inbox %+v", items)
	}
}

func TestReceiptsReachThePhone(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	id := l.send(friend, own, "read me")
	message := c.text()
	must(t, c.MarkRead(context.Background(), []string{id}, time.Now(), message.Info.Chat, message.Info.Sender))
	seen := map[string]int{}
	l.eventually("delivered to both devices and read", func() bool {
		seen = map[string]int{}
		var page struct {
			Items []struct {
				ID, From, Type string
				FromDevice     int `json:"from_device"`
			}
		}
		l.must("GET", "/admin/phones/"+friend+"/receipts", nil, &page)
		for _, item := range page.Items {
			if item.ID == id && item.From == own {
				seen[fmt.Sprint(item.Type, item.FromDevice)]++
			}
		}
		return seen["delivered0"] == 1 && seen["inactive1"] == 1 && seen["read1"] == 1
	})
}

func TestAPhoneReadsWhatACompanionWrote(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	id := c.say(friend, "look")
	l.must("POST", "/admin/phones/"+friend+"/read", map[string]any{"chat": own, "ids": []string{id}}, nil)
	for {
		if receipt := waitFor[*events.Receipt](c); receipt.Type == "read" {
			if receipt.MessageIDs[0] != id {
				t.Errorf("receipt %+v", receipt)
			}
			return
		}
	}
}

// Two companions of one account see each other's messages and the phone's; a friend who knew one of them
// hears of the second and writes to it too.
func TestSiblings(t *testing.T) {
	l := newLab(t)
	friendPhone, friend := l.linked()
	own, first := l.linked()
	friend.say(own, "to one")
	first.text()
	second := l.newCompanion()
	second.pair(own)
	l.idle(friendPhone)
	friend.say(own, "to both")
	for _, c := range []*companion{first, second} {
		if got := c.text().Message.GetConversation(); got != "to both" {
			t.Fatalf("%s got %q", c.Store.ID, got)
		}
	}
	first.say(friendPhone, "from the first")
	copied := second.text()
	if !copied.Info.IsFromMe || copied.Info.Chat.User != friend.Store.LID.User {
		t.Errorf("the sibling's copy is %+v", copied.Info)
	}
	l.send(own, friendPhone, "from the phone")
	for _, c := range []*companion{first, second} {
		copied := c.text()
		if !copied.Info.IsFromMe || copied.Message.GetConversation() != "from the phone" {
			t.Errorf("%s has %q, from me %v", c.Store.ID, copied.Message.GetConversation(), copied.Info.IsFromMe)
		}
	}
	for _, want := range []string{"from the first", "from the phone"} {
		if got := friend.text().Message.GetConversation(); got != want {
			t.Errorf("the friend got %q, not %q", got, want)
		}
	}
}

// A companion whose session is gone asks again, and gets the message in a new session.
func TestPhonesHonourRetryReceipts(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	l.send(friend, own, "first")
	c.text()
	c.say(friend, "answer") // ends the phase in which every message carries a pre-key
	l.inbox(friend, 1)
	lid, err := c.Store.LIDs.GetLIDForPN(context.Background(), jidOf(friend))
	must(t, err)
	must(t, c.Store.Sessions.DeleteAllSessions(context.Background(), lid.SignalAddressUser()))
	id := l.send(friend, own, "second")
	waitFor[*events.UndecryptableMessage](c)
	got := c.text()
	if got.Message.GetConversation() != "second" || got.Info.ID != id {
		t.Fatalf("got %q as %s", got.Message.GetConversation(), got.Info.ID)
	}
	l.idle(own)
}

func TestASpoiledMessageIsSentAgain(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	l.must("POST", "/admin/faults", map[string]any{"name": "undecryptable", "account": own}, nil)
	id := l.send(friend, own, "whole")
	waitFor[*events.UndecryptableMessage](c)
	if got := c.text(); got.Info.ID != id || got.Message.GetConversation() != "whole" {
		t.Fatalf("got %q", got.Message.GetConversation())
	}
}

// A companion that could not decrypt asks its phone too, and the phone sends what it has.
func TestThePhoneResendsPlaceholders(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	id := l.send(friend, own, "ask your phone")
	message := c.text()
	l.inbox(own, 1)
	request := c.BuildUnavailableMessageRequest(message.Info.Chat, message.Info.Sender, id)
	response, err := c.SendPeerMessage(context.Background(), request)
	must(t, err)
	again := c.text()
	if again.Info.ID != id || again.UnavailableRequestID != response.ID || again.Message.GetConversation() != "ask your phone" {
		t.Errorf("got %+v for request %s", again.Info, response.ID)
	}
	l.idle(own)
}
