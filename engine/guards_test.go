package main

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
	"holdfast/engine/internal/vault"
)

// scene is a simulator, an engine and a gateway with one number online.
type scene struct {
	sim    *labtest.Simulator
	dir    string
	engine *engine
	own    *labtest.Phone
	friend *labtest.Phone
	g      *gatewayDouble
}

func online(t *testing.T, args ...string) *scene {
	t.Helper()
	l := &scene{sim: labtest.Start(t), dir: t.TempDir()}
	l.engine = startEngine(t, l.dir, append([]string{"--lab", l.sim.Trust}, args...)...)
	l.g = dial(t, l.dir)
	l.own, l.friend = l.sim.Phone("own"), l.sim.Phone("friend")
	l.g.online("s1", l.own)
	return l
}

func (l *scene) queue() int { return l.own.Queue() }

// restart starts the engine again on the same folder and connects the session, with the epoch after the last.
func (l *scene) restart(t *testing.T, epoch uint64) {
	t.Helper()
	l.engine = startEngine(t, l.dir, "--lab", l.sim.Trust)
	l.g = dial(t, l.dir)
	l.g.open("s1", l.own.Number)
	l.g.connect("s1", epoch)
}

func (l *scene) arm(t *testing.T, point string) {
	t.Helper()
	folder := filepath.Join(l.dir, "run", "kill-points")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, point), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// A message that was not confirmed comes again; one that was does not.
func TestKillPointsOfAMessage(t *testing.T) {
	for _, c := range []struct {
		point     string
		delivered int // before the kill
		again     bool
	}{
		{"decrypted", 0, true}, {"handed_over", 1, true}, {"confirmed", 1, true},
	} {
		t.Run(c.point, func(t *testing.T) {
			t.Parallel()
			l := online(t)
			l.arm(t, c.point)
			if c.point == "confirmed" {
				l.g.confirmAll()
			}
			l.friend.Say(l.own.Number, "token "+c.point)
			if code := l.engine.wait(); code != -1 {
				t.Fatalf("exit code %d, want a kill", code)
			}
			labtest.Eventually(t, "gateway notices", func() bool { l.g.lock.Lock(); defer l.g.lock.Unlock(); return l.g.closed })
			if n := l.g.count(func(d *pb.Delivery) bool { return d.GetMessage() != nil }); n != c.delivered {
				t.Errorf("%d messages before the kill, want %d", n, c.delivered)
			}
			l.restart(t, 3)
			again := l.g.message("token " + c.point)
			if again.Epoch != 3 || !again.GetMessage().Offline {
				t.Errorf("delivered again as %v", again)
			}
			l.g.confirmAll()
			labtest.Eventually(t, "the queue empties", func() bool { return l.queue() == 0 })
			if a := l.own.Account(); a.Registrations != 1 {
				t.Errorf("%d registrations", a.Registrations)
			}
		})
	}
}

func TestKilledAfterSending(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.arm(t, "sent")
	l.g.post("s1", sendText("3EB0CCCC01", l.friend.Number+"@s.whatsapp.net", "once"))
	if code := l.engine.wait(); code != -1 {
		t.Fatalf("exit code %d, want a kill", code)
	}
	l.restart(t, 3)
	l.g.must("s1", sendText("3EB0CCCC01", l.friend.Number+"@s.whatsapp.net", "once"))
	l.g.must("s1", sendText("3EB0CCCC02", l.friend.Number+"@s.whatsapp.net", "twice"))
	inbox := l.friend.Inbox(2)
	if len(inbox) != 2 || inbox[0].ID != "3EB0CCCC01" || inbox[1].ID != "3EB0CCCC02" {
		t.Errorf("the friend holds %+v, want each message once", inbox)
	}
}

