package world_test

import (
	"context"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	"holdfast/simulator/internal/world"
)

// What somebody typed before and between messages comes in its place, to who was away too.
func TestTypingWaitsInItsPlace(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	_, ben := l.linked()
	ben.say(annaPhone, "so that they know each other")
	anna.text()
	l.idle(annaPhone)
	anna.Disconnect()
	l.eventually("anna is away", func() bool { return !l.account(annaPhone).Companions[0].Connected })
	must(t, ben.SendChatPresence(ctx, jidOf(annaPhone), types.ChatPresenceComposing, types.ChatPresenceMediaText))
	ben.say(annaPhone, "one")
	must(t, ben.SendChatPresence(ctx, jidOf(annaPhone), types.ChatPresencePaused, ""))
	l.eventually("both are waiting", func() bool { return l.account(annaPhone).Companions[0].Queue >= 1 }) // a token of trust may have come too
	must(t, anna.Connect())
	var heard []string
	for len(heard) < 3 {
		select {
		case event := <-anna.events:
			switch fact := event.(type) {
			case *events.ChatPresence:
				heard = append(heard, string(fact.State))
			case *events.Message:
				heard = append(heard, fact.Message.GetConversation())
			}
		case <-time.After(patience):
			t.Fatalf("heard only %v", heard)
		}
	}
	if heard[0] != "composing" || heard[1] != "one" || heard[2] != "paused" {
		t.Errorf("heard %v", heard)
	}
}

// Who comes back too late does not hear that somebody was typing.
func TestTypingRunsOut(t *testing.T) {
	l := newLab(t, func(options *world.Options) { options.TypingLife = time.Millisecond })
	annaPhone, anna := l.linked()
	_, ben := l.linked()
	ben.say(annaPhone, "so that they know each other")
	anna.text()
	l.idle(annaPhone)
	anna.Disconnect()
	l.eventually("anna is away", func() bool { return !l.account(annaPhone).Companions[0].Connected })
	must(t, ben.SendChatPresence(context.Background(), jidOf(annaPhone), types.ChatPresenceComposing, ""))
	ben.say(annaPhone, "one")                                                                      // comes after the notice, which has run out when anna logs in
	l.eventually("it waits", func() bool { return l.account(annaPhone).Companions[0].Queue >= 1 }) // a token of trust may have come too
	must(t, anna.Connect())
	for {
		switch fact := (<-anna.events).(type) {
		case *events.ChatPresence:
			t.Fatal("anna heard that ben was typing")
		case *events.Message:
			if fact.Message.GetConversation() != "one" {
				t.Errorf("got %+v", fact.Message)
			}
			return
		}
	}
}

// Who watched and was away hears the last word alone, once.
func TestPresenceWhileAway(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	benPhone, ben := l.linked()
	anna.Store.PushName = "Anna"
	must(t, ben.SubscribePresence(ctx, jidOf(annaPhone)))
	waitFor[*events.Presence](ben)
	ben.Disconnect()
	l.eventually("ben is away", func() bool { return !l.account(benPhone).Companions[0].Connected })
	account, _ := l.world.Rooms().Accounts.ByPhone(annaPhone)
	for _, state := range []types.Presence{types.PresenceAvailable, types.PresenceUnavailable, types.PresenceAvailable} {
		must(t, anna.SendPresence(ctx, state))
		l.eventually("the server knows", func() bool {
			present, _ := account.Present()
			return present == (state == types.PresenceAvailable)
		})
	}
	must(t, ben.Connect())
	if presence := waitFor[*events.Presence](ben); presence.Unavailable {
		t.Errorf("ben heard %+v first", presence)
	}
	anna.say(benPhone, "after it")
	for {
		switch fact := (<-ben.events).(type) {
		case *events.Presence:
			t.Fatalf("ben heard %+v too", fact)
		case *events.Message:
			if fact.Message.GetConversation() == "after it" {
				return
			}
		}
	}
}

// An account that hides when it was last seen says so; one that hides that it is online says nothing.
func TestHiddenPresence(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linked()
	_, ben := l.linked()
	anna.Store.PushName = "Anna"
	must(t, anna.SendPresence(ctx, types.PresenceAvailable))
	must(t, anna.SendPresence(ctx, types.PresenceUnavailable))
	account, _ := l.world.Rooms().Accounts.ByPhone(annaPhone)
	l.eventually("anna was seen", func() bool { present, seen := account.Present(); return !present && !seen.IsZero() })
	must(t, ben.SubscribePresence(ctx, jidOf(annaPhone)))
	if presence := waitFor[*events.Presence](ben); presence.LastSeen.IsZero() {
		t.Errorf("heard %+v", presence)
	}
	_, err := anna.SetPrivacySetting(ctx, types.PrivacySettingTypeLastSeen, types.PrivacySettingNone)
	must(t, err)
	if presence := waitFor[*events.Presence](ben); !presence.Unavailable || !presence.LastSeen.IsZero() {
		t.Errorf("heard %+v", presence)
	}
	_, err = anna.SetPrivacySetting(ctx, types.PrivacySettingTypeOnline, types.PrivacySettingMatchLastSeen)
	must(t, err)
	must(t, anna.SendPresence(ctx, types.PresenceAvailable))
	l.eventually("anna is there", func() bool { present, _ := account.Present(); return present })
	anna.say(ben.Store.ID.User, "over")
	for {
		switch fact := (<-ben.events).(type) {
		case *events.Presence:
			t.Fatalf("ben heard %+v", fact)
		case *events.Message:
			if fact.Message.GetConversation() == "over" {
				return
			}
		}
	}
}
