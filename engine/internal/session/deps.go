// Package session holds the connections to WhatsApp: one owner per session that takes its commands in order, one library
// client, one cancellable context and one epoch per connection. What enters are commands, what leaves are facts, levels
// and deliveries. It decides nothing: not when to connect, not whether to try again, not what becomes of credentials.
package session

import (
	"context"
	"log/slog"
	"sync"
	"time"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/blackbox"
	"holdfast/engine/internal/files"
	"holdfast/engine/internal/killpoint"
	"holdfast/engine/internal/translate"
	"holdfast/engine/internal/vault"
	"holdfast/engine/internal/wire"
)

// Gateway is what a session can say.
type Gateway interface {
	// Hand hands a delivery over, in the order of the calls. What it returns waits until it is durable, and must be called; an
	// error means that the connection is ending.
	Hand(delivery *pb.Delivery) (confirmed func(ctx context.Context) error)
	Fact(fact *pb.SessionFact)
}

// Deps is what sessions share.
type Deps struct {
	Gateway Gateway
	Folders *vault.Folders
	Media   *files.Folder
	Dialer  *wire.Dialer
	Kill    *killpoint.Points
	Log     *slog.Logger
	Box     *blackbox.Box
	Timing  Timing
	// LevelChanged is called when a session's level changed; it must not block.
	LevelChanged func()

	table     translate.Dispositions
	opens     chan struct{} // limits how many files are opened at once
	dials     chan struct{} // limits how many handshakes run at once
	transfers chan struct{} // limits how many files are moved at once
	order     *order
}

// order numbers facts and levels. A fact is handed over before the next number is given, or two that are told at once
// would arrive in another order than they are numbered.
type order struct {
	lock sync.Mutex
	last uint64
}

// next gives the next number to use, which must not block.
func (o *order) next(use func(number uint64)) {
	o.lock.Lock()
	defer o.lock.Unlock()
	o.last++
	use(o.last)
}

// Timing holds the limits of a connection's life. Tests shorten them.
type Timing struct {
	Connect      time.Duration // from the dial to the end of the handshake
	Drain        time.Duration // how long an ended connection is listened to for a worse reason
	Send         time.Duration // until the server acknowledges a message
	SendAgain    time.Duration // and one that it has not acknowledged before: others wait for their turn meanwhile
	SendRest     time.Duration // so seldom a connection ends because messages are not acknowledged
	Stall        time.Duration // how long a file may stand still on its way
	Phone        time.Duration // how long the session's own phone may take for an answer
	Confirm      time.Duration // until the gateway confirms a delivery
	ProbeAfter   time.Duration // silence before the first probe
	ProbeEvery   time.Duration // how long each probe may take
	Probes       int           // how many unanswered ones make a dead connection
	FirstCode    time.Duration // how long the first QR code is shown
	NextCode     time.Duration // and each later one
	Credentials  time.Duration // how long changes of credentials are gathered before they are told
	PairSettling time.Duration // how long the server gets to close after pair-success
}

// DefaultTiming is what the product runs with.
func DefaultTiming() Timing {
	return Timing{
		Connect:      20 * time.Second,
		Drain:        120 * time.Millisecond,
		Send:         30 * time.Second,
		SendAgain:    5 * time.Second,
		SendRest:     5 * time.Minute,
		Stall:        60 * time.Second,
		Phone:        20 * time.Second,
		Confirm:      4 * time.Minute,
		ProbeAfter:   15 * time.Second,
		ProbeEvery:   8 * time.Second,
		Probes:       3,
		FirstCode:    60 * time.Second,
		NextCode:     20 * time.Second,
		Credentials:  time.Second,
		PairSettling: 5 * time.Second,
	}
}

// Faster is this timing with every wait divided, for a lab where nobody wants to sit through them. How long an ended
// connection is listened to stays: that is the time that the other side takes.
func (t Timing) Faster(by float64) Timing {
	for _, wait := range []*time.Duration{
		&t.Connect, &t.Send, &t.SendAgain, &t.SendRest, &t.Stall, &t.Confirm, &t.ProbeAfter, &t.ProbeEvery, &t.FirstCode, &t.NextCode, &t.Credentials, &t.PairSettling,
	} {
		*wait = Shortened(*wait, by)
	}
	return t
}

// Shortened divides a wait.
func Shortened(wait time.Duration, by float64) time.Duration {
	return time.Duration(float64(wait) / by)
}

const (
	parallelOpens = 8
	parallelDials = 64
)
