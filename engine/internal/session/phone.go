package session

import (
	"strconv"
	"sync/atomic"
	"time"

	waBinary "go.mau.fi/whatsmeow/binary"
	"go.mau.fi/whatsmeow/types"
)

// phone is what a connection has seen of its account's phone. The server never says when a phone was there last; what the
// phone itself sends, messages and receipts of device 0, is all that a companion can know.
//
// Source: docs/wire.md 2.14.
type phone struct {
	seen atomic.Int64 // Unix ms, by the server's clock where the stanza has a time; 0: not seen
}

// note looks whether the phone sent this stanza. What waited in the offline queue counts from when it was sent.
func (p *phone) note(node *waBinary.Node, own, lid types.JID, now time.Time) {
	if node.Tag != "message" && node.Tag != "receipt" {
		return
	}
	from, _ := node.Attrs["from"].(types.JID)
	participant, _ := node.Attrs["participant"].(types.JID)
	if !isPhone(from, own, lid) && !isPhone(participant, own, lid) {
		return
	}
	at := now.UnixMilli()
	if text, ok := node.Attrs["t"].(string); ok {
		if seconds, err := strconv.ParseInt(text, 10, 64); err == nil && seconds > 0 {
			at = min(at, seconds*1000)
		}
	}
	if at > p.seen.Load() {
		p.seen.Store(at)
	}
}

func isPhone(jid, own, lid types.JID) bool {
	if jid.Device != 0 || jid.User == "" {
		return false
	}
	switch jid.Server {
	case types.DefaultUserServer:
		return jid.User == own.User
	case types.HiddenUserServer:
		return jid.User == lid.User
	}
	return false
}
