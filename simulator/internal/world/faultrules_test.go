package world_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types/events"
)

// stanzaRecord is a line of the transcript.
type stanzaRecord struct {
	Seq     uint64
	T       time.Time
	Dir     string
	Conn    int64
	Account string
	Device  int
	Fault   string
	Struck  string
	Node    struct {
		Tag      string
		Attrs    map[string]string
		Children []struct{ Tag string }
	}
}

func (l *lab) transcript(query string) []stanzaRecord {
	l.t.Helper()
	var page struct{ Items []stanzaRecord }
	l.must("GET", "/admin/transcript?"+query, nil, &page)
	return page.Items
}

var blocklist = binary.Attrs{"type": "get", "xmlns": "blocklist"}

// Rules strike what clients say as well as what they hear.
func TestRulesOnTheWayIn(t *testing.T) {
	t.Run("drop", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "dir": "in", "tag": "message"}, "drop")
		r.sendMessage(s.friend, "LOST")
		r.sendMessage(s.friend, "KEPT")
		if ack := r.next("ack"); ack.Attrs["id"] != "KEPT" {
			t.Errorf("acknowledged %v", ack.Attrs["id"])
		}
		lost := s.transcript("tag=message&id=LOST&account=" + s.own)
		if len(lost) != 1 || lost[0].Struck != "drop" || !strings.HasPrefix(lost[0].Fault, "rule/") {
			t.Errorf("the transcript has %+v", lost)
		}
	})
	t.Run("duplicate", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"dir": "in", "tag": "iq", "xmlns": "blocklist"}, "duplicate")
		id := r.query(blocklist)
		for range 2 {
			if answer := r.next("iq"); answer.Attrs["id"] != id {
				t.Errorf("answered %v", answer.Attrs["id"])
			}
		}
	})
	t.Run("delay", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "dir": "in", "tag": "iq"}, "delay", "args", attrs{"ms": 80})
		began := time.Now()
		r.answer(blocklist)
		if took := time.Since(began); took < 80*time.Millisecond {
			t.Errorf("answered after %s", took)
		}
	})
	t.Run("reorder", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "dir": "in", "tag": "message"}, "reorder", "args", attrs{"ms": 3_600_000})
		r.sendMessage(s.friend, "SECOND")
		r.sendMessage(s.friend, "FIRST")
		for _, want := range []string{"FIRST", "SECOND"} {
			if ack := r.next("ack"); ack.Attrs["id"] != want {
				t.Errorf("acknowledged %v, not %s", ack.Attrs["id"], want)
			}
		}
	})
	t.Run("reorder without another", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "dir": "in", "tag": "message"}, "reorder", "args", attrs{"ms": 60})
		r.sendMessage(s.friend, "ALONE")
		if ack := r.next("ack"); ack.Attrs["id"] != "ALONE" {
			t.Errorf("acknowledged %v", ack.Attrs["id"])
		}
	})
	t.Run("refuse", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "tag": "iq", "xmlns": "blocklist"}, "refuse", "args", attrs{"code": 405, "text": "no"})
		if got := codeOf(r.answer(blocklist)); got != "405" {
			t.Errorf("refused with %q", got)
		}
	})
	t.Run("replace", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "dir": "in", "tag": "iq", "xmlns": "blocklist"}, "replace", "args",
			attrs{"node": attrs{"tag": "iq", "attrs": attrs{"id": "other", "type": "get", "xmlns": "w:p", "to": "s.whatsapp.net"}}})
		r.query(blocklist)
		if answer := r.next("iq"); answer.Attrs["id"] != "other" {
			t.Errorf("answered %v", answer.Attrs["id"])
		}
	})
}

func TestRulesOnTheWayOut(t *testing.T) {
	t.Run("replace", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "dir": "out", "tag": "message"}, "replace", "args", attrs{"node": attrs{
			"tag": "notification", "attrs": attrs{"from": s.friend + "@s.whatsapp.net", "id": "N1", "type": "x"},
			"children": []attrs{{"tag": "inner", "text": "words"}},
		}})
		s.send(s.friend, s.own, "never seen")
		node := r.next("notification")
		inner := node.GetChildByTag("inner")
		if node.AttrGetter().JID("from").User != s.friend || string(inner.Content.([]byte)) != "words" {
			t.Errorf("heard %s", node.String())
		}
	})
	t.Run("set", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "dir": "out", "tag": "message"}, "set", "args", attrs{"attrs": attrs{"notify": "Mallory"}})
		if got := r.message(s.send(s.friend, s.own, "hi")).Attrs["notify"]; got != "Mallory" {
			t.Errorf("from %v", got)
		}
	})
	t.Run("corrupt frame", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "dir": "out", "tag": "iq"}, "corrupt", "args", attrs{"where": "frame"})
		lost := r.ping()
		seen := r.ping()
		if answer := r.next("iq"); answer.Attrs["id"] != seen || answer.Attrs["id"] == lost {
			t.Errorf("answered %v", answer.Attrs["id"])
		}
	})
	t.Run("an ending after the stanza", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "dir": "out", "tag": "iq"}, "close", "args", attrs{"code": 4000, "after": true})
		s.answersPings(r)
		r.endedWith("4000")
	})
	t.Run("a stream error of one's own", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "tag": "iq", "dir": "in"}, "stream_error", "args", attrs{"code": 420, "conflict": "odd"})
		r.ping()
		if word := r.next("stream:error"); word.Attrs["code"] != "420" {
			t.Errorf("the last word is %s", word.String())
		}
		r.waitClosed()
	})
	t.Run("a failure of one's own", func(t *testing.T) {
		s := newStage(t)
		s.rule(attrs{"account": s.own, "device": 1}, "failure", "args", attrs{"reason": "499", "attrs": attrs{"message": "words"}})
		if node := s.try().next("failure"); node.Attrs["reason"] != "499" || node.Attrs["message"] != "words" {
			t.Errorf("refused with %s", node.String())
		}
		s.rule(attrs{"account": s.own, "device": 2}, "failure", "args", attrs{"reason": "499"})
		s.try().next("success")
	})
	t.Run("one connection", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		conn := s.transcript("tag=success&account=" + s.own)
		s.rule(attrs{"conn": conn[len(conn)-1].Conn}, "reset")
		r.ping()
		r.endedWith("reset")
		s.answersPings(s.login())
	})
	t.Run("the third, and then half of them", func(t *testing.T) {
		s := newStage(t)
		r := s.login()
		s.rule(attrs{"account": s.own, "tag": "iq", "xmlns": "blocklist", "nth": 3}, "refuse", "args", attrs{"code": 499})
		pattern := ""
		for range 5 {
			pattern += fmt.Sprint(codeOf(r.answer(blocklist)), " ")
		}
		if pattern != "  499   " {
			t.Errorf("refused: %q", pattern)
		}
	})
}

