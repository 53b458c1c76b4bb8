package phone

import (
	"context"
	"encoding/binary"
	"errors"
	"strconv"

	"go.mau.fi/libsignal/ecc"
	"go.mau.fi/libsignal/signalerror"
	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/phone/letter"
	"holdfast/simulator/internal/phone/screen"
	"holdfast/simulator/internal/stanza"
)

// maxRetries is how often a phone asks for the same message again.
const maxRetries = 5

// Item is one message that a phone has decrypted.
type Item struct {
	Seq        uint64 `json:"seq"`
	ID         string `json:"id"`
	From       string `json:"from"`
	FromDevice uint16 `json:"from_device"`
	// Chat is the other side, for messages of the phone's own companions too.
	Chat   string `json:"chat"`
	FromMe bool   `json:"from_me"`
	Text   string `json:"text"`
	T      int64  `json:"t"`
	// TMS is when the phone had decrypted it, in milliseconds with a fraction: T is the server's stamp, in seconds.
	TMS float64 `json:"t_ms"`
	// Duplicates is how often the same id came again.
	Duplicates int    `json:"duplicates"`
	Kind       string `json:"kind"`
	*letter.Details
	// Message is the plaintext as the sender encoded it.
	Message []byte `json:"raw_base64" doc:"the waE2E.Message as the sender encoded it"`
}

func (p *Phone) receiveMessage(node *stanza.Node) {
	if from, ok := stanza.JID(node, "from"); ok && from.Server == types.GroupServer {
		p.receiveGroup(node, from)
		return
	}
	owner, from, ok := p.sender(node)
	if !ok {
		return
	}
	for _, envelope := range node.GetChildrenByTag("enc") {
		plaintext, err := p.signal.open(context.Background(), address(owner, from.Device), &envelope)
		if err != nil {
			p.unreadable(node, owner, err)
			continue
		}
		p.accept(node, owner, from, plaintext)
	}
}

// unreadable counts a message that was read before, and asks again for one that never was.
func (p *Phone) unreadable(node *stanza.Node, owner *account.Account, err error) {
	if errors.Is(err, signalerror.ErrOldCounter) && p.repeated(node, owner) {
		p.confirm(node, owner)
		return
	}
	p.book.log.Warn("phone.undecryptable", "phone", p.Account.Phone, "id", stanza.Text(node, "id"), "error", err)
	p.answer(putOff(askingAgain, node))
}

// accept keeps a decrypted message, or counts it when its id is known.
func (p *Phone) accept(node *stanza.Node, owner *account.Account, from types.JID, plaintext []byte) {
	message := &waE2E.Message{}
	if err := proto.Unmarshal(plaintext, message); err != nil {
		p.book.log.Warn("phone.plaintext_malformed", "phone", p.Account.Phone, "id", stanza.Text(node, "id"))
		return
	}
	if owner == p.Account && stanza.Text(node, "category") == "peer" {
		p.receivePeer(owner, from.Device, stanza.Text(node, "id"), peerContent(message))
		p.confirm(node, owner)
		return
	}
	if !p.repeated(node, owner) {
		p.keep(node, owner, from, message, plaintext)
	}
	p.confirm(node, owner)
}

func messageKey(owner *account.Account, id string) string { return owner.Phone + "/" + id }

// repeated counts a message that came before and tells whether it did.
func (p *Phone) repeated(node *stanza.Node, owner *account.Account) bool {
	seq, known := p.known[messageKey(owner, stanza.Text(node, "id"))]
	if known {
		p.inbox.update(seq, func(item *Item) { item.Duplicates++ })
	}
	return known
}

func (p *Phone) keep(node *stanza.Node, owner *account.Account, from types.JID, message *waE2E.Message, plaintext []byte) {
	chat := owner
	if owner == p.Account {
		if recipient, ok := stanza.JID(node, "recipient"); ok {
			if found, ok := p.book.accounts.ByJID(recipient); ok {
				chat = found
			}
		}
		message = unwrapCopy(message)
	}
	p.file(node, owner, from, chat.Phone, message, plaintext)
}

// file puts a message into the inbox and onto the screen.
func (p *Phone) file(node *stanza.Node, owner *account.Account, from types.JID, chat string, message *waE2E.Message, plaintext []byte) {
	id, at := stanza.Text(node, "id"), int64(stanza.Int(node, "t"))
	kind, text, details := letter.Describe(message, p.book.numberOf)
	p.openVote(chat, owner, message, details)
	p.known[messageKey(owner, id)] = p.inbox.add(func(seq uint64) Item {
		return Item{
			Seq: seq, ID: id, From: owner.Phone, FromDevice: from.Device, Chat: chat, FromMe: owner == p.Account,
			Text: text, T: at, TMS: Milliseconds(p.book.now()), Kind: kind, Details: details, Message: plaintext,
		}
	})
	p.screen.Show(&screen.Message{
		ID: id, Chat: chat, From: owner.Phone, FromMe: owner == p.Account, T: at, Kind: kind, Text: text, Details: details,
		Encoded: plaintext, MayDelete: p.isAdmin(p.groupOf(chat), owner),
	})
}

