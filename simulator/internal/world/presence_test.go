package world_test

import (
	"context"
	"testing"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
)

func TestPresence(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	_, ben := l.linked()
	anna.Store.PushName = "Anna at the screen"
	expect := func(unavailable bool) *events.Presence {
		t.Helper()
		presence := waitFor[*events.Presence](ben)
		if presence.From.User != annaPhone || presence.Unavailable != unavailable {
			t.Fatalf("heard %+v", presence)
		}
		return presence
	}
	must(t, ben.SubscribePresence(ctx, jidOf(annaPhone)))
	expect(true)
	must(t, anna.SendPresence(ctx, types.PresenceAvailable))
	expect(false)
	must(t, anna.SendPresence(ctx, types.PresenceUnavailable))
	if expect(true).LastSeen.IsZero() {
		t.Error("not told when")
	}
	must(t, anna.SendPresence(ctx, types.PresenceAvailable))
	expect(false)
	anna.Disconnect()
	expect(true)
	if found, _ := l.world.Rooms().Accounts.ByPhone(annaPhone); found.Name() != "Anna at the screen" {
		t.Errorf("the name is %q", found.Name())
	}
}
