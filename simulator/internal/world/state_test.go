package world_test

import (
	"testing"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/world"
)

// After a restart of the server a companion logs in without a code, gets what waited, and its sessions with
// the phones go on.
func TestTheStateSurvivesARestart(t *testing.T) {
	folder := t.TempDir()
	keep := func(options *world.Options) { options.StateDir = folder }
	l := newLab(t, keep)
	friend := l.newPhone()
	own, c := l.linked()
	l.send(friend, own, "before")
	c.text()
	c.say(friend, "answer before")
	l.inbox(friend, 1)
	waitFor[*events.Receipt](c)
	l.idle(own)
	ca := l.world.Authority.CAPEM()
	c.Disconnect()
	l.send(friend, own, "while away")
	preKeys := l.account(own).Companions[0].PreKeys
	l.stop()

	l = newLab(t, keep)
	if l.world.Authority.CAPEM() != ca {
		t.Error("the TLS certificate is another one")
	}
	view := l.account(own)
	if view.Registrations != 1 || view.Companions[0].Queue != 1 || view.Companions[0].PreKeys != preKeys || view.Companions[0].Logins != 1 {
		t.Errorf("account %+v", view)
	}
	again := l.openCompanion(c.path)
	must(t, again.Connect())
	if got := again.text().Message.GetConversation(); got != "while away" {
		t.Errorf("got %q", got)
	}
	again.say(friend, "answer after")
	items := l.inbox(friend, 2)
	if items[0].Text != "answer before" || items[1].Text != "answer after" || items[1].Seq != 2 {
		t.Errorf("the friend's phone has %+v", items)
	}
	if next := l.newPhone(); next == own || next == friend {
		t.Error("a number was drawn twice")
	}
}

func TestSavingOnRequest(t *testing.T) {
	folder := t.TempDir()
	l := newLab(t, func(options *world.Options) { options.StateDir = folder })
	phone := l.newPhone()
	l.must("POST", "/admin/save", nil, nil)
	other := newLab(t, func(options *world.Options) { options.StateDir = folder })
	other.account(phone)

	without := newLab(t)
	if status := without.call("POST", "/admin/save", nil, nil); status != 400 {
		t.Errorf("saving without a folder has status %d", status)
	}
}

// The same seed makes the same choices; another one makes others.
func TestTheSeedDecides(t *testing.T) {
	choices := func(number int64) []string {
		l := newLab(t, func(options *world.Options) { options.Seed = number })
		var made struct{ Phone, LID string }
		var all []string
		for range 3 {
			l.must("POST", "/admin/phones", map[string]string{}, &made)
			all = append(all, made.Phone, made.LID)
		}
		id := l.send(all[0], all[2], "text")
		root := l.world.Authority.RootKey()
		return append(all, id, string(root[:]))
	}
	first, second, other := choices(11), choices(11), choices(12)
	for i := range first {
		if first[i] != second[i] {
			t.Errorf("choice %d differs: %q and %q", i, first[i], second[i])
		}
		if first[i] == other[i] {
			t.Errorf("choice %d does not depend on the seed: %q", i, first[i])
		}
	}
}

func TestReferencesFollowTheSeed(t *testing.T) {
	refs := func() string { return newLab(t).newCompanion().code()[:90] }
	if first, second := refs(), refs(); first != second {
		t.Errorf("references %s and %s", first, second)
	}
}

func TestAnEncodedMessage(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	encoded, err := proto.Marshal(&waE2E.Message{ReactionMessage: &waE2E.ReactionMessage{
		Text: proto.String("+"), SenderTimestampMS: proto.Int64(time.Now().UnixMilli()),
	}})
	must(t, err)
	l.must("POST", "/admin/phones/"+friend+"/send", map[string]any{"to": own, "raw_base64": encoded, "id": "MYID"}, nil)
	for {
		message := waitForMessage(c)
		if message.Message.GetReactionMessage().GetText() == "+" {
			if message.Info.ID != "MYID" || message.Info.Type != "reaction" {
				t.Errorf("message %+v", message.Info)
			}
			break
		}
	}
	for name, order := range map[string]map[string]any{
		"nothing to say": {"to": own}, "no base64": {"to": own, "raw_base64": "!"}, "no message": {"to": own, "raw_base64": "////"},
	} {
		if status := l.call("POST", "/admin/phones/"+friend+"/send", order, nil); status != 400 {
			t.Errorf("%s: status %d", name, status)
		}
	}
	if status := l.call("POST", "/admin/phones/"+friend+"/send", map[string]any{"to": "4912345678", "text": "x"}, nil); status != 404 {
		t.Errorf("a message to nobody has status %d", status)
	}
}

func TestABatchKeepsItsOrder(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	var batch []map[string]string
	for _, text := range []string{"one", "two", "three"} {
		batch = append(batch, map[string]string{"to": own, "text": text})
	}
	var sent struct{ IDs []string }
	l.must("POST", "/admin/phones/"+friend+"/send-batch", map[string]any{"messages": batch}, &sent)
	for i, order := range batch {
		if got := c.text(); got.Message.GetConversation() != order["text"] || got.Info.ID != sent.IDs[i] {
			t.Errorf("message %d is %q", i, got.Message.GetConversation())
		}
	}
}
