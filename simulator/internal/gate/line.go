package gate

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/faults"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/transcript"
	"holdfast/simulator/internal/wire"
)

// line is a connection after its handshake: what it says and hears passes the faults and the transcript.
type line struct {
	gate *Gate
	conn *wire.Conn
	// companion is who has logged in, nil while a new device shows codes.
	companion *account.Companion
	ctx       context.Context
	cancel    context.CancelFunc
	// take handles a stanza of the client; forget lets the server's side go while the client's stays.
	take   func(node *stanza.Node)
	forget func()

	ending   sync.Once
	ended    atomic.Bool
	handling sync.Mutex

	mu      sync.Mutex
	waiting map[string]*held
}

// held is a stanza that waits for another one to pass it.
type held struct {
	goes  func()
	timer *time.Timer
}

func newLine(gate *Gate, ctx context.Context, conn *wire.Conn, companion *account.Companion) *line {
	ctx, cancel := context.WithCancel(ctx)
	return &line{
		gate: gate, conn: conn, companion: companion, ctx: ctx, cancel: cancel, forget: func() {},
	}
}

// phone is the number of who is on the line, "" while nobody has logged in.
func (l *line) phone() string {
	if l.companion == nil {
		return ""
	}
	return l.companion.Account.Phone
}

func (l *line) occasion(point string) faults.Occasion {
	occasion := faults.Occasion{Point: point, Account: l.phone(), Conn: l.conn.ID}
	if l.companion != nil {
		occasion.Device = l.companion.Device
	}
	return occasion
}

// struck tells whether a fault that is asked for by name strikes here.
func (l *line) struck(name string) bool { return len(l.gate.Faults.Judge(l.occasion(name))) > 0 }

func (l *line) fate(dir string, node *stanza.Node, xmlns string) faults.Fate {
	occasion := l.occasion("")
	occasion.Dir, occasion.Node, occasion.XMLNS = dir, node, xmlns
	return faults.FateOf(node, l.gate.Faults.Judge(occasion))
}

// say sends a stanza; xmlns is that of the query that it answers, if it does.
func (l *line) say(node stanza.Node, xmlns string) error {
	if l.ended.Load() {
		return nil
	}
	fate := l.fate(faults.Out, &node, xmlns)
	wait(l.ctx, fate.Delay)
	ends := fate.End != nil
	if ends && !fate.End.Args.After {
		l.record(transcript.Out, node, &fate)
		l.end(fate.End)
		return nil
	}
	for _, kind := range fate.Inject {
		_ = l.conn.Inject(l.ctx, kind)
	}
	if fate.Hold > 0 {
		l.hold(faults.Out, node.Tag, fate.Hold, func() { _ = l.send(node, &fate) })
		return nil
	}
	err := l.send(node, &fate)
	l.release(faults.Out, node.Tag)
	if ends {
		l.end(fate.End)
	}
	return err
}

// send puts on the wire what fate has made of a stanza.
func (l *line) send(node stanza.Node, fate *faults.Fate) error {
	if len(fate.Nodes) == 0 {
		l.record(transcript.Out, node, fate)
	}
	for _, sent := range fate.Nodes {
		l.record(transcript.Out, sent, fate)
		if err := l.conn.WriteAs(l.ctx, sent, fate.Manner); err != nil {
			l.conn.CloseNow()
			return err
		}
	}
	return nil
}

// hear takes a stanza of the client, or does with it what a fault wants.
func (l *line) hear(node *stanza.Node) {
	fate := l.fate(faults.In, node, "")
	l.record(transcript.In, *node, &fate)
	wait(l.ctx, fate.Delay)
	ends := fate.End != nil
	if ends && !fate.End.Args.After {
		l.end(fate.End)
		return
	}
	if fate.Refuse != nil {
		if refusal, ok := faults.Refusal(node, fate.Refuse, stanza.Unix(l.gate.Now())); ok {
			_ = l.say(refusal, stanza.Text(node, "xmlns"))
		}
		return
	}
	if fate.Hold > 0 {
		l.hold(faults.In, node.Tag, fate.Hold, func() { l.handle(fate.Nodes) })
		return
	}
	l.handle(fate.Nodes)
	if len(fate.Nodes) > 0 {
		l.release(faults.In, node.Tag)
	}
	if ends {
		l.end(fate.End)
	}
}

// handle takes stanzas one at a time, also when one that was held comes late.
func (l *line) handle(nodes []stanza.Node) {
	l.handling.Lock()
	defer l.handling.Unlock()
	for i := range nodes {
		l.take(&nodes[i])
	}
}

// hold keeps a stanza until one with its tag has passed in the same direction, or the time is over. One waits at
// a time: a second one passes the first.
func (l *line) hold(dir, tag string, longest time.Duration, goes func()) {
	l.release(dir, tag)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.waiting == nil {
		l.waiting = map[string]*held{}
	}
	waiting := &held{goes: goes}
	waiting.timer = time.AfterFunc(longest, func() { l.release(dir, tag) })
	l.waiting[dir+tag] = waiting
}

// release lets a held stanza go.
func (l *line) release(dir, tag string) {
	l.mu.Lock()
	waiting, ok := l.waiting[dir+tag]
	delete(l.waiting, dir+tag)
	l.mu.Unlock()
	if ok {
		waiting.timer.Stop()
		waiting.goes()
	}
}

func (l *line) record(dir string, node stanza.Node, fate *faults.Fate) {
	if !l.gate.Transcript.Enabled() {
		return
	}
	record := transcript.Record{T: l.gate.Now(), Dir: dir, Conn: l.conn.ID, Node: node}
	if fate != nil {
		record.Fault, record.Struck = fate.Mark, fate.Struck
	}
	if l.companion != nil {
		record.Account, record.Device = l.companion.Account.Phone, l.companion.Device
	}
	l.gate.Transcript.Add(record)
}
