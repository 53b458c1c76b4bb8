package faults

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/stanza"
)

func newSet(number int64) *Set {
	return New(seed.New(number), slog.New(slog.NewTextHandler(io.Discard, nil)))
}

func (s *Set) add(t *testing.T, body string) Rule {
	t.Helper()
	var order Order
	if err := json.Unmarshal([]byte(body), &order); err != nil {
		t.Fatal(err)
	}
	rule, ttl, err := order.Rule()
	if err != nil {
		t.Fatal(err)
	}
	return s.Put(rule, ttl)
}

func occasion(dir string, node stanza.Node) Occasion {
	return Occasion{Dir: dir, Node: &node, Account: "4915", Device: 2, Conn: 7}
}

func TestWhatARuleFits(t *testing.T) {
	query := stanza.New("iq", stanza.Attrs{"type": "set", "xmlns": "w:g2", "id": "1"}, stanza.New("create", nil, stanza.New("deep", nil)))
	ack := stanza.New("ack", stanza.Attrs{"class": "message", "id": "2"})
	for match, want := range map[string]string{
		`{}`: "query ack", `{"account":"4915"}`: "query ack", `{"account":"4916"}`: "", `{"device":2}`: "query ack", `{"device":3}`: "",
		`{"conn":7}`: "query ack", `{"conn":8}`: "", `{"dir":"in"}`: "query", `{"dir":"out"}`: "ack", `{"tag":"iq"}`: "query",
		`{"tag":"iq|ack"}`: "query ack", `{"tag":"!iq"}`: "ack", `{"tag":"!iq|ack"}`: "", `{"type":"set"}`: "query", `{"class":"message"}`: "ack",
		`{"id":"2"}`: "ack", `{"xmlns":"!w:p"}`: "query ack", `{"xmlns":"w:g2"}`: "query", `{"has":"create"}`: "query", `{"has":"deep"}`: "query",
		`{"has":"!deep"}`: "ack", `{"has":"absent"}`: "",
	} {
		var got []string
		for name, o := range map[string]Occasion{"query": occasion(In, query), "ack": occasion(Out, ack)} {
			s := newSet(1)
			s.add(t, `{"action":"drop","match":`+match+`}`)
			if len(s.Judge(o)) > 0 {
				got = append(got, name)
			}
		}
		if len(got) == 2 {
			got = []string{"query", "ack"}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s fits %v, not %s", match, got, want)
		}
	}
}

// A rule without a tag is about stanzas; it never strikes a connection before there is one.
func TestPointsAreStruckByNameOnly(t *testing.T) {
	s := newSet(1)
	s.add(t, `{"action":"close","count":-1}`)
	s.add(t, `{"action":"close","match":{"tag":"!message"},"count":-1}`)
	if strikes := s.Judge(Occasion{Point: Upgrade}); len(strikes) != 0 {
		t.Errorf("struck %+v", strikes)
	}
	s.add(t, `{"action":"http","match":{"tag":"upload|download"},"args":{"status":500}}`)
	if strikes := s.Judge(Occasion{Point: Download}); len(strikes) != 1 {
		t.Errorf("struck %+v", strikes)
	}
}

// An answer belongs to the namespace of its query.
func TestAnswersHaveTheNamespaceOfTheirQuery(t *testing.T) {
	s := newSet(1)
	s.add(t, `{"name":"no-pong"}`)
	answer := occasion(Out, stanza.New("iq", stanza.Attrs{"type": "result"}))
	if len(s.Judge(answer)) != 0 {
		t.Error("struck without a namespace")
	}
	answer.XMLNS = "w:p"
	if len(s.Judge(answer)) != 1 {
		t.Error("not struck")
	}
}

func pattern(s *Set, node stanza.Node, rounds int) string {
	text := ""
	for range rounds {
		text += fmt.Sprint(len(s.Judge(occasion(In, node))))
	}
	return text
}

// What is decided follows from the seed, the rule and the number of its match, whatever other rules see meanwhile.
func TestTheSeedDecides(t *testing.T) {
	message := stanza.New("message", nil)
	half := `{"action":"drop","match":{"tag":"message","prob":0.5},"count":-1}`
	run := func(number int64, between func(*Set)) string {
		s := newSet(number)
		s.add(t, half)
		text := ""
		for range 64 {
			between(s)
			text += pattern(s, message, 1)
		}
		return text
	}
	alone := run(5, func(*Set) {})
	if again := run(5, func(s *Set) { s.Judge(occasion(Out, stanza.New("iq", nil))) }); again != alone {
		t.Errorf("%s and then %s", alone, again)
	}
	if other := run(6, func(*Set) {}); other == alone {
		t.Errorf("two seeds decide %s", other)
	}
	if struck := strings.Count(alone, "1"); struck < 16 || struck > 48 {
		t.Errorf("%d of 64 struck", struck)
	}
}

func TestCounting(t *testing.T) {
	message := stanza.New("message", nil)
	for body, want := range map[string]string{
		`{"action":"duplicate","match":{"nth":3}}`:             "001000",
		`{"action":"duplicate","match":{"nth":2},"count":2}`:   "011000",
		`{"action":"duplicate","match":{"nth":2},"count":-1}`:  "011111",
		`{"action":"duplicate"}`:                               "100000",
		`{"name":"duplicate-message","match":{"dir":"in"}}`:    "100000",
		`{"name":"slow","match":{"dir":"in","tag":"message"}}`: "111111",
	} {
		s := newSet(1)
		s.add(t, body)
		if got := pattern(s, message, 6); got != want {
			t.Errorf("%s strikes %s, not %s", body, got, want)
		}
	}
}

