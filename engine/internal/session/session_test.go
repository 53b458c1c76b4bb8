package session

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mau.fi/whatsmeow"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/home"
	"holdfast/engine/internal/killpoint"
	"holdfast/engine/internal/lab"
	"holdfast/engine/internal/labtest"
	"holdfast/engine/internal/vault"
	"holdfast/engine/internal/wire"
)

func TestMain(m *testing.M) {
	code := m.Run()
	labtest.Remove()
	os.Exit(code)
}

// gatewayDouble is a gateway in the same process.
type gatewayDouble struct {
	lock       sync.Mutex
	facts      []*pb.SessionFact
	deliveries []*pb.Delivery
	answer     func(ctx context.Context, d *pb.Delivery) error
}

func (g *gatewayDouble) Hand(d *pb.Delivery) func(ctx context.Context) error {
	g.lock.Lock()
	defer g.lock.Unlock()
	g.deliveries = append(g.deliveries, d)
	answer := g.answer
	return func(ctx context.Context) error {
		if answer == nil {
			return nil
		}
		return answer(ctx, d)
	}
}

func (g *gatewayDouble) Fact(f *pb.SessionFact) {
	g.lock.Lock()
	defer g.lock.Unlock()
	g.facts = append(g.facts, f)
}

func (g *gatewayDouble) find(pick func(*pb.SessionFact) bool) *pb.SessionFact {
	g.lock.Lock()
	defer g.lock.Unlock()
	for _, f := range g.facts {
		if pick(f) {
			return f
		}
	}
	return nil
}

// told returns every fact so far.
func (g *gatewayDouble) told() []*pb.SessionFact {
	g.lock.Lock()
	defer g.lock.Unlock()
	return append([]*pb.SessionFact(nil), g.facts...)
}

func (g *gatewayDouble) delivered() []*pb.Delivery {
	g.lock.Lock()
	defer g.lock.Unlock()
	return append([]*pb.Delivery(nil), g.deliveries...)
}

var testKey = bytes.Repeat([]byte{7}, vault.KeySize)

// room is a registry before a simulator.
type room struct {
	t        *testing.T
	sim      *labtest.Simulator
	gateway  *gatewayDouble
	registry *Registry
}

// limits changes limits for what is commanded next. A limit that a test runs into is set only for the step that does:
// what must succeed before and after it has the product's own.
func (r *room) limits(change func(*Timing)) { change(&r.registry.deps.Timing) }

func newRoom(t *testing.T, timing Timing) *room {
	t.Helper()
	sim := labtest.Start(t)
	trust, err := lab.Read(sim.Trust)
	if err != nil {
		t.Fatal(err)
	}
	// One simulator's root per process: all of them are made from one seed.
	whatsmeow.WACertPubKey = trust.RootKey
	h, err := home.Hold(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, sim: sim, gateway: &gatewayDouble{}}
	r.registry = NewRegistry(Deps{
		Gateway: r.gateway, Folders: vault.NewFolders(h), Dialer: wire.NewDialer(trust), Kill: killpoint.New(""),
		Log: slog.New(slog.NewJSONHandler(labtest.NewLines(t, "engine"), nil)), Timing: timing, LevelChanged: func() {},
	})
	ctx, cancel := context.WithCancel(context.Background())
	go r.registry.Watch(ctx)
	t.Cleanup(func() {
		cancel()
		closing, done := context.WithTimeout(context.Background(), labtest.Patience)
		defer done()
		if err := r.registry.Close(closing); err != nil {
			t.Error(err)
		}
		h.Release()
	})
	return r
}

func (r *room) ask(command *pb.Command) *pb.Result {
	r.t.Helper()
	command.SessionId = "s1"
	results := make(chan *pb.Result, 2)
	r.registry.Command(command, func(result *pb.Result) { results <- result })
	select {
	case result := <-results:
		return result
	case <-time.After(labtest.Patience):
		r.t.Fatalf("no result of %v", command)
		return nil
	}
}

func (r *room) must(command *pb.Command) {
	r.t.Helper()
	if result := r.ask(command); result.Error != nil {
		r.t.Fatalf("%v: %v", command, result.Error)
	}
}

func (r *room) fact(what string, epoch uint64, pick func(*pb.SessionFact) bool) (found *pb.SessionFact) {
	r.t.Helper()
	labtest.Eventually(r.t, what, func() bool {
		found = r.gateway.find(func(f *pb.SessionFact) bool { return f.Epoch == epoch && pick(f) })
		return found != nil
	})
	return found
}

func (r *room) ended(epoch uint64) *pb.Disconnected {
	r.t.Helper()
	return r.fact("disconnected", epoch, func(f *pb.SessionFact) bool { return f.GetDisconnected() != nil }).GetDisconnected()
}

