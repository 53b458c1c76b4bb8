package phone

import (
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// greeting is a stanza of the phone to itself: a companion that was linked while the phone slept waits for its keys.
const greeting = "wasim:greet"

// Status is how a phone is doing.
type Status struct {
	Asleep bool
	// LastSeen is when the phone fell asleep; now, while it is awake.
	LastSeen time.Time
	// Waiting is how many stanzas wait for it to wake.
	Waiting int
	// UnlinkAfter is how long the phone may be away before the server unlinks its companions; 0 is forever.
	UnlinkAfter time.Duration
}

// slumber is a phone's sleep; mailLock guards it.
type slumber struct {
	asleep      bool
	since       time.Time
	unlinkAfter time.Duration
}

func (p *Phone) isAsleep() bool {
	p.mailLock.Lock()
	defer p.mailLock.Unlock()
	return p.slumber.asleep
}

// Sleep switches the phone off: what is for it waits in its order, and it sends nothing, not even receipts. After
// unlinkAfter (0 is never) the server unlinks the companions. What the phone is working on it finishes.
func (p *Phone) Sleep(unlinkAfter time.Duration) {
	p.mailLock.Lock()
	if !p.slumber.asleep {
		p.slumber.since = p.book.now()
	}
	p.slumber.asleep, p.slumber.unlinkAfter = true, unlinkAfter
	p.mailLock.Unlock()
	// Whoever holds mu began before: nothing is sent any more when this returns.
	p.mu.Lock()
	defer p.mu.Unlock()
	p.book.router.SetPhonePresent(p.Account, false)
}

// Wake switches the phone on: it works off what has waited.
func (p *Phone) Wake() {
	p.mailLock.Lock()
	defer p.mailLock.Unlock()
	p.slumber.asleep = false
	p.startWork()
}

// startWork begins to work off the mailbox; the caller holds mailLock.
func (p *Phone) startWork() {
	if p.working || p.slumber.asleep || len(p.mail) == 0 {
		return
	}
	p.working = true
	p.book.busy.Add(1)
	go p.work()
}

// Status tells how the phone is doing.
func (p *Phone) Status() Status {
	p.mailLock.Lock()
	defer p.mailLock.Unlock()
	status := Status{Asleep: p.slumber.asleep, LastSeen: p.book.now(), Waiting: len(p.mail), UnlinkAfter: p.slumber.unlinkAfter}
	if status.Asleep {
		status.LastSeen = p.slumber.since
	}
	return status
}

// overdue tells whether the phone has been away for longer than its companions may be without it.
func (p *Phone) overdue() bool {
	status := p.Status()
	return status.Asleep && status.UnlinkAfter > 0 && p.book.now().Sub(status.LastSeen) >= status.UnlinkAfter
}

// Overdue lists the companions that the server unlinks because their phone has been away for too long.
func (b *Book) Overdue() []*account.Companion {
	var companions []*account.Companion
	for _, phone := range b.all() {
		if phone.overdue() {
			companions = append(companions, phone.Account.Companions()...)
		}
	}
	return companions
}

// greetLater puts the greeting of a companion into a sleeping phone's mailbox.
func (p *Phone) greetLater(companion *account.Companion) {
	p.enqueue(stanza.New(greeting, stanza.Attrs{"device": companion.Account.LIDJID(companion.Device)}))
}

func (p *Phone) greetNow(node *stanza.Node) {
	device, ok := stanza.JID(node, "device")
	if !ok {
		return
	}
	if companion, linked := p.Account.Companion(device.Device); linked {
		p.greet(companion)
	}
}
