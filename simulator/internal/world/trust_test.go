package world_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/tokens"
)

// linkedAs is linked with a push name of the test's choice, which may hold a scenario.
func (l *lab) linkedAs(name string) (string, *companion) {
	l.t.Helper()
	var made struct{ Phone string }
	l.must("POST", "/admin/phones", map[string]string{"name": name}, &made)
	c := l.newCompanion()
	c.pair(made.Phone)
	l.eventually("the phone has greeted the companion", func() bool {
		return l.confirmed(made.Phone) == greeting && l.account(made.Phone).Companions[0].Queue == 0
	})
	return made.Phone, c
}

func (c *companion) trySaying(phone, text string) error {
	_, err := c.SendMessage(context.Background(), jidOf(phone), &waE2E.Message{Conversation: proto.String(text)})
	return err
}

// tokenOf waits until the client has a token that the phone's account has issued.
func (c *companion) tokenOf(phone string) []byte {
	c.lab.t.Helper()
	account, _ := c.lab.world.Rooms().Accounts.ByPhone(phone)
	var token []byte
	c.lab.eventually("the token has arrived", func() bool {
		stored, err := c.Store.PrivacyTokens.GetPrivacyToken(context.Background(), account.LIDJID(0))
		must(c.lab.t, err)
		if stored != nil {
			token = stored.Token
		}
		return len(token) > 0
	})
	return token
}

func refusedWith(err error, code string) bool {
	return errors.Is(err, whatsmeow.ErrServerReturnedError) && strings.Contains(err.Error(), code)
}

// A stranger's message to a restricted account is refused, until that account has written first and thereby given
// its trust; the token reaches every device of the stranger, also one that was away.
func TestARestrictedAccountTakesTokens(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linkedAs("restricted:Anna")
	benPhone, ben := l.linked()
	second := l.newCompanion()
	second.pair(benPhone)
	second.Disconnect()
	if err := ben.trySaying(annaPhone, "hello stranger"); !refusedWith(err, "463") {
		t.Fatalf("the first message: %v", err)
	}
	if _, err := ben.GetProfilePictureInfo(ctx, jidOf(annaPhone), nil); !errors.Is(err, whatsmeow.ErrProfilePictureUnauthorized) {
		t.Errorf("the picture: %v", err)
	}
	anna.say(benPhone, "I write first")
	token := ben.tokenOf(annaPhone)
	must(t, ben.trySaying(annaPhone, "an answer"))
	if got := anna.text().Message.GetConversation(); got != "an answer" {
		t.Errorf("anna got %q", got)
	}
	if _, err := ben.GetProfilePictureInfo(ctx, jidOf(annaPhone), nil); !errors.Is(err, whatsmeow.ErrProfilePictureNotSet) {
		t.Errorf("the picture with a token: %v", err)
	}
	must(t, second.Connect())
	if string(second.tokenOf(annaPhone)) != string(token) {
		t.Error("the device that was away has another token")
	}
}

// Presence of a restricted account is for those who show a token; others are not told that they are told nothing.
func TestPresenceOfARestrictedAccount(t *testing.T) {
	l := newLab(t)
	ctx := context.Background()
	annaPhone, anna := l.linkedAs("restricted:Anna")
	benPhone, ben := l.linked()
	_, carl := l.linked()
	anna.say(benPhone, "I trust ben")
	ben.tokenOf(annaPhone)
	must(t, carl.SubscribePresence(ctx, jidOf(annaPhone)))
	must(t, ben.SubscribePresence(ctx, jidOf(annaPhone)))
	if presence := waitFor[*events.Presence](ben); !presence.Unavailable {
		t.Errorf("ben heard %+v", presence)
	}
	anna.Store.PushName = "Anna"
	must(t, anna.SendPresence(ctx, types.PresenceAvailable))
	if presence := waitFor[*events.Presence](ben); presence.Unavailable {
		t.Errorf("ben heard %+v", presence)
	}
	account, _ := l.world.Rooms().Accounts.ByPhone(annaPhone)
	if watchers := account.Watchers(); len(watchers) != 1 || watchers[0].Phone != benPhone {
		t.Errorf("watchers %v", watchers)
	}
}

// The first message to a restricted account goes through with the salt of the sender's account, if its phone has
// handed it out and the recipient takes that kind of token.
func TestFirstContactByScenario(t *testing.T) {
	l := newLab(t)
	open, _ := l.linkedAs("restricted:Anna")
	noCold, _ := l.linkedAs("scenario:restricted,cs_enabled=0:Anna")
	noTrusted, carl := l.linkedAs("scenario:restricted,tc_enabled=0:Anna")
	plainPhone, plain := l.linked()
	_, salted := l.linkedAs("scenario:nct_send_ab=1,nct_history_ab=1,nct_history_delivery=1,nct_syncd_delivery=0:Ben")
	l.eventually("history brings the salt", func() bool {
		salt, err := salted.Store.NCTSalt.GetNCTSalt(context.Background())
		must(t, err)
		return len(salt) > 0
	})
	must(t, salted.trySaying(open, "with a salt"))
	must(t, salted.trySaying(noTrusted, "with a salt"))
	err := salted.trySaying(noCold, "with a salt")
	if !refusedWith(err, "463") {
		t.Errorf("who takes no such token: %v", err)
	}
	if err = plain.trySaying(open, "without a salt"); !refusedWith(err, "463") {
		t.Errorf("without a salt: %v", err)
	}
	carl.say(plainPhone, "trust")
	plain.tokenOf(noTrusted)
	if err = plain.trySaying(noTrusted, "with a token of trust"); !refusedWith(err, "463") {
		t.Errorf("who takes no tokens of trust: %v", err)
	}
}

