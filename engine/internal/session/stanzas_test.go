package session

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/vault"
)

// The table of handlers is the library's: one that is missing here would leave its stanzas without an answer.
func TestTheHandlersAreTheLibrarys(t *testing.T) {
	output, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "go.mau.fi/whatsmeow").Output()
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(output)), "client.go"), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	theirs := map[string]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		assign, ok := n.(*ast.AssignStmt)
		if !ok || len(assign.Rhs) != 1 {
			return true
		}
		target, ok := assign.Lhs[0].(*ast.SelectorExpr)
		table, isTable := assign.Rhs[0].(*ast.CompositeLit)
		if !ok || !isTable || target.Sel.Name != "nodeHandlers" {
			return true
		}
		for _, entry := range table.Elts {
			if key, err := strconv.Unquote(entry.(*ast.KeyValueExpr).Key.(*ast.BasicLit).Value); err == nil {
				theirs[key] = true
			}
		}
		return true
	})
	if len(theirs) == 0 {
		t.Fatal("the library's table was not found")
	}
	conn, _ := bare(t, none)
	conn.attach(&store.Device{})
	ours := nodeHandlers(conn.client)
	for tag := range theirs {
		if ours[tag] == nil {
			t.Errorf("no handler for %s", tag)
		}
	}
	if len(ours) != len(theirs) {
		t.Errorf("%d handlers, the library has %d", len(ours), len(theirs))
	}
}

// working is a connection whose stanzas are handled by handle.
func working(t *testing.T, handle handler) (*Connection, chan<- *waBinary.Node) {
	t.Helper()
	conn, _ := bare(t, none)
	incoming := make(chan *waBinary.Node, 10)
	conn.stanzas.handlers = map[string]handler{"message": handle}
	conn.stanzas.incoming = incoming
	go conn.stanzas.take(conn.ctx)
	go conn.stanzas.work(conn.ctx)
	return conn, incoming
}

func TestAPanicOfAHandlerEndsTheConnection(t *testing.T) {
	conn, incoming := working(t, func(context.Context, *waBinary.Node) { panic("boom") })
	node := &waBinary.Node{Tag: "message"}
	conn.nodeReceived(node)
	incoming <- node
	<-conn.ended
	if got := conn.worst(); got.Reason != pb.Reason_CRASHED || !conn.socket.IsCut() {
		t.Errorf("ended with %+v", got)
	}
}

// The second time it is handed over as what it is, and the connection goes on.
func TestAStanzaThatPanicsAgainIsSetAside(t *testing.T) {
	node := &waBinary.Node{Tag: "message", Attrs: waBinary.Attrs{
		"id": "A1", "from": types.NewJID("4915222088624", types.DefaultUserServer), "t": "1764354000",
	}, Content: []waBinary.Node{{Tag: "enc", Content: []byte{1, 2, 3}}}}
	conn, gateway := bare(t, none)
	conn.attach(&store.Device{})
	conn.stanzas.panicked(node, "boom", nil)
	if got := conn.worst(); got.Reason != pb.Reason_CRASHED || len(gateway.delivered()) != 0 {
		t.Fatalf("the first time: ended with %+v", got)
	}
	next := newConnection(conn.session, 6, &vault.Watch{})
	t.Cleanup(next.cancel)
	next.attach(&store.Device{})
	next.stanzas.panicked(node, "boom", nil)
	if got := next.worst(); got.Reason != pb.Reason_REASON_UNSPECIFIED {
		t.Errorf("the second time: ended with %+v", got)
	}
	d := gateway.delivered()
	if len(d) != 1 || d[0].GetMessage().GetUntranslatable().GetReason() != "boom" || d[0].GetMessage().MessageId != "A1" ||
		d[0].GetMessage().TimestampMs != 1764354000000 || len(d[0].GetMessage().Raw) == 0 {
		t.Errorf("delivered %v", d)
	}
}

func TestFaultsAreForgottenAfterADay(t *testing.T) {
	f, now := &faults{}, time.Now()
	if f.malformed(now) || !f.malformed(now.Add(time.Hour)) || f.malformed(now.Add(26*time.Hour)) {
		t.Error("malformed frames")
	}
	if f.stanza("a", now) || f.stanza("b", now) || !f.stanza("a", now.Add(time.Hour)) || f.stanza("b", now.Add(25*time.Hour)) {
		t.Error("stanzas")
	}
	for n := range 10 * faultsLimit {
		f.stanza(strconv.Itoa(n), now)
	}
	if len(f.stanzas) > faultsLimit {
		t.Errorf("%d remembered", len(f.stanzas))
	}
}

func TestABacklogThatDoesNotDrainIsTold(t *testing.T) {
	now := time.Now()
	told := func(f *faults, at time.Time) bool { _, _, tell := f.stuck(at); return tell }
	one := &faults{}
	one.loggedIn(now)
	if told(one, now.Add(drainLimit/2)) || !told(one, now.Add(drainLimit)) || told(one, now.Add(drainLimit+time.Second)) {
		t.Error("by one connection")
	}
	if !told(one, now.Add(drainLimit+alarmEvery)) {
		t.Error("told only once")
	}
	one.drained()
	if told(one, now.Add(24*time.Hour)) {
		t.Error("told after it has drained")
	}
	many := &faults{}
	for n := range drainLogins {
		many.loggedIn(now.Add(time.Duration(n) * drainLimit / time.Duration(drainLogins-1)))
	}
	if !told(many, now.Add(drainLimit)) {
		t.Error("by many connections")
	}
	away := &faults{}
	away.loggedIn(now)
	away.loggedIn(now.Add(24 * time.Hour))
	if told(away, now.Add(24*time.Hour+time.Second)) {
		t.Error("the time without a connection counts")
	}
}

func TestAStanzaThatIsNotDealtWithEndsTheConnection(t *testing.T) {
	taken := make(chan struct{})
	conn, incoming := working(t, func(ctx context.Context, _ *waBinary.Node) {
		close(taken)
		<-ctx.Done()
	})
	incoming <- &waBinary.Node{Tag: "message"}
	<-taken
	conn.stanzas.check(time.Now().Add(handlingLimit - time.Minute))
	if conn.worst().Reason != pb.Reason_REASON_UNSPECIFIED {
		t.Fatal("ended too early")
	}
	conn.stanzas.check(time.Now().Add(handlingLimit + time.Second))
	if got := conn.worst(); got.Reason != pb.Reason_CRASHED {
		t.Errorf("ended with %+v", got)
	}
}

func TestAPausedReaderIsNotADeadLink(t *testing.T) {
	conn, _ := bare(t, none)
	conn.attach(&store.Device{})
	conn.heard()
	conn.paused.Store(true)
	for minute := range 60 {
		conn.check(time.Now().Add(time.Duration(minute) * time.Minute))
	}
	if got := conn.worst(); got.Reason != pb.Reason_REASON_UNSPECIFIED || conn.probes.missed.Load() != 0 {
		t.Errorf("ended with %+v, %d missed", got, conn.probes.missed.Load())
	}
	conn.paused.Store(false)
	for second := range 60 {
		conn.check(time.Now().Add(time.Hour + time.Duration(20*second)*time.Second))
	}
	if got := conn.worst(); got.Reason != pb.Reason_SILENT {
		t.Errorf("a silent link that is not paused: %+v", got)
	}
}