func TestKilledAfterPairSuccessTheScratchFolderIsAdopted(t *testing.T) {
	t.Parallel()
	sim, dir := labtest.Start(t), t.TempDir()
	e := startEngine(t, dir, "--lab", sim.Trust)
	g := dial(t, dir)
	own := sim.Phone("own")
	(&scene{dir: dir}).arm(t, "pair_success")
	g.must("s1", pairCommand(1))
	code := g.fact("code", 1, func(f *pb.SessionFact) bool { return f.GetPairCode() != nil }).GetPairCode()
	own.Scan(code.Code)
	if status := e.wait(); status != -1 {
		t.Fatalf("exit code %d, want a kill", status)
	}
	startEngine(t, dir, "--lab", sim.Trust)
	g = dial(t, dir)
	folders := g.must("", &pb.Command{Command: &pb.Command_Scan{Scan: &pb.Scan{}}}).GetScan().Folders
	if len(folders) != 1 || folders[0].Name != ".pairing-s1" || string(folders[0].WrappedKey) != "wrapped" || folders[0].SessionBytes == 0 {
		t.Fatalf("scan: %v", folders)
	}
	if result := g.ask("s1", pairCommand(2)); result.GetError().GetCode() != pb.ErrorCode_BUSY {
		t.Errorf("paired over a linked scratch folder: %v", result)
	}
	opened := g.open("s1", ".pairing-s1")
	if !strings.HasPrefix(opened.Jid, own.Number+":") {
		t.Errorf("opened %v", opened)
	}
	g.must("s1", &pb.Command{Command: &pb.Command_Adopt{Adopt: &pb.Adopt{Folder: own.Number}}})
	g.open("s1", own.Number)
	g.connect("s1", 3)
	if a := own.Account(); a.Registrations != 1 || !a.Companions[0].Connected {
		t.Errorf("account: %+v", a)
	}
}

func pairCommand(epoch uint64) *pb.Command {
	return &pb.Command{Command: &pb.Command_Pair{Pair: &pb.Pair{Epoch: epoch, Key: testKey, WrappedKey: []byte("wrapped")}}}
}

// The engine outlives its gateway: the socket stays up, the same delivery goes to the next one.
func TestTheNextGatewayGetsWhatIsUnconfirmed(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.friend.Say(l.own.Number, "for whom")
	first := l.g.message("for whom")
	_ = l.g.conn.Close()
	l.friend.Say(l.own.Number, "and this")
	g := dial(t, l.dir)
	again := g.message("for whom")
	if again.DeliveryId != first.DeliveryId || again.Epoch != 2 {
		t.Errorf("handed again as %v, first as %v", again, first)
	}
	g.until("levels", func() bool { return g.levels != nil })
	g.lock.Lock()
	level := g.levels.Sessions[0]
	g.lock.Unlock()
	if level.Level != pb.LinkLevel_DRAINED || level.Epoch != 2 || level.Folder != l.own.Number || level.LastFrameMs == 0 || level.Waiting != 1 {
		t.Errorf("level: %v", level)
	}
	g.confirm(again)
	g.confirm(g.message("and this"))
	labtest.Eventually(t, "acknowledged", func() bool { return l.queue() == 0 })
	if logins := l.own.Account().Companions[0].Logins; logins != 1 {
		t.Errorf("%d logins, the connection should have stayed", logins)
	}
}

func TestWithoutGatewayTheConnectionsAreParkedAndNothingIsAcknowledged(t *testing.T) {
	t.Parallel()
	l := online(t, "--grace", "300ms", "--park-limit", "1h")
	_ = l.g.conn.Close()
	l.friend.Say(l.own.Number, "kept")
	labtest.Eventually(t, "parked", func() bool { return !l.own.Account().Companions[0].Connected })
	if n := l.queue(); n != 1 {
		t.Fatalf("%d in the queue after parking, want 1", n)
	}
	l.friend.Say(l.own.Number, "kept too")
	first := dial(t, l.dir)
	first.until("closed level", func() bool {
		return first.levels != nil && len(first.levels.Sessions) == 1 && first.levels.Sessions[0].Level == pb.LinkLevel_CLOSED
	})
	g := dial(t, l.dir)
	if g.welcome.BootDeliveries != 0 {
		t.Errorf("deliveries of a parked connection wait: %v", g.welcome)
	}
	g.confirmAll()
	g.connect("s1", 3)
	if !g.message("kept").GetMessage().Offline {
		t.Error("not marked as from the offline queue")
	}
	g.message("kept too")
	labtest.Eventually(t, "acknowledged", func() bool { return l.queue() == 0 })
}

