package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
	"holdfast/engine/internal/link"
)

// The tests drive real processes: this test binary again as the engine, and the simulator built once per run.

const asEngine = "HOLDFAST_TEST_AS_ENGINE"

func TestMain(m *testing.M) {
	if os.Getenv(asEngine) != "" {
		os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
	}
	code := m.Run()
	labtest.Remove()
	os.Exit(code)
}

// engine is a running engine process.
type engine struct {
	t    *testing.T
	dir  string
	cmd  *exec.Cmd
	done chan struct{}
}

func startEngine(t *testing.T, dir string, args ...string) *engine {
	t.Helper()
	cmd := exec.Command(os.Args[0], append([]string{"serve", "--data", dir}, args...)...)
	cmd.Env = append(os.Environ(), asEngine+"=1")
	cmd.Stderr = labtest.NewLines(t, "engine")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	e := &engine{t: t, dir: dir, cmd: cmd, done: make(chan struct{})}
	go func() { _ = cmd.Wait(); close(e.done) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-e.done })
	return e
}

func (e *engine) kill() {
	e.t.Helper()
	_ = e.cmd.Process.Signal(syscall.SIGKILL)
	e.wait()
}

// wait waits for the end of the process and answers its exit code, -1 for a signal.
func (e *engine) wait() int {
	e.t.Helper()
	select {
	case <-e.done:
		return e.cmd.ProcessState.ExitCode()
	case <-time.After(labtest.Patience):
		e.t.Fatal("engine still runs")
		return 0
	}
}

// gatewayDouble is a gateway that does what the test says.
type gatewayDouble struct {
	t       *testing.T
	conn    net.Conn
	reader  *bufio.Reader
	welcome *pb.Welcome

	lock       sync.Mutex
	nextID     uint64
	results    map[uint64]*pb.Result
	facts      []*pb.SessionFact
	deliveries []*pb.Delivery
	levels     *pb.Levels
	changed    chan struct{}
	auto       bool // confirm whatever comes
	// Notices are confirmed even without auto, unless this is set.
	holdsNotices bool
	closed       bool
}

func dial(t *testing.T, dir string) *gatewayDouble {
	t.Helper()
	g := dialVersion(t, dir, 1, 2)
	if g.welcome.GetVersion() != 2 {
		t.Fatalf("welcome: %v", g.welcome)
	}
	go g.read()
	return g
}

func dialVersion(t *testing.T, dir string, low, high uint32) *gatewayDouble {
	t.Helper()
	conn := dialSocket(t, dir)
	t.Cleanup(func() { _ = conn.Close() })
	g := &gatewayDouble{t: t, conn: conn, reader: bufio.NewReader(conn), results: map[uint64]*pb.Result{}, changed: make(chan struct{})}
	g.send(&pb.Down{Hello: &pb.Hello{MinVersion: low, MaxVersion: high, GatewayId: t.Name(), Build: "test"}})
	up := &pb.Up{}
	if err := link.ReadFrame(g.reader, up); err != nil {
		t.Fatal(err)
	}
	g.welcome = up.Welcome
	return g
}

