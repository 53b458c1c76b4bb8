package world_test

import (
	"context"
	"errors"
	"testing"

	"go.mau.fi/whatsmeow"
	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

func TestUpgradeRefusedOnce(t *testing.T) {
	l := newLab(t)
	_, c := l.linked()
	c.Disconnect()
	l.fault("upgrade-refused", "")
	if err := c.Connect(); err == nil {
		t.Fatal("connected")
	}
	c.login()
}

// whatsmeow checks the whole chain; a new key under it is as good as the old one.
func TestChainsAtLogin(t *testing.T) {
	for name, accepted := range map[string]bool{"rotated-static": true, "wrong-root": false, "expired-chain": false, "wrong-leaf": false, "malformed-chain": false, "clock-skew": false} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			_, c := l.linked()
			noReconnect(c)
			c.Disconnect()
			l.fault(name, "")
			if err := c.Connect(); (err == nil) != accepted {
				t.Fatalf("connecting: %v", err)
			}
			if accepted {
				waitFor[*events.Connected](c)
				c.Disconnect()
			}
			l.must("DELETE", "/admin/faults", nil, nil)
			c.login()
		})
	}
}

// Queries are refused or left alone; pings and messages go on.
func TestQueriesWithoutAnAnswer(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	ask := func(ctx context.Context) error {
		_, err := c.GetBlocklist(ctx)
		return err
	}
	for name, want := range map[string]error{
		"iq-error": whatsmeow.ErrIQInternalServerError, "rate-overlimit": whatsmeow.ErrIQRateOverLimit,
		"iq-silent": context.DeadlineExceeded,
	} {
		l.fault(name, own)
		ctx := t.Context()
		if want == context.DeadlineExceeded {
			ctx = short(t)
		}
		if err := ask(ctx); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
		l.must("DELETE", "/admin/faults", nil, nil)
	}
	if err := ask(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
	l.send(friend, own, "still there")
	if got := c.text().Message.GetConversation(); got != "still there" {
		t.Errorf("received %q", got)
	}
}

func TestKeysRefused(t *testing.T) {
	l := newLab(t)
	first, second := jidOf(l.newPhone()), jidOf(l.newPhone())
	own, c := l.linked()
	c.Disconnect()
	r := l.rawLogin(c)
	ask := func() (refused []string) {
		r.send(binary.Node{Tag: "iq", Attrs: binary.Attrs{"id": "keys", "type": "get", "xmlns": "encrypt", "to": types.ServerJID},
			Content: []binary.Node{{Tag: "key", Content: []binary.Node{
				{Tag: "user", Attrs: binary.Attrs{"jid": first}}, {Tag: "user", Attrs: binary.Attrs{"jid": second}},
			}}}})
		list := r.next("iq").GetChildByTag("list")
		for _, user := range list.GetChildren() {
			if failure, ok := user.GetOptionalChildByTag("error"); ok {
				refused = append(refused, user.AttrGetter().JID("jid").User+" "+failure.AttrGetter().String("code"))
			}
		}
		return refused
	}
	l.fault("keys-refused", own)
	if refused := ask(); len(refused) != 1 || refused[0] != second.User+" 406" {
		t.Errorf("refused: %v", refused)
	}
	if refused := ask(); len(refused) != 0 {
		t.Errorf("refused the second time: %v", refused)
	}
}

// The counters of both sides move on, so that what follows can be read.
func TestGarbageFrame(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	l.fault("garbage-frame", own)
	l.send(friend, own, "after the garbage")
	if got := c.text().Message.GetConversation(); got != "after the garbage" {
		t.Errorf("received %q", got)
	}
}

func TestAckError(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	l.fault("ack-error", own)
	_, err := c.SendMessage(context.Background(), jidOf(friend), &waE2E.Message{Conversation: proto.String("refused")},
		whatsmeow.SendRequestExtra{ID: "ID1"})
	if err == nil {
		t.Error("the client takes it for sent")
	}
	second := c.say(friend, "accepted")
	if items := l.inbox(friend, 1); len(items) != 1 || items[0].ID != second {
		t.Errorf("the friend has %+v", items)
	}
}

// The content comes from the phone, which the client asks for it.
func TestUnavailable(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	l.fault("unavailable", own)
	id := l.send(friend, own, "hidden")
	if lost := waitFor[*events.UndecryptableMessage](c); lost.Info.ID != id || !lost.IsUnavailable {
		t.Errorf("told of %+v", lost)
	}
	l.idle(own)
}

// Words that end a connection, beyond those of every day.
func TestRareLastWords(t *testing.T) {
	for _, reason := range []string{"401", "conflict", "ack", "unknown"} {
		t.Run(reason, func(t *testing.T) {
			l := newLab(t)
			phone, c := l.linked()
			c.Disconnect()
			r := l.rawLogin(c)
			l.kick(phone, reason)
			word := r.next("stream:error")
			if code, _ := word.Attrs["code"].(string); (code == "401") != (reason == "401") {
				t.Errorf("code %q", code)
			}
			r.waitClosed()
		})
	}
	l := newLab(t)
	phone, c := l.linked()
	l.kick(phone, "xmlstreamend")
	waitFor[*events.Disconnected](c)
	waitFor[*events.Connected](c)
	l.kick(phone, "downgrade")
	waitFor[*events.QRScannedWithoutMultidevice](c)
}
