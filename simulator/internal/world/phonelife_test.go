package world_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

type phoneStatus struct {
	Asleep     bool
	LastSeen   int64 `json:"last_seen"`
	Waiting    int
	Companions []struct {
		Device   int
		Platform string
		LinkedAt int64 `json:"linked_at"`
	}
}

func (l *lab) status(phone string) phoneStatus {
	l.t.Helper()
	var status phoneStatus
	l.must("GET", "/admin/phones/"+phone, nil, &status)
	return status
}

type activityItem struct {
	Kind, From, Chat, State string
	CallID                  string `json:"call_id"`
	Device                  int    `json:"from_device"`
}

// activity waits until the phone has noticed n things.
func (l *lab) activity(phone string, n int) []activityItem {
	l.t.Helper()
	var page struct{ Items []activityItem }
	l.eventually("the phone notices it", func() bool {
		l.must("GET", "/admin/phones/"+phone+"/activity", nil, &page)
		return len(page.Items) >= n
	})
	return page.Items
}

// What is for a sleeping phone waits in its order; companions' messages are acknowledged by the server all the same.
func TestASleepingPhone(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	_, c := l.linked()
	first := c.say(friend, "awake")
	waitForReceipt(c, first, types.ReceiptTypeDelivered)
	l.must("POST", "/admin/phones/"+friend+"/sleep", fields{}, nil)
	var ids []string
	for i := range 5 {
		ids = append(ids, c.say(friend, fmt.Sprint(i)))
	}
	status := l.status(friend)
	if !status.Asleep || status.Waiting != 5 || len(l.inbox(friend, 1)) != 1 {
		t.Errorf("asleep: %+v", status)
	}
	var failure struct{ Error string }
	if code := l.call("POST", "/admin/phones/"+friend+"/send", fields{"to": c.Store.ID.User, "text": "x"}, &failure); code != http.StatusConflict {
		t.Errorf("a sleeping phone sends: %d", code)
	}
	l.must("POST", "/admin/phones/"+friend+"/wake", nil, nil)
	waitForReceipt(c, ids[4], types.ReceiptTypeDelivered)
	for i, item := range l.inbox(friend, 6)[1:] {
		if item.Text != fmt.Sprint(i) {
			t.Errorf("message %d is %q", i, item.Text)
		}
	}
	if status = l.status(friend); status.Asleep || status.Waiting != 0 {
		t.Errorf("awake: %+v", status)
	}
}

func waitForReceipt(c *companion, id string, kind types.ReceiptType) *events.Receipt {
	c.lab.t.Helper()
	for {
		receipt := waitFor[*events.Receipt](c)
		if receipt.Type != kind {
			continue
		}
		for _, found := range receipt.MessageIDs {
			if found == id {
				return receipt
			}
		}
	}
}

// Days without the phone pass by the clock; the server unlinks its companions only if it was told to.
func TestAPhoneThatIsAwayForTooLong(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	other, d := l.linked()
	l.must("POST", "/admin/phones/"+own+"/sleep", fields{"unlink_after_days": 14}, nil)
	l.must("POST", "/admin/phones/"+other+"/sleep", fields{}, nil)
	l.must("POST", "/admin/clock", fields{"advance_s": 13 * 24 * 3600}, nil)
	if !c.IsConnected() || len(l.status(own).Companions) != 1 {
		t.Fatal("unlinked too early")
	}
	l.must("POST", "/admin/clock", fields{"advance_s": 2 * 24 * 3600}, nil)
	if out := waitFor[*events.LoggedOut](c); out.OnConnect {
		t.Errorf("logged out %+v", out)
	}
	if status := l.status(own); len(status.Companions) != 0 || time.Now().Unix()-status.LastSeen > 60 {
		t.Errorf("after 15 days: %+v", status)
	}
	if !d.IsLoggedIn() || len(l.status(other).Companions) != 1 {
		t.Error("the other one is unlinked too")
	}
}

// A companion that is linked while its phone sleeps gets its keys and its history when the phone wakes.
func TestLinkedWhileThePhoneSleeps(t *testing.T) {
	l := newLab(t)
	own := l.newPhone()
	l.must("POST", "/admin/phones/"+own+"/sleep", fields{}, nil)
	c := l.newCompanion()
	c.pair(own)
	l.eventually("the greeting waits", func() bool { return l.status(own).Waiting > 0 })
	if got := l.confirmed(own); got != 0 {
		t.Fatalf("a sleeping phone has greeted: %d", got)
	}
	l.must("POST", "/admin/phones/"+own+"/wake", nil, nil)
	waitFor[*events.HistorySync](c)
	l.eventually("it is greeted", func() bool { return l.confirmed(own) == greeting })
}

