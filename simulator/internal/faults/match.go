package faults

import (
	"fmt"
	"strings"

	"holdfast/simulator/internal/stanza"
)

// In and Out are the directions of a stanza as the server sees them: from the client, to the client.
const (
	In  = "in"
	Out = "out"
)

// Points in a connection's life that are no stanza. A rule strikes there only when its tag names the point.
const (
	// Upgrade is a request for a WebSocket; nobody has said yet who he is.
	Upgrade = "upgrade"
	// Handshake is an open WebSocket before the client's first word.
	Handshake = "handshake"
	// Hello is the moment after the client's first word and before the server's.
	Hello = "hello"
	// Login is a client that has proven who it is, before it hears whether it is let in.
	Login = "login"
	// Upload and Download are requests for media; nobody says who he is there either.
	Upload   = "upload"
	Download = "download"
)

// nameless are the points at which no account is known.
var nameless = map[string]bool{Upgrade: true, Handshake: true, Hello: true, Upload: true, Download: true}

var points = map[string]bool{Upgrade: true, Handshake: true, Hello: true, Login: true, Upload: true, Download: true}

// Match says which stanzas a rule strikes; what is left out fits all. The text fields take alternatives, "a|b",
// and a denial, "!a|b".
type Match struct {
	Account string `json:"account,omitempty" doc:"phone number of the account"`
	Device  int    `json:"device,omitempty" doc:"device id of the companion"`
	Conn    int64  `json:"conn,omitempty" doc:"number of the connection, as the transcript has it"`
	Dir     string `json:"dir,omitempty" doc:"in: from the client; out: to the client"`
	Tag     string `json:"tag,omitempty" doc:"tag of the stanza, or a point: upgrade, handshake, hello, login, upload, download"`
	XMLNS   string `json:"xmlns,omitempty" doc:"namespace of a query, or of the query that an answer belongs to"`
	Type    string `json:"type,omitempty" doc:"attribute type"`
	Class   string `json:"class,omitempty" doc:"attribute class of an acknowledgement"`
	ID      string `json:"id,omitempty" doc:"attribute id"`
	Has     string `json:"has,omitempty" doc:"tag of any element inside the stanza"`
	// Nth lets the first n-1 matches pass.
	Nth int `json:"nth,omitempty" doc:"the first match that is struck, counted from 1"`
	// Prob strikes each match with this probability; the seed decides.
	Prob float64 `json:"prob,omitempty" doc:"probability of each strike, decided by the seed"`
}

// Occasion is one thing that is about to happen.
type Occasion struct {
	// Point is where, when it is no stanza: one of the points, or the name of a fault that is asked for by name.
	Point   string
	Account string
	Device  uint16
	Conn    int64
	Dir     string
	Node    *stanza.Node
	// XMLNS is the namespace of the query that an answer belongs to.
	XMLNS string
}

func (o *Occasion) tag() string {
	if o.Point != "" || o.Node == nil {
		return o.Point
	}
	return o.Node.Tag
}

// Concerns tells whether the rule is about who is on this connection at all.
func (m *Match) Concerns(o *Occasion) bool {
	return (m.Account == "" || m.Account == o.Account) && (m.Device == 0 || m.Device == int(o.Device)) && (m.Conn == 0 || m.Conn == o.Conn)
}

// fits tells whether the rule's conditions, counting aside, hold for the occasion.
func (m *Match) fits(o *Occasion) bool {
	if !m.Concerns(o) {
		return false
	}
	if o.Point != "" {
		return m.Tag != "" && !strings.HasPrefix(m.Tag, "!") && fits(m.Tag, o.Point)
	}
	if m.Dir != "" && m.Dir != o.Dir || !fits(m.Tag, o.Node.Tag) {
		return false
	}
	xmlns := o.XMLNS
	if xmlns == "" {
		xmlns = stanza.Text(o.Node, "xmlns")
	}
	return fits(m.XMLNS, xmlns) && fits(m.Type, stanza.Text(o.Node, "type")) && fits(m.Class, stanza.Text(o.Node, "class")) &&
		fits(m.ID, stanza.Text(o.Node, "id")) && m.has(o.Node)
}

func (m *Match) has(node *stanza.Node) bool {
	if m.Has == "" {
		return true
	}
	if denied, is := strings.CutPrefix(m.Has, "!"); is {
		return !holds(node, denied)
	}
	return holds(node, m.Has)
}

func holds(node *stanza.Node, pattern string) bool {
	children := node.GetChildren()
	for i := range children {
		if fits(pattern, children[i].Tag) || holds(&children[i], pattern) {
			return true
		}
	}
	return false
}

// fits tells whether a value fits a pattern: "" fits all, "a|b" either, "!a|b" neither.
func fits(pattern, value string) bool {
	if pattern == "" {
		return true
	}
	denied, denies := strings.CutPrefix(pattern, "!")
	for alternative := range strings.SplitSeq(denied, "|") {
		if alternative == value {
			return !denies
		}
	}
	return denies
}

// check refuses a match that can never fit.
func (m *Match) check() error {
	if m.Dir != "" && m.Dir != In && m.Dir != Out {
		return fmt.Errorf("%w: dir is %q, and must be in (from the client) or out (to the client)", ErrRule, m.Dir)
	}
	if m.Nth < 0 || m.Device < 0 || m.Prob < 0 || m.Prob > 1 {
		return fmt.Errorf("%w: nth and device must not be negative, prob must be within 0 and 1", ErrRule)
	}
	if m.Account != "" && nameless[m.Tag] {
		return fmt.Errorf("%w: at %s nobody has said yet who he is: leave out the account", ErrRule, m.Tag)
	}
	return nil
}

// over lays what another match says over this one.
func (m Match) over(more Match) Match {
	for _, field := range []struct{ mine, other *string }{
		{&m.Account, &more.Account}, {&m.Dir, &more.Dir}, {&m.Tag, &more.Tag}, {&m.XMLNS, &more.XMLNS}, {&m.Type, &more.Type},
		{&m.Class, &more.Class}, {&m.ID, &more.ID}, {&m.Has, &more.Has},
	} {
		if *field.other != "" {
			*field.mine = *field.other
		}
	}
	if more.Device != 0 {
		m.Device = more.Device
	}
	if more.Conn != 0 {
		m.Conn = more.Conn
	}
	if more.Nth != 0 {
		m.Nth = more.Nth
	}
	if more.Prob != 0 {
		m.Prob = more.Prob
	}
	return m
}
