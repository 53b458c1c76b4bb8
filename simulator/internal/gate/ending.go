package gate

import (
	"time"

	"holdfast/simulator/internal/account"
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

// End says the last word and closes after a moment in which the client may close by itself. It returns at
// once; a second call does nothing.
func (s *session) End(reason string) {
	s.ending.Do(func() {
		s.ended.Store(true)
		s.gate.Log.Info("gate.ended", "companion", s.companion.String(), "conn", s.conn.ID, "reason", reason)
		word, ok := lastWords[reason]
		if !ok {
			go s.conn.Close()
			return
		}
		go func() {
			s.gate.record(s.conn, s.companion, transcript.Out, word)
			if s.conn.Write(s.ctx, word) != nil {
				s.conn.CloseNow()
				return
			}
			time.AfterFunc(farewell, func() {
				s.conn.Close()
				s.cancel()
			})
		}()
	})
}

// Kick ends a companion's connection, if it has one, and tells whether it had.
func (g *Gate) Kick(companion *account.Companion, reason string) bool {
	link, online := companion.Online()
	if online {
		link.End(reason)
	}
	return online
}

// Logout unlinks a companion: it is gone at once, and its connection hears why.
func (g *Gate) Logout(owner *account.Account, device uint16) bool {
	companion, ok := owner.Remove(device)
	if !ok {
		return false
	}
	g.Log.Info("gate.unlinked", "companion", companion.String())
	g.Router.DeviceRemoved(companion)
	g.Kick(companion, ReasonDeviceRemoved)
	return true
}
