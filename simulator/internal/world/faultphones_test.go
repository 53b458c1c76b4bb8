package world_test

import (
	"testing"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

// A phone that was set up again has another identity, and everybody can go on talking with it.
func TestIdentityChange(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	c.AutoTrustIdentity = true
	sibling := l.newCompanion()
	sibling.pair(friend)
	c.say(friend, "before")
	l.send(friend, own, "before too")
	if got := c.text().Message.GetConversation(); got != "before too" {
		t.Errorf("received %q", got)
	}
	if done := l.strike("identity-change", friend); done.Hit != 1 {
		t.Errorf("hit %d", done.Hit)
	}
	if changed := waitFor[*events.IdentityChange](c); changed.JID.User != friend && changed.JID.Server != types.HiddenUserServer {
		t.Errorf("changed: %+v", changed)
	}
	if out := waitFor[*events.LoggedOut](sibling); out.OnConnect {
		t.Error("the sibling was logged out at a connect")
	}
	c.say(friend, "after")
	if items := l.inbox(friend, 2); items[1].Text != "after" {
		t.Errorf("the friend has %+v", items)
	}
	l.send(friend, own, "after too")
	if got := c.text().Message.GetConversation(); got != "after too" {
		t.Errorf("received %q", got)
	}
}

// A companion without the key asks for it, as soon as there is something that it cannot read.
func TestKeyWithheld(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	l.strike("appstate-key-withheld", phone, "count", -1)
	c := l.newCompanion()
	c.pair(phone)
	l.eventually("the phone has greeted the companion", func() bool { return l.confirmed(phone) >= greeting-1 })
	has := func() bool {
		key, err := c.Store.AppStateKeys.GetLatestAppStateSyncKeyID(t.Context())
		must(t, err)
		return key != nil
	}
	if has() {
		t.Fatal("the companion has a key")
	}
	l.must("DELETE", "/admin/faults", nil, nil)
	if err := c.FetchAppState(t.Context(), appstate.WAPatchCriticalBlock, true, false); err == nil {
		t.Error("app state can be read without its key")
	}
	l.eventually("the companion has the key", has)
}
