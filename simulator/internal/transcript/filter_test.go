package transcript_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/transcript"
)

func TestFilters(t *testing.T) {
	start := time.Unix(1000, 0)
	ring := transcript.New(10, nil)
	ring.Add(transcript.Record{T: start, Dir: "in", Conn: 1, Account: "49", Device: 1,
		Node: stanza.New("iq", stanza.Attrs{"id": "1", "xmlns": "w:p", "type": "get"})})
	ring.Add(transcript.Record{T: start.Add(time.Second), Dir: "out", Conn: 2, Account: "49", Device: 2, Fault: "slow/3,no-ack/4", Struck: "delay,drop",
		Node: stanza.New("ack", stanza.Attrs{"id": "2", "from": types.NewJID("4977", types.DefaultUserServer)}, stanza.Raw("deep", []byte("hidden words")))})
	for name, want := range map[string]struct {
		filter transcript.Filter
		ids    string
	}{
		"none": {transcript.Filter{Device: -1}, "[1 2]"}, "account": {transcript.Filter{Device: -1, Account: "48"}, "[]"},
		"device": {transcript.Filter{Device: 2}, "[2]"}, "no device": {transcript.Filter{Device: 0}, "[]"},
		"conn": {transcript.Filter{Device: -1, Conn: 1}, "[1]"}, "dir": {transcript.Filter{Device: -1, Dir: "out"}, "[2]"},
		"tag": {transcript.Filter{Device: -1, Tag: "iq"}, "[1]"}, "xmlns": {transcript.Filter{Device: -1, XMLNS: "w:p"}, "[1]"},
		"type": {transcript.Filter{Device: -1, Type: "get"}, "[1]"}, "id": {transcript.Filter{Device: -1, ID: "2"}, "[2]"},
		"since": {transcript.Filter{Device: -1, Since: start.Add(time.Millisecond)}, "[2]"}, "until": {transcript.Filter{Device: -1, Until: start}, "[1]"},
		"fault": {transcript.Filter{Device: -1, Fault: "no-ack"}, "[2]"}, "mark": {transcript.Filter{Device: -1, Fault: "slow/3"}, "[2]"},
		"no fault": {transcript.Filter{Device: -1, Fault: "slow/4"}, "[]"}, "content": {transcript.Filter{Device: -1, Text: "den wor"}, "[2]"},
		"address": {transcript.Filter{Device: -1, Text: "4977@"}, "[2]"}, "inner tag": {transcript.Filter{Device: -1, Text: "deep"}, "[2]"},
	} {
		if got := ids(ring.After(0, &want.filter, 0)); got != want.ids {
			t.Errorf("%s: %s, not %s", name, got, want.ids)
		}
	}
}

// Who waits hears of the first record that the filter lets pass, and of none before it.
func TestWaiting(t *testing.T) {
	ring := transcript.New(10, nil)
	heard := make(chan string)
	go func() { heard <- ids(ring.Wait(t.Context(), 0, transcript.Of("b"), 0)) }()
	ring.Add(record("a", "1"))
	ring.Add(record("b", "2"))
	if got := <-heard; got != "[2]" {
		t.Errorf("heard %s", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if found, next := ring.Wait(ctx, 2, transcript.Any(), 0); found != nil || next != 2 {
		t.Errorf("nothing: %v, %d", found, next)
	}
	if found, next := ring.After(0, transcript.Of("b"), 1); len(found) != 1 || next != 2 {
		t.Errorf("%d up to %d", len(found), next)
	}
}

type broken struct{}

var errBroken = errors.New("disk full")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestRecordsAreWrittenAsTheyHappen(t *testing.T) {
	var file bytes.Buffer
	off := transcript.New(0, &file)
	if !off.Enabled() {
		t.Error("nothing would be recorded")
	}
	off.Add(record("a", "1"))
	off.Add(record("b", "2"))
	lines := strings.Split(strings.TrimSpace(file.String()), "\n")
	if len(lines) != 2 {
		t.Fatalf("%d lines", len(lines))
	}
	var view transcript.View
	if err := json.Unmarshal([]byte(lines[1]), &view); err != nil || view.Account != "b" || view.Node.Attrs["id"] != "2" || view.Seq != 2 {
		t.Errorf("line %s, %v", lines[1], err)
	}
	full := transcript.New(0, broken{})
	full.Add(record("c", "3"))
	if !errors.Is(full.Err(), errBroken) {
		t.Errorf("the error is %v", full.Err())
	}
}
