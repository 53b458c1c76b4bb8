package link

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	pb "holdfast/engine/enginepb"
)

// patience is how long a test waits for what must come. Only a failure needs all of it.
const patience = 2 * time.Minute

// handlerDouble records what the server asks of the engine.
type handlerDouble struct {
	lock      sync.Mutex
	attached  int
	detached  int
	shutdowns []string
	commands  chan *pb.Command
}

func (h *handlerDouble) Command(c *pb.Command, reply func(*pb.Result)) {
	h.commands <- c
	reply(&pb.Result{})
}
func (h *handlerDouble) Levels() *pb.Levels { return &pb.Levels{AtMs: 1} }
func (h *handlerDouble) Attached()          { h.lock.Lock(); h.attached++; h.lock.Unlock() }
func (h *handlerDouble) Detached()          { h.lock.Lock(); h.detached++; h.lock.Unlock() }
func (h *handlerDouble) Shutdown(reason string) {
	h.lock.Lock()
	h.shutdowns = append(h.shutdowns, reason)
	h.lock.Unlock()
}

func (h *handlerDouble) counts() (int, int, int) {
	h.lock.Lock()
	defer h.lock.Unlock()
	return h.attached, h.detached, len(h.shutdowns)
}

type fixture struct {
	t       *testing.T
	server  *Server
	handler *handlerDouble
	path    string
	handed  chan struct{}
}

func serve(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, handler: &handlerDouble{commands: make(chan *pb.Command, 100)}, handed: make(chan struct{}, 1000)}
	f.path = filepath.Join(t.TempDir(), "s")
	listener, err := net.Listen("unix", f.path)
	if err != nil {
		t.Fatal(err)
	}
	f.server = NewServer(Identity{EngineID: "e1", Build: "b", Lab: true}, slog.New(slog.DiscardHandler), func() { f.handed <- struct{}{} })
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- f.server.Serve(ctx, listener, f.handler) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return f
}

type peer struct {
	t      *testing.T
	conn   net.Conn
	reader *bufio.Reader
}

func (f *fixture) dial(down *pb.Down) *peer {
	f.t.Helper()
	conn, err := net.Dial("unix", f.path)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	p := &peer{t: f.t, conn: conn, reader: bufio.NewReader(conn)}
	p.send(down)
	return p
}

func hello(id string) *pb.Down {
	return &pb.Down{Hello: &pb.Hello{MinVersion: 1, MaxVersion: 3, GatewayId: id}}
}

// attach dials and reads the welcome and the first levels.
func (f *fixture) attach(id string) (*peer, *pb.Welcome) {
	f.t.Helper()
	p := f.dial(hello(id))
	welcome := p.receive().Welcome
	if welcome.GetVersion() != MaxVersion {
		f.t.Fatalf("welcome: %v", welcome)
	}
	return p, welcome
}

