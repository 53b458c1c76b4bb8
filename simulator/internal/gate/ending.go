package gate

import (
	"strconv"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/transcript"
)

// Why a connection is ended by the server.
const (
	ReasonClose         = "close"
	ReasonReplaced      = "replaced"
	ReasonDeviceRemoved = "device_removed"
	ReasonMalformed     = "not-well-formed"
)

// lastWords is what a client hears for each reason; without an entry it hears nothing.
var lastWords = map[string]stanza.Node{
	ReasonReplaced:      stanza.StreamError("", stanza.Conflict("replaced")),
	ReasonDeviceRemoved: stanza.StreamError("401", stanza.Conflict("device_removed")),
	ReasonMalformed:     stanza.StreamError("", stanza.New("xml-not-well-formed", nil)),
	"503":               stanza.StreamError("503"),
	"515":               stanza.StreamError("515"),
	"500":               stanza.StreamError("500"),
	"429":               stanza.StreamError("429"),
	"516":               stanza.StreamError("516"),
	"401":               stanza.StreamError("401"),
	"conflict":          stanza.StreamError("", stanza.Conflict("unheard-of")),
	"ack":               stanza.StreamError("", stanza.New("ack", stanza.Attrs{"class": "message", "id": "wasim"})),
	"unknown":           stanza.StreamError(""),
	"xmlstreamend":      stanza.New("xmlstreamend", nil),
	"downgrade":         ib(stanza.New("downgrade_webclient", nil)),
}

// Reasons tells whether the gate knows how to end a connection for this reason.
func Reasons(reason string) bool {
	_, ok := lastWords[reason]
	return ok || reason == ReasonClose
}

// wordFor is the last word that a fault wants.
func wordFor(args *faults.Args) stanza.Node {
	if word, ok := lastWords[args.Reason]; ok {
		return word
	}
	code := ""
	if args.Code != 0 {
		code = strconv.Itoa(args.Code)
	}
	if args.Conflict != "" {
		return stanza.StreamError(code, stanza.Conflict(args.Conflict))
	}
	return stanza.StreamError(code)
}

// End says the last word and closes after a moment in which the client may close by itself. It returns at
// once; a second call does nothing.
func (l *line) End(reason string) {
	word, ok := lastWords[reason]
	if !ok {
		l.ending.Do(func() {
			l.parting(reason)
			go l.conn.Close()
		})
		return
	}
	l.endWith(reason, word, nil)
}

func (l *line) parting(reason string) {
	l.ended.Store(true)
	l.gate.Log.Info("gate.ended", "companion", l.name(), "conn", l.conn.ID, "reason", reason)
}

func (l *line) name() string {
	if l.companion == nil {
		return ""
	}
	return l.companion.String()
}

func (l *line) endWith(reason string, word stanza.Node, fate *faults.Fate) {
	l.ending.Do(func() {
		l.parting(reason)
		go func() {
			l.record(transcript.Out, word, fate)
			if l.conn.Write(l.ctx, word) != nil {
				l.conn.CloseNow()
				return
			}
			if l.conn.Muted() {
				// A dead link brings no farewell: it stays until the client gives up.
				return
			}
			time.AfterFunc(farewell, func() {
				l.conn.Close()
				l.cancel()
			})
		}()
	})
}

// end ends the line the way a fault wants.
func (l *line) end(strike *faults.Strike) {
	switch strike.Action {
	case faults.BlackHole:
		l.conn.Mute()
	case faults.HalfOpen:
		l.conn.Mute()
		l.forget()
	case faults.Reset:
		l.ended.Store(true)
		l.conn.Reset()
	case faults.StreamError:
		l.endWith(strike.Mark(), wordFor(&strike.Args), &faults.Fate{Mark: strike.Mark(), Struck: strike.Action})
	case faults.Close:
		l.ended.Store(true)
		if code := strike.Args.Code; code != 0 {
			go l.conn.CloseWith(code)
			return
		}
		l.conn.CloseNow()
	}
}

// Kick ends a companion's connection, if it has one, and tells whether it had.
func (g *Gate) Kick(companion *account.Companion, reason string) bool {
	link, online := companion.Online()
	if online {
		link.End(reason)
	}
	return online
}

// Unlink unlinks a companion: it is gone at once, and its connection hears why.
func (g *Gate) Unlink(owner *account.Account, device uint16, by string) bool {
	companion, ok := owner.Remove(account.Unlinked{Device: device, By: by, At: g.Now()})
	if !ok {
		return false
	}
	g.Log.Info("gate.unlinked", "companion", companion.String(), "by", by)
	g.Router.DeviceRemoved(companion)
	g.Kick(companion, ReasonDeviceRemoved)
	return true
}
