package phone

import (
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/clock"
	"holdfast/simulator/internal/stanza"
)

// What a phone does by itself, without its owner, takes it a pause. Until then it is a stanza of the phone to itself: it
// goes the way of the mailbox, so that a sleeping phone does it when it wakes, and it is saved with the mailbox.
const (
	// confirmation has the receipt in it.
	confirmation = "wasim:confirm"
	// askingAgain has the message in it that could not be read.
	askingAgain = "wasim:ask-again"
	// sendingAgain has the retry receipt in it.
	sendingAgain = "wasim:send-again"
	// placingAgain has the receipt of a companion in it that could not fetch a file.
	placingAgain = "wasim:place-again"
	// peerAnswer has the request of one of its companions as its content.
	peerAnswer = "wasim:answer-peer"
)

// answers are what a phone will do, oldest first; mailLock guards them.
type answers struct {
	waiting []waiting
	// drawn is how many pauses were drawn from the seed.
	drawn uint64
}

type waiting struct {
	node  stanza.Node
	alarm *clock.Alarm
}

// SetPause changes how long phones take for what they do by themselves. What waits by the old pause is done at once: it
// must not hold up what comes.
func (b *Book) SetPause(pause Pause) {
	b.pause.Store(&pause)
	for _, phone := range b.all() {
		phone.mailLock.Lock()
		phone.mail = append(phone.mail, phone.answers.take()...)
		phone.startWork()
		phone.mailLock.Unlock()
	}
}

// Pause is how long phones take for what they do by themselves.
func (b *Book) Pause() Pause { return *b.pause.Load() }

// answer does what the phone does by itself, when its pause has passed; the caller holds mu.
func (p *Phone) answer(node stanza.Node) {
	pause := p.book.Pause()
	if pause.To == 0 {
		p.carryOut(&node)
		return
	}
	p.mailLock.Lock()
	defer p.mailLock.Unlock()
	alarm := p.book.clock.After(p.draw(pause), p.proceed)
	p.answers.waiting = append(p.answers.waiting, waiting{node, alarm})
}

// draw is the next pause of this phone; the caller holds mailLock.
func (p *Phone) draw(pause Pause) time.Duration {
	p.answers.drawn++
	more := p.book.source.Below(uint64(pause.To-pause.From)+1, "pause", p.Account.Phone, p.answers.drawn)
	return pause.From + time.Duration(more)
}

// proceed puts the oldest of what waits into the mailbox: whichever alarm rings, a phone keeps its order.
func (p *Phone) proceed() {
	p.mailLock.Lock()
	defer p.mailLock.Unlock()
	if len(p.answers.waiting) == 0 || p.book.closed.Load() {
		return
	}
	p.mail = append(p.mail, p.answers.waiting[0].node)
	p.answers.waiting = p.answers.waiting[1:]
	p.startWork()
}

// take returns all that waits, and forgets it.
func (a *answers) take() []stanza.Node {
	nodes := a.nodes()
	for _, each := range a.waiting {
		each.alarm.Stop()
	}
	a.waiting = nil
	return nodes
}

func (a *answers) nodes() []stanza.Node {
	nodes := make([]stanza.Node, len(a.waiting))
	for i, each := range a.waiting {
		nodes[i] = each.node
	}
	return nodes
}

// answerFirst does at once what waits: before its owner does something about a message, a phone has confirmed it. The
// caller holds mu.
func (p *Phone) answerFirst() {
	p.mailLock.Lock()
	nodes := p.answers.take()
	p.mailLock.Unlock()
	for _, node := range nodes {
		p.carryOut(&node)
	}
}

// carryOut does what a stanza of the phone to itself says; the caller holds mu.
func (p *Phone) carryOut(node *stanza.Node) {
	switch node.Tag {
	case greeting:
		p.greetNow(node)
	case confirmation:
		p.book.router.Receipt(p.origin(), &node.GetChildren()[0])
	case askingAgain:
		p.askAgain(&node.GetChildren()[0])
	case sendingAgain:
		p.sendAgain(&node.GetChildren()[0])
	case placingAgain:
		p.placeAgain(&node.GetChildren()[0])
	case peerAnswer:
		p.answerPeer(node)
	}
}

// putOff makes a stanza of the phone to itself of what it will need.
func putOff(what string, with *stanza.Node) stanza.Node { return stanza.New(what, nil, *with) }

// receivePeer takes what a companion asks of its phone.
func (p *Phone) receivePeer(from *account.Account, device uint16, id string, message *waE2E.ProtocolMessage) {
	request, err := proto.Marshal(message)
	if err != nil {
		p.book.log.Warn("phone.request_malformed", "phone", p.Account.Phone, "error", err)
		return
	}
	p.answer(stanza.Raw(peerAnswer, request, stanza.Attrs{"id": id, "device": from.LIDJID(device)}))
}

func (p *Phone) answerPeer(node *stanza.Node) {
	device, _ := stanza.JID(node, "device")
	request := &waE2E.ProtocolMessage{}
	if proto.Unmarshal(stanza.Bytes(node), request) == nil {
		p.answerRequest(device.Device, stanza.Text(node, "id"), request)
	}
}
