package world_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/types/events"

	"holdfast/simulator/internal/world"
)

// order changes a chat on a phone.
func (l *lab) order(phone, chat string, order fields) {
	l.t.Helper()
	l.must("POST", "/admin/phones/"+phone+"/chats/"+chat, order, nil)
}

// A phone tells a new companion its push name, and later each setting that people change on it.
func TestAPhonesSettingsReachItsCompanions(t *testing.T) {
	l := newLab(t)
	own := l.newPhone()
	l.must("POST", "/admin/phones/"+own+"/rename", fields{"name": "Anna"}, nil)
	friend := l.newPhone()
	c := l.newCompanion(func(c *companion) { c.EmitAppStateEventsOnFullSync = true })
	c.pair(own)
	if name := waitFor[*events.PushNameSetting](c); name.Action.GetName() != "Anna" {
		t.Errorf("the companion heard of the name %q", name.Action.GetName())
	}
	id := l.send(friend, own, "hello")
	c.message(id)
	l.must("POST", "/admin/phones/"+own+"/contacts", fields{"phone": friend, "name": "Ben Example"}, nil)
	if contact := waitFor[*events.Contact](c); contact.JID != jidOf(friend) || contact.Action.GetFullName() != "Ben Example" {
		t.Errorf("contact %+v", contact)
	}
	l.order(own, friend, fields{"archived": true})
	if archive := waitFor[*events.Archive](c); !archive.Action.GetArchived() || archive.JID != jidOf(friend) {
		t.Errorf("archive %+v", archive)
	}
	l.order(own, friend, fields{"pinned": true})
	if pin := waitFor[*events.Pin](c); !pin.Action.GetPinned() {
		t.Errorf("pin %+v", pin)
	}
	l.must("POST", "/admin/phones/"+own+"/labels", fields{"label_id": "3", "name": "VIP", "color": 4}, nil)
	if label := waitFor[*events.LabelEdit](c); label.LabelID != "3" || label.Action.GetName() != "VIP" || label.Action.GetColor() != 4 {
		t.Errorf("label %+v", label)
	}
	l.order(own, friend, fields{"label": "3"})
	if given := waitFor[*events.LabelAssociationChat](c); given.LabelID != "3" || given.JID != jidOf(friend) || !given.Action.GetLabeled() {
		t.Errorf("label of the chat %+v", given)
	}
	if shown := l.chat(own, friend); !slices.Equal(shown.Labels, []string{"3"}) {
		t.Errorf("the phone shows %+v", shown)
	}
	l.order(own, friend, fields{"mute_s": 3600})
	if mute := waitFor[*events.Mute](c); !mute.Action.GetMuted() || mute.Action.GetMuteEndTimestamp() < time.Now().UnixMilli() {
		t.Errorf("mute %+v", mute)
	}
	l.order(own, friend, fields{"read": true})
	if read := waitFor[*events.MarkChatAsRead](c); !read.Action.GetRead() {
		t.Errorf("read %+v", read)
	}
	l.order(own, friend, fields{"star": id})
	if star := waitFor[*events.Star](c); star.MessageID != id || !star.Action.GetStarred() || star.IsFromMe {
		t.Errorf("star %+v", star)
	}
	shown := l.chat(own, friend)
	if !shown.Archived || !shown.Pinned || shown.MutedUntil == 0 || shown.Name != "Ben Example" || !l.line(own, friend, id).Starred || shown.Unread != 0 {
		t.Errorf("the phone shows %+v", shown)
	}
	l.must("POST", "/admin/phones/"+own+"/rename", fields{"name": "Anna B"}, nil)
	if name := waitFor[*events.PushNameSetting](c); name.Action.GetName() != "Anna B" {
		t.Errorf("the new name came as %q", name.Action.GetName())
	}
	l.order(own, friend, fields{"delete_for_me": id})
	if gone := waitFor[*events.DeleteForMe](c); gone.MessageID != id {
		t.Errorf("deleted %+v", gone)
	}
	l.order(own, friend, fields{"delete": true})
	waitFor[*events.DeleteChat](c)
	if len(l.chat(own, friend).Messages) != 0 {
		t.Error("the chat is still there")
	}
	if c.Store.PushName != "Anna B" {
		t.Errorf("the companion calls itself %q", c.Store.PushName)
	}
}

