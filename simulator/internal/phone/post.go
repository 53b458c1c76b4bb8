package phone

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"go.mau.fi/whatsmeow/proto/waE2E"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/phone/letter"
	"holdfast/simulator/internal/phone/screen"
	"holdfast/simulator/internal/stanza"
)

// ErrMessageInvalid means that what is to be sent is no message.
var ErrMessageInvalid = letter.ErrInvalid

// ErrTarget means that a message is about one that the phone does not have.
var ErrTarget = letter.ErrTarget

// ErrAsleep means that a phone is asked to do something while it is off.
var ErrAsleep = errors.New("phone: the phone is asleep: wake it first")

// Destination is where a message goes: an account or a group.
type Destination struct {
	Account *account.Account
	Group   *groups.Group
}

// Chat is the destination's key on the screen: phone number or group JID.
func (d Destination) Chat() string {
	if d.Group != nil {
		return d.Group.JID().String()
	}
	return d.Account.Phone
}

func (d Destination) jid() types.JID {
	if d.Group != nil {
		return d.Group.JID()
	}
	return d.Account.LIDJID(0)
}

// Post writes a draft and sends it.
func (p *Phone) Post(to Destination, draft *letter.Draft) (Sent, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.isAsleep() {
		return Sent{}, ErrAsleep
	}
	message, err := letter.Write(draft, &place{phone: p, to: to})
	if err != nil {
		return Sent{}, err
	}
	return p.dispatch(to, message, draft.ID)
}

// Send seals a message for every device of the recipient and for the phone's own companions, and sends it.
// id "" lets the phone choose one.
func (p *Phone) Send(to *account.Account, message *waE2E.Message, id string) (Sent, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.dispatch(Destination{Account: to}, message, id)
}

// dispatch sends a message and shows it on the phone's own screen.
func (p *Phone) dispatch(to Destination, message *waE2E.Message, id string) (Sent, error) {
	body, err := proto.Marshal(message)
	if err != nil {
		return Sent{}, fmt.Errorf("%w: %w", ErrMessageInvalid, err)
	}
	sent := Sent{ID: id, T: p.book.now()}
	if id == "" {
		sent.ID = p.nextID()
	}
	out := &outgoing{id: sent.ID, body: body, message: message, traits: traitsOf(message)}
	if to.Group != nil {
		err = p.sendToGroup(to.Group, out)
	} else {
		err = p.sendTo(to.Account, out)
	}
	if err != nil {
		return Sent{}, err
	}
	p.showOwn(to, out, sent)
	return sent, nil
}

// outgoing is one message about to be sealed.
type outgoing struct {
	id      string
	body    []byte
	message *waE2E.Message
	traits  traits
}

// traits is what a message's stanza tells the server and the receivers' screens before anybody decrypts.
type traits struct {
	stanzaType, mediaType, edit string
	hidden                      bool
	meta                        stanza.Attrs
}

func traitsOf(message *waE2E.Message) traits {
	found := traits{
		stanzaType: letter.StanzaType(message), mediaType: letter.MediaType(message), edit: letter.EditType(message),
		hidden: letter.Hidden(message),
	}
	switch inner := letter.Unwrap(message); {
	case inner.PollUpdateMessage != nil:
		found.meta = stanza.Attrs{"polltype": "vote"}
	case letter.PollMessage(inner) != nil:
		found.meta = stanza.Attrs{"polltype": "creation"}
	case inner.EventMessage != nil:
		found.meta = stanza.Attrs{"event_type": "creation"}
	}
	return found
}

// dress puts onto an envelope what its receiver needs before decryption.
func (t *traits) dress(envelope *stanza.Node) {
	if t.mediaType != "" {
		envelope.Attrs["mediatype"] = t.mediaType
	}
	if t.hidden {
		envelope.Attrs["decrypt-fail"] = "hide"
	}
}

// attrs are the attributes of the stanza.
func (t *traits) attrs(id string, to types.JID) stanza.Attrs {
	attrs := stanza.Attrs{
		"id": id, "to": to, "type": t.stanzaType, "addressing_mode": string(types.AddressingModeLID),
	}
	if t.edit != "" {
		attrs["edit"] = t.edit
	}
	return attrs
}

// children are the stanza's children beside its envelopes.
func (t *traits) children() []stanza.Node {
	if t.meta == nil {
		return nil
	}
	return []stanza.Node{stanza.New("meta", t.meta)}
}

