package world_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"holdfast/simulator/internal/world"
)

func TestTheTranscriptFilters(t *testing.T) {
	l := newLab(t)
	own, c := l.linked()
	other, _ := l.linked()
	friend := l.newPhone()
	l.strike("ack-error", own)
	_, _ = c.SendMessage(t.Context(), jidOf(friend), text("refused"))
	for query, want := range map[string]func(stanzaRecord) bool{
		"account=" + other:           func(r stanzaRecord) bool { return r.Account == other },
		"account=" + own + "&dir=in": func(r stanzaRecord) bool { return r.Account == own && r.Dir == "in" },
		"tag=iq&xmlns=encrypt":       func(r stanzaRecord) bool { return r.Node.Tag == "iq" && r.Node.Attrs["xmlns"] == "encrypt" },
		"tag=iq&type=result":         func(r stanzaRecord) bool { return r.Node.Attrs["type"] == "result" },
		"fault=ack-error":            func(r stanzaRecord) bool { return r.Struck == "refuse" && strings.HasPrefix(r.Fault, "ack-error/") },
		"text=pair-success":          func(r stanzaRecord) bool { return r.Node.Tag == "iq" },
		"device=1&account=" + own:    func(r stanzaRecord) bool { return r.Device == 1 },
		"since=" + time.Now().Add(-time.Minute).UTC().Format(time.RFC3339): func(r stanzaRecord) bool { return true },
	} {
		found := l.transcript(query)
		if len(found) == 0 {
			t.Errorf("%s: nothing", query)
		}
		for _, one := range found {
			if !want(one) {
				t.Errorf("%s: %+v", query, one)
			}
		}
	}
	for _, query := range []string{"until=1000", "device=9", "id=absent", "conn=100000"} {
		if found := l.transcript(query); len(found) != 0 {
			t.Errorf("%s: %d", query, len(found))
		}
	}
	for _, query := range []string{"since=yesterday", "device=x", "after=x", "colour=red", "wait_s=x"} {
		if status := l.call("GET", "/admin/transcript?"+query, nil, nil); status != http.StatusBadRequest {
			t.Errorf("%s: status %d", query, status)
		}
	}
}

// A stream brings what is there and what comes; a wait of one ends with the first.
func TestTheTranscriptIsFollowed(t *testing.T) {
	l := newLab(t)
	own, _ := l.linked()
	friend := l.newPhone()
	l.idle(own)
	var page struct{ Next uint64 }
	l.must("GET", "/admin/transcript", nil, &page)
	response, err := l.http.Get("https://localhost/admin/transcript.jsonl?wait_s=20&tag=message&limit=2&account=" + own + "&after=" + encode(page.Next))
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	if kind := response.Header.Get("Content-Type"); kind != "application/jsonl" {
		t.Errorf("the stream is %s", kind)
	}
	ids := []string{l.send(friend, own, "one"), l.send(friend, own, "two")}
	lines := bufio.NewScanner(response.Body)
	for _, id := range ids {
		var line stanzaRecord
		if !lines.Scan() {
			t.Fatalf("the stream ends before %s", id)
		}
		must(t, json.Unmarshal(lines.Bytes(), &line))
		if line.Node.Attrs["id"] != id || line.Dir != "out" {
			t.Errorf("line %s", lines.Text())
		}
	}
	if lines.Scan() {
		t.Errorf("more than two: %s", lines.Text())
	}
	began := time.Now()
	if found := l.transcript("wait_s=60&id=" + ids[0]); len(found) == 0 || time.Since(began) > 50*time.Second {
		t.Errorf("%d after %s", len(found), time.Since(began))
	}
	if found := l.transcript("wait_s=0.05&id=absent"); len(found) != 0 {
		t.Errorf("found %+v", found)
	}
}

func encode(value any) string {
	encoded, _ := json.Marshal(value)
	return string(encoded)
}

func TestTheTranscriptFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "stanzas.jsonl")
	l := newLab(t, func(options *world.Options) { options.TranscriptFile, options.Transcript = path, 0 })
	l.linked()
	l.stop()
	content, err := os.ReadFile(path)
	must(t, err)
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	for i, line := range lines {
		var one stanzaRecord
		must(t, json.Unmarshal([]byte(line), &one))
		if one.Seq != uint64(i+1) {
			t.Errorf("line %d has number %d", i+1, one.Seq)
		}
	}
	if len(lines) < 10 || !strings.Contains(string(content), `"tag":"success"`) {
		t.Errorf("%d lines", len(lines))
	}
}