// What a companion sets is on the phone's screen, and in its ledger: the phone can write after it.
func TestACompanionsSettingsReachThePhone(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	friend := l.newPhone()
	l.send(friend, own, "hello")
	c.text()
	ctx := context.Background()
	must(t, c.SendAppState(ctx, appstate.BuildPin(jidOf(friend), true)))
	must(t, c.SendAppState(ctx, appstate.BuildMute(jidOf(friend), true, 0)))
	must(t, c.SendAppState(ctx, appstate.BuildSettingPushName("Companion")))
	l.eventually("the phone shows it", func() bool {
		shown := l.chat(own, friend)
		return shown.Pinned && shown.MutedUntil == -1
	})
	l.order(own, friend, fields{"pinned": false})
	for waitFor[*events.Pin](c).Action.GetPinned() {
	}
	if shown := l.chat(own, friend); shown.Pinned {
		t.Errorf("the phone shows %+v", shown)
	}
	var phones struct {
		Items []struct{ Phone, Name string }
	}
	l.eventually("the account has the companion's name", func() bool {
		l.must("GET", "/admin/phones", nil, &phones)
		return phones.Items[0].Name == "Companion"
	})
}

// A companion that was not told of a new key asks for it, and reads what is sealed with it.
func TestANewKeyIsSharedWhenAskedFor(t *testing.T) {
	l := newLab(t)
	own, c := l.linked(func(c *companion) { c.EmitAppStateEventsOnFullSync = true })
	friend := l.newPhone()
	var old, rotated struct {
		KeyID string `json:"key_id"`
	}
	l.must("POST", "/admin/phones/"+own+"/rotate-key", fields{"tell": true}, &old)
	l.must("POST", "/admin/phones/"+own+"/rotate-key", fields{}, &rotated)
	if rotated.KeyID <= old.KeyID {
		t.Errorf("key %s follows %s", rotated.KeyID, old.KeyID)
	}
	l.order(own, friend, fields{"archived": true})
	if archive := waitFor[*events.Archive](c); !archive.Action.GetArchived() {
		t.Errorf("archive %+v", archive)
	}
}

// Settings, contacts and screens are there again after a restart.
func TestAPhoneKeepsItsScreen(t *testing.T) {
	folder := t.TempDir()
	first := newLab(t, inFolder(folder))
	own, friend := first.newPhone(), first.newPhone()
	id := first.send(friend, own, "hello")
	first.inbox(own, 1)
	first.must("POST", "/admin/phones/"+own+"/contacts", fields{"phone": friend, "name": "Ben"}, nil)
	first.order(own, friend, fields{"pinned": true})
	first.post(own, friend, fields{"reaction": "x", "target": id})
	first.stop()
	second := newLab(t, inFolder(folder))
	shown := second.chat(own, friend)
	if !shown.Pinned || shown.Name != "Ben" || shown.Unread != 1 || second.line(own, friend, id).Reactions[own] != "x" {
		t.Errorf("after the restart: %+v", shown)
	}
	second.order(own, friend, fields{"pinned": false})
	second.must("POST", "/admin/phones/"+own+"/contacts", fields{"phone": friend, "name": ""}, nil)
	if shown = second.chat(own, friend); shown.Pinned || shown.Name == "Ben" {
		t.Errorf("after the change: %+v", shown)
	}
}

// inFolder keeps a world's state in a folder.
func inFolder(folder string) func(*world.Options) {
	return func(options *world.Options) { options.StateDir = folder }
}