func TestParkedForTooLongTheEngineEnds(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	e := startEngine(t, dir, "--grace", "100ms", "--park-limit", "200ms")
	if code := e.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestTermEndsWithoutAcknowledging(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.friend.Say(l.own.Number, "not yet")
	l.g.message("not yet")
	_ = l.engine.cmd.Process.Signal(syscall.SIGTERM)
	if code := l.engine.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	if n := l.queue(); n != 1 {
		t.Errorf("%d in the queue, want 1", n)
	}
	for _, name := range []string{"session.db-wal", "session.db-shm"} {
		if _, err := os.Stat(filepath.Join(l.dir, "sessions", l.own.Number, name)); err == nil {
			t.Errorf("%s is left: the file was not closed", name)
		}
	}
	l.restart(t, 3)
	l.g.message("not yet")
}

func TestShutdownFrameEndsTheEngine(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.send(&pb.Down{Shutdown: &pb.Shutdown{Reason: "test"}})
	if code := l.engine.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

// Another process holds the file for longer than the busy time-out: a storage error while decrypting.
func TestAStorageFailureEndsTheConnectionAndLosesNothing(t *testing.T) {
	t.Parallel()
	l := online(t)
	release := lockFile(t, filepath.Join(l.dir, "sessions", l.own.Number, "session.db"))
	l.friend.Say(l.own.Number, "while the disk is full")
	if ended := l.g.disconnected(2); ended.Reason != pb.Reason_STORAGE_FAILED {
		t.Errorf("ended with %v", ended)
	}
	if n := l.queue(); n != 1 {
		t.Fatalf("%d in the queue, want 1: the message was acknowledged", n)
	}
	release()
	l.g.connect("s1", 3)
	l.g.message("while the disk is full")
	if n := l.g.count(func(d *pb.Delivery) bool { return d.GetMessage().GetUndecryptable() != nil }); n != 0 {
		t.Errorf("%d undecryptable messages: the sender was asked to repeat", n)
	}
}

func lockFile(t *testing.T, path string) (release func()) {
	t.Helper()
	file, err := vault.OpenFile(context.Background(), path, testKey)
	if err != nil {
		t.Fatal(err)
	}
	device, err := file.LoadDevice(context.Background(), &vault.Watch{})
	if err != nil {
		t.Fatal(err)
	}
	held, done, finished := make(chan struct{}), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(finished)
		_ = device.EventBuffer.DoDecryptionTxn(context.Background(), func(context.Context) error {
			close(held)
			<-done
			return nil
		})
		_ = file.Close()
	}()
	<-held
	return func() { close(done); <-finished }
}

func TestACraftedMessageFreezesNobody(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	l.friend.Say(l.own.Number, "before")
	l.g.message("before")
	l.sim.Fault("crafted-dm", l.own.Number, 1)
	l.friend.Say(l.own.Number, "crafted")
	l.g.until("the crafted message as undecryptable", func() bool {
		for _, d := range l.g.deliveries {
			if d.GetMessage().GetUndecryptable() != nil {
				return true
			}
		}
		return false
	})
	other := l.sim.Phone("other")
	other.Say(l.own.Number, "after")
	l.g.message("after")
	l.g.must("s1", sendText("3EB0DDDD01", other.Number+"@s.whatsapp.net", "still here"))
}

func TestReasonsOfTheServer(t *testing.T) {
	t.Parallel()
	l := online(t)
	epoch := uint64(2)
	for kick, want := range map[string]pb.Reason{
		"close": pb.Reason_NETWORK, "replaced": pb.Reason_REPLACED, "503": pb.Reason_SERVICE_UNAVAILABLE,
		"515": pb.Reason_RESTART_REQUIRED,
	} {
		l.sim.Must("POST", "/admin/accounts/"+l.own.Number+"/devices/1/kick", map[string]string{"reason": kick}, nil)
		if got := l.g.disconnected(epoch); got.Reason != want {
			t.Errorf("%s: %v, want %v", kick, got, want)
		}
		epoch++
		l.g.connect("s1", epoch)
	}
	l.sim.Must("POST", "/admin/accounts/"+l.own.Number+"/devices/1/logout", nil, nil)
	if got := l.g.disconnected(epoch); got.Reason != pb.Reason_LOGGED_OUT {
		t.Errorf("logout: %v", got)
	}
	// The library wanted to delete the device; it is still there, and WhatsApp says what it thinks of it.
	epoch++
	l.g.must("s1", &pb.Command{Command: &pb.Command_Connect{Connect: &pb.Connect{Epoch: epoch}}})
	if got := l.g.disconnected(epoch); got.Reason != pb.Reason_LOGGED_OUT || got.Code != 401 {
		t.Errorf("login of a removed device: %v", got)
	}
	for e := uint64(2); e <= epoch; e++ {
		n := 0
		for _, f := range l.g.allFacts() {
			if f.Epoch == e && f.GetDisconnected() != nil {
				n++
			}
		}
		if n != 1 {
			t.Errorf("epoch %d: %d disconnected facts, want 1", e, n)
		}
	}
	l.g.must("s1", &pb.Command{Command: &pb.Command_Close{Close: &pb.Close{}}})
	if opened := l.g.open("s1", l.own.Number); opened.Jid == "" {
		t.Error("the credentials are gone")
	}
}

func TestFaultsOfTheWire(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	l.sim.Fault("split-frame", l.own.Number, 3)
	for _, text := range []string{"split 1", "split 2", "split 3"} {
		l.friend.Say(l.own.Number, text)
		l.g.message(text)
	}
	l.sim.Fault("empty-frame", l.own.Number, 1)
	l.friend.Say(l.own.Number, "around an empty frame")
	l.g.message("around an empty frame")
	l.sim.Fault("duplicate-message", l.own.Number, 1)
	l.friend.Say(l.own.Number, "twice on the wire")
	l.g.message("twice on the wire")
	l.friend.Say(l.own.Number, "last")
	l.g.message("last")
	if logins := l.own.Account().Companions[0].Logins; logins != 1 {
		t.Errorf("%d logins: a frame ended the connection", logins)
	}
	labtest.Eventually(t, "everything acknowledged", func() bool { return l.queue() == 0 })
}

func TestDeflateIsNotNegotiated(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.sim.Fault("deflate", "", 10)
	l.g.must("s1", &pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}})
	l.g.connect("s1", 3)
	l.g.must("s1", sendText("3EB0EEEE01", l.friend.Number+"@s.whatsapp.net", "plain"))
	l.friend.Inbox(1)
}

