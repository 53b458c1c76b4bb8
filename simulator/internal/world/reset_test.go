package world_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/coder/websocket"
	"go.mau.fi/whatsmeow/types/events"

	"holdfast/simulator/internal/world"
)

// After a reset the server is as after its start, at the same address and with the same keys: a client that was linked
// before is a stranger, and the same orders meet the same choices.
func TestAfterAResetNothingIsLeft(t *testing.T) {
	l := newLab(t)
	phone, c := l.linked()
	friend := l.newPhone()
	c.say(friend, "hello")
	l.moveClock(`{"advance_s":86400}`)
	l.strike("no-ack", phone)
	l.must("POST", "/admin/answers", `{"from_ms":60000,"to_ms":60000}`, nil)
	l.must("POST", "/admin/mode", `{"strict":true}`, nil)

	var answer struct{ Seed int64 }
	l.must("POST", "/admin/reset", nil, &answer)
	if answer.Seed != testSeed {
		t.Errorf("the seed is %d", answer.Seed)
	}
	if out := waitFor[*events.LoggedOut](c); !out.OnConnect {
		t.Errorf("the client of before hears %+v", out)
	}
	for _, path := range []string{"/admin/phones", "/admin/groups", "/admin/unknown", "/admin/faults"} {
		var page struct{ Items []any }
		if l.must("GET", path, nil, &page); len(page.Items) != 0 {
			t.Errorf("%s has %v", path, page.Items)
		}
	}
	if left := l.transcript("account=" + phone); len(left) != 0 {
		t.Errorf("the transcript has %v", left)
	}
	var clock clockView
	var mode struct{ Strict bool }
	var pause struct{ FromMS, ToMS int }
	l.must("GET", "/admin/clock", nil, &clock)
	l.must("GET", "/admin/mode", nil, &mode)
	l.must("GET", "/admin/answers", nil, &pause)
	if clock.OffsetS != 0 || mode.Strict || pause.ToMS != 0 {
		t.Errorf("left: %+v %+v %+v", clock, mode, pause)
	}
	if again := l.newPhone(); again != phone {
		t.Errorf("the first phone is %s, not %s again", again, phone)
	}
	newcomer := l.newCompanion()
	newcomer.pair(phone)
	if id := newcomer.say(l.newPhone(), "hello again"); id == "" {
		t.Error("nothing was sent")
	}
}

// Connections that come while everything is made new end with the old, or belong to the new: none is left over.
func TestAResetAmongConnections(t *testing.T) {
	l := newLab(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 50 {
			ws, response, err := websocket.Dial(context.Background(), "wss://localhost/ws/chat", &websocket.DialOptions{HTTPClient: l.http})
			if err == nil {
				_, _, _ = ws.Read(context.Background())
			} else if response == nil || response.StatusCode != http.StatusServiceUnavailable {
				t.Errorf("not let in: %v", err)
			}
		}
	}()
	for {
		l.must("POST", "/admin/reset", nil, nil)
		select {
		case <-done:
			return
		default:
		}
	}
}

func TestAResetIsSaved(t *testing.T) {
	folder := t.TempDir()
	keep := func(options *world.Options) { options.StateDir = folder }
	l := newLab(t, keep)
	before := []string{l.newPhone(), l.newPhone()}
	l.must("POST", "/admin/save", nil, nil)
	l.must("POST", "/admin/reset", nil, nil)
	l.stop()
	again := newLab(t, keep)
	var page struct{ Items []any }
	again.must("GET", "/admin/phones", nil, &page)
	if len(page.Items) != 0 || !slices.Equal(before, []string{again.newPhone(), again.newPhone()}) {
		t.Errorf("after the restart there are %v", page.Items)
	}
}
