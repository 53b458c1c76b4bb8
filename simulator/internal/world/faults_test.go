package world_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"
)

type fault struct {
	Name    string `json:"name"`
	Account string `json:"account,omitempty"`
	Count   int    `json:"count,omitempty"`
}

func (l *lab) fault(name, account string) {
	l.t.Helper()
	l.must("POST", "/admin/faults", fault{Name: name, Account: account}, nil)
}

// answers lists what a companion said about a stanza id, by tag.
func (l *lab) answers(phone, id string) []string {
	l.t.Helper()
	var page struct {
		Items []struct {
			Dir  string
			Node struct {
				Tag   string
				Attrs map[string]string
			}
		}
	}
	l.must("GET", "/admin/transcript?account="+phone, nil, &page)
	var tags []string
	for _, item := range page.Items {
		if item.Dir == "in" && item.Node.Attrs["id"] == id {
			tags = append(tags, item.Node.Tag)
		}
	}
	if len(tags) == 0 {
		l.t.Errorf("the companion said nothing about %s", id)
	}
	return tags
}

func TestNoAck(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	l.fault("no-ack", own)
	_, err := c.SendMessage(context.Background(), jidOf(friend), &waE2E.Message{Conversation: proto.String("into the dark")},
		whatsmeow.SendRequestExtra{ID: "ID1", Timeout: 300 * time.Millisecond})
	if !errors.Is(err, whatsmeow.ErrMessageTimedOut) {
		t.Fatalf("sending ended with %v", err)
	}
	if got := l.inbox(friend, 1)[0]; got.Text != "into the dark" {
		t.Errorf("the friend has %+v", got)
	}
	l.must("DELETE", "/admin/faults", nil, nil)
	c.sayAgain(friend, "into the dark", "ID1")
	c.say(friend, "light")
	if items := l.inbox(friend, 2); items[0].Duplicates != 1 {
		t.Errorf("the friend has %+v", items)
	}
}

func TestDuplicateMessage(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	l.fault("duplicate-message", own)
	l.send(friend, own, "twice")
	l.send(friend, own, "then once")
	for _, want := range []string{"twice", "then once"} {
		if got := c.text().Message.GetConversation(); got != want {
			t.Fatalf("got %q, not %q", got, want)
		}
	}
	l.idle(own)
}

// The client has its credentials and was told nothing more: it must come back by itself.
func TestCloseAfterPairSuccess(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	c := l.newCompanion(noReconnect)
	l.fault("close-after-pair-success", phone)
	l.must("POST", "/admin/phones/"+phone+"/scan", c.code(), nil)
	waitFor[*events.PairSuccess](c)
	l.eventually("the server has closed", func() bool { return !c.IsConnected() })
	if made := l.account(phone).Registrations; made != 1 {
		t.Errorf("%d registrations", made)
	}
	c.Disconnect()
	c.login()
}

func TestSilent503(t *testing.T) {
	l := newLab(t)
	phone, c := l.linked()
	noReconnect(c)
	l.must("POST", "/admin/faults", fault{Name: "silent-503", Account: phone, Count: 2}, nil)
	waitFor[*events.Disconnected](c)
	must(t, c.Connect())
	waitFor[*events.Disconnected](c)
	c.login()
}

// A black hole answers nothing and closes nothing; the next login works once the fault is gone.
func TestBlackHole(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	noReconnect(c)
	c.say(friend, "so that every key is known")
	l.fault("black-hole", own)
	_, err := c.SendMessage(context.Background(), jidOf(friend), &waE2E.Message{Conversation: proto.String("lost")},
		whatsmeow.SendRequestExtra{Timeout: 300 * time.Millisecond})
	if err == nil {
		t.Fatal("a message into a black hole was acknowledged")
	}
	if !c.IsConnected() {
		t.Fatal("the connection was closed")
	}
	c.Disconnect()
	must(t, c.Connect())
	l.eventually("the second login is in the hole too", func() bool { return l.account(own).Companions[0].Logins == 2 })
	c.Disconnect()
	l.must("DELETE", "/admin/faults", nil, nil)
	c.login()
	c.say(friend, "found")
	if items := l.inbox(friend, 2); items[1].Text != "found" {
		t.Errorf("the friend has %+v", items)
	}
}

