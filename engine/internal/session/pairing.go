package session

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/proto/waCompanionReg"
	"go.mau.fi/whatsmeow/proto/waWa6"
	"go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types/events"
	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/killpoint"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
)

// pairing is what a connection that links a new device does besides living.
type pairing struct {
	events   chan any      // the library's pairing events
	success  chan struct{} // the server said that the phone accepted
	outcome  *pb.SessionFact
	codes    []string
	shown    int
	answered bool          // the library has dealt with pair-success
	refusal  string        // and this is what it did not like
	passkey  bool          // the gateway can have one asked for
	ready    chan struct{} // closed when the server has sent QR codes
	until    atomic.Int64  // when the last of them ends, Unix ms
}

const defaultDeviceName = "Holdfast"

func newPairing(passkey bool) *pairing {
	return &pairing{events: make(chan any, 16), success: make(chan struct{}, 1), ready: make(chan struct{}), passkey: passkey}
}

// tell passes an event on; the library's goroutine must not wait for us.
func (p *pairing) tell(event any) {
	select {
	case p.events <- event:
	default:
	}
}

func (p *pairing) accepted() {
	select {
	case p.success <- struct{}{}:
	default:
	}
}

// run shows codes until the phone accepts, the codes run out or the connection ends, and leaves the outcome.
func (p *pairing) run(c *Connection) {
	timer := time.NewTimer(time.Hour)
	timer.Stop()
	defer timer.Stop()
	for p.outcome == nil {
		select {
		case event := <-p.events:
			p.take(c, event, timer)
		case <-p.success:
			timer.Stop()
			c.session.fact(c.epoch, &pb.SessionFact{Fact: &pb.SessionFact_PairAccepted{PairAccepted: &pb.PairAccepted{}}})
			p.settle(c)
		case <-timer.C:
			p.next(c, timer)
		case <-c.ended:
			// The server may close right after it accepted, before the library says so.
			select {
			case <-p.success:
				p.settle(c)
			default:
				p.outcome = pairFailed(failureOf(c.worst()), c.worst().Detail)
			}
		}
	}
	c.end(translate.Ending{Reason: pb.Reason_REQUESTED, Detail: "pairing over"})
}

func (p *pairing) take(c *Connection, event any, timer *time.Timer) {
	switch e := event.(type) {
	case *events.QR:
		p.codes, p.shown = e.Codes, 0
		if p.until.Load() == 0 {
			defer close(p.ready)
		}
		timing, later := c.deps.Timing, max(len(e.Codes)-1, 0)
		p.until.Store(time.Now().Add(timing.FirstCode + time.Duration(later)*timing.NextCode).UnixMilli())
		p.next(c, timer)
	case *events.PairSuccess, *events.PairError:
		p.answer(e)
		p.accepted()
	case *events.QRScannedWithoutMultidevice:
		p.outcome = pairFailed(pb.PairFailure_PAIR_NO_MULTIDEVICE, "the phone has no linked devices feature")
	case *events.PairPasskeyRequest, *events.PairPasskeyError, *events.PairPasskeyConfirmation:
		p.takePasskey(c, e, timer)
	}
}

func (p *pairing) answer(event any) {
	switch e := event.(type) {
	case *events.PairSuccess:
		p.answered = true
	case *events.PairError:
		p.answered, p.refusal = true, e.Error.Error()
	}
}

// next shows the next code: the first for a minute, each later one for a third of that.
func (p *pairing) next(c *Connection, timer *time.Timer) {
	if p.shown >= len(p.codes) {
		p.outcome = pairFailed(pb.PairFailure_PAIR_TIMED_OUT, "no scan before the last code ended")
		return
	}
	life := c.deps.Timing.NextCode
	if p.shown == 0 {
		life = c.deps.Timing.FirstCode
	}
	p.shown++
	// Before the timer is set: the next code never comes while this one is said to be valid.
	until := time.Now().Add(life)
	timer.Reset(life)
	c.session.fact(c.epoch, &pb.SessionFact{Fact: &pb.SessionFact_PairCode{PairCode: &pb.PairCode{
		Code: p.codes[p.shown-1], Index: uint32(p.shown), Of: uint32(len(p.codes)),
		ValidUntilMs: until.UnixMilli(),
	}}})
}

// settle waits, after the server accepted, until the library has answered and the server has closed the connection. It
// closes without any event at times; then the wait ends by itself.
func (p *pairing) settle(c *Connection) {
	deadline := time.NewTimer(c.deps.Timing.PairSettling)
	defer deadline.Stop()
	ended := c.ended
	for !p.answered || ended != nil {
		select {
		case event := <-p.events:
			p.answer(event)
			if p.refusal != "" {
				ended = nil
			}
		case <-ended:
			ended = nil
		case <-deadline.C:
			ended, p.answered = nil, true
		}
	}
	// A saved device decides, not the event: the phone may count it as linked, so it is never thrown away.
	if jid := c.device.GetJID(); c.deps.Folders.ScratchLinked(c.session.id) && !jid.IsEmpty() {
		c.deps.Kill.Pass(killpoint.PairSuccess)
		p.outcome = &pb.SessionFact{Fact: &pb.SessionFact_PairSuccess{PairSuccess: &pb.PairSuccess{
			Jid: jid.String(), Lid: c.device.GetLID().String(), Platform: oneLine(c.device.Platform),
			PushName: oneLine(c.device.PushName),
		}}}
		return
	}
	if p.refusal == "" {
		p.refusal = "the server accepted, but no device was made"
	}
	p.outcome = pairFailed(pb.PairFailure_PAIR_REFUSED, p.refusal)
}