func TestAScoutTellsWhetherTheServerIsThere(t *testing.T) {
	r := newRoom(t, DefaultTiming())
	scout := &pb.Command{Command: &pb.Command_Scout{Scout: &pb.Scout{}}}
	r.must(scout)
	r.sim.Stop()
	if result := r.ask(scout); result.Error == nil || result.Error.Code != pb.ErrorCode_NOT_CONNECTED {
		t.Errorf("reached a server that has ended: %v", result)
	}
	if levels := r.registry.levels(); len(levels) != 0 {
		t.Errorf("a scout is no session: %v", levels)
	}
}

func pair(epoch uint64) *pb.Command {
	return &pb.Command{Command: &pb.Command_Pair{Pair: &pb.Pair{Epoch: epoch, Key: testKey, WrappedKey: []byte("w")}}}
}

func connect(epoch uint64) *pb.Command {
	return &pb.Command{Command: &pb.Command_Connect{Connect: &pb.Connect{Epoch: epoch}}}
}

// link links a number and connects it as epoch 2.
func (r *room) link() *labtest.Phone {
	r.t.Helper()
	own := r.sim.Phone("own")
	r.must(pair(1))
	own.Scan(r.fact("code", 1, func(f *pb.SessionFact) bool { return f.GetPairCode() != nil }).GetPairCode().Code)
	r.fact("success", 1, func(f *pb.SessionFact) bool { return f.GetPairSuccess() != nil })
	r.must(&pb.Command{Command: &pb.Command_Adopt{Adopt: &pb.Adopt{Folder: own.Number}}})
	r.must(&pb.Command{Command: &pb.Command_Open{Open: &pb.Open{Folder: own.Number, Key: testKey}}})
	r.connect(2)
	labtest.Eventually(r.t, "settled", own.Settled)
	return own
}

func (r *room) connect(epoch uint64) {
	r.t.Helper()
	r.must(connect(epoch))
	r.fact("connected", epoch, func(f *pb.SessionFact) bool { return f.GetConnected() != nil })
}

func TestSilenceIsProbedAndThenEnds(t *testing.T) {
	timing := DefaultTiming()
	timing.ProbeAfter, timing.ProbeEvery = 200*time.Millisecond, 2*time.Second
	r := newRoom(t, timing)
	own := r.link()
	// A quiet connection is not a dead one: probes keep it.
	before := r.probes()
	labtest.Eventually(t, "several probes of a quiet connection", func() bool { return r.probes() >= before+3 })
	if f := r.gateway.find(func(f *pb.SessionFact) bool { return f.GetDisconnected() != nil && f.Epoch == 2 }); f != nil {
		t.Fatalf("ended although the server answers: %v", f)
	}
	r.sim.Fault("black-hole", own.Number, 1000)
	if ended := r.ended(2); ended.Reason != pb.Reason_SILENT {
		t.Errorf("ended with %v", ended)
	}
	r.sim.Must("DELETE", "/admin/faults", nil, nil)
	r.connect(3)
}

// probes counts what the server was asked only to hear from it.
func (r *room) probes() int {
	r.t.Helper()
	var heard struct {
		Items []any `json:"items"`
	}
	r.sim.Must("GET", "/admin/transcript?dir=in&tag=iq&xmlns=w:p", nil, &heard)
	return len(heard.Items)
}

// The limits of the product: dead within 39 seconds.
func TestTheProductsLimits(t *testing.T) {
	timing := DefaultTiming()
	if dead := timing.ProbeAfter + time.Duration(timing.Probes)*timing.ProbeEvery; dead != 39*time.Second {
		t.Errorf("a dead connection is noticed after %s", dead)
	}
	if scattered(timing.ProbeAfter, 0) != 15*time.Second || scattered(timing.ProbeAfter, 1) != 12*time.Second {
		t.Error("the first probe comes too early or too late")
	}
	if timing.Confirm >= handlingLimit {
		t.Error("a stanza is given up before its delivery")
	}
}

// The library holds its lock for 20 s; nobody waits for it.
func TestAHandshakeThatHangsIsGivenUp(t *testing.T) {
	r := newRoom(t, DefaultTiming())
	own := r.link()
	r.must(&pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}})
	r.sim.Fault("upgrade-then-silence", "", 1)
	r.limits(func(timing *Timing) { timing.Connect = 3 * time.Second })
	r.must(connect(3))
	if ended := r.ended(3); ended.Reason != pb.Reason_HANDSHAKE_UNANSWERED || !strings.Contains(ended.Detail, "no handshake within 3s") {
		t.Errorf("ended with %v", ended)
	}
	r.limits(func(timing *Timing) { timing.Connect = DefaultTiming().Connect })
	r.connect(4)
	if logins := own.Account().Companions[0].Logins; logins != 2 {
		t.Errorf("%d logins", logins)
	}
}

