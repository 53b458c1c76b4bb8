package gate

import (
	"bytes"
	"compress/zlib"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/wire"
)

const (
	slowness = 200 * time.Millisecond
	bombSize = 64 << 20
)

// malformedNode is a stanza whose tag is a list: well encrypted, and nothing that a parser expects.
var malformedNode = []byte{0, 248, 2, 248, 0}

// bomb is a compressed frame of some 64 KiB that inflates to bombSize.
func bomb() []byte {
	var packed bytes.Buffer
	packed.WriteByte(2)
	writer := zlib.NewWriter(&packed)
	chunk := make([]byte, 1<<20)
	for range bombSize / len(chunk) {
		_, _ = writer.Write(chunk)
	}
	_ = writer.Close()
	return packed.Bytes()
}

// authority is what the next handshake proves the server with: the server's own, unless a fault replaces it.
func (g *Gate) authority() (*wire.Authority, error) {
	switch {
	case g.Faults.Take(faults.RotatedStatic, ""):
		return g.Authority.Rotated(g.Now())
	case g.Faults.Take(faults.WrongRoot, ""):
		return g.Authority.Forged(g.Now())
	case g.Faults.Take(faults.ExpiredChain, ""):
		return g.Authority.Expired(g.Now())
	default:
		return g.Authority, nil
	}
}

// strikeFrame applies the faults that hit the next frame of this session, and returns what it shall say.
func (s *session) strikeFrame(node stanza.Node) stanza.Node {
	phone := s.companion.Account.Phone
	if s.gate.Faults.Take(faults.SplitFrame, phone) {
		s.conn.SplitNext()
	}
	if s.gate.Faults.Take(faults.Slow, phone) {
		select {
		case <-time.After(slowness):
		case <-s.ctx.Done():
		}
	}
	if node.Tag == "message" && node.Attrs["offline"] == nil && s.gate.Faults.Take(faults.PNThenLID, phone) {
		return s.underPhoneNumber(node)
	}
	return node
}

// strikeQuery applies the faults that take a query's answer away, and tells whether one did. Pings are answered:
// a link that answers nothing at all is another fault.
func (s *session) strikeQuery(query *stanza.Node) (struck bool) {
	phone := s.companion.Account.Phone
	switch {
	case stanza.Text(query, "xmlns") == "w:p":
		return false
	case s.gate.Faults.Take(faults.IQSilent, phone):
		return true
	case s.gate.Faults.Take(faults.IQError, phone):
		s.write(stanza.Failure(query, 500, "internal-server-error"))
		return true
	case s.gate.Faults.Take(faults.RateOverlimit, phone):
		s.write(stanza.Failure(query, 429, "rate-overlimit"))
		return true
	default:
		return false
	}
}

// strikeBundles refuses the last device of a request for keys, if the fault says so.
func (s *session) strikeBundles(query *stanza.Node, reply stanza.Node) stanza.Node {
	if _, asked := stanza.Child(query, "key"); !asked || stanza.Text(query, "xmlns") != "encrypt" {
		return reply
	}
	list, _ := stanza.Child(&reply, "list")
	users := list.GetChildren()
	if len(users) == 0 || !s.gate.Faults.Take(faults.KeysRefused, s.companion.Account.Phone) {
		return reply
	}
	last := &users[len(users)-1]
	*last = stanza.New("user", stanza.Attrs{"jid": last.Attrs["jid"]},
		stanza.New("error", stanza.Attrs{"code": "406", "text": "not-acceptable"}))
	return reply
}

// underPhoneNumber turns a message from another account's LID into one from its phone number. The queue keeps
// the LID, so that a redelivery comes under it.
func (s *session) underPhoneNumber(node stanza.Node) stanza.Node {
	from, ok := stanza.JID(&node, "from")
	sender, known := s.gate.Accounts.ByJID(from)
	if !ok || !known || from.Server != types.HiddenUserServer || sender == s.companion.Account {
		return node
	}
	node = stanza.With(stanza.With(node, "from", sender.PN(from.Device)), "sender_lid", sender.LIDJID(0))
	delete(node.Attrs, "sender_pn")
	delete(node.Attrs, "addressing_mode")
	return node
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
		s.strike(name)
		hit++
	}
	return hit
}

func (s *session) strike(name string) {
	switch name {
	case faults.BlackHole:
		s.conn.Mute()
	case faults.Silent503:
		s.End("503")
	case faults.EmptyFrame:
		_ = s.conn.WritePlaintext(s.ctx, nil)
	case faults.MalformedNode:
		_ = s.conn.WritePlaintext(s.ctx, malformedNode)
	case faults.GarbageFrame:
		_ = s.conn.WriteGarbage(s.ctx)
	case faults.InflateBomb:
		_ = s.conn.WritePlaintext(s.ctx, bomb())
	}
}