func pairFailed(reason pb.PairFailure, detail string) *pb.SessionFact {
	return &pb.SessionFact{Fact: &pb.SessionFact_PairFailed{PairFailed: &pb.PairFailed{Reason: reason, Detail: oneLine(detail)}}}
}

func failureOf(ending translate.Ending) pb.PairFailure {
	switch ending.Reason {
	case pb.Reason_REQUESTED, pb.Reason_PARKED:
		return pb.PairFailure_PAIR_CANCELLED
	case pb.Reason_CLIENT_OUTDATED:
		return pb.PairFailure_PAIR_OUTDATED
	case pb.Reason_CLOCK_WRONG:
		return pb.PairFailure_PAIR_CLOCK_WRONG
	case pb.Reason_NETWORK, pb.Reason_UNREACHABLE, pb.Reason_HANDSHAKE_UNANSWERED, pb.Reason_CERTIFICATE_REFUSED, pb.Reason_SILENT,
		pb.Reason_SERVICE_UNAVAILABLE:
		return pb.PairFailure_PAIR_UNREACHABLE
	default:
		return pb.PairFailure_PAIR_REFUSED
	}
}

// startPairing makes the scratch folder and dials.
func (s *Session) startPairing(c *pb.Pair) *pb.Result {
	if s.file != nil {
		return failure(pb.ErrorCode_BUSY, "this session is open or pairs already; close or cancel first")
	}
	if c.Epoch <= s.lastEpoch() {
		return failure(pb.ErrorCode_STALE_EPOCH, fmt.Sprintf("epoch %d is not newer than %d", c.Epoch, s.lastEpoch()))
	}
	if len(c.WrappedKey) == 0 {
		return failure(pb.ErrorCode_INVALID_ARGUMENT, "wrapped_key is empty: the file could not be opened after a restart")
	}
	path, err := s.deps.Folders.MakeScratch(s.id, c.WrappedKey)
	if err != nil {
		return failed(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), openTimeout)
	defer cancel()
	file, err := vault.OpenFile(ctx, path, c.Key)
	if err != nil {
		_ = s.deps.Folders.DropScratch(s.id)
		return failed(err)
	}
	s.file = file
	conn := newConnection(s, c.Epoch, &vault.Watch{})
	conn.pair = newPairing(c.Passkey)
	conn.attach(file.NewDevice(conn.watch, func() error { return s.deps.Folders.MarkLinked(s.id) }))
	conn.client.QRClientType = whatsmeow.PairClientChrome
	conn.client.GetClientPayload = func() *waWa6.ClientPayload { return registration(conn.device, c.DeviceName) }
	s.hold(vault.ScratchName(s.id), "")
	s.start(conn)
	return &pb.Result{}
}

// registration is the library's own payload with the name that the phone shows.
func registration(device *store.Device, name string) *waWa6.ClientPayload {
	payload := device.GetClientPayload()
	if payload.DevicePairingData == nil {
		return payload
	}
	if name == "" {
		name = defaultDeviceName
	}
	props, ok := proto.Clone(store.DeviceProps).(*waCompanionReg.DeviceProps)
	if !ok {
		return payload
	}
	props.Os = proto.String(name)
	props.PlatformType = waCompanionReg.DeviceProps_CHROME.Enum()
	if encoded, err := proto.Marshal(props); err == nil {
		payload.DevicePairingData.DeviceProps = encoded
	}
	return payload
}

// cancelPairing ends a pairing; without one there is nothing to do.
func (s *Session) cancelPairing() *pb.Result {
	if conn := s.connection(); conn != nil && conn.pair != nil {
		s.stop(translate.Ending{Reason: pb.Reason_REQUESTED, Detail: "cancelled"})
	}
	return &pb.Result{}
}

// reapPairing closes the scratch file and says how it ended. The folder stays if it became a credential.
func (s *Session) reapPairing(conn *Connection) {
	s.closeFile()
	outcome := conn.pair.outcome
	if outcome == nil {
		outcome = pairFailed(pb.PairFailure_PAIR_REFUSED, conn.worst().Detail)
	}
	if success := outcome.GetPairSuccess(); success != nil {
		s.hold(vault.ScratchName(s.id), success.Jid)
	} else {
		if err := s.deps.Folders.DropScratch(s.id); err != nil {
			s.deps.Log.Warn("session.scratch_kept", "session", s.id, "error", oneLine(err.Error()))
		}
		s.hold("", "")
	}
	s.deps.Log.Info("session.pairing_ended", "session", s.id, "epoch", conn.epoch, "linked", outcome.GetPairSuccess() != nil)
	s.fact(conn.epoch, outcome)
}
