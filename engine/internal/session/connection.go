package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/store"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
	"holdfast/engine/internal/wire"
)

// errNoToken answers the library when a server asks for a token that only another product has; without a refresher the
// library would call nil.
var errNoToken = errors.New("no such token here")

// Connection is one attempt to be connected, from the dial to its end. The next one gets everything anew.
type Connection struct {
	session *Session
	deps    *Deps
	log     *slog.Logger
	epoch   uint64
	pair    *pairing // nil for a login

	ctx     context.Context
	cancel  context.CancelFunc
	socket  *wire.Socket
	client  *whatsmeow.Client
	device  *store.Device
	watch   *vault.Watch
	sends   *sends
	retries *retries

	done    chan struct{} // closed when the client is disconnected for good
	ended   chan struct{} // closed at the first reason to end
	dialled chan struct{} // closed when the dial is over
	up      atomic.Bool   // the client has a socket
	down    chan struct{} // closed when it has let go of it
	downs   sync.Once

	lock      sync.Mutex
	ending    translate.Ending
	isEnding  bool
	connected bool
	drained   bool

	lastFrame atomic.Int64 // Unix ms
	waiting   atomic.Int32
	probes    probes
}

func newConnection(s *Session, epoch uint64, watch *vault.Watch) *Connection {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Connection{
		session: s, deps: s.deps, epoch: epoch, ctx: ctx, cancel: cancel, watch: watch,
		log:  s.deps.Log.With("session", s.id, "epoch", epoch),
		done: make(chan struct{}), ended: make(chan struct{}),
		dialled: make(chan struct{}), down: make(chan struct{}),
	}
	c.probes.after = scattered(s.deps.Timing.ProbeAfter, rand.Float64())
	c.socket = s.deps.Dialer.Socket(c)
	watch.OnFailure, watch.OnPanic = c.storageFailed, c.decryptionPanicked
	c.retries = &retries{conn: c, nodes: map[string]*waBinary.Node{}, asked: map[string]int{}}
	c.sends = &sends{conn: c, chats: map[string][]job{}, running: map[string]*attempt{}}
	return c
}

// attach makes the library's client for a device, with every guard set before it can do anything.
func (c *Connection) attach(device *store.Device) {
	c.device = device
	client := whatsmeow.NewClient(device, newTap(c.log, c))
	client.EnableAutoReconnect = false
	client.DisableLoginAutoReconnect = true
	client.SynchronousAck = true
	client.EnableDecryptedEventBuffer = true
	client.ManualHistorySyncDownload = true
	client.UseRetryMessageStore = true
	client.AutomaticMessageRerequestFromPhone = false
	client.SetMaxParallelRetryReceiptHandling(1)
	client.PreRetryCallback = c.retries.answer
	client.RefreshCAT = func(context.Context) error { return errNoToken }
	client.BackgroundEventCtx = c.ctx
	client.SetWebsocketHTTPClient(c.socket.Client())
	client.SetPreLoginHTTPClient(c.socket.Client())
	client.SetMediaHTTPClient(c.deps.Dialer.Media())
	// Registered once, before Connect: while a handler blocks, registering another would stop every dispatch.
	client.AddEventHandlerWithSuccessStatus(c.handle)
	c.client = client
}