func (p *peer) send(down *pb.Down) {
	p.t.Helper()
	frame, err := AppendFrame(nil, down)
	if err == nil {
		_, err = p.conn.Write(frame)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *peer) receive() *pb.Up {
	p.t.Helper()
	up := &pb.Up{}
	if err := ReadFrame(p.reader, up); err != nil {
		p.t.Fatal(err)
	}
	return up
}

// deliveries reads until it has n, in order of arrival.
func (p *peer) deliveries(n int) []uint64 {
	p.t.Helper()
	var ids []uint64
	for len(ids) < n {
		for _, d := range p.receive().Deliveries {
			ids = append(ids, d.DeliveryId)
		}
	}
	return ids
}

func (p *peer) ended() bool {
	_, err := io.Copy(io.Discard, p.reader)
	return err == nil
}

// deliver starts a delivery and answers where its outcome comes.
func (f *fixture) deliver(ctx context.Context) chan error {
	outcome := make(chan error, 1)
	go func() { outcome <- f.server.Hand(&pb.Delivery{SessionId: "s"})(ctx) }()
	return outcome
}

func TestADeliveryWaitsForItsConfirmationOverGateways(t *testing.T) {
	f := serve(t)
	ctx := context.Background()
	first := f.deliver(ctx) // before any gateway
	eventually(t, "waiting", func() bool { return f.waiting() == 1 })
	a, welcome := f.attach("a")
	if welcome.BootDeliveries != 1 || !welcome.Lab || welcome.Pid != uint32(os.Getpid()) {
		t.Errorf("welcome: %v", welcome)
	}
	if ids := a.deliveries(1); ids[0] != 1 {
		t.Fatalf("ids %v", ids)
	}
	<-f.handed
	second := f.deliver(ctx)
	if ids := a.deliveries(1); ids[0] != 2 {
		t.Fatalf("ids %v", ids)
	}
	_ = a.conn.Close()
	eventually(t, "detached", func() bool { _, detached, _ := f.handler.counts(); return detached == 1 })
	b, welcome := f.attach("b")
	if welcome.BootDeliveries != 2 {
		t.Errorf("welcome: %v", welcome)
	}
	if ids := b.deliveries(2); ids[0] != 1 || ids[1] != 2 {
		t.Fatalf("handed again as %v, want the same ids in order", ids)
	}
	select {
	case err := <-first:
		t.Fatalf("let go without a confirmation: %v", err)
	default:
	}
	b.send(&pb.Down{Confirmed: []uint64{2, 99, 2}})
	if err := <-second; err != nil {
		t.Error(err)
	}
	b.send(&pb.Down{Confirmed: []uint64{1}})
	if err := <-first; err != nil {
		t.Error(err)
	}
}

func (f *fixture) waiting() int {
	f.server.table.lock.Lock()
	defer f.server.table.lock.Unlock()
	return len(f.server.table.waiting)
}

func TestADeliveryWhoseConnectionEndsIsNotHandedAgain(t *testing.T) {
	f := serve(t)
	ctx, cancel := context.WithCancel(context.Background())
	outcome := f.deliver(ctx)
	eventually(t, "waiting", func() bool { return f.waiting() == 1 })
	cancel()
	if err := <-outcome; !errors.Is(err, ErrEnding) {
		t.Errorf("%v, want ErrEnding", err)
	}
	p, welcome := f.attach("a")
	if welcome.BootDeliveries != 0 {
		t.Errorf("welcome: %v", welcome)
	}
	if up := p.receive(); len(up.Deliveries) > 0 || up.Levels == nil {
		t.Errorf("first frame: %v", up)
	}
}

func TestANewerGatewayTakesOver(t *testing.T) {
	f := serve(t)
	a, _ := f.attach("a")
	b, _ := f.attach("b")
	if !a.ended() {
		t.Error("the older connection was not closed cleanly")
	}
	b.send(&pb.Down{Commands: []*pb.Command{{RequestId: 5, SessionId: "s", Command: &pb.Command_Close{Close: &pb.Close{}}}}})
	for {
		if results := b.receive().Results; len(results) > 0 {
			if results[0].RequestId != 5 {
				t.Errorf("result: %v", results[0])
			}
			break
		}
	}
	eventually(t, "two attached, none detached", func() bool {
		attached, detached, _ := f.handler.counts()
		return attached == 2 && detached == 0
	})
}

func TestVersionsMustMeet(t *testing.T) {
	f := serve(t)
	for _, versions := range [][2]uint32{{3, 5}, {0, 0}, {2, 1}} {
		p := f.dial(&pb.Down{Hello: &pb.Hello{MinVersion: versions[0], MaxVersion: versions[1]}})
		welcome := p.receive().Welcome
		if welcome == nil || welcome.Version != 0 || welcome.MinVersion != 1 || welcome.MaxVersion != 2 {
			t.Errorf("%v: %v", versions, welcome)
		}
		if !p.ended() {
			t.Errorf("%v: the connection stays open", versions)
		}
	}
	// A gateway of another version can still end this engine.
	f.dial(&pb.Down{Shutdown: &pb.Shutdown{Reason: "replaced by another version"}})
	eventually(t, "shutdown", func() bool { _, _, shutdowns := f.handler.counts(); return shutdowns == 1 })
	if attached, _, _ := f.handler.counts(); attached != 0 {
		t.Error("a gateway without a common version counts as attached")
	}
}

func TestTheHighestCommonVersionIsSpoken(t *testing.T) {
	f := serve(t)
	for _, c := range []struct{ low, high, want uint32 }{{1, 1, 1}, {1, 2, 2}, {2, 2, 2}, {1, 9, 2}, {2, 3, 2}} {
		p := f.dial(&pb.Down{Hello: &pb.Hello{MinVersion: c.low, MaxVersion: c.high}})
		if welcome := p.receive().Welcome; welcome.GetVersion() != c.want {
			t.Errorf("%d..%d: %v, want %d", c.low, c.high, welcome, c.want)
		}
	}
}

// A gateway of version 1 would take a notice for nonsense: it never sees one, and WhatsApp's side does not wait for it.
func TestNoticesGoToGatewaysThatKnowThem(t *testing.T) {
	f := serve(t)
	notice := func() chan error {
		outcome := make(chan error, 1)
		go func() {
			outcome <- f.server.Hand(&pb.Delivery{Delivery: &pb.Delivery_Notice{Notice: &pb.Notice{}}})(context.Background())
		}()
		return outcome
	}
	before, message := notice(), f.deliver(context.Background())
	eventually(t, "both waiting", func() bool { return f.waiting() == 2 })
	old := f.dial(&pb.Down{Hello: &pb.Hello{MinVersion: 1, MaxVersion: 1}})
	if welcome := old.receive().Welcome; welcome.Version != 1 || welcome.BootDeliveries != 1 {
		t.Errorf("welcome: %v", welcome)
	}
	if err := <-before; err != nil {
		t.Error(err)
	}
	if err := <-notice(); err != nil {
		t.Error(err)
	}
	if ids := old.deliveries(1); f.waiting() != 1 {
		t.Errorf("ids %v, %d wait", ids, f.waiting())
	}
	newer, _ := f.attach("newer")
	after := notice()
	ids := newer.deliveries(2)
	newer.send(&pb.Down{Confirmed: ids})
	for _, outcome := range []chan error{message, after} {
		if err := <-outcome; err != nil {
			t.Error(err)
		}
	}
}

func TestShutdownAfterTheHandshake(t *testing.T) {
	f := serve(t)
	p, _ := f.attach("a")
	p.send(&pb.Down{Shutdown: &pb.Shutdown{Reason: "down"}})
	eventually(t, "shutdown", func() bool { _, _, shutdowns := f.handler.counts(); return shutdowns == 1 })
}

func TestStrangersAndNonsenseAreTurnedAway(t *testing.T) {
	f := serve(t)
	if p := f.dial(&pb.Down{Confirmed: []uint64{1}}); !p.ended() {
		t.Error("no hello, but the connection stays open")
	}
	conn, err := net.Dial("unix", f.path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close() //nolint:errcheck // test
	_, _ = conn.Write([]byte{0xff, 0xff, 0xff, 0xff})
	_ = conn.SetDeadline(time.Now().Add(patience))
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("a frame of 4 GiB was waited for")
	}
	server, client := net.Pipe()
	defer client.Close() //nolint:errcheck // test
	if err := checkPeer(server, os.Getuid()); !errors.Is(err, ErrPeer) {
		t.Errorf("not a unix socket: %v", err)
	}
}

func TestAnotherUserIsRefused(t *testing.T) {
	listener, err := net.Listen("unix", filepath.Join(t.TempDir(), "s"))
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close() //nolint:errcheck // test
	dialled, err := net.Dial("unix", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer dialled.Close() //nolint:errcheck // test
	accepted, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close() //nolint:errcheck // test
	if err := checkPeer(accepted, os.Getuid()); err != nil {
		t.Errorf("this user: %v", err)
	}
	if err := checkPeer(accepted, os.Getuid()+1); !errors.Is(err, ErrPeer) {
		t.Errorf("another user: %v", err)
	}
}

func TestWhatQueuedUpGoesInOneFrame(t *testing.T) {
	g := newGateway("a", nil)
	for i := range 100 {
		g.put(func(o *outbox) { o.facts = append(o.facts, &pb.SessionFact{Epoch: uint64(i)}) })
		g.put(func(o *outbox) { o.levels = &pb.Levels{AtMs: int64(i)} })
	}
	batch, open := g.takeAll()
	up := batch.next()
	if !open || len(up.Facts) != 100 || up.Levels.AtMs != 99 || !batch.empty() {
		t.Errorf("%d facts, levels %v", len(up.Facts), up.Levels)
	}
	for i, fact := range up.Facts {
		if fact.Epoch != uint64(i) {
			t.Fatal("facts changed their order")
		}
	}
}

func TestFramesAreBounded(t *testing.T) {
	big := make([]byte, 300<<10)
	o := &outbox{}
	for i := range 10 {
		o.deliveries = append(o.deliveries, &pb.Delivery{DeliveryId: uint64(i + 1), Delivery: &pb.Delivery_Message{Message: &pb.Message{Raw: big}}})
	}
	o.levels = &pb.Levels{AtMs: 1}
	var ids []uint64
	frames, levels := 0, 0
	for !o.empty() {
		up := o.next()
		frames++
		if up.Levels != nil {
			levels++
		}
		size := 0
		for _, d := range up.Deliveries {
			ids = append(ids, d.DeliveryId)
			size += len(d.GetMessage().Raw)
		}
		if size > batchBytes+len(big) {
			t.Errorf("a frame of %d bytes", size)
		}
	}
	if frames < 5 || levels != 1 || fmt.Sprint(ids) != "[1 2 3 4 5 6 7 8 9 10]" {
		t.Errorf("%d frames, %d levels, ids %v", frames, levels, ids)
	}
	if _, err := AppendFrame(nil, &pb.Up{Deliveries: []*pb.Delivery{{Delivery: &pb.Delivery_Message{Message: &pb.Message{Raw: make([]byte, MaxFrame)}}}}}); !errors.Is(err, ErrFrame) {
		t.Errorf("a frame over the limit: %v", err)
	}
}

func eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !check() {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(time.Millisecond)
	}
}

// A gateway that sends nonsense after its hello loses its connection; the engine and its deliveries stay.
func TestNonsenseAfterTheHelloEndsOneConnection(t *testing.T) {
	f := serve(t)
	outcome := f.deliver(context.Background())
	p, _ := f.attach("a")
	p.deliveries(1)
	_, _ = p.conn.Write([]byte{0, 0, 0, 3, 0xff, 0xff, 0xff})
	if !p.ended() {
		t.Error("the connection stays open")
	}
	eventually(t, "detached", func() bool { _, detached, _ := f.handler.counts(); return detached == 1 })
	again, _ := f.attach("b")
	if ids := again.deliveries(1); ids[0] != 1 {
		t.Errorf("ids %v", ids)
	}
	again.send(&pb.Down{Confirmed: []uint64{1}})
	if err := <-outcome; err != nil {
		t.Error(err)
	}
}

// A gateway that stops reading is given up, so that its successor gets everything.
func TestAGatewayThatStopsReadingIsGivenUp(t *testing.T) {
	server, client := net.Pipe()
	defer client.Close() //nolint:errcheck // test
	g := newGateway("a", server)
	g.patience = 50 * time.Millisecond
	g.put(func(o *outbox) { o.facts = append(o.facts, &pb.SessionFact{}) })
	if err := g.write(func() {}); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("%v, want a deadline", err)
	}
}
