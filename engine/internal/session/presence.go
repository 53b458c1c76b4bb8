package session

import (
	"sync"
	"time"

	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
)

// watched is whose presence the gateway wants to hear of, under both names, as long as the connection lasts.
type watched struct {
	lock   sync.Mutex
	people map[types.JID]struct{}
}

func (w *watched) add(people ...types.JID) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.people == nil {
		w.people = map[types.JID]struct{}{}
	}
	for _, person := range people {
		if !person.IsEmpty() {
			w.people[person.ToNonAD()] = struct{}{}
		}
	}
}

func (w *watched) any() bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	return len(w.people) > 0
}

func (w *watched) has(person types.JID) bool {
	w.lock.Lock()
	defer w.lock.Unlock()
	_, is := w.people[person]
	return is
}

// watchPresence makes WhatsApp tell of a person. It tells by the name that it prefers, so that both are remembered.
func (c *Connection) watchPresence(w *pb.WatchPresence) error {
	person, err := personOf(w.Person)
	if err != nil {
		return err
	}
	c.watched.add(person, c.aliases(person))
	return c.client.SubscribePresence(c.ctx, person)
}

// deliverPresence hands over what somebody who is watched does. Typing of everybody else comes unasked and is left out.
func (c *Connection) deliverPresence(event any) bool {
	who := translate.Watched(event)
	if !c.watched.any() || (!c.watched.has(who) && !c.watched.has(c.aliases(who).ToNonAD())) {
		return !c.watch.Failed()
	}
	notice := translate.PresenceSeen(event, time.Now(), c.aliases)
	return c.deliver(&pb.Delivery{Delivery: &pb.Delivery_Notice{Notice: notice}})
}