// run lives as long as the connection.
func (c *Connection) run() {
	defer func() {
		if value := recover(); value != nil {
			c.log.Error("session.connection_panicked", "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
			c.end(translate.Ending{Reason: pb.Reason_CRASHED, Detail: "contained panic"})
		}
		c.finish()
	}()
	go c.dial()
	if c.pair != nil {
		c.pair.run(c)
	}
	<-c.ended
	c.drain()
}

// dial connects. Its own goroutine, because the library's Connect may hang: the context is cancelled then.
func (c *Connection) dial() {
	defer close(c.dialled)
	defer c.contain("session.dial_panicked")
	select {
	case c.deps.dials <- struct{}{}:
		defer func() { <-c.deps.dials }()
	case <-c.ended:
		return
	}
	limit := time.AfterFunc(c.deps.Timing.Connect, func() {
		c.end(translate.Ending{Reason: pb.Reason_NETWORK, Detail: "dial: no handshake within " + c.deps.Timing.Connect.String()})
	})
	defer limit.Stop()
	if err := c.client.ConnectContext(c.ctx); err != nil {
		c.end(translate.Ending{Reason: pb.Reason_NETWORK, Detail: "dial: " + oneLine(err.Error())})
		return
	}
	c.up.Store(true)
	c.lastFrame.Store(time.Now().UnixMilli())
}

// contain ends the connection instead of the process.
func (c *Connection) contain(event string) {
	if value := recover(); value != nil {
		c.log.Error(event, "panic", fmt.Sprint(value), "stack", string(debug.Stack()))
		c.end(translate.Ending{Reason: pb.Reason_CRASHED, Detail: "contained panic"})
	}
}

// end gives a reason to end. The worst of all that come until the connection is gone is the one reported.
func (c *Connection) end(ending translate.Ending) {
	c.lock.Lock()
	defer c.lock.Unlock()
	c.ending = translate.Worst(c.ending, ending)
	if !c.isEnding {
		c.isEnding = true
		if ours(ending.Reason) {
			// First of all: from here on nothing can be acknowledged, whatever the handlers answer.
			c.socket.Cut()
		}
		close(c.ended)
	}
}

// ours tells whether we end the connection ourselves, so that there is no server to listen to any more.
func ours(reason pb.Reason) bool {
	switch reason {
	case pb.Reason_REQUESTED, pb.Reason_PARKED, pb.Reason_STORAGE_FAILED, pb.Reason_SILENT, pb.Reason_CRASHED:
		return true
	default:
		return false
	}
}

// drain listens a moment longer: the socket's end is seen before the events that explain it.
func (c *Connection) drain() {
	if ours(c.worst().Reason) {
		return
	}
	timer := time.NewTimer(c.deps.Timing.Drain)
	defer timer.Stop()
	<-timer.C
}

const (
	// How long the client may take to notice that its context is cancelled.
	downWait = time.Second
	// A handshake that hangs holds the lock that the library's Disconnect needs, for up to 20 s.
	disconnectWait = 2 * time.Second
)

// clientDown is told when the client has let go of its socket.
func (c *Connection) clientDown() { c.downs.Do(func() { close(c.down) }) }

// finish disconnects for good and tells the owner.
//
// The order matters. The socket is cut first: nothing can be acknowledged any more. The client's reader then ends by
// itself; were the context cancelled before, the reader could wait for ever for somebody to take its last frame. Only
// then the context is cancelled, which lets waiting handlers go, and only then comes Disconnect: while the client lets
// go of its socket, it could call a nil function, which ends the process.
// Source: whatsmeow 35ae40906e74, FrameSocket.frameComplete, FrameSocket.Close, NoiseSocket.Stop.
func (c *Connection) finish() {
	c.socket.Cut()
	select {
	case <-c.dialled:
	default:
		c.cancel() // nothing is connected yet: this ends the dial
		wait(c.dialled, downWait)
	}
	if c.up.Load() {
		wait(c.down, downWait)
	}
	c.cancel()
	disconnected := make(chan struct{})
	go func() {
		defer close(disconnected)
		defer c.contain("session.disconnect_panicked")
		c.client.Disconnect()
	}()
	if !wait(disconnected, disconnectWait) {
		c.log.Warn("session.disconnect_slow")
	}
	close(c.done)
	c.session.enqueue(func() { c.session.reap(c) })
}

// wait tells whether done was closed within the limit.
func wait(done <-chan struct{}, limit time.Duration) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

func (c *Connection) worst() translate.Ending {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.ending
}

// FrameArrived implements wire.Observer.
func (c *Connection) FrameArrived() {
	c.lastFrame.Store(time.Now().UnixMilli())
	c.probes.missed.Store(0)
}

// StreamEnded implements wire.Observer.
func (c *Connection) StreamEnded(err error) {
	c.end(translate.Ending{Reason: pb.Reason_NETWORK, Detail: "connection closed: " + oneLine(err.Error())})
}

func (c *Connection) storageFailed(err error) {
	c.log.Error("session.storage_failed", "error", oneLine(err.Error()))
	c.end(translate.Ending{Reason: pb.Reason_STORAGE_FAILED, Detail: oneLine(err.Error())})
}

func (c *Connection) decryptionPanicked(value any, stack []byte) {
	c.log.Error("session.decryption_panicked", "panic", fmt.Sprint(value), "stack", string(stack))
}

func (c *Connection) frameBroken() {
	c.end(translate.Ending{Reason: pb.Reason_STREAM_ERROR, Detail: "frames do not decrypt"})
}

// nodeReceived sees every node before the library handles it.
func (c *Connection) nodeReceived(node *waBinary.Node) {
	if ending, ends := translate.EndingOfNode(node); ends {
		c.end(ending)
		return
	}
	switch node.Tag {
	case "ack":
		if id, ok := node.Attrs["id"].(string); ok && c.sends.isRunning(id) {
			c.deps.Kill.Pass("sent")
		}
	case "receipt":
		c.retries.note(node)
	case "iq":
		if c.pair != nil {
			if _, ok := node.GetOptionalChildByTag("pair-success"); ok {
				c.pair.accepted()
			}
		}
	}
}

// nodeSent sees every node before the library writes it.
func (c *Connection) nodeSent(node *waBinary.Node) {
	if node.Tag == "message" {
		if id, ok := node.Attrs["id"].(string); ok {
			c.sends.wrote(id)
		}
	}
}

func (c *Connection) setConnected() (first bool) {
	c.lock.Lock()
	first = !c.connected
	c.connected = true
	c.lock.Unlock()
	c.deps.LevelChanged()
	return first
}

func (c *Connection) setDrained() {
	c.lock.Lock()
	c.drained = true
	c.lock.Unlock()
	c.deps.LevelChanged()
}

func (c *Connection) loggedIn() bool {
	c.lock.Lock()
	defer c.lock.Unlock()
	return c.connected && !c.isEnding
}

// fill completes a level with what this connection knows.
func (c *Connection) fill(level *pb.Level) {
	c.lock.Lock()
	switch {
	case c.isEnding:
		level.Level = pb.LinkLevel_CLOSED
	case c.pair != nil:
		level.Level = pb.LinkLevel_PAIRING
	case c.connected && c.drained:
		level.Level = pb.LinkLevel_DRAINED
	case c.connected:
		level.Level = pb.LinkLevel_LOGGED_IN
	default:
		level.Level = pb.LinkLevel_DIALING
	}
	c.lock.Unlock()
	level.LastFrameMs = c.lastFrame.Load()
	level.Waiting = uint32(max(c.waiting.Load(), 0))
	level.MissedProbes = uint32(max(c.probes.missed.Load(), 0))
}
