package world_test

import (
	"testing"

	"go.mau.fi/whatsmeow/types/events"
)

func TestACompanionPairsLogsInAndTalks(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()

	id := l.send(friend, own, "hello")
	got := c.text()
	if got.Message.GetConversation() != "hello" || got.Info.ID != id || got.Info.IsFromMe {
		t.Fatalf("received %q as %s", got.Message.GetConversation(), got.Info.ID)
	}
	if got.Info.SenderAlt.User != friend {
		t.Errorf("the sender's number is %s, not %s", got.Info.SenderAlt.User, friend)
	}

	answer := c.say(friend, "hello yourself")
	item := l.inbox(friend, 1)[0]
	if item.Text != "hello yourself" || item.ID != answer || item.From != own || item.Duplicates != 0 || item.Kind != "text" {
		t.Fatalf("the friend's phone has %+v", item)
	}
	copies := l.inbox(own, 2)
	if copies[0].Text != "hello" || copies[0].FromMe || copies[0].Chat != friend {
		t.Errorf("the own phone's copy of the question is %+v", copies[0])
	}
	if copies[1].Text != "hello yourself" || !copies[1].FromMe || copies[1].Chat != friend {
		t.Errorf("the own phone's copy of the answer is %+v", copies[1])
	}
	receipt := waitFor[*events.Receipt](c)
	if receipt.MessageIDs[0] != answer || receipt.Type != "" {
		t.Errorf("receipt %+v", receipt)
	}
	view := l.account(own)
	if view.Registrations != 1 || len(view.Companions) != 1 || !view.Companions[0].Connected {
		t.Errorf("account %+v", view)
	}
	l.idle(own)
}
