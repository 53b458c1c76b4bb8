package gate

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/wire"
)

// chainDrift is how far the clock may move before the certificates are issued again.
const chainDrift = 12 * time.Hour

// restarting is the WebSocket status of a server that goes away.
const restarting = 1001

// authority is what the next handshake proves the server with: the server's own, unless a fault replaces it.
func (g *Gate) authority(conn int64) (*wire.Authority, error) {
	struck := func(name string) bool {
		return len(g.Faults.Judge(faults.Occasion{Point: name, Conn: conn})) > 0
	}
	switch {
	case struck(faults.RotatedStatic):
		return g.Authority.Rotated(g.Now())
	case struck(faults.WrongRoot):
		return g.Authority.Forged(g.Now())
	case struck(faults.WrongLeaf):
		return g.Authority.Misplaced(g.Now())
	case struck(faults.ExpiredChain):
		return g.Authority.Expired(g.Now())
	case struck(faults.MalformedChain):
		return g.Authority.Malformed()
	default:
		return g.dated()
	}
}

// dated is the server's own chain, with dates that suit its clock. A clock that is wrong dates them wrong; one
// that was moved on, because time has passed, leaves them good for clients whose clock was not.
func (g *Gate) dated() (*wire.Authority, error) {
	real := g.Clock.Now().Add(-g.Clock.Offset())
	moved, skewed := g.Clock.Offset(), g.Clock.Skew()
	if moved.Abs() < chainDrift && skewed.Abs() < chainDrift {
		return g.Authority, nil
	}
	other := real.Add(moved)
	if real.Before(other) {
		return g.Authority.Issued(real, other)
	}
	return g.Authority.Issued(other, real)
}

// strikeBundles refuses the last device of a request for keys, if the fault says so.
func (s *session) strikeBundles(query *stanza.Node, reply stanza.Node) stanza.Node {
	if _, asked := stanza.Child(query, "key"); !asked || stanza.Text(query, "xmlns") != "encrypt" {
		return reply
	}
	list, _ := stanza.Child(&reply, "list")
	users := list.GetChildren()
	if len(users) == 0 || !s.struck(faults.KeysRefused) {
		return reply
	}
	last := &users[len(users)-1]
	*last = stanza.New("user", stanza.Attrs{"jid": last.Attrs["jid"]},
		stanza.New("error", stanza.Attrs{"code": "406", "text": "not-acceptable"}))
	return reply
}

// versions returns what is sent in place of a queued stanza.
func (s *session) versions(node stanza.Node) []stanza.Node {
	if node.Tag != "message" {
		return []stanza.Node{node}
	}
	if node.Attrs["offline"] == nil && s.isForeign(&node) && s.struck(faults.PNThenLID) {
		node = s.underPhoneNumber(node)
	}
	if early, ok := withoutSenderKey(node); ok && s.struck(faults.SenderKeyLate) {
		return []stanza.Node{early, node}
	}
	return []stanza.Node{node}
}

// withoutSenderKey is a group message without the envelope that brings the key for the other, if it has both.
func withoutSenderKey(node stanza.Node) (early stanza.Node, ok bool) {
	var rest []stanza.Node
	for _, child := range node.GetChildren() {
		if child.Tag != "enc" || stanza.Text(&child, "type") == "skmsg" {
			rest = append(rest, child)
			ok = ok || child.Tag == "enc"
		}
	}
	ok = ok && len(rest) < len(node.GetChildren())
	node.Content = rest
	return node, ok
}

// isForeign tells whether a message comes from another account's LID.
func (s *session) isForeign(node *stanza.Node) bool {
	from, ok := stanza.JID(node, "from")
	sender, known := s.gate.Accounts.ByJID(from)
	return ok && known && from.Server == types.HiddenUserServer && sender != s.companion.Account
}

// underPhoneNumber turns a message from another account's LID into one from its phone number. The queue keeps
// the LID, so that a redelivery comes under it.
func (s *session) underPhoneNumber(node stanza.Node) stanza.Node {
	from, _ := stanza.JID(&node, "from")
	sender, _ := s.gate.Accounts.ByJID(from)
	node = stanza.With(stanza.With(node, "from", sender.PN(from.Device)), "sender_lid", sender.LIDJID(0))
	delete(node.Attrs, "sender_pn")
	delete(node.Attrs, "addressing_mode")
	return node
}

// Strike applies a fault that is done at once to the open connections that it fits, oldest first, as far as its
// count goes, and returns how many it hit.
func (g *Gate) Strike(rule *faults.Rule) int {
	return g.strikeLines(rule, func(l *line) bool { return l.companion != nil }, func(l *line, strike *faults.Strike) {
		fate := faults.FateOf(nil, []faults.Strike{*strike})
		for _, kind := range fate.Inject {
			_ = l.conn.Inject(l.ctx, kind)
		}
		if fate.End != nil {
			l.end(fate.End)
		}
	})
}

// Restart closes every connection as a server does that restarts.
func (g *Gate) Restart(rule *faults.Rule) int {
	return g.strikeLines(rule, func(*line) bool { return true }, closeWith)
}

// ExpireCodes closes the connections that show codes, as the server does when those have run out.
func (g *Gate) ExpireCodes(rule *faults.Rule) int {
	return g.strikeLines(rule, func(l *line) bool { return l.companion == nil }, func(l *line, _ *faults.Strike) { go l.conn.Close() })
}

func closeWith(l *line, _ *faults.Strike) {
	l.ended.Store(true)
	go l.conn.CloseWith(restarting)
}

func (g *Gate) strikeLines(rule *faults.Rule, eligible func(*line) bool, strike func(*line, *faults.Strike)) (hit int) {
	for _, l := range g.openLines() {
		occasion := l.occasion("")
		if l.ended.Load() || !eligible(l) || !rule.Match.Concerns(&occasion) {
			continue
		}
		struck, left := g.Faults.Hit(rule.ID, occasion)
		if !left {
			break
		}
		strike(l, &struck)
		hit++
	}
	return hit
}

func (g *Gate) openLines() []*line {
	g.mu.Lock()
	defer g.mu.Unlock()
	lines := make([]*line, 0, len(g.lines))
	for l := range g.lines {
		lines = append(lines, l)
	}
	slices.SortFunc(lines, func(a, b *line) int { return cmp.Compare(a.conn.ID, b.conn.ID) })
	return lines
}

// abort ends a request in the middle of its answer.
func abort() { panic(http.ErrAbortHandler) }
