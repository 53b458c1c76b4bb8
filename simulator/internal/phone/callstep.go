package phone

import (
	"fmt"
	"slices"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// steps returns the table of what a phone can do in a call: whether only the called side does it, and whether only
// while it rings.
func steps() map[string]struct{ called, ringing bool } {
	return map[string]struct{ called, ringing bool }{
		"preaccept": {true, true}, "accept": {true, true}, "reject": {true, true},
		"relaylatency": {}, "transport": {}, "terminate": {},
	}
}

// Answer does a step of a call; reason counts for terminate.
func (p *Phone) Answer(id, action, reason string) (Call, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return Call{}, ErrAsleep
	}
	step, ok := steps()[action]
	if !ok {
		return Call{}, fmt.Errorf("%w: the action is preaccept, accept, reject, relaylatency, transport or terminate", ErrMessageInvalid)
	}
	at := slices.IndexFunc(p.calls, func(call *Call) bool { return call.ID == id })
	if at < 0 {
		return Call{}, ErrNoCall
	}
	call := p.calls[at]
	over := call.State == Ended || call.State == Rejected
	if over || (step.ringing && call.State != Ringing) || (step.called && call.Outgoing) {
		return Call{}, fmt.Errorf("%w in which %s is possible: it is %s", ErrNoCall, action, call.State)
	}
	if action == "terminate" {
		p.end(call, reason)
	} else {
		p.step(call, action)
	}
	answered := *call
	answered.timer = nil
	return answered, nil
}

// step sends one step that does not end the call.
func (p *Phone) step(call *Call, action string) {
	attrs := p.stepAttrs(call)
	attrs["count"] = "0"
	for _, other := range p.others(call) {
		p.signalCall(other.LIDJID(0), stanza.New(action, attrs))
	}
	if state := stateAfter(action); state != "" {
		call.State = state
	}
}

func stateAfter(step string) string {
	return map[string]string{"accept": Accepted, "reject": Rejected, "terminate": Ended}[step]
}

// receiveCall takes one step of a call in.
func (p *Phone) receiveCall(node *stanza.Node) {
	owner, from, ok := p.sender(node)
	steps := node.GetChildren()
	if !ok || len(steps) == 0 {
		return
	}
	step := &steps[0]
	id := stanza.Text(step, "call-id")
	chat := owner.Phone
	if group, ok := stanza.JID(step, "group-jid"); ok {
		chat = group.String()
	}
	p.notice(Activity{Kind: "call", From: owner.Phone, Device: from.Device, Chat: chat, State: step.Tag, CallID: id})
	at := slices.IndexFunc(p.calls, func(call *Call) bool { return call.ID == id })
	if at < 0 {
		if step.Tag == "offer" || step.Tag == "offer_notice" {
			_, video := stanza.Child(step, "video")
			p.calls = append(p.calls, &Call{
				ID: id, With: chat, Video: video || stanza.Text(step, "media") == "video", State: Ringing,
				T: int64(stanza.Int(node, "t")), Creator: stanza.Text(step, "call-creator"),
			})
		}
		return
	}
	p.advance(p.calls[at], owner, from.Device, step)
}

// advance moves a call on; when one device of the other side has answered, its others stop ringing.
func (p *Phone) advance(call *Call, owner *account.Account, device uint16, step *stanza.Node) {
	state := stateAfter(step.Tag)
	if state == "" || call.State == Ended || (call.State != Ringing && state != Ended) {
		return
	}
	if call.timer != nil {
		call.timer.Stop()
	}
	call.State, call.Reason = state, stanza.Text(step, "reason")
	if state == Ended || !call.Outgoing {
		return
	}
	call.By = device
	attrs := p.stepAttrs(call)
	attrs["reason"] = state + "_elsewhere"
	for _, other := range owner.DeviceAddresses(owner.LIDJID(0)) {
		if other.Device != device && other.Device != 0 {
			p.signalCall(other, stanza.New("terminate", attrs))
		}
	}
}