// groupOf returns the group of a chat, nil for direct ones.
func (p *Phone) groupOf(chat string) *groups.Group {
	jid, err := types.ParseJID(chat)
	if err != nil || jid.Server != types.GroupServer {
		return nil
	}
	group, _ := p.book.groups.Get(jid)
	return group
}

// confirm sends the delivery receipt; for messages of its own companions the phone confirms as their sender. A
// phone that nobody holds leaves it to the companions to confirm what others write.
func (p *Phone) confirm(node *stanza.Node, owner *account.Account) {
	attrs := receiptAttrs(node)
	switch {
	case owner == p.Account:
		attrs["type"] = "sender"
	case p.Account.Unattended:
		return
	}
	p.answer(putOff(confirmation, &stanza.Node{Tag: "receipt", Attrs: attrs}))
}

// askAgain sends a retry receipt with fresh keys, so that the sender can open a new session at once; not for a message
// that has come in a readable form meanwhile.
func (p *Phone) askAgain(node *stanza.Node) {
	id := stanza.Text(node, "id")
	if p.has(node) {
		return
	}
	from, _ := stanza.JID(node, "from")
	key := from.String() + "/" + id
	p.retries[key]++
	if p.retries[key] > maxRetries {
		return
	}
	attrs := receiptAttrs(node)
	attrs["type"] = "retry"
	bundle := p.signal.bundle()
	p.book.router.Receipt(p.origin(), &stanza.Node{Tag: "receipt", Attrs: attrs, Content: []stanza.Node{
		stanza.New("retry", stanza.Attrs{
			"count": strconv.Itoa(p.retries[key]), "id": id, "t": stanza.Text(node, "t"), "v": "1",
		}),
		stanza.Raw("registration", binary.BigEndian.AppendUint32(nil, bundle.RegistrationID)),
		stanza.New("keys", nil, append([]stanza.Node{stanza.Raw("type", []byte{ecc.DjbType})}, bundleKeys(&bundle)...)...),
	}})
}

func receiptAttrs(node *stanza.Node) stanza.Attrs {
	attrs := stanza.Attrs{"id": stanza.Text(node, "id"), "to": node.Attrs["from"]}
	for _, name := range []string{"recipient", "participant"} {
		if value, ok := node.Attrs[name]; ok {
			attrs[name] = value
		}
	}
	return attrs
}

// ReceiptItem is one receipt for something that the phone's account has written.
type ReceiptItem struct {
	Seq        uint64 `json:"seq"`
	ID         string `json:"id"`
	From       string `json:"from"`
	FromDevice uint16 `json:"from_device"`
	// Type is "delivered" for the receipt without a type.
	Type string `json:"type"`
	T    int64  `json:"t"`
}

// deviceBehind is the device that a stanza comes from, in a group too.
func deviceBehind(node *stanza.Node) types.JID {
	from, _ := stanza.JID(node, "from")
	if participant, ok := stanza.JID(node, "participant"); ok {
		return participant
	}
	return from
}

// has tells whether a message has come in a readable form.
func (p *Phone) has(node *stanza.Node) bool {
	owner, ok := p.book.accounts.ByJID(deviceBehind(node))
	return ok && p.known[messageKey(owner, stanza.Text(node, "id"))] > 0
}

func (p *Phone) receiveReceipt(node *stanza.Node) {
	from := deviceBehind(node)
	owner, ok := p.book.accounts.ByJID(from)
	if !ok {
		return
	}
	kind := stanza.Text(node, "type")
	if kind == "retry" {
		p.answer(putOff(sendingAgain, node))
		return
	}
	if kind == "server-error" && owner == p.Account {
		p.answer(putOff(placingAgain, node))
		return
	}
	if kind == "" {
		kind = "delivered"
	}
	ids := []string{stanza.Text(node, "id")}
	if list, ok := stanza.Child(node, "list"); ok {
		for _, item := range list.GetChildren() {
			ids = append(ids, stanza.Text(&item, "id"))
		}
	}
	if owner == p.Account {
		p.noteOwnReading(node, kind, ids)
	}
	for _, id := range ids {
		if owner != p.Account {
			p.screen.Report(id, owner.Phone, kind)
		}
		p.receipts.add(func(seq uint64) ReceiptItem {
			return ReceiptItem{
				Seq: seq, ID: id, From: owner.Phone, FromDevice: from.Device, Type: kind, T: int64(stanza.Int(node, "t")),
			}
		})
	}
}

// Inbox returns what the phone has received after a sequence number, waiting for it until the context ends.
func (p *Phone) Inbox(ctx context.Context, after uint64) []Item { return p.inbox.wait(ctx, after) }

// Receipts returns the receipts that came after a sequence number, waiting until the context ends.
func (p *Phone) Receipts(ctx context.Context, after uint64) []ReceiptItem {
	return p.receipts.wait(ctx, after)
}
