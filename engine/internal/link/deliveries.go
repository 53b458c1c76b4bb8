package link

import (
	"context"
	"errors"
	"slices"
	"sync"

	pb "holdfast/engine/enginepb"
)

// ErrEnding says that the connection ended before the gateway confirmed: WhatsApp keeps the message.
var ErrEnding = errors.New("connection ending before the delivery was confirmed")

// deliveries holds what was handed over and is not confirmed yet.
type deliveries struct {
	lock    sync.Mutex
	last    uint64
	waiting map[uint64]*waiting
	handler func(*pb.Delivery) // hands one to the gateway of the moment
	// The gateway of the moment is of a version that has no notices: they count as delivered, as they did then.
	deaf bool
}

type waiting struct {
	delivery *pb.Delivery
	done     chan struct{}
}

// hand hands over, in the order of the calls. What it returns waits until the gateway confirmed, and raises ErrEnding when
// ctx ends first; it must be called.
func (d *deliveries) hand(delivery *pb.Delivery) (confirmed func(ctx context.Context) error) {
	entry := &waiting{delivery: delivery, done: make(chan struct{})}
	d.lock.Lock()
	defer d.lock.Unlock()
	if d.deaf && delivery.GetNotice() != nil {
		return func(context.Context) error { return nil }
	}
	d.last++
	delivery.DeliveryId = d.last
	d.waiting[delivery.DeliveryId] = entry
	// Under the lock: a gateway that attaches now either finds it waiting or is handed it, never both and never neither.
	if d.handler != nil {
		d.handler(delivery)
	}
	return func(ctx context.Context) error { return d.wait(ctx, entry) }
}

func (d *deliveries) wait(ctx context.Context, entry *waiting) error {
	select {
	case <-entry.done:
		return nil
	case <-ctx.Done():
	}
	d.lock.Lock()
	defer d.lock.Unlock()
	select {
	case <-entry.done:
		return nil // confirmed while we were leaving; the caller sees that its connection is gone
	default:
		delete(d.waiting, entry.delivery.DeliveryId)
		return ErrEnding
	}
}

// confirm lets the waiting handlers go. Unknown ids are ignored.
func (d *deliveries) confirm(ids []uint64) {
	d.lock.Lock()
	defer d.lock.Unlock()
	for _, id := range ids {
		if entry, ok := d.waiting[id]; ok {
			delete(d.waiting, id)
			close(entry.done)
		}
	}
}

// attach hands everything unconfirmed to a new gateway, oldest first, and everything new from now on; notices only to one
// that knows them. begin is called with the number that follows.
func (d *deliveries) attach(notices bool, begin func(count int), handler func(*pb.Delivery)) {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.deaf = !notices
	for id, entry := range d.waiting {
		if d.deaf && entry.delivery.GetNotice() != nil {
			delete(d.waiting, id)
			close(entry.done)
		}
	}
	ids := make([]uint64, 0, len(d.waiting))
	for id := range d.waiting {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	begin(len(ids))
	for _, id := range ids {
		handler(d.waiting[id].delivery)
	}
	d.handler = handler
}

func (d *deliveries) detach() {
	d.lock.Lock()
	defer d.lock.Unlock()
	d.handler, d.deaf = nil, false
}
