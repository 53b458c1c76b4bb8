package session

import (
	"net/http"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

func TestTheServersClockIsMeasuredInWholeSeconds(t *testing.T) {
	now := time.Unix(1_795_555_555, 999_000_000)
	for _, c := range []struct {
		t    any
		want int64
	}{{"1795555555", 0}, {"1795555560", 5_000}, {"1794950755", -604_800_000}} {
		clock := serverClock{}
		clock.date(now.Add(time.Hour).UTC().Format(http.TimeFormat), now)
		clock.success(&waBinary.Node{Tag: "success", Attrs: waBinary.Attrs{"t": c.t}}, now)
		if got := clock.ahead(); got == nil || *got != c.want {
			t.Errorf("t=%v: %v, want %d", c.t, got, c.want)
		}
	}
	for _, nothing := range []any{nil, "", "soon", 7, "-1"} {
		clock := serverClock{}
		clock.success(&waBinary.Node{Attrs: waBinary.Attrs{"t": nothing}}, now)
		clock.date("", now)
		if clock.ahead() != nil {
			t.Errorf("t=%v counts as a time", nothing)
		}
	}
	clock := serverClock{}
	clock.date(now.Add(time.Hour).UTC().Format(http.TimeFormat), now)
	if got := clock.ahead(); got == nil || *got != 3_600_000 {
		t.Errorf("date: %v", got)
	}
}
