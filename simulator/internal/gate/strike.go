package gate

import (
	"holdfast/simulator/internal/faults"
)

// malformedNode is a stanza whose tag is a list: well encrypted, and nothing that a parser expects.
var malformedNode = []byte{0, 248, 2, 248, 0}

// strikeFrame applies the faults that hit the next frame of this session.
func (s *session) strikeFrame() {
	phone := s.companion.Account.Phone
	if s.gate.Faults.Take(faults.SplitFrame, phone) {
		s.conn.SplitNext()
	}
}

// Strike applies a fault that is done at once to the live connections of an account ("" is all), and returns
// how many it hit.
func (g *Gate) Strike(name, phone string, limit int) int {
	g.mu.Lock()
	var targets []*session
	for s := range g.sessions {
		if phone == "" || s.companion.Account.Phone == phone {
			targets = append(targets, s)
		}
	}
	g.mu.Unlock()
	hit := 0
	for _, s := range targets {
		if limit > 0 && hit == limit {
			break
		}
		switch name {
		case faults.BlackHole:
			s.conn.Mute()
		case faults.Silent503:
			s.End("503")
		case faults.EmptyFrame:
			_ = s.conn.WritePlaintext(s.ctx, nil)
		case faults.MalformedNode:
			_ = s.conn.WritePlaintext(s.ctx, malformedNode)
		default:
			continue
		}
		hit++
	}
	return hit
}