// A frame that holds no node ends its own connection, once; the process and the other numbers go on.
func TestAMalformedNodeEndsOnlyItsConnection(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	other := l.sim.Phone("other")
	l.g.online("s2", other)
	l.sim.Fault("malformed-node", l.own.Number, 1)
	if ended := l.g.disconnected(2); ended.Reason != pb.Reason_CRASHED || !strings.Contains(ended.Detail, "malformed") {
		t.Errorf("ended with %v", ended)
	}
	last, err := os.ReadFile(filepath.Join(l.dir, "run", "engine.last"))
	if err != nil || !strings.Contains(string(last), "frame s1 ") || !strings.Contains(string(last), "frame s2 ") {
		t.Errorf("the black box holds %q, %v", last, err)
	}
	l.g.connect("s1", 3)
	// A second one would end every connection that follows: it is left out.
	l.sim.Fault("malformed-node", l.own.Number, 1)
	l.friend.Say(l.own.Number, "behind it")
	l.g.message("behind it")
	l.friend.Say(other.Number, "to the other")
	l.g.message("to the other")
	if a := other.Account(); a.Companions[0].Logins != 1 {
		t.Errorf("the other number logged in %d times", a.Companions[0].Logins)
	}
	if a := l.own.Account(); a.Companions[0].Logins != 2 {
		t.Errorf("the number itself logged in %d times", a.Companions[0].Logins)
	}
}

// Why a handshake failed is told, not only that the stream ended after it.
func TestWhyAHandshakeFailedIsTold(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.must("s1", &pb.Command{Command: &pb.Command_Disconnect{Disconnect: &pb.Disconnect{}}})
	for n, fault := range []string{"wrong-root", "wrong-leaf"} {
		epoch := uint64(n + 3)
		l.sim.Fault(fault, "", 1)
		l.g.must("s1", connectCommand(epoch))
		if ended := l.g.disconnected(epoch); ended.Reason != pb.Reason_CERTIFICATE_REFUSED || !strings.Contains(ended.Detail, "noise handshake failed") {
			t.Errorf("%s: ended with %v", fault, ended)
		}
	}
}

// Whatever a frame holds: at worst its own connection ends, the message after it comes, and the other number notices
// nothing.
func TestNoFrameTakesMoreThanItsConnection(t *testing.T) {
	t.Parallel()
	l := online(t)
	l.g.confirmAll()
	other := l.sim.Phone("other")
	l.g.online("s2", other)
	epoch := uint64(2)
	for _, fault := range []string{"bad-zlib", "truncated-node", "garbage-frame", "inflate-bomb", "malformed-node", "empty-frame"} {
		l.sim.Fault(fault, l.own.Number, 1)
		l.friend.Say(l.own.Number, "behind "+fault)
		labtest.Eventually(t, "behind "+fault, func() bool {
			ended := slices.ContainsFunc(l.g.allFacts(), func(f *pb.SessionFact) bool {
				return f.SessionId == "s1" && f.Epoch == epoch && f.GetDisconnected() != nil
			})
			if ended {
				epoch++
				l.g.must("s1", connectCommand(epoch))
			}
			return l.g.count(func(d *pb.Delivery) bool { return d.GetMessage().GetText().GetBody() == "behind "+fault }) > 0
		})
	}
	if logins := other.Account().Companions[0].Logins; logins != 1 {
		t.Errorf("the other number logged in %d times", logins)
	}
}
