package session

import (
	"net/http"
	"strconv"
	"sync/atomic"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
)

// serverClock is how far the server's clock is ahead of ours, as far as the server has told its time.
type serverClock struct {
	told atomic.Pointer[int64] // ms
}

// success reads the time at which the server accepted the login.
func (s *serverClock) success(node *waBinary.Node, now time.Time) {
	text, _ := node.Attrs["t"].(string)
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds > 0 {
		s.note(time.Unix(seconds, 0), now)
	}
}

// date reads the header of an HTTP answer: less to be believed, but it comes before any certificate of WhatsApp's own.
func (s *serverClock) date(header string, now time.Time) {
	if at, err := http.ParseTime(header); err == nil && s.told.Load() == nil {
		s.note(at, now)
	}
}

// note keeps the difference. The server tells whole seconds: so does this.
func (s *serverClock) note(server, now time.Time) {
	ahead := server.Sub(now.Truncate(time.Second)).Milliseconds()
	s.told.Store(&ahead)
}

// ahead returns the difference in ms, nil if the server did not tell its time.
func (s *serverClock) ahead() *int64 { return s.told.Load() }