func TestAnUnacknowledgedSendHasAnUnknownOutcome(t *testing.T) {
	r := newRoom(t, DefaultTiming())
	own := r.link()
	friend := r.sim.Phone("friend")
	send := func(id string) *pb.Command {
		return &pb.Command{Command: &pb.Command_Send{Send: &pb.Send{MessageId: id, To: friend.Number + "@s.whatsapp.net", Text: id}}}
	}
	r.must(send("3EB0A0"))
	r.sim.Fault("no-ack", own.Number, 1)
	r.limits(func(timing *Timing) { timing.Send = 700 * time.Millisecond })
	if result := r.ask(send("3EB0A1")); result.GetError().GetCode() != pb.ErrorCode_OUTCOME_UNKNOWN {
		t.Errorf("not acknowledged: %v", result)
	}
	r.limits(func(timing *Timing) { timing.Send = DefaultTiming().Send })
	r.ended(2)
	if result := r.ask(send("3EB0A1")); result.GetError().GetCode() != pb.ErrorCode_NOT_CONNECTED {
		t.Errorf("without a connection: %v", result)
	}
	r.connect(3)
	r.must(send("3EB0A1"))
	inbox := friend.Inbox(2)
	if len(inbox) != 2 || inbox[1].ID != "3EB0A1" {
		t.Errorf("the friend holds %+v, want each message once", inbox)
	}
}

func TestADeafChatEndsTheConnectionOnceAndHoldsUpNoOther(t *testing.T) {
	r := newRoom(t, DefaultTiming())
	r.link()
	deaf, friend := r.sim.Phone("deaf"), r.sim.Phone("friend")
	send := func(id string, to *labtest.Phone) *pb.Command {
		return &pb.Command{Command: &pb.Command_Send{Send: &pb.Send{MessageId: id, To: to.Number + "@s.whatsapp.net", Text: id}}}
	}
	r.must(send("3EB0A0", friend))
	match := map[string]any{"dir": "out", "tag": "ack", "class": "message", "id": "3EB0D1"}
	r.sim.Must("POST", "/admin/faults", map[string]any{"match": match, "action": "drop", "count": -1}, nil)
	unknown := func() {
		t.Helper()
		r.limits(func(timing *Timing) { timing.Send, timing.SendAgain = 700*time.Millisecond, 200*time.Millisecond })
		defer r.limits(func(timing *Timing) { timing.Send, timing.SendAgain = DefaultTiming().Send, DefaultTiming().SendAgain })
		if result := r.ask(send("3EB0D1", deaf)); result.GetError().GetCode() != pb.ErrorCode_OUTCOME_UNKNOWN {
			t.Fatalf("not acknowledged: %v", result)
		}
	}
	unknown()
	r.ended(2) // it may be the connection that is deaf
	r.connect(3)
	for n := range 3 {
		unknown()
		r.must(send(fmt.Sprintf("3EB0A%d", n+1), friend))
	}
	r.sim.Must("DELETE", "/admin/faults", nil, nil)
	r.must(send("3EB0D1", deaf))
	if inbox := deaf.Inbox(1); len(inbox) != 1 {
		t.Errorf("it came %d times", len(inbox))
	}
}

func TestOfManyUnacknowledgedMessagesOneEndsTheConnection(t *testing.T) {
	f, now, rest := &faults{}, time.Now(), time.Minute
	if !f.unacknowledged("A", now, rest) || f.unacknowledged("A", now.Add(time.Hour), rest) {
		t.Error("a message ends one connection")
	}
	if f.unacknowledged("B", now.Add(rest/2), rest) || !f.unacknowledged("C", now.Add(rest), rest) {
		t.Error("others end one after a rest")
	}
	f.acknowledged("A")
	if f.wasUnacknowledged("A") || !f.wasUnacknowledged("B") {
		t.Error("what WhatsApp has is forgotten")
	}
}

func TestReasonsWithoutAnEvent(t *testing.T) {
	r := newRoom(t, DefaultTiming())
	own := r.link()
	r.sim.Fault("silent-503", own.Number, 1)
	if ended := r.ended(2); ended.Reason != pb.Reason_SERVICE_UNAVAILABLE {
		t.Errorf("503 without a word: %v", ended)
	}
}