// What is gone cannot be struck again: later rules keep their count.
func TestAFinalStrikeIsTheLast(t *testing.T) {
	s := newSet(1)
	s.add(t, `{"action":"drop"}`)
	s.add(t, `{"action":"duplicate"}`)
	message := stanza.New("message", nil)
	if fate := FateOf(&message, s.Judge(occasion(In, message))); len(fate.Nodes) != 0 || fate.Struck != "drop" || fate.Mark != "rule/1" {
		t.Errorf("fate %+v", fate)
	}
	if fate := FateOf(&message, s.Judge(occasion(In, message))); len(fate.Nodes) != 2 || fate.Struck != "duplicate" {
		t.Errorf("fate %+v", fate)
	}
}

func TestTimeToLive(t *testing.T) {
	s := newSet(1)
	now := time.Unix(1000, 0)
	s.now = func() time.Time { return now }
	s.add(t, `{"action":"drop","count":-1,"ttl_s":10}`)
	s.add(t, `{"name":"clock-skew","ttl_s":20,"args":{"offset_s":-60}}`)
	message := stanza.New("message", nil)
	if got := pattern(s, message, 1); got != "1" || s.Skew() != -time.Minute {
		t.Errorf("in time: %s, %s", got, s.Skew())
	}
	now = now.Add(11 * time.Second)
	if got := pattern(s, message, 1); got != "0" || len(s.All()) != 1 {
		t.Errorf("too late: %s", got)
	}
	now = now.Add(10 * time.Second)
	if s.Skew() != 0 || len(s.All()) != 0 {
		t.Errorf("much too late: %s", s.Skew())
	}
}

// Several rules strike one stanza, in the order in which they were put in force.
func TestFatesAddUp(t *testing.T) {
	s := newSet(1)
	s.add(t, `{"action":"set","args":{"attrs":{"id":"new"}}}`)
	s.add(t, `{"action":"duplicate"}`)
	s.add(t, `{"action":"delay","args":{"ms":5}}`)
	s.add(t, `{"action":"split"}`)
	message := stanza.New("message", stanza.Attrs{"id": "old"}, stanza.Raw("body", []byte("text")))
	fate := FateOf(&message, s.Judge(occasion(Out, message)))
	if len(fate.Nodes) != 2 || fate.Nodes[1].Attrs["id"] != "new" || fate.Delay != 5*time.Millisecond || !fate.Manner.Split {
		t.Errorf("fate %+v", fate)
	}
	if message.Attrs["id"] != "old" {
		t.Error("the stanza itself has changed")
	}
	if fate.Mark != "rule/1,rule/2,rule/3,rule/4" {
		t.Errorf("marked %s", fate.Mark)
	}
}

// Every ready-made fault can be ordered as it stands, has an explanation and a count.
func TestReadyMadeFaults(t *testing.T) {
	for name, known := range named {
		order := Order{Name: name}
		rule, _, err := order.Rule()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if known.what == "" || rule.Left == 0 {
			t.Errorf("%s: %q, count %d", name, known.what, rule.Left)
		}
		if rule.Action != Hook && rule.Action != Inject && rule.Match == (Match{}) {
			t.Errorf("%s strikes everything", name)
		}
	}
}

// What one order changes of a ready-made fault is its own.
func TestOrdersDoNotChangeTheTable(t *testing.T) {
	s := newSet(1)
	if ban := s.add(t, `{"name":"temp-ban","args":{"attrs":{"expire":"60"}}}`); ban.Args.Attrs["expire"] != "60" || ban.Args.Attrs["reason"] != "402" {
		t.Errorf("ban %+v", ban.Args.Attrs)
	}
	if ban := s.add(t, `{"name":"temp-ban"}`); ban.Args.Attrs["expire"] != "3600" {
		t.Errorf("the next ban %+v", ban.Args.Attrs)
	}
	s.add(t, `{"name":"unavailable","args":{"children":[{"tag":"other"}]}}`)
	if next := s.add(t, `{"name":"unavailable"}`); next.Args.Children[0].Tag != "unavailable" {
		t.Errorf("the next one %+v", next.Args.Children)
	}
}

func TestRefusedOrders(t *testing.T) {
	for _, body := range []string{`{"name":"no-such"}`, `{"action":"no-such"}`, `{"action":"replace"}`, `{"action":"refuse"}`} {
		var order Order
		if err := json.Unmarshal([]byte(body), &order); err != nil {
			t.Fatal(err)
		}
		if _, _, err := order.Rule(); !errors.Is(err, ErrRule) && !errors.Is(err, ErrUnknown) {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestCorruptChangesOneByteOfACopy(t *testing.T) {
	node := stanza.New("iq", nil, stanza.New("a", nil, stanza.Raw("b", []byte("12345"))), stanza.Raw("hash", []byte("67890")))
	for part, want := range map[string]string{"": "b", "hash": "hash"} {
		changed := corrupt(node, part, 3)
		differs := ""
		for tag, pair := range map[string][2]*stanza.Node{
			"b":    {&node.GetChildren()[0].GetChildren()[0], &changed.GetChildren()[0].GetChildren()[0]},
			"hash": {&node.GetChildren()[1], &changed.GetChildren()[1]},
		} {
			before, after := stanza.Bytes(pair[0]), stanza.Bytes(pair[1])
			if before[3] != after[3] && string(before[:3]) == string(after[:3]) {
				differs += tag
			}
		}
		if differs != want {
			t.Errorf("part %q: %q differs", part, differs)
		}
	}
	if empty := corrupt(stanza.New("x", nil), "", 1); empty.Tag != "x" {
		t.Errorf("nothing to corrupt: %+v", empty)
	}
}