func TestTypingPresenceAndReading(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	ctx := context.Background()
	typing := func(state string) {
		l.must("POST", "/admin/phones/"+friend+"/typing", fields{"to": own, "state": state}, nil)
	}
	for _, test := range []struct {
		state string
		want  types.ChatPresence
		media types.ChatPresenceMedia
	}{
		{"composing", types.ChatPresenceComposing, types.ChatPresenceMediaText}, {"recording", types.ChatPresenceComposing, types.ChatPresenceMediaAudio},
		{"paused", types.ChatPresencePaused, types.ChatPresenceMediaText},
	} {
		typing(test.state)
		if got := waitFor[*events.ChatPresence](c); got.State != test.want || got.Media != test.media {
			t.Errorf("%s came as %+v", test.state, got)
		}
	}
	must(t, c.SendChatPresence(ctx, jidOf(friend), types.ChatPresenceComposing, types.ChatPresenceMediaAudio))
	if got := l.activity(friend, 1)[0]; got.Kind != "typing" || got.State != "recording" || got.From != own || got.Device != 1 {
		t.Errorf("the phone noticed %+v", got)
	}
	must(t, c.SubscribePresence(ctx, jidOf(friend)))
	if waitFor[*events.Presence](c); true {
		l.must("POST", "/admin/phones/"+friend+"/presence", fields{"available": true}, nil)
	}
	if got := waitFor[*events.Presence](c); got.Unavailable {
		t.Errorf("presence %+v", got)
	}
	l.must("POST", "/admin/phones/"+friend+"/sleep", fields{}, nil)
	if got := waitFor[*events.Presence](c); !got.Unavailable || got.LastSeen.IsZero() {
		t.Errorf("asleep it is seen as %+v", got)
	}
	l.must("POST", "/admin/phones/"+friend+"/wake", nil, nil)
	first, second := c.say(friend, "one"), c.say(friend, "two")
	l.inbox(friend, 2)
	l.must("POST", "/admin/phones/"+friend+"/read", fields{"chat": own}, nil)
	if got := waitForReceipt(c, second, types.ReceiptTypeRead); len(got.MessageIDs) != 2 || got.MessageIDs[0] != first {
		t.Errorf("read %v", got.MessageIDs)
	}
	l.must("POST", "/admin/phones/"+friend+"/read", fields{"chat": own, "ids": []string{second}, "played": true}, nil)
	waitForReceipt(c, second, types.ReceiptTypePlayed)
	l.eventually("the own phone's screen shows it", func() bool {
		return l.line(own, friend, first).Status == "read" && l.line(own, friend, second).Status == "played"
	})
	if shown := l.chat(friend, own); shown.Unread != 0 || shown.Messages[1].Status != "played" {
		t.Errorf("the reader's screen: %+v", shown)
	}
}

// What one device of an account has read, its others know: read on the phone, the companions hear of it, and the
// other way round.
func TestReadOnAnotherDevice(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	second := l.newCompanion()
	second.pair(own)
	l.eventually("it is greeted", func() bool { return l.confirmed(own) == 2*greeting })
	id := l.send(friend, own, "read me")
	message := c.message(id)
	l.must("POST", "/admin/phones/"+own+"/read", fields{"chat": friend}, nil)
	for _, reader := range []*companion{c, second} {
		if got := waitForReceipt(reader, id, types.ReceiptTypeRead); !got.IsFromMe || got.Chat != message.Info.Chat {
			t.Errorf("the companion hears %+v", got)
		}
	}
	other := l.send(friend, own, "and me")
	c.message(other)
	must(t, c.MarkRead(context.Background(), []string{other}, time.Now(), message.Info.Chat, message.Info.Sender))
	if got := waitForReceipt(second, other, types.ReceiptTypeRead); !got.IsFromMe || got.Sender.Device != 1 {
		t.Errorf("the other companion hears %+v", got)
	}
	l.eventually("the phone knows it too", func() bool { return l.line(own, friend, other).Status == "read" && l.chat(own, friend).Unread == 0 })
	l.idle(own)
}