func TestUpgradeThenSilence(t *testing.T) {
	l := newLab(t)
	l.must("POST", "/admin/faults", fault{Name: "upgrade-then-silence", Count: 1}, nil)
	conn, _, err := websocket.Dial(context.Background(), "wss://localhost/ws/chat", &websocket.DialOptions{HTTPClient: l.http})
	must(t, err)
	defer func() { _ = conn.CloseNow() }()
	must(t, conn.Write(context.Background(), websocket.MessageBinary, []byte("WA\x06\x03\x00\x00\x00")))
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if _, _, err = conn.Read(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("reading ended with %v", err)
	}
	l.linked()
}

func TestDeflateIsAcceptedOnlyOnRequest(t *testing.T) {
	l := newLab(t)
	offer := &websocket.DialOptions{HTTPClient: l.http, CompressionMode: websocket.CompressionContextTakeover}
	accepted := func() string {
		conn, response, err := websocket.Dial(context.Background(), "wss://localhost/ws/chat", offer)
		must(t, err)
		defer func() { _ = conn.CloseNow() }()
		return response.Header.Get("Sec-WebSocket-Extensions")
	}
	if got := accepted(); got != "" {
		t.Errorf("accepted %q", got)
	}
	l.fault("deflate", "")
	if got := accepted(); got == "" {
		t.Error("not accepted")
	}
}

// A client that checks the MAC believes the crafted message and then fails on its body: whatsmeow's panic ends in
// an acknowledgement, where a bad MAC would end in a retry receipt.
func TestCraftedMessagesHaveAValidMAC(t *testing.T) {
	l := newLab(t)
	own, c := l.linked(func(c *companion) { c.EnableDecryptedEventBuffer = false })
	c.EnableDecryptedEventBuffer = false
	var struck struct {
		Hit  int
		IDs  []string
		From string
	}
	l.must("POST", "/admin/faults", fault{Name: "crafted-dm", Account: own}, &struck)
	if struck.Hit != 1 || len(struck.IDs) != 1 {
		t.Fatalf("struck %+v", struck)
	}
	l.idle(own)
	for _, answer := range l.answers(own, struck.IDs[0]) {
		if answer != "ack" {
			t.Errorf("the client answers with <%s>", answer)
		}
	}
	l.send(l.newPhone(), own, "after it")
	if got := c.text().Message.GetConversation(); got != "after it" {
		t.Errorf("got %q", got)
	}
}

// A split frame reaches a client that reassembles; a WebSocket message holds only half of it.
func TestSplitAndEmptyFrames(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	c.Disconnect()
	r := l.rawLogin(c)
	l.must("POST", "/admin/faults", fault{Name: "empty-frame", Account: own}, nil)
	var hit struct{ Hit int }
	l.must("POST", "/admin/faults", fault{Name: "malformed-node", Account: own}, &hit)
	if hit.Hit != 1 {
		t.Errorf("hit %d", hit.Hit)
	}
	whole := l.send(friend, own, "whole")
	for r.next("message").Attrs["id"] != whole {
	}
	l.fault("split-frame", own)
	split := l.send(friend, own, "split")
	for timeout := time.After(300 * time.Millisecond); ; {
		select {
		case node := <-r.nodes:
			if node.Attrs["id"] == split {
				t.Fatal("whatsmeow's frame reader understood a split frame")
			}
		case <-timeout:
			return
		}
	}
}

