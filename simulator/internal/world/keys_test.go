package world_test

import (
	"context"
	"testing"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/types/events"

	"holdfast/simulator/internal/world"
)

const firstUpload = 812

// Every stranger's first message uses up one key; when few are left the client is told and uploads more.
func TestPreKeysRunLowAndAreRefilled(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	start := l.account(own).Companions[0].PreKeys
	if start != firstUpload-1 {
		t.Errorf("%d keys after the greeting", start)
	}
	strangers := start - 10
	owner, _ := l.world.Rooms().Accounts.ByPhone(own)
	companion, _ := owner.Companion(1)
	for range strangers {
		l.world.Rooms().Router.TakeBundle(companion)
	}
	if left := l.account(own).Companions[0].PreKeys; left != 10 {
		t.Fatalf("%d keys left", left)
	}
	for i := range 8 {
		l.send(l.newPhone(), own, string(rune('a'+i)))
		c.text()
	}
	l.eventually("the client has uploaded more", func() bool { return l.account(own).Companions[0].PreKeys > 20 })
}

// With no one-time key left a message still arrives, on the signed key alone.
func TestMessagesArriveWithoutOneTimeKeys(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	c.Disconnect()
	owner, _ := l.world.Rooms().Accounts.ByPhone(own)
	companion, _ := owner.Companion(1)
	for l.account(own).Companions[0].PreKeys > 0 {
		l.world.Rooms().Router.TakeBundle(companion)
	}
	l.send(l.newPhone(), own, "on the signed key")
	must(t, c.Connect())
	if got := c.text().Message.GetConversation(); got != "on the signed key" {
		t.Errorf("got %q", got)
	}
}

// A setting that one companion changes reaches the other, encrypted under the phone's shared key; the second
// change is made on the version that the first one led to.
func TestAppStateIsShared(t *testing.T) {
	l := newLab(t)
	phone, first := l.linked()
	second := l.newCompanion(func(c *companion) { c.EmitAppStateEventsOnFullSync = true })
	second.pair(phone)
	for _, c := range []*companion{first, second} {
		waitForSync(c)
	}
	must(t, first.SendAppState(context.Background(), appstate.BuildSettingPushName("First")))
	if got := waitFor[*events.PushNameSetting](second); got.Action.GetName() != "First" {
		t.Fatalf("the second companion heard of %q", got.Action.GetName())
	}
	must(t, second.SendAppState(context.Background(), appstate.BuildSettingPushName("Second")))
	for {
		if got := waitFor[*events.PushNameSetting](first); got.Action.GetName() == "Second" {
			return
		}
	}
}

// waitForSync returns when the client has all five collections, and so the key.
func waitForSync(c *companion) {
	c.lab.t.Helper()
	for range len(appstate.AllPatchNames) {
		waitFor[*events.AppStateSyncComplete](c)
	}
}

func TestTheTranscriptTellsWhatWasSaid(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	id := l.send(friend, own, "hello")
	c.text()
	l.idle(own)
	var page struct {
		Items []struct {
			Dir, Account string
			Device       int
			Node         struct {
				Tag   string
				Attrs map[string]string
			}
		}
	}
	l.must("GET", "/admin/transcript?account="+own, nil, &page)
	var message, receipt bool
	for _, item := range page.Items {
		message = message || item.Dir == "out" && item.Node.Tag == "message" && item.Node.Attrs["id"] == id
		receipt = receipt || message && item.Dir == "in" && item.Node.Tag == "receipt" && item.Node.Attrs["id"] == id
		if item.Account != own {
			t.Fatalf("a stanza of %s", item.Account)
		}
	}
	if !message || !receipt {
		t.Errorf("message %v, receipt %v in %d stanzas", message, receipt, len(page.Items))
	}
	silent := newLab(t, func(options *world.Options) { options.Transcript = 0 })
	silent.linked()
	silent.must("GET", "/admin/transcript", nil, &page)
	if len(page.Items) != 0 {
		t.Error("a transcript that is off has stanzas")
	}
}