func TestOrdersThatCannotBe(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	for body, want := range map[string]string{
		`{}`:                                      "give either",
		`{"name":"no-ack","action":"drop"}`:       "give either",
		`{"name":"no-such"}`:                      "temp-ban",
		`{"action":"explode"}`:                    "stream_error",
		`{"action":"delay"}`:                      "args.ms",
		`{"action":"delay","args":{"mss":1}}`:     `no argument "mss" here, known: [ms]`,
		`{"action":"split","match":{"dir":"in"}}`: "dir out only",
		`{"action":"http","args":{"status":500}}`: "upgrade",
		`{"action":"http","match":{"tag":"login"},"args":{"status":500}}`: "not possible at",
		`{"action":"drop","match":{"dir":"up"}}`:                          "must be in",
		`{"action":"drop","match":{"prob":2}}`:                            "prob",
		`{"action":"drop","match":{"color":"red"}}`:                       "match.account",
		`{"action":"drop","count":-2}`:                                    "count",
		`{"name":"upgrade-refused","account":"` + phone + `"}`:            "leave out the account",
		`{"name":"temp-ban","args":{"ms":1}}`:                             "known: [attrs]",
		`{"action":"inject","args":{"kind":"cake"}}`:                      "declared-length",
	} {
		var answer struct{ Error string }
		if status := l.call("POST", "/admin/faults", body, &answer); status != http.StatusBadRequest || !strings.Contains(answer.Error, want) {
			t.Errorf("%s: status %d, %q", body, status, answer.Error)
		}
	}
	var list struct {
		Items          []struct{ ID, Strikes, Count int }
		Names, Actions map[string]string
		Seed           int64
	}
	l.must("GET", "/admin/faults", nil, &list)
	if len(list.Items) != 0 || list.Names["no-ack"] == "" || list.Actions["drop"] == "" || list.Seed != testSeed {
		t.Errorf("in force: %+v", list.Items)
	}
}

// A fault ends by its count, by its time, or when somebody ends it.
func TestHowFaultsEnd(t *testing.T) {
	s := newStage(t)
	r := s.login()
	refusal := func(more ...any) int {
		return s.rule(attrs{"account": s.own, "tag": "iq", "xmlns": "blocklist"}, "refuse", append(more, "args", attrs{"code": 499})...).Fault.ID
	}
	refused := func() bool { return codeOf(r.answer(blocklist)) == "499" }
	refusal("count", 2)
	if first, second, third := refused(), refused(), refused(); !first || !second || third {
		t.Errorf("refused %t, %t, %t", first, second, third)
	}
	id := refusal("count", -1)
	if first, second := refused(), refused(); !first || !second {
		t.Error("a fault without end has ended")
	}
	var list struct {
		Items []struct{ ID, Strikes, Count int }
	}
	s.must("GET", "/admin/faults", nil, &list)
	if len(list.Items) != 1 || list.Items[0].Strikes != 2 || list.Items[0].Count != -1 {
		t.Errorf("in force: %+v", list.Items)
	}
	s.must("DELETE", fmt.Sprint("/admin/faults/", id), nil, nil)
	if refused() {
		t.Error("a deleted fault strikes")
	}
	if status := s.call("DELETE", fmt.Sprint("/admin/faults/", id), nil, nil); status != http.StatusNotFound {
		t.Errorf("deleted twice: status %d", status)
	}
	refusal("count", -1, "ttl_s", 0.15)
	if !refused() {
		t.Error("it does not strike in its time")
	}
	s.eventually("its time is over", func() bool { return !refused() })
}

// The key comes after the message that needs it: the client asks again, and reads the second copy.
func TestSenderKeyLate(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	friend := l.newPhone()
	group := l.newGroup(friend, "late", own)
	l.strike("sender-key-late", own)
	var sent struct{ ID string }
	l.must("POST", "/admin/phones/"+friend+"/send", map[string]string{"to": group.JID, "text": "in the end"}, &sent)
	if lost := waitFor[*events.UndecryptableMessage](c); lost.Info.ID != sent.ID {
		t.Errorf("not decrypted: %s", lost.Info.ID)
	}
	if got := c.text(); got.Message.GetConversation() != "in the end" || got.Info.ID != sent.ID {
		t.Errorf("received %q", got.Message.GetConversation())
	}
}
