package world_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"

	wabinary "go.mau.fi/whatsmeow/binary"

	"holdfast/simulator/internal/world"
)

// watchful counts what the server calls an error of its own.
type watchful struct {
	slog.Handler
	errors atomic.Int64
	last   atomic.Value
}

func (w *watchful) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }

func (w *watchful) Handle(_ context.Context, record slog.Record) error {
	w.errors.Add(1)
	text := record.Message
	record.Attrs(func(attr slog.Attr) bool {
		text += fmt.Sprintf(" %s=%v", attr.Key, attr.Value)
		return true
	})
	w.last.Store(text)
	return nil
}

func (w *watchful) WithAttrs([]slog.Attr) slog.Handler { return w }
func (w *watchful) WithGroup(string) slog.Handler      { return w }

// FuzzSession: whatever a logged-in client says, no room panics, and the server goes on answering.
func FuzzSession(f *testing.F) {
	watch := &watchful{}
	l := newLoggedLab(f, slog.New(watch), func(options *world.Options) { options.Transcript = 0 })
	own, friend := l.newPhone(), l.newPhone()
	group := l.newGroup(own, "fuzzed", friend)
	c := l.linkRaw(own)
	c.activate()
	for _, plaintext := range sayings(f, l, own, friend, group.JID) {
		f.Add(plaintext)
	}
	f.Fuzz(func(t *testing.T, plaintext []byte) {
		if err := c.noise.SendFrame(context.Background(), plaintext); err != nil || !c.alive(t) {
			again := *l
			again.t = lasting{t}
			c.login(&again)
			if !c.alive(t) {
				t.Fatal("the server does not answer")
			}
		}
		if watch.errors.Load() > 0 {
			t.Fatalf("the server says %v", watch.last.Load())
		}
	})
}

// lasting is a test whose connections outlive it: the next input uses them.
type lasting struct{ testing.TB }

func (lasting) Cleanup(func()) {}

// alive tells whether a ping is answered; a client that has sent garbage is not.
func (c *light) alive(t *testing.T) bool {
	c.asked++
	id := fmt.Sprint("alive", c.asked)
	encoded, err := wabinary.Marshal(wabinary.Node{Tag: "iq", Attrs: wabinary.Attrs{"id": id, "type": "get", "xmlns": "w:p"}})
	must(t, err)
	if c.noise.SendFrame(context.Background(), encoded) != nil {
		return false
	}
	for {
		select {
		case node := <-c.nodes:
			if node.Attrs["id"] == id {
				return true
			}
			if node.Tag == "stream:error" { // what was garbage ends the connection
				c.noise.Stop(true, false)
				return false
			}
		case <-c.closed:
			return false
		}
	}
}

// sayings are honest stanzas of every kind that a session handles, for the fuzzer to spoil.
func sayings(f *testing.F, l *lab, own, friend, group string) (plain [][]byte) {
	f.Helper()
	enc := wabinary.Node{Tag: "enc", Attrs: wabinary.Attrs{"v": "2", "type": "pkmsg"}, Content: []byte{0x33, 8, 1, 18, 1, 5}}
	to := wabinary.Node{Tag: "to", Attrs: wabinary.Attrs{"jid": jidOf(friend)}, Content: []wabinary.Node{enc}}
	retry := wabinary.Node{Tag: "retry", Attrs: wabinary.Attrs{"count": "1", "id": "m", "t": "1", "v": "1"}}
	nodes := []wabinary.Node{
		{Tag: "message", Attrs: wabinary.Attrs{"id": "m", "to": jidOf(friend), "type": "text"}, Content: []wabinary.Node{{Tag: "participants", Content: []wabinary.Node{to}}}},
		{Tag: "message", Attrs: wabinary.Attrs{"id": "m", "to": jidOf(own), "category": "peer"}, Content: []wabinary.Node{enc}},
		{Tag: "message", Attrs: wabinary.Attrs{"id": "m", "to": group, "phash": "2:x"}, Content: []wabinary.Node{enc}},
		{Tag: "receipt", Attrs: wabinary.Attrs{"id": "m", "to": jidOf(friend), "type": "retry"}, Content: []wabinary.Node{retry, {Tag: "registration", Content: []byte{1, 2, 3, 4}}}},
		{Tag: "receipt", Attrs: wabinary.Attrs{"id": "m", "to": group, "participant": jidOf(friend), "type": "read"}},
		{Tag: "ack", Attrs: wabinary.Attrs{"id": "m", "class": "message", "to": jidOf(friend)}},
		{Tag: "chatstate", Attrs: wabinary.Attrs{"to": jidOf(friend)}, Content: []wabinary.Node{{Tag: "composing"}}},
		{Tag: "presence", Attrs: wabinary.Attrs{"to": jidOf(friend), "type": "subscribe"}},
		{Tag: "presence", Attrs: wabinary.Attrs{"name": "x", "type": "available"}},
		{Tag: "ib", Content: []wabinary.Node{{Tag: "offline_batch", Attrs: wabinary.Attrs{"count": "100"}}}},
		{Tag: "call", Attrs: wabinary.Attrs{"to": jidOf(friend), "id": "c"}, Content: []wabinary.Node{{Tag: "offer", Attrs: wabinary.Attrs{"call-id": "1", "call-creator": jidOf(own)}}}},
	}
	for _, kind := range l.world.Rooms().Queries.Kinds() {
		query := wabinary.Node{Tag: "iq", Attrs: wabinary.Attrs{"id": "q", "type": kind.Type, "xmlns": kind.XMLNS, "to": "s.whatsapp.net"}}
		if kind.XMLNS == "w:g2" {
			query.Attrs["to"] = group
		}
		if kind.Child != "" {
			inner := wabinary.Node{Tag: "user", Attrs: wabinary.Attrs{"jid": jidOf(friend), "id": "1"}, Content: []byte("content")}
			query.Content = []wabinary.Node{{Tag: kind.Child, Attrs: wabinary.Attrs{"jid": jidOf(friend), "id": "1", "name": "x"}, Content: []wabinary.Node{inner}}}
		}
		nodes = append(nodes, query)
	}
	for _, node := range nodes {
		encoded, err := wabinary.Marshal(node)
		must(f, err)
		plain = append(plain, encoded)
	}
	return plain
}
