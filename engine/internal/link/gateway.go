package link

import (
	"net"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	pb "holdfast/engine/enginepb"
)

const (
	// A frame is closed when it reaches this size or count; what is left goes into the next.
	batchBytes = 512 << 10
	batchItems = 1024
	// A gateway that does not read for so long is treated as gone: its successor gets everything again.
	writeTimeout = 20 * time.Second
)

// outbox is what waits for the writer of one gateway connection.
type outbox struct {
	results    []*pb.Result
	facts      []*pb.SessionFact
	deliveries []*pb.Delivery
	levels     *pb.Levels
}

func (o *outbox) empty() bool {
	return len(o.results) == 0 && len(o.facts) == 0 && len(o.deliveries) == 0 && o.levels == nil
}

// next takes the next frame off the outbox: whatever fits, at least one item.
func (o *outbox) next() *pb.Up {
	room := batchBytes
	up := &pb.Up{}
	up.Results, o.results = take(o.results, &room)
	up.Facts, o.facts = take(o.facts, &room)
	up.Deliveries, o.deliveries = take(o.deliveries, &room)
	if room > 0 {
		up.Levels, o.levels = o.levels, nil
	}
	return up
}

func take[M proto.Message](queue []M, room *int) (taken, rest []M) {
	n := 0
	for n < len(queue) && n < batchItems && *room > 0 {
		*room -= proto.Size(queue[n])
		n++
	}
	if n == len(queue) {
		return queue, nil
	}
	return queue[:n:n], queue[n:]
}

// gateway is one connected gateway process.
type gateway struct {
	id       string
	conn     net.Conn
	patience time.Duration

	lock   sync.Mutex
	out    outbox
	wake   chan struct{}
	closed bool
}

func newGateway(id string, conn net.Conn) *gateway {
	return &gateway{id: id, conn: conn, patience: writeTimeout, wake: make(chan struct{}, 1)}
}

// put queues something; after close it is dropped, because a successor gets what still matters.
func (g *gateway) put(add func(*outbox)) {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.closed {
		return
	}
	add(&g.out)
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

func (g *gateway) takeAll() (batch outbox, open bool) {
	g.lock.Lock()
	defer g.lock.Unlock()
	batch, g.out = g.out, outbox{}
	return batch, !g.closed
}

func (g *gateway) close() {
	g.lock.Lock()
	defer g.lock.Unlock()
	if g.closed {
		return
	}
	g.closed = true
	g.out = outbox{}
	close(g.wake)
	_ = g.conn.Close()
}

// write is the one writer of this connection: whatever queued up while the last frame was written goes into the next.
// It returns when the connection is closed or broken. handed is called after each frame that held deliveries.
func (g *gateway) write(handed func()) error {
	var buffer []byte
	for range g.wake {
		batch, open := g.takeAll()
		if !open {
			return nil
		}
		for !batch.empty() {
			up := batch.next()
			var err error
			if buffer, err = AppendFrame(buffer[:0], up); err != nil {
				return err
			}
			if err = g.conn.SetWriteDeadline(time.Now().Add(g.patience)); err != nil {
				return err
			}
			if _, err = g.conn.Write(buffer); err != nil {
				return err
			}
			if len(up.Deliveries) > 0 {
				handed()
			}
		}
		if cap(buffer) > batchBytes {
			buffer = nil
		}
	}
	return nil
}