func TestUnknownFaults(t *testing.T) {
	l := newLab(t)
	var answer struct{ Error string }
	if status := l.call("POST", "/admin/faults", fault{Name: "no-such"}, &answer); status != http.StatusBadRequest || answer.Error == "" {
		t.Errorf("status %d, %q", status, answer.Error)
	}
	if status := l.call("POST", "/admin/faults", fault{Name: "no-ack", Account: "491"}, nil); status != http.StatusNotFound {
		t.Errorf("status %d for a stranger", status)
	}
	l.fault("no-ack", "")
	var list struct{ Items []fault }
	l.must("GET", "/admin/faults", nil, &list)
	if len(list.Items) != 1 || list.Items[0].Name != "no-ack" {
		t.Errorf("in force: %+v", list.Items)
	}
}

// Each refusal of a login is one that the client knows by name.
func TestVerdictsAtLogin(t *testing.T) {
	for name, expect := range map[string]func(*companion){
		"temp-ban": func(c *companion) {
			if ban := waitFor[*events.TemporaryBan](c); ban.Code != events.TempBanSentToTooManyPeople || ban.Expire != time.Hour {
				t.Errorf("ban %+v", ban)
			}
		},
		"client-outdated":   func(c *companion) { waitFor[*events.ClientOutdated](c) },
		"locked":            func(c *companion) { expectLogout(c, events.ConnectFailureMainDeviceGone) },
		"banned":            func(c *companion) { expectLogout(c, events.ConnectFailureUnknownLogout) },
		"logged-out":        func(c *companion) { expectLogout(c, events.ConnectFailureLoggedOut) },
		"bad-user-agent":    func(c *companion) { waitFor[*events.ConnectFailure](c) },
		"login-unavailable": func(c *companion) { waitFor[*events.Disconnected](c) },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLab(t)
			phone, c := l.linked()
			noReconnect(c)
			c.Disconnect()
			l.fault(name, phone)
			must(t, c.Connect())
			expect(c)
		})
	}
}

func expectLogout(c *companion, reason events.ConnectFailureReason) {
	c.lab.t.Helper()
	if out := waitFor[*events.LoggedOut](c); !out.OnConnect || out.Reason != reason {
		c.lab.t.Errorf("logged out with %+v", out)
	}
}

// The same message comes first under the phone number and then under the LID.
func TestPNThenLID(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	c.keep = func(message *events.Message) bool { return message.Info.Sender.Server == types.HiddenUserServer }
	l.fault("pn-then-lid", own)
	id := l.send(friend, own, "who am I")
	first := c.text()
	if first.Info.Sender.Server != types.DefaultUserServer || first.Info.Sender.User != friend {
		t.Errorf("first from %s", first.Info.Sender)
	}
	c.Disconnect()
	must(t, c.Connect())
	second := waitFor[*events.OfflineSyncCompleted](c)
	if second.Count != 1 {
		t.Errorf("%d came again", second.Count)
	}
	l.idle(own)
	if answers := l.answers(own, id); len(answers) == 0 {
		t.Error("the redelivery was not answered")
	}
}

func TestPreKeysDrained(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	l.fault("prekeys-drained", own)
	l.eventually("the client has uploaded new keys", func() bool { return l.account(own).Companions[0].PreKeys >= whatsmeow.WantedPreKeyCount })
	l.send(l.newPhone(), own, "on a new key")
	if got := c.text().Message.GetConversation(); got != "on a new key" {
		t.Errorf("got %q", got)
	}
}

func TestSlow(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	l.fault("slow", own)
	start := time.Now()
	c.say(friend, "after a while")
	if took := time.Since(start); took < 200*time.Millisecond {
		t.Errorf("an acknowledgement after %s", took)
	}
}

func TestInflateBomb(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	c.Disconnect()
	r := l.rawLogin(c)
	var hit struct{ Hit int }
	l.must("POST", "/admin/faults", fault{Name: "inflate-bomb", Account: own}, &hit)
	if hit.Hit != 1 {
		t.Errorf("hit %d", hit.Hit)
	}
	id := l.send(l.newPhone(), own, "after the bomb")
	for r.next("message").Attrs["id"] != id {
	}
}