// Tokens are checked, not only looked for.
func TestForgedTokens(t *testing.T) {
	l := newLab(t)
	annaPhone, _ := l.linkedAs("restricted:Anna")
	stranger := l.newPhone()
	client := l.linkRaw(stranger)
	anna, _ := l.world.Rooms().Accounts.ByPhone(annaPhone)
	own, _ := l.world.Rooms().Accounts.ByPhone(stranger)
	say := func(child binary.Node) string {
		target := binary.Node{Tag: "to", Attrs: binary.Attrs{"jid": jidOf(annaPhone)}, Content: []binary.Node{{
			Tag: "enc", Attrs: binary.Attrs{"v": "2", "type": "msg"}, Content: []byte("x"),
		}}}
		client.send(binary.Node{Tag: "message", Attrs: binary.Attrs{"id": "M1", "to": jidOf(annaPhone), "type": "text"},
			Content: []binary.Node{{Tag: "participants", Content: []binary.Node{target}}, child}})
		code, _ := client.next("ack").Attrs["error"].(string)
		return code
	}
	theirs := anna.Tokens.Issue("49150000000", time.Now(), func(int) []byte { return []byte("for somebody else") })
	good := anna.Tokens.Issue(stranger, time.Now(), func(int) []byte { return []byte("for the stranger") })
	old := anna.Tokens.Issue(stranger, time.Now().Add(-60*24*time.Hour), func(int) []byte { return []byte("long ago") })
	for name, test := range map[string]struct {
		child binary.Node
		want  string
	}{
		"somebody else's": {binary.Node{Tag: "tctoken", Content: theirs.Bytes}, "463"},
		"expired":         {binary.Node{Tag: "tctoken", Content: old.Bytes}, "463"},
		"another's salt":  {binary.Node{Tag: "cstoken", Content: tokens.Cold(anna.NCTSalt, anna.LIDJID(0).String())}, "463"},
		"the own salt":    {binary.Node{Tag: "cstoken", Content: tokens.Cold(own.NCTSalt, anna.LIDJID(0).String())}, ""},
		"the own token":   {binary.Node{Tag: "tctoken", Content: good.Bytes}, ""},
		"none":            {binary.Node{Tag: "meta"}, "463"},
	} {
		if got := say(test.child); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// The properties of a scenario are served to its account alone.
func TestPropertiesByScenario(t *testing.T) {
	l := newLab(t)
	var made struct{ Phone string }
	l.must("POST", "/admin/phones", map[string]string{"name": "scenario:nct_send_ab=1,nct_syncd_ab=0:Ben"}, &made)
	usual := "<prop config_code=10518 config_value=1><prop config_code=9435 config_value=1>"
	got := describe(l.linkRaw(made.Phone).ask("abt", "get", one("props", nil)))
	if want := "<iq type=result><props>" + usual + "<prop config_code=24941 config_value=1><prop config_code=25253 config_value=0>"; got != want {
		t.Errorf("served %s", got)
	}
	if got = describe(l.linkRaw(l.newPhone()).ask("abt", "get", one("props", nil))); got != "<iq type=result><props>"+usual {
		t.Errorf("others are served %s", got)
	}
}

// An account under a timelock writes to those who have written to it, and to nobody else; its companions are told.
func TestATimelock(t *testing.T) {
	l := newLab(t)
	phone, c := l.linked()
	friend, stranger := l.newPhone(), l.newPhone()
	l.send(friend, phone, "hello")
	c.text()
	lock := func(seconds int) {
		t.Helper()
		l.must("POST", "/admin/accounts/"+phone+"/timelock", map[string]any{"seconds": seconds, "kind": "WEB_COMPANION_ONLY"}, nil)
	}
	lock(3600)
	told := waitFor[*events.NotifyAccountReachoutTimelock](c)
	if !told.IsActive || told.EnforcementType != "WEB_COMPANION_ONLY" || time.Until(told.TimeEnforcementEnds.Time) < time.Minute {
		t.Errorf("told %+v", told)
	}
	must(t, c.trySaying(friend, "an answer"))
	if err := c.trySaying(stranger, "hello"); !refusedWith(err, "463") {
		t.Errorf("to a stranger: %v", err)
	}
	lock(0)
	if told = waitFor[*events.NotifyAccountReachoutTimelock](c); told.IsActive {
		t.Errorf("told %+v", told)
	}
	must(t, c.trySaying(stranger, "hello"))
}
