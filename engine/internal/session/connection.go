package session

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow"
	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
	"holdfast/engine/internal/wire"
)

// errNoToken answers the library when a server asks for a token that only another product has; without a refresher the
// library would call nil.
var errNoToken = errors.New("no such token here")

// Connection is one attempt to be connected, from the dial to its end. The next one gets everything new.
type Connection struct {
	session *Session
	deps    *Deps
	log     *slog.Logger
	epoch   uint64
	born    time.Time
	pair    *pairing // nil for a login

	ctx       context.Context
	cancel    context.CancelFunc
	socket    *wire.Socket
	client    *whatsmeow.Client
	device    *store.Device
	watch     *vault.Watch
	sends     *sends
	retries   *retries
	histories histories
	watched   watched
	stanzas   *stanzas
	receipts  receipts

	transfers *transfers
	changes   *changes
	again     *again

	done    chan struct{} // closed when the client is disconnected for good
	ended   chan struct{} // closed at the first reason to end
	online  chan struct{} // closed at the login
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
	paused    atomic.Bool  // nothing is read for the moment: too much is read and not handled
	waiting   waits
	probes    probes
	phone     phone
	clock     serverClock
}

func newConnection(s *Session, epoch uint64, watch *vault.Watch) *Connection {
	ctx, cancel := context.WithCancel(context.Background())
	c := &Connection{
		session: s, deps: s.deps, epoch: epoch, born: time.Now(), ctx: ctx, cancel: cancel, watch: watch,
		log:  s.deps.Log.With("session", s.id, "epoch", epoch),
		done: make(chan struct{}), ended: make(chan struct{}), online: make(chan struct{}),
		dialled: make(chan struct{}), down: make(chan struct{}),
	}
	c.probes.after = scattered(s.deps.Timing.ProbeAfter, rand.Float64())
	c.socket = s.deps.Dialer.Socket(c)
	watch.OnFailure, watch.OnPanic = c.storageFailed, c.decryptionPanicked
	c.retries = &retries{conn: c, nodes: map[string]*waBinary.Node{}, asked: map[string]int{}}
	c.stanzas = newStanzas(c)
	c.receipts = receipts{conn: c, places: make(chan struct{}, receiptsAtOnce)}
	c.transfers = newTransfers(c)
	c.changes = &changes{conn: c}
	c.again = &again{waiting: map[string]chan *events.MediaRetry{}}
	watch.OnCredentials = c.changes.note
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
	// What the account had before the link, its labels for one, is told like later changes of it.
	client.EmitAppStateEventsOnFullSync = true
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

func (c *Connection) setConnected() (first bool) {
	c.lock.Lock()
	first = !c.connected
	c.connected = true
	if first {
		close(c.online)
	}
	if first && !c.drained {
		c.session.faults.loggedIn(time.Now())
	}
	c.lock.Unlock()
	c.deps.LevelChanged()
	return first
}

func (c *Connection) setDrained() {
	c.lock.Lock()
	c.drained = true
	c.session.faults.drained()
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
	level.Backlog = uint32(max(c.stanzas.intake.waiting(), 0))
	waiting, oldest := c.waiting.look(time.Now())
	level.Waiting, level.WaitingMs = uint32(waiting), uint32(oldest.Milliseconds())
	level.MissedProbes = uint32(max(c.probes.missed.Load(), 0))
	level.PhoneSeenMs = c.phone.seen.Load()
}
