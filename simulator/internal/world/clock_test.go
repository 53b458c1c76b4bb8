package world_test

import (
	"net/http"
	"testing"
	"time"

	"holdfast/simulator/internal/world"
)

type clockView struct {
	Now     time.Time
	T       int64
	OffsetS float64 `json:"offset_s"`
	SkewS   float64 `json:"skew_s"`
}

func (l *lab) moveClock(body string) clockView {
	l.t.Helper()
	var view clockView
	l.must("POST", "/admin/clock", body, &view)
	return view
}

func near(t *testing.T, what string, got, want time.Time) {
	t.Helper()
	if off := got.Sub(want); off.Abs() > time.Minute {
		t.Errorf("%s is off by %s", what, off)
	}
}

// Time passes for the whole simulation, and clients whose clock stands still go on.
func TestTheClockMoves(t *testing.T) {
	l := newLab(t)
	friend := l.newPhone()
	own, c := l.linked()
	l.moveClock(`{"advance_s":3600}`)
	view := l.moveClock(`{"advance_s":1209600}`)
	later := time.Now().Add(14*24*time.Hour + time.Hour)
	near(t, "the clock", view.Now, later)
	if view.OffsetS != 14*86400+3600 || view.T != view.Now.Unix() {
		t.Errorf("clock %+v", view)
	}
	l.send(friend, own, "from the future")
	near(t, "the message", c.text().Info.Timestamp, later)
	c.Disconnect()
	c.login()
	seen := l.transcript("tag=success&account=" + own)
	near(t, "the transcript", seen[len(seen)-1].T, later)
	view = l.moveClock(`{"offset_s":-86400}`)
	near(t, "the clock", view.Now, time.Now().Add(-24*time.Hour))
	c.Disconnect()
	c.login()
	for _, body := range []string{`{}`, `{"offset_s":1,"advance_s":1}`, `{"offset_s":1e12}`, `{"offset_s":"x"}`} {
		if status := l.call("POST", "/admin/clock", body, nil); status != http.StatusBadRequest {
			t.Errorf("%s: status %d", body, status)
		}
	}
}

// Codes of a QR pairing run out when their time has passed, however it passed.
func TestCodesRunOutWithTheClock(t *testing.T) {
	l := newLab(t)
	phone := l.newPhone()
	c := l.newCompanion(noReconnect)
	code := c.code()
	l.moveClock(`{"advance_s":600}`)
	if status := l.call("POST", "/admin/phones/"+phone+"/scan", code, nil); status != http.StatusNotFound {
		t.Errorf("scanned after ten minutes: status %d", status)
	}
}

func TestTheClockSurvivesARestart(t *testing.T) {
	folder := t.TempDir()
	keep := func(options *world.Options) { options.StateDir = folder }
	l := newLab(t, keep)
	l.moveClock(`{"offset_s":7200}`)
	l.stop()
	again := newLab(t, keep)
	var view clockView
	again.must("GET", "/admin/clock", nil, &view)
	if view.OffsetS != 7200 {
		t.Errorf("clock %+v", view)
	}
	near(t, "the clock", view.Now, time.Now().Add(2*time.Hour))
}

// A fault's wrong clock is not the simulation's: it ends with the fault.
func TestSkewEndsWithItsFault(t *testing.T) {
	l := newLab(t)
	l.strike("clock-skew", "", "args", attrs{"offset_s": -1800})
	var view clockView
	l.must("GET", "/admin/clock", nil, &view)
	if view.OffsetS != 0 || view.SkewS != -1800 {
		t.Errorf("clock %+v", view)
	}
	near(t, "the clock", view.Now, time.Now().Add(-30*time.Minute))
	l.must("DELETE", "/admin/faults", nil, nil)
	l.must("GET", "/admin/clock", nil, &view)
	near(t, "the clock", view.Now, time.Now())
}