func (p *Phone) showOwn(to Destination, out *outgoing, sent Sent) {
	kind, text, details := letter.Describe(out.message, p.book.numberOf)
	p.openVote(to.Chat(), p.Account, out.message, details)
	p.screen.Show(&screen.Message{
		ID: out.id, Chat: to.Chat(), From: p.Account.Phone, FromMe: true, T: sent.T.Unix(), Kind: kind, Text: text,
		Details: details, Encoded: out.body, MayDelete: p.isAdmin(to.Group, p.Account),
	})
}

// isAdmin tells whether a member may delete what others wrote.
func (p *Phone) isAdmin(group *groups.Group, who *account.Account) bool {
	if group == nil {
		return false
	}
	role, member := group.Role(who.Phone)
	return member && role != groups.Member
}

// place is what the phone's user has at hand in one chat.
type place struct {
	phone *Phone
	to    Destination
}

var _ letter.Place = (*place)(nil)

func (w *place) Own() string    { return w.phone.Account.LIDJID(0).String() }
func (w *place) Chat() string   { return w.to.jid().String() }
func (w *place) InGroup() bool  { return w.to.Group != nil }
func (w *place) Now() time.Time { return w.phone.book.now() }

func (w *place) Address(number string) (string, error) {
	found, ok := w.phone.book.accounts.ByPhone(number)
	if !ok {
		return "", fmt.Errorf("%w: there is no phone %s", ErrMessageInvalid, number)
	}
	return found.LIDJID(0).String(), nil
}

func (w *place) Find(id string) (letter.Known, bool) {
	line, ok := w.phone.screen.Find(w.to.Chat(), id)
	if !ok {
		return letter.Known{}, false
	}
	writer, err := w.Address(line.From)
	if err != nil {
		return letter.Known{}, false
	}
	message, err := contentOf(line.Message)
	if err != nil {
		return letter.Known{}, false
	}
	return letter.Known{ID: id, Writer: writer, Own: line.FromMe, Message: message}, true
}

func (w *place) Upload(file *letter.File) (*letter.Stored, error) { return w.phone.book.upload(file) }

func (w *place) Secret() []byte {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	return secret
}

// contentOf reads a plaintext; a copy that a companion has sent to its siblings is taken out of its wrapping.
func contentOf(plaintext []byte) (*waE2E.Message, error) {
	message := &waE2E.Message{}
	if err := proto.Unmarshal(plaintext, message); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessageInvalid, err)
	}
	return unwrapCopy(message), nil
}

func unwrapCopy(message *waE2E.Message) *waE2E.Message {
	inner := message.GetDeviceSentMessage().GetMessage()
	if inner == nil {
		return message
	}
	if inner.MessageContextInfo == nil {
		inner.MessageContextInfo = message.MessageContextInfo
	}
	return inner
}

// numberOf turns an address into its phone number; what belongs to nobody stays an address.
func (b *Book) numberOf(address string) string {
	jid, err := types.ParseJID(address)
	if err != nil {
		return address
	}
	if found, ok := b.accounts.ByJID(jid); ok {
		return found.Phone
	}
	return jid.ToNonAD().String()
}

// openVote fills in which options a vote chooses, if the poll is on the screen.
func (p *Phone) openVote(chat string, voter *account.Account, message *waE2E.Message, details *letter.Details) {
	update := letter.Unwrap(message).GetPollUpdateMessage()
	if update == nil || details == nil {
		return
	}
	line, ok := p.screen.Find(chat, details.Target)
	if !ok || line.Message == nil {
		return
	}
	asked, err := contentOf(line.Message)
	writer, known := p.book.accounts.ByPhone(line.From)
	poll := letter.PollOf(asked)
	if err != nil || !known || poll == nil {
		return
	}
	// The key depends on the addresses that the voter's client uses, which may be in either domain.
	for _, of := range []types.JID{writer.LIDJID(0), writer.PN(0)} {
		for _, by := range []types.JID{voter.LIDJID(0), voter.PN(0)} {
			chosen, err := letter.OpenVote(update.GetVote(), poll, letter.Ballot{
				PollID: line.ID, PollWriter: of.String(), Voter: by.String(), Secret: asked.GetMessageContextInfo().GetMessageSecret(),
			})
			if err == nil {
				details.Vote = chosen
				return
			}
		}
	}
	p.book.log.Warn("phone.vote_unreadable", "phone", p.Account.Phone, "poll", line.ID)
}
