package phone

import (
	"context"
	"fmt"
	"slices"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/phone/screen"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/router"
	"holdfast/simulator/internal/stanza"
)

// Activity is something that a phone notices beside messages and receipts.
type Activity struct {
	Seq uint64 `json:"seq"`
	T   int64  `json:"t"`
	// Kind is typing, call or group.
	Kind string `json:"kind"`
	From string `json:"from"`
	Chat string `json:"chat"`
	// State of typing: composing, recording, paused; of a call: what the other side has sent;
	// of a group: what was changed.
	State  string `json:"state"`
	CallID string `json:"call_id,omitempty"`
	Device uint16 `json:"from_device"`
}

func (p *Phone) notice(item Activity) {
	item.T = p.book.now().Unix()
	p.activity.add(func(seq uint64) Activity {
		item.Seq = seq
		return item
	})
}

// Activities returns what the phone has noticed after a sequence number, waiting until the context ends.
func (p *Phone) Activities(ctx context.Context, after uint64) []Activity {
	return p.activity.wait(ctx, after)
}

// receiveTyping notices that somebody types.
func (p *Phone) receiveTyping(node *stanza.Node) {
	from, _ := stanza.JID(node, "from")
	chat := from
	if writer, ok := stanza.JID(node, "participant"); ok {
		from = writer
	}
	owner, ok := p.book.accounts.ByJID(from)
	children := node.GetChildren()
	if !ok || len(children) == 0 {
		return
	}
	state := children[0].Tag
	if stanza.Text(&children[0], "media") == "audio" {
		state = "recording"
	}
	p.notice(Activity{
		Kind: "typing", From: owner.Phone, Device: from.Device, Chat: p.chatNamed(chat.ToNonAD().String()), State: state,
	})
}

// Typing tells a chat that the phone's user writes, records a voice note, or has stopped.
func (p *Phone) Typing(to Destination, state string) error {
	child := stanza.New("composing", nil)
	switch state {
	case "composing":
	case "recording":
		child.Attrs = stanza.Attrs{"media": "audio"}
	case "paused":
		child.Tag = "paused"
	default:
		return fmt.Errorf("%w: the state of typing is composing, recording or paused", ErrMessageInvalid)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return ErrAsleep
	}
	notice := stanza.New("chatstate", stanza.Attrs{"to": to.jid()}, child)
	p.book.router.Typing(p.origin(), &notice)
	return nil
}

// SetPresent tells those who want to know that the phone's user is at the screen, or not.
func (p *Phone) SetPresent(present bool) error {
	if p.isAsleep() {
		return ErrAsleep
	}
	p.book.router.SetPhonePresent(p.Account, present)
	return nil
}

// Read sends receipts for messages of a chat: that they were read, or played. Without ids it is everything unread.
// It returns the ids.
func (p *Phone) Read(to Destination, ids []string, played bool) ([]string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return nil, ErrAsleep
	}
	p.answerFirst()
	if len(ids) == 0 {
		for _, line := range p.screen.Unread(to.Chat()) {
			ids = append(ids, line.ID)
		}
	}
	report, kind := screen.Read, "read"
	if played {
		report, kind = screen.Played, "played"
	} else if to.Group == nil && p.discreet() {
		kind = "read-self"
	}
	for _, batch := range p.byWriter(to, ids) {
		attrs := stanza.Attrs{"id": batch.ids[0], "type": kind, "to": to.jid(), "t": stanza.Unix(p.book.now())}
		if to.Group != nil {
			attrs["participant"] = batch.writer
		}
		node := &stanza.Node{Tag: "receipt", Attrs: attrs}
		if rest := batch.ids[1:]; len(rest) > 0 {
			items := make([]stanza.Node, len(rest))
			for i, id := range rest {
				items[i] = stanza.New("item", stanza.Attrs{"id": id})
			}
			node.Content = []stanza.Node{stanza.New("list", nil, items...)}
		}
		p.book.router.Receipt(router.Origin{Account: p.Account}, node)
	}
	p.screen.MarkRead(to.Chat(), ids, report)
	return ids, nil
}

// discreet tells whether the account keeps to itself what it reads in direct chats; in groups everybody hears of it.
func (p *Phone) discreet() bool {
	return p.Account.Profile.State().Audience["readreceipts"] == profile.Nobody
}

type batch struct {
	writer types.JID
	ids    []string
}

// byWriter groups messages by who wrote them: a receipt in a group speaks to one writer.
func (p *Phone) byWriter(to Destination, ids []string) (batches []batch) {
	for _, id := range ids {
		writer := to.jid()
		if line, ok := p.screen.Find(to.Chat(), id); ok && to.Group != nil {
			author, known := p.book.accounts.ByPhone(line.From)
			if !known || author == p.Account {
				continue
			}
			writer = author.LIDJID(0)
		} else if to.Group != nil {
			continue
		}
		at := slices.IndexFunc(batches, func(b batch) bool { return b.writer == writer })
		if at < 0 {
			batches = append(batches, batch{writer: writer})
			at = len(batches) - 1
		}
		batches[at].ids = append(batches[at].ids, id)
	}
	return batches
}

// noteOwnReading shows what a companion of the phone has read.
func (p *Phone) noteOwnReading(node *stanza.Node, kind string, ids []string) {
	chat, ok := stanza.JID(node, "recipient")
	if from, _ := stanza.JID(node, "from"); from.Server == types.GroupServer {
		chat, ok = from, true
	}
	report := map[string]string{"read": screen.Read, "read-self": screen.Read, "played": screen.Played, "played-self": screen.Played}[kind]
	if ok && report != "" {
		p.screen.MarkRead(p.chatNamed(chat.ToNonAD().String()), ids, report)
	}
}