// Who has switched read receipts off tells only the own devices.
func TestReadingInSecret(t *testing.T) {
	l := newLab(t)
	friend, c := l.linked()
	own, mine := l.linked()
	l.must("POST", "/admin/phones/"+own+"/privacy", fields{"name": "readreceipts", "value": "none"}, nil)
	id := c.say(own, "do you read this?")
	mine.message(id)
	l.must("POST", "/admin/phones/"+own+"/read", fields{"chat": friend}, nil)
	waitForReceipt(mine, id, types.ReceiptTypeReadSelf)
	l.idle(friend)
	if line := l.line(friend, own, id); line.Status != "delivered" || l.chat(own, friend).Unread != 0 {
		t.Errorf("the writer sees %+v", line)
	}
}

// Receipts of a group go to each writer, from each reader.
func TestReadingInAGroup(t *testing.T) {
	l := newLab(t)
	anna, ben, carl := l.newPhone(), l.newPhone(), l.newPhone()
	var group struct{ ID, JID string }
	l.must("POST", "/admin/phones/"+anna+"/groups", fields{"subject": "G", "members": []string{ben, carl}}, &group)
	fromAnna, fromBen := l.post(anna, group.JID, fields{"text": "a"}), l.post(ben, group.JID, fields{"text": "b"})
	l.inbox(carl, 2)
	l.must("POST", "/admin/phones/"+carl+"/read", fields{"chat": group.JID}, nil)
	for writer, id := range map[string]string{anna: fromAnna, ben: fromBen} {
		l.eventually("the writer hears that it was read", func() bool { return l.line(writer, group.JID, id).Status == "read" })
	}
	if own := l.line(carl, group.JID, fromBen); own.Status != "read" {
		t.Errorf("the reader's own screen: %+v", own)
	}
	l.must("POST", "/admin/phones/"+carl+"/typing", fields{"to": group.JID, "state": "composing"}, nil)
	if got := l.activity(anna, 2)[1]; got.Kind != "typing" || got.From != carl || got.Chat != group.JID {
		t.Errorf("typing in the group: %+v", got)
	}
	deleted := fields{"delete": true, "target": fromBen}
	l.post(anna, group.JID, deleted)
	l.eventually("an admin's deletion counts", func() bool { return l.line(carl, group.JID, fromBen).Deleted })
	l.post(carl, group.JID, fields{"delete": true, "target": fromAnna})
	l.post(carl, group.JID, fields{"text": "after"})
	l.inbox(ben, 4)
	if l.line(ben, group.JID, fromAnna).Deleted {
		t.Error("a member without rights has deleted another's message")
	}
}

// Three companions of one account see what each of them and the phone sends.
func TestThreeCompanionsOfOneAccount(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, first := l.linked()
	companions := []*companion{first}
	for i := range 2 {
		c := l.newCompanion()
		c.pair(own)
		companions = append(companions, c)
		l.eventually("it is greeted", func() bool { return l.confirmed(own) == greeting*(i+2) })
	}
	status := l.status(own)
	for i, c := range status.Companions {
		if c.Device != i+1 || c.Platform == "" || c.LinkedAt == 0 {
			t.Errorf("companion %+v", c)
		}
	}
	for i, writer := range companions {
		l.eventually("each knows of the others", func() bool {
			for _, each := range l.account(own).Companions {
				if each.Queue > 0 {
					return false
				}
			}
			return true
		})
		id := writer.say(friend, fmt.Sprint("from ", i))
		for j, reader := range companions {
			if i == j {
				continue
			}
			got := reader.message(id)
			if !got.Info.IsFromMe || got.Info.Chat.User == own || got.Info.DeviceSentMeta == nil {
				t.Errorf("companion %d sees the message of %d as %+v", j, i, got.Info)
			}
		}
	}
	id := l.send(own, friend, "from the phone")
	for _, reader := range companions {
		if got := reader.message(id); !got.Info.IsFromMe || got.Message.GetConversation() != "from the phone" {
			t.Errorf("the phone's message: %+v", got.Message)
		}
	}
	if shown := l.chat(own, friend); len(shown.Messages) != 4 {
		t.Errorf("the phone shows %d messages", len(shown.Messages))
	}
	l.must("POST", fmt.Sprintf("/admin/accounts/%s/devices/2/logout", own), nil, nil)
	waitFor[*events.LoggedOut](companions[1])
	if len(l.status(own).Companions) != 2 || !companions[0].IsLoggedIn() || !companions[2].IsLoggedIn() {
		t.Errorf("after unlinking one: %+v", l.status(own))
	}
}
