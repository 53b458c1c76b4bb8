package world_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	binary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/util/keys"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/faults"
)

// stage is a lab with a linked device that a raw client logs in as, and a friend who writes to it.
type stage struct {
	*lab
	own, friend string
	device      *light
}

func newStage(t *testing.T) *stage {
	t.Parallel()
	l := newLab(t)
	s := &stage{lab: l, own: l.newPhone(), friend: l.newPhone()}
	s.device = l.linkRaw(s.own)
	s.device.activate()
	s.eventually("the phone has greeted the device", func() bool { return s.account(s.own).Companions[0].Queue >= greeting })
	s.drain()
	return s
}

// uploadKeys gives the server a one-time key, so that there is something to digest.
func (r *raw) uploadKeys() {
	r.t.Helper()
	key := []binary.Node{{Tag: "id", Content: []byte{0, 0, 9}}, {Tag: "value", Content: keys.NewKeyPair().Pub[:]}}
	if refused := codeOf(r.ask("encrypt", "set", one("list", one("key", key)))); refused != "" {
		r.t.Errorf("the key is refused with %s", refused)
	}
}

// try connects without expecting to be let in.
func (s *stage) try() *raw {
	var number uint64
	_, err := fmt.Sscan(s.own, &number)
	must(s.t, err)
	return s.dialRaw(s.device.static, &waWa6.ClientPayload{
		Username: proto.Uint64(number), Device: proto.Uint32(1), Passive: proto.Bool(true), Pull: proto.Bool(true),
	})
}

// enter connects and is let in.
func (s *stage) enter() *raw {
	s.t.Helper()
	r := s.try()
	r.next("success")
	return r
}

// login connects and lets the backlog come.
func (s *stage) login() *raw {
	s.t.Helper()
	r := s.enter()
	r.answer(binary.Attrs{"type": "set", "xmlns": "passive"}, binary.Node{Tag: "active"})
	return r
}

type struck struct {
	Fault faults.View
	Hit   int
	IDs   []string
}

// strike puts a fault in force; pairs of further fields may follow.
func (l *lab) strike(name, account string, more ...any) struck {
	l.t.Helper()
	body := map[string]any{"name": name}
	if account != "" {
		body["account"] = account
	}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	var done struck
	l.must("POST", "/admin/faults", body, &done)
	return done
}

// rule puts a rule of the test's own in force.
func (l *lab) rule(match map[string]any, action string, more ...any) struck {
	l.t.Helper()
	body := map[string]any{"match": match, "action": action}
	for i := 0; i < len(more); i += 2 {
		body[more[i].(string)] = more[i+1]
	}
	var done struck
	l.must("POST", "/admin/faults", body, &done)
	return done
}

type attrs map[string]any

// query sends a query and returns its id.
func (r *raw) query(attributes binary.Attrs, children ...binary.Node) string {
	r.t.Helper()
	r.asked++
	id := fmt.Sprint("asked", r.asked)
	sent := binary.Attrs{"id": id, "to": types.ServerJID}
	for name, value := range attributes {
		sent[name] = value
	}
	r.send(binary.Node{Tag: "iq", Attrs: sent, Content: children})
	return id
}

// answer sends a query and returns its answer.
func (r *raw) answer(attributes binary.Attrs, children ...binary.Node) *binary.Node {
	r.t.Helper()
	return r.ask(attributes["xmlns"].(string), attributes["type"].(string), children)
}

func (r *raw) ping() string { return r.query(binary.Attrs{"type": "get", "xmlns": "w:p"}) }

// silent tells that nothing comes any more while the connection stays open.
func (r *raw) silent() {
	r.t.Helper()
	for wait := time.After(150 * time.Millisecond); ; {
		select {
		case node := <-r.nodes:
			r.t.Errorf("the server says <%s>", node.Tag)
		case <-r.closed:
			r.t.Errorf("the connection is closed: %s", r.ending)
			return
		case <-wait:
			return
		}
	}
}

// quiet returns when the server has said everything that it says after a login, and forgets it.
func (r *raw) quiet() {
	r.t.Helper()
	r.told(r.drained, "the end of the backlog")
	r.told(r.routed, "the way to this server")
}

// told waits until the server has said something of a login, and forgets what it has said until then.
func (r *raw) told(what chan struct{}, name string) {
	r.t.Helper()
	select {
	case <-what:
	case <-time.After(patience):
		r.t.Fatalf("%s is not told", name)
	}
	for id := r.ping(); r.next("iq").Attrs["id"] != id; {
	}
}

// frame waits for a frame, whether a codec reads it or not.
func (r *raw) frame(fits func([]byte) bool) {
	r.t.Helper()
	for timeout := time.After(patience); ; {
		select {
		case plain := <-r.plain:
			if fits(plain) {
				return
			}
		case <-timeout:
			r.t.Fatal("the frame does not come")
		}
	}
}

// message returns the next message with the id.
func (r *raw) message(id string) *binary.Node {
	r.t.Helper()
	for {
		if node := r.next("message"); node.Attrs["id"] == id {
			return node
		}
	}
}

func codeOf(node *binary.Node) string {
	failure := node.GetChildByTag("error")
	code, _ := failure.Attrs["code"].(string)
	return code
}

func (r *raw) endedWith(words ...string) {
	r.t.Helper()
	r.waitClosed()
	for _, word := range words {
		if !strings.Contains(r.ending.String(), word) {
			r.t.Errorf("the connection ended without %q: %s", word, r.ending)
		}
	}
}

// short is a context for what must not come in time.
func short(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	t.Cleanup(cancel)
	return ctx
}
