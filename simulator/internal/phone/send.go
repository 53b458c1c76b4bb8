package phone

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/stanza"
)

// sentLimit is how many of its own messages a phone keeps for devices that ask for one again.
const sentLimit = 8192

// SentMessage is a message that a phone has sent; To is "" for messages to its own companions' software.
type SentMessage struct {
	To   string
	Body []byte
}

// Sent tells about a message that has left the phone.
type Sent struct {
	ID string
	// T is when the phone began to seal it.
	T time.Time
}

// Milliseconds is the form of times that are measured with: since 1970, with a fraction.
func Milliseconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1000 }

// Text makes a message of a text, with the secret that real phones put into each one.
func Text(text string) *waE2E.Message {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	return &waE2E.Message{
		Conversation:       proto.String(text),
		MessageContextInfo: &waE2E.MessageContextInfo{MessageSecret: secret},
	}
}

// sendTo seals a message for every device of the recipient and for the phone's own companions, and sends it.
func (p *Phone) sendTo(to *account.Account, out *outgoing) error {
	p.remember(out.id, &SentMessage{To: to.Phone, Body: out.body})
	targets, err := p.sealAll(to, out)
	if err != nil {
		return err
	}
	attrs := out.traits.attrs(out.id, to.LIDJID(0))
	attrs["peer_recipient_pn"] = to.PN(0)
	p.book.router.Message(p.origin(), &stanza.Node{
		Tag: "message", Attrs: attrs,
		Content: append([]stanza.Node{stanza.New("participants", nil, targets...)}, out.traits.children()...),
	})
	return nil
}

// nextID makes message ids in a phone's style, the same series for the same seed.
func (p *Phone) nextID() string {
	p.written++
	return "3A" + strings.ToUpper(hex.EncodeToString(p.book.source.Bytes(9, "message id", p.Account.Phone, p.written)))
}

func (p *Phone) remember(id string, message *SentMessage) {
	if _, known := p.sent[id]; !known {
		p.sentOrder = append(p.sentOrder, id)
	}
	p.sent[id] = message
	if len(p.sentOrder) > sentLimit {
		delete(p.sent, p.sentOrder[0])
		p.sentOrder = p.sentOrder[1:]
	}
}

func (p *Phone) sealAll(to *account.Account, out *outgoing) ([]stanza.Node, error) {
	var targets []stanza.Node
	add := func(owner *account.Account, device uint16, plaintext []byte) error {
		envelope, err := p.sealFor(owner, device, plaintext)
		if err != nil {
			return err
		}
		out.traits.dress(&envelope)
		targets = append(targets, stanza.New("to", stanza.Attrs{"jid": owner.LIDJID(device)}, envelope))
		return nil
	}
	if to != p.Account {
		if err := add(to, 0, out.body); err != nil {
			return nil, err
		}
		for _, companion := range to.Companions() {
			if err := add(to, companion.Device, out.body); err != nil {
				return nil, err
			}
		}
	}
	copied, err := deviceSent(to, out.body)
	if err != nil {
		return nil, err
	}
	for _, companion := range p.Account.Companions() {
		if err := add(p.Account, companion.Device, copied); err != nil {
			return nil, err
		}
	}
	return targets, nil
}

// deviceSent wraps a message for the sender's own devices, which must learn the chat from it.
func deviceSent(to *account.Account, body []byte) ([]byte, error) {
	message := &waE2E.Message{}
	if err := proto.Unmarshal(body, message); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessageInvalid, err)
	}
	return proto.Marshal(&waE2E.Message{
		DeviceSentMessage: &waE2E.DeviceSentMessage{
			DestinationJID: proto.String(to.LIDJID(0).String()), Message: message,
		},
		MessageContextInfo: message.MessageContextInfo,
	})
}

// sealFor seals for one device, opening a session from a bundle when there is none.
func (p *Phone) sealFor(owner *account.Account, device uint16, plaintext []byte) (stanza.Node, error) {
	ctx, to := context.Background(), address(owner, device)
	if known, _ := p.signal.ContainsSession(ctx, to); !known {
		if err := p.signal.openSession(ctx, to, p.takeBundle(owner, device)); err != nil {
			return stanza.Node{}, err
		}
	}
	return p.signal.seal(ctx, to, plaintext)
}

func (p *Phone) takeBundle(owner *account.Account, device uint16) keys.Bundle {
	if device == 0 {
		return p.book.Of(owner).TakeBundle()
	}
	companion, ok := owner.Companion(device)
	if !ok {
		return keys.Bundle{}
	}
	return p.book.router.TakeBundle(companion)
}

// sendAgain answers a retry receipt: the message goes to that one device, sealed in a new session.
func (p *Phone) sendAgain(receipt *stanza.Node) {
	from := deviceBehind(receipt)
	owner, known := p.book.accounts.ByJID(from)
	if !known {
		return
	}
	device := from.Device
	retry, _ := stanza.Child(receipt, "retry")
	id := stanza.Text(receipt, "id")
	message, ok := p.sent[id]
	if retry == nil || !ok || stanza.Int(retry, "count") > maxRetries {
		p.book.log.Warn("phone.retry_refused", "phone", p.Account.Phone, "id", id)
		return
	}
	bundle, carried := keys.ParseBundle(receipt)
	if !carried {
		bundle = p.takeBundle(owner, device)
	}
	ctx, to := context.Background(), address(owner, device)
	if err := p.signal.openSession(ctx, to, bundle); err != nil {
		p.book.log.Warn("phone.retry_failed", "phone", p.Account.Phone, "id", id, "error", err)
		return
	}
	if group, _ := types.ParseJID(message.To); group.Server == types.GroupServer {
		p.sendAgainToMember(receipt, retry, group, owner, device, message)
		return
	}
	p.resend(receipt, retry, owner, device, message, id)
}

func (p *Phone) resend(receipt, retry *stanza.Node, owner *account.Account, device uint16, message *SentMessage, id string) {
	body := message.Body
	attrs := stanza.Attrs{"id": id, "to": owner.LIDJID(device), "type": "text", "device_fanout": "false"}
	if chat, ok := p.book.accounts.ByPhone(message.To); ok && owner == p.Account && message.To != "" {
		attrs["recipient"] = chat.LIDJID(0)
		copied, err := deviceSent(chat, body)
		if err != nil {
			return
		}
		body = copied
	}
	if message.To == "" {
		// Peer messages have no chat; they go out again as they were.
		attrs["category"], attrs["type"], attrs["to"] = "peer", "protocol", owner.PN(device)
	}
	envelope, err := p.signal.seal(context.Background(), address(owner, device), body)
	if err != nil {
		p.book.log.Warn("phone.retry_failed", "phone", p.Account.Phone, "id", id, "error", err)
		return
	}
	envelope.Attrs["count"] = stanza.Text(retry, "count")
	p.book.router.Message(p.origin(), &stanza.Node{Tag: "message", Attrs: attrs, Content: []stanza.Node{envelope}})
}
