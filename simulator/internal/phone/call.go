package phone

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// ErrNoCall means that a phone has no such call.
var ErrNoCall = errors.New("phone: no such call")

// How far a call is.
const (
	Ringing  = "ringing"
	Accepted = "accepted"
	Rejected = "rejected"
	Ended    = "ended"
)

// Call is one call as a phone sees it. There is no sound: a call is its signals.
type Call struct {
	ID string `json:"id"`
	// With is the other side, or the group.
	With     string `json:"with"`
	Outgoing bool   `json:"outgoing"`
	Video    bool   `json:"video"`
	State    string `json:"state"`
	// Reason is why it ended, as the stanza says it.
	Reason string `json:"reason,omitempty"`
	// By is the device that accepted or rejected.
	By uint16 `json:"by_device,omitempty"`
	T  int64  `json:"t"`
	// Creator is the address of who called.
	Creator string `json:"-"`

	timer *time.Timer
}

// Call rings every device of somebody, or tells a group's members of a group call. ring is how long until the phone
// gives up; 0 rings forever.
func (p *Phone) Call(to Destination, video bool, ring time.Duration) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return "", ErrAsleep
	}
	p.written++
	id := strings.ToUpper(hex.EncodeToString(p.book.source.Bytes(16, "call", p.Account.Phone, p.written)))
	call := &Call{
		ID: id, With: to.Chat(), Outgoing: true, Video: video, State: Ringing, T: p.book.now().Unix(),
		Creator: p.Account.LIDJID(0).String(),
	}
	if to.Group != nil {
		p.noticeGroup(to, call)
	} else if err := p.offer(to.Account, call); err != nil {
		return "", err
	}
	p.calls = append(p.calls, call)
	if ring > 0 {
		call.timer = time.AfterFunc(ring, func() { p.giveUp(call) })
	}
	return id, nil
}

// offer sends each device of the other side the call's key, sealed for it.
func (p *Phone) offer(to *account.Account, call *Call) error {
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	plaintext, err := proto.Marshal(&waE2E.Message{Call: &waE2E.Call{CallKey: key}})
	if err != nil {
		return err
	}
	var listed []stanza.Node
	for _, device := range to.DeviceAddresses(to.LIDJID(0)) {
		envelope, err := p.sealFor(to, device.Device, plaintext)
		if err != nil {
			return err
		}
		envelope.Attrs["count"] = "0"
		listed = append(listed, stanza.New("to", stanza.Attrs{"jid": device}, envelope))
	}
	media := []stanza.Node{
		stanza.New("audio", stanza.Attrs{"enc": "opus", "rate": "8000"}), stanza.New("audio", stanza.Attrs{"enc": "opus", "rate": "16000"}),
	}
	if call.Video {
		media = append(media, stanza.New("video", stanza.Attrs{"enc": "vp8", "dec": "vp8", "orientation": "0"}))
	}
	media = append(media, stanza.New("net", stanza.Attrs{"medium": "3"}), stanza.New("encopt", stanza.Attrs{"keygen": "2"}),
		stanza.New("destination", nil, listed...))
	p.signalCall(to.LIDJID(0), stanza.New("offer", p.stepAttrs(call), media...))
	return nil
}

// noticeGroup tells the members of a group that there is a call to join.
func (p *Phone) noticeGroup(to Destination, call *Call) {
	attrs := p.stepAttrs(call)
	attrs["group-jid"], attrs["type"], attrs["media"] = to.Group.JID(), "group", "audio"
	if call.Video {
		attrs["media"] = "video"
	}
	for _, participant := range to.Group.Participants {
		if member, ok := p.book.accounts.ByPhone(participant.Phone); ok && member != p.Account {
			p.signalCall(member.LIDJID(0), stanza.New("offer_notice", attrs))
		}
	}
}

func (p *Phone) stepAttrs(call *Call) stanza.Attrs {
	creator, _ := types.ParseJID(call.Creator)
	attrs := stanza.Attrs{"call-id": call.ID, "call-creator": creator}
	if owner, ok := p.book.accounts.ByJID(creator); ok {
		attrs["caller_pn"] = owner.PN(0)
	}
	return attrs
}

// signalCall sends one step of a call.
func (p *Phone) signalCall(to types.JID, step stanza.Node) {
	p.book.router.Call(p.origin(), &stanza.Node{
		Tag: "call", Attrs: stanza.Attrs{"id": p.nextID(), "to": to}, Content: []stanza.Node{step},
	})
}

// giveUp ends a call that nobody has answered.
func (p *Phone) giveUp(call *Call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case call.State != Ringing:
	case p.isAsleep():
		// A phone that is off tells nobody.
		call.State, call.Reason = Ended, "timeout"
	default:
		p.end(call, "timeout")
	}
}

// stopRinging keeps calls from giving up by themselves.
func (p *Phone) stopRinging() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, call := range p.calls {
		if call.timer != nil {
			call.timer.Stop()
		}
	}
}

// end hangs up and tells the other side why.
func (p *Phone) end(call *Call, reason string) {
	if call.timer != nil {
		call.timer.Stop()
	}
	call.State, call.Reason = Ended, reason
	attrs := p.stepAttrs(call)
	attrs["reason"] = reason
	for _, other := range p.others(call) {
		p.signalCall(other.LIDJID(0), stanza.New("terminate", attrs))
	}
}

// others are the accounts at the other side of a call.
func (p *Phone) others(call *Call) (list []*account.Account) {
	if group := p.groupOf(call.With); group != nil {
		for _, participant := range group.Participants {
			if member, ok := p.book.accounts.ByPhone(participant.Phone); ok && member != p.Account {
				list = append(list, member)
			}
		}
		return list
	}
	if other, ok := p.book.accounts.ByPhone(call.With); ok {
		list = append(list, other)
	}
	return list
}

// Calls lists the phone's calls, oldest first.
func (p *Phone) Calls() []Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.savedCalls()
}

func (p *Phone) savedCalls() []Call {
	list := make([]Call, len(p.calls))
	for i, call := range p.calls {
		list[i] = *call
		list[i].timer = nil
	}
	return list
}

func (p *Phone) restoreCalls(saved []Call) {
	for i := range saved {
		p.calls = append(p.calls, &saved[i])
	}
}