func TestCodesRunOut(t *testing.T) {
	timing := DefaultTiming()
	timing.FirstCode, timing.NextCode = 150*time.Millisecond, 50*time.Millisecond
	r := newRoom(t, timing)
	r.must(pair(1))
	failed := r.fact("the end", 1, func(f *pb.SessionFact) bool { return f.GetPairFailed() != nil }).GetPairFailed()
	if failed.Reason != pb.PairFailure_PAIR_TIMED_OUT {
		t.Errorf("ended with %v", failed)
	}
	seen := map[string]bool{}
	next, until := uint32(1), int64(0)
	for _, f := range r.gateway.told() {
		code := f.GetPairCode()
		if code == nil {
			continue
		}
		if code.Index != next || code.Of != 6 || seen[code.Code] {
			t.Errorf("code %d of %d, want number %d, each another", code.Index, code.Of, next)
		}
		life := time.UnixMilli(code.ValidUntilMs).Sub(time.UnixMilli(f.AtMs))
		if most := map[bool]time.Duration{true: timing.FirstCode, false: timing.NextCode}[next == 1]; life > most {
			t.Errorf("code %d lives for %s, want %s", next, life, most)
		}
		if f.AtMs < until {
			t.Errorf("code %d comes %d ms before the end of the one before it", next, until-f.AtMs)
		}
		until = code.ValidUntilMs
		seen[code.Code] = true
		next++
	}
	if next != 7 {
		t.Errorf("%d codes, want 6", next-1)
	}
	r.must(pair(2)) // and the next pairing starts from nothing
	r.fact("code", 2, func(f *pb.SessionFact) bool { return f.GetPairCode() != nil })
}

func TestADeliveryThatIsNeverConfirmedEndsTheConnection(t *testing.T) {
	r := newRoom(t, DefaultTiming())
	own := r.link()
	r.limits(func(timing *Timing) { timing.Confirm = 300 * time.Millisecond })
	r.gateway.lock.Lock()
	r.gateway.answer = func(ctx context.Context, _ *pb.Delivery) error { <-ctx.Done(); return errors.New("ending") }
	r.gateway.lock.Unlock()
	r.sim.Phone("friend").Say(own.Number, "stuck")
	if ended := r.ended(2); ended.Reason != pb.Reason_PARKED || !strings.Contains(ended.Detail, "not confirmed") {
		t.Errorf("ended with %v", ended)
	}
	if n := own.Queue(); n != 1 {
		t.Errorf("%d in the queue, want 1", n)
	}
	r.gateway.lock.Lock()
	r.gateway.answer = nil
	r.gateway.lock.Unlock()
	r.limits(func(timing *Timing) { timing.Confirm = DefaultTiming().Confirm })
	r.connect(3)
	labtest.Eventually(t, "acknowledged", func() bool { return own.Queue() == 0 })
}

// Opening, connecting and disconnecting over and over: one connection at a time, one end for each.
func TestManyConnectionsOneAtATime(t *testing.T) {
	r := newRoom(t, DefaultTiming())
	own := r.link()
	results := make(chan *pb.Result, 64)
	for epoch := uint64(3); epoch <= 12; epoch++ {
		for _, command := range []*pb.Command{connect(epoch), connect(epoch)} {
			command.SessionId = "s1"
			r.registry.Command(command, func(result *pb.Result) { results <- result })
		}
	}
	stale := 0
	for range 20 {
		if (<-results).GetError().GetCode() == pb.ErrorCode_STALE_EPOCH {
			stale++
		}
	}
	if stale != 10 {
		t.Errorf("%d stale, want every second", stale)
	}
	r.fact("connected", 12, func(f *pb.SessionFact) bool { return f.GetConnected() != nil })
	ends := map[uint64]int{}
	for _, f := range r.gateway.told() {
		if f.GetDisconnected() != nil {
			ends[f.Epoch]++
		}
	}
	for epoch := uint64(2); epoch <= 11; epoch++ {
		if ends[epoch] != 1 {
			t.Errorf("epoch %d ended %d times", epoch, ends[epoch])
		}
	}
	if companion := own.Account().Companions[0]; !companion.Connected {
		t.Errorf("companion: %+v", companion)
	}
	if list := r.registry.Levels().Sessions; len(list) != 1 || list[0].Epoch != 12 {
		t.Errorf("levels: %v", list)
	}
}

// Ending a connection in the middle of traffic leaves nothing behind: the library's reader would wait forever for
// somebody to take its last frame, if its context ended before its socket.
func TestConnectionsLeaveNoGoroutineBehind(t *testing.T) {
	r := newRoom(t, DefaultTiming())
	own := r.link()
	r.must(&pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}})
	r.sim.Phone("friend").SayMany(own.Number, 400)
	arrived := make(chan struct{}, 1000)
	r.gateway.lock.Lock()
	r.gateway.answer = func(ctx context.Context, _ *pb.Delivery) error {
		arrived <- struct{}{}
		<-ctx.Done()
		return errors.New("ending")
	}
	r.gateway.lock.Unlock()
	const rounds = 20
	before := 0
	for round := range rounds {
		r.must(connect(uint64(3 + round)))
		<-arrived // the others are on the wire
		r.must(&pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}})
		if round == 1 {
			before = runtime.NumGoroutine()
		}
	}
	labtest.Eventually(t, "the goroutines of old connections end", func() bool {
		return runtime.NumGoroutine() < before+rounds/2
	})
}