// dialSocket finds the engine by run/engine.addr, as a gateway does.
func dialSocket(t *testing.T, dir string) net.Conn {
	t.Helper()
	deadline := time.Now().Add(labtest.Patience)
	for {
		address, err := os.ReadFile(filepath.Join(dir, "run", "engine.addr"))
		if err == nil {
			var conn net.Conn
			if conn, err = net.Dial("unix", strings.TrimSpace(string(address))); err == nil {
				return conn
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("engine does not listen: %v", err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (g *gatewayDouble) send(down *pb.Down) {
	g.t.Helper()
	frame, err := link.AppendFrame(nil, down)
	if err == nil {
		_, err = g.conn.Write(frame)
	}
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *gatewayDouble) read() {
	for {
		up := &pb.Up{}
		err := link.ReadFrame(g.reader, up)
		g.lock.Lock()
		if err != nil {
			g.closed = true
			close(g.changed)
			g.lock.Unlock()
			return
		}
		for _, result := range up.Results {
			g.results[result.RequestId] = result
		}
		g.facts = append(g.facts, up.Facts...)
		g.deliveries = append(g.deliveries, up.Deliveries...)
		if up.Levels != nil {
			g.levels = up.Levels
		}
		auto, held := g.auto, g.holdsNotices
		close(g.changed)
		g.changed = make(chan struct{})
		g.lock.Unlock()
		for _, d := range up.Deliveries {
			// What a phone offers a new device is a notice: a test that is not about notices does not wait for it.
			if auto || (d.GetNotice() != nil && !held) {
				g.confirm(d)
			}
		}
	}
}

func (g *gatewayDouble) confirm(deliveries ...*pb.Delivery) {
	ids := make([]uint64, 0, len(deliveries))
	for _, d := range deliveries {
		ids = append(ids, d.DeliveryId)
	}
	frame, _ := link.AppendFrame(nil, &pb.Down{Confirmed: ids})
	_, _ = g.conn.Write(frame)
}

// until waits until check, called under the lock, answers true.
func (g *gatewayDouble) until(what string, check func() bool) {
	g.t.Helper()
	deadline := time.After(labtest.Patience)
	for {
		g.lock.Lock()
		ok, changed, closed := check(), g.changed, g.closed
		g.lock.Unlock()
		if ok {
			return
		}
		if closed {
			g.t.Fatalf("engine closed the connection while waiting for %s", what)
		}
		select {
		case <-changed:
		case <-deadline:
			g.t.Fatalf("no %s; facts %v, levels %v", what, g.facts, g.levels)
		}
	}
}

// ask sends one command and waits for its result.
func (g *gatewayDouble) ask(session string, command *pb.Command) *pb.Result {
	g.t.Helper()
	id := g.post(session, command)
	var result *pb.Result
	g.until(fmt.Sprintf("result of %v", command), func() bool { result = g.results[id]; return result != nil })
	return result
}

func (g *gatewayDouble) post(session string, command *pb.Command) uint64 {
	g.t.Helper()
	g.lock.Lock()
	g.nextID++
	command.RequestId, command.SessionId = g.nextID, session
	g.lock.Unlock()
	g.send(&pb.Down{Commands: []*pb.Command{command}})
	return command.RequestId
}

func (g *gatewayDouble) must(session string, command *pb.Command) *pb.Result {
	g.t.Helper()
	result := g.ask(session, command)
	if result.Error != nil {
		g.t.Fatalf("%v: %v", command, result.Error)
	}
	return result
}

// fact waits for the first fact of an epoch that pick accepts.
func (g *gatewayDouble) fact(what string, epoch uint64, pick func(*pb.SessionFact) bool) *pb.SessionFact {
	g.t.Helper()
	var found *pb.SessionFact
	g.until(what, func() bool {
		for _, fact := range g.facts {
			if fact.Epoch == epoch && pick(fact) {
				found = fact
				return true
			}
		}
		return false
	})
	return found
}

func (g *gatewayDouble) connected(epoch uint64) {
	g.t.Helper()
	g.fact("connected", epoch, func(f *pb.SessionFact) bool { return f.GetConnected() != nil })
}

func (g *gatewayDouble) disconnected(epoch uint64) *pb.Disconnected {
	g.t.Helper()
	return g.fact("disconnected", epoch, func(f *pb.SessionFact) bool { return f.GetDisconnected() != nil }).GetDisconnected()
}

// message waits for a delivered text and answers its latest delivery.
func (g *gatewayDouble) message(text string) *pb.Delivery {
	g.t.Helper()
	var found *pb.Delivery
	g.until("message "+text, func() bool {
		for _, d := range g.deliveries {
			if d.GetMessage().GetText().GetBody() == text {
				found = d
			}
		}
		return found != nil
	})
	return found
}

func (g *gatewayDouble) count(pick func(*pb.Delivery) bool) int {
	g.lock.Lock()
	defer g.lock.Unlock()
	n := 0
	for _, d := range g.deliveries {
		if pick(d) {
			n++
		}
	}
	return n
}

func (g *gatewayDouble) snapshot() []*pb.Delivery {
	g.lock.Lock()
	defer g.lock.Unlock()
	return slices.Clone(g.deliveries)
}

func (g *gatewayDouble) allFacts() []*pb.SessionFact {
	g.lock.Lock()
	defer g.lock.Unlock()
	return slices.Clone(g.facts)
}

// confirmAll confirms what came and whatever comes.
func (g *gatewayDouble) confirmAll() {
	g.lock.Lock()
	g.auto = true
	held := g.deliveries
	g.lock.Unlock()
	g.confirm(held...)
}

var testKey = bytes.Repeat([]byte{7}, 32) //nolint:gochecknoglobals // constant bytes

// link pairs a session in the way a gateway does it, up to the adopted folder, and answers its phone number.
func (g *gatewayDouble) link(session string, p *labtest.Phone) string {
	g.t.Helper()
	g.must(session, &pb.Command{Command: &pb.Command_Pair{Pair: &pb.Pair{Epoch: 1, Key: testKey, WrappedKey: []byte("wrapped"), DeviceName: "Test"}}})
	code := g.fact("pair code", 1, func(f *pb.SessionFact) bool { return f.SessionId == session && f.GetPairCode() != nil }).GetPairCode()
	p.Scan(code.Code)
	success := g.fact("pair success", 1, func(f *pb.SessionFact) bool { return f.SessionId == session && f.GetPairSuccess() != nil }).GetPairSuccess()
	number, _, _ := strings.Cut(success.Jid, ":")
	g.must(session, &pb.Command{Command: &pb.Command_Adopt{Adopt: &pb.Adopt{Folder: number}}})
	return number
}

func (g *gatewayDouble) open(session, folder string) *pb.OpenResult {
	g.t.Helper()
	return g.must(session, &pb.Command{Command: &pb.Command_Open{Open: &pb.Open{Folder: folder, Key: testKey}}}).GetOpen()
}

func (g *gatewayDouble) connect(session string, epoch uint64) {
	g.t.Helper()
	g.must(session, &pb.Command{Command: &pb.Command_Connect{Connect: &pb.Connect{Epoch: epoch}}})
	g.connected(epoch)
}

// online links a session and connects it as epoch 2.
func (g *gatewayDouble) online(session string, p *labtest.Phone) {
	g.t.Helper()
	g.open(session, g.link(session, p))
	g.connect(session, 2)
	g.fact("drained", 2, func(f *pb.SessionFact) bool { return f.SessionId == session && f.GetOfflineDrained() != nil })
	// The phone opens a session to a new device and sends keys and history: acknowledged without the gateway.
	labtest.Eventually(g.t, "what the phone sends to a new device is acknowledged", p.Settled)
}

func sendText(id, to, text string) *pb.Command {
	return &pb.Command{Command: &pb.Command_Send{Send: &pb.Send{MessageId: id, To: to, Text: text}}}
}
