package faults

import (
	"time"

	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/wire"
)

const (
	longestHold  = 5 * time.Second
	longestJoin  = time.Second
	tricklePause = time.Millisecond
)

// Fate is what becomes of one stanza, or of one point in a connection's life.
type Fate struct {
	// Nodes arrive in the stanza's place, in this order.
	Nodes []stanza.Node
	Delay time.Duration
	// Hold, if positive, is how long the stanza waits for one that passes it.
	Hold time.Duration
	// Manner is how the frames leave.
	Manner  wire.Manner
	Inject  []string
	Refuse  *Strike
	End     *Strike
	HTTP    *Strike
	Failure *Strike
	// Mark names what struck, for the transcript.
	Mark string
	// Struck names what was done.
	Struck string
}

// FateOf applies the strikes to a stanza, in order. The stanza itself, which others may hold, stays as it is; at
// a point that is no stanza it is nil.
func FateOf(node *stanza.Node, strikes []Strike) Fate {
	var fate Fate
	if node != nil {
		fate.Nodes = []stanza.Node{*node}
	}
	for i := range strikes {
		strike := &strikes[i]
		fate.note(strike)
		fate.apply(strike)
	}
	return fate
}

func (f *Fate) note(strike *Strike) {
	if f.Mark != "" {
		f.Mark, f.Struck = f.Mark+",", f.Struck+","
	}
	f.Mark, f.Struck = f.Mark+strike.Mark(), f.Struck+strike.Action
}

func (f *Fate) apply(strike *Strike) {
	args := &strike.Args
	switch strike.Action {
	case Drop:
		f.Nodes = nil
	case Delay:
		f.Delay += milliseconds(args.MS, 0)
	case Duplicate:
		f.Nodes = append(f.Nodes, f.Nodes...)
	case Reorder:
		f.Hold = milliseconds(args.MS, longestHold)
	case Split:
		f.Manner.Split = true
	case Fragment:
		f.Manner.Fragment = true
	case Coalesce:
		f.Manner.Join = milliseconds(args.MS, longestJoin)
	case Trickle:
		f.Manner.Trickle = milliseconds(args.MS, tricklePause)
	case Inject:
		f.Inject = append(f.Inject, args.Kind)
	case Refuse:
		f.Nodes, f.Refuse = nil, strike
	case Close, Reset, BlackHole, HalfOpen, StreamError:
		f.End = strike
	case HTTP:
		f.HTTP = strike
	case Failure:
		f.Failure = strike
	default:
		f.change(strike)
	}
}

// change applies what makes another stanza of it.
func (f *Fate) change(strike *Strike) {
	if strike.Action == Corrupt && strike.Args.Where == "frame" {
		f.Manner.Spoil = true
		return
	}
	for i := range f.Nodes {
		switch strike.Action {
		case Corrupt:
			f.Nodes[i] = corrupt(f.Nodes[i], strike.Args.Part, strike.Roll)
		case Replace:
			f.Nodes[i] = strike.Args.Node.Stanza()
		case Alter:
			f.Nodes[i] = alter(f.Nodes[i], &strike.Args)
		}
	}
}

func alter(node stanza.Node, args *Args) stanza.Node {
	for name, text := range args.Attrs {
		node = stanza.With(node, name, address(text))
	}
	if len(args.Children) > 0 {
		node.Content = stanzas(args.Children)
	}
	return node
}

func milliseconds(number int, standard time.Duration) time.Duration {
	if number <= 0 {
		return standard
	}
	return time.Duration(number) * time.Millisecond
}
