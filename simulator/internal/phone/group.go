package phone

import (
	"context"
	"fmt"

	signalgroups "go.mau.fi/libsignal/groups"
	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/whatsmeow/proto/waE2E"
	wastore "go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"
	"google.golang.org/protobuf/proto"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

// sendToGroup seals a message for a group: once under the phone's sender key, and that key for every device that
// does not have it yet.
func (p *Phone) sendToGroup(group *groups.Group, out *outgoing) error {
	p.remember(out.id, &SentMessage{To: group.JID().String(), Body: out.body})
	targets, err := p.shareSenderKey(group)
	if err != nil {
		return err
	}
	envelope, err := p.signal.sealGroup(context.Background(), group.JID(), address(p.Account, 0), out.body)
	if err != nil {
		return err
	}
	out.traits.dress(&envelope)
	var content []stanza.Node
	if len(targets) > 0 {
		content = append(content, stanza.New("participants", nil, targets...))
	}
	content = append(content, envelope)
	p.book.router.Message(p.origin(), &stanza.Node{
		Tag: "message", Attrs: out.traits.attrs(out.id, group.JID()), Content: append(content, out.traits.children()...),
	})
	return nil
}

// shareSenderKey seals the phone's sender key for the devices that lack it. After somebody has left there is a new
// key, which everybody lacks.
func (p *Phone) shareSenderKey(group *groups.Group) ([]stanza.Node, error) {
	present := map[string]bool{}
	var missing []types.JID
	shared := p.shared[group.ID]
	for _, participant := range group.Participants {
		owner, ok := p.book.accounts.ByPhone(participant.Phone)
		if !ok {
			continue
		}
		for _, device := range owner.DeviceAddresses(owner.LIDJID(0)) {
			if owner == p.Account && device.Device == 0 {
				continue
			}
			present[device.String()] = true
			if !shared[device.String()] {
				missing = append(missing, device)
			}
		}
	}
	for device := range shared {
		if !present[device] {
			p.signal.forgetSenderKey(group.JID(), address(p.Account, 0))
			delete(p.shared, group.ID)
			return p.shareSenderKey(group)
		}
	}
	return p.sealSenderKey(group, missing)
}

func (p *Phone) sealSenderKey(group *groups.Group, devices []types.JID) ([]stanza.Node, error) {
	if len(devices) == 0 {
		return nil, nil
	}
	distribution, err := p.senderKeyMessage(group.JID(), nil)
	if err != nil {
		return nil, err
	}
	if p.shared[group.ID] == nil {
		p.shared[group.ID] = map[string]bool{}
	}
	targets := make([]stanza.Node, 0, len(devices))
	for _, device := range devices {
		owner, ok := p.book.accounts.ByJID(device)
		if !ok {
			continue
		}
		envelope, err := p.sealFor(owner, device.Device, distribution)
		if err != nil {
			return nil, err
		}
		targets = append(targets, stanza.New("to", stanza.Attrs{"jid": device}, envelope))
		p.shared[group.ID][device.String()] = true
	}
	return targets, nil
}

// senderKeyMessage is the phone's sender key as a message, together with another message if there is one.
func (p *Phone) senderKeyMessage(group types.JID, with []byte) ([]byte, error) {
	builder := signalgroups.NewGroupSessionBuilder(p.signal, wastore.SignalProtobufSerializer)
	name := protocol.NewSenderKeyName(group.String(), address(p.Account, 0))
	distribution, err := builder.Create(context.Background(), name)
	if err != nil {
		return nil, fmt.Errorf("phone: sender key for %s: %w", group, err)
	}
	message := &waE2E.Message{}
	if err = proto.Unmarshal(with, message); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessageInvalid, err)
	}
	message.SenderKeyDistributionMessage = &waE2E.SenderKeyDistributionMessage{
		GroupID: proto.String(group.String()), AxolotlSenderKeyDistributionMessage: distribution.Serialize(),
	}
	return proto.Marshal(message)
}

func (m *memory) sealGroup(ctx context.Context, group types.JID, own *protocol.SignalAddress, plaintext []byte) (stanza.Node, error) {
	builder := signalgroups.NewGroupSessionBuilder(m, wastore.SignalProtobufSerializer)
	name := protocol.NewSenderKeyName(group.String(), own)
	if _, err := builder.Create(ctx, name); err != nil {
		return stanza.Node{}, fmt.Errorf("phone: sealing for %s: %w", group, err)
	}
	sealed, err := signalgroups.NewGroupCipher(builder, name, m).Encrypt(ctx, pad(plaintext))
	if err != nil {
		return stanza.Node{}, fmt.Errorf("phone: sealing for %s: %w", group, err)
	}
	return stanza.Raw("enc", sealed.SignedSerialize(), stanza.Attrs{"v": "2", "type": "skmsg"}), nil
}

// openGroup decrypts under the sender's key; a panic of the library on crafted input counts as undecryptable.
func (m *memory) openGroup(ctx context.Context, group types.JID, from *protocol.SignalAddress, envelope *stanza.Node) (plaintext []byte, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			plaintext, err = nil, fmt.Errorf("%w: %v", errUndecryptable, cause)
		}
	}()
	builder := signalgroups.NewGroupSessionBuilder(m, wastore.SignalProtobufSerializer)
	message, err := protocol.NewSenderKeyMessageFromBytes(stanza.Bytes(envelope), wastore.SignalProtobufSerializer.SenderKeyMessage)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUndecryptable, err)
	}
	plaintext, err = signalgroups.NewGroupCipher(builder, protocol.NewSenderKeyName(group.String(), from), m).Decrypt(ctx, message)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errUndecryptable, err)
	}
	return unpad(plaintext)
}

// learnSenderKey takes a sender key out of a message, if it carries one, and tells whether that was all.
func (p *Phone) learnSenderKey(group types.JID, from *protocol.SignalAddress, message *waE2E.Message) (alone bool) {
	carried := message.GetSenderKeyDistributionMessage()
	if carried == nil {
		return false
	}
	serializer := wastore.SignalProtobufSerializer
	distribution, err := protocol.NewSenderKeyDistributionMessageFromBytes(
		carried.GetAxolotlSenderKeyDistributionMessage(), serializer.SenderKeyDistributionMessage)
	if err == nil {
		builder := signalgroups.NewGroupSessionBuilder(p.signal, serializer)
		err = builder.Process(context.Background(), protocol.NewSenderKeyName(group.String(), from), distribution)
	}
	if err != nil {
		p.book.log.Warn("phone.sender_key_refused", "phone", p.Account.Phone, "error", err)
	}
	message.SenderKeyDistributionMessage = nil
	rest := proto.Clone(message).(*waE2E.Message)
	rest.MessageContextInfo = nil
	return proto.Size(rest) == 0
}

// receiveGroup handles a message to a group: first what is for this phone alone, which may be the key for the rest.
func (p *Phone) receiveGroup(node *stanza.Node, group types.JID) {
	writer, ok := stanza.JID(node, "participant")
	owner, known := p.book.accounts.ByJID(writer)
	if !ok || !known {
		return
	}
	from := address(owner, writer.Device)
	for _, envelope := range node.GetChildrenByTag("enc") {
		var plaintext []byte
		var err error
		if stanza.Text(&envelope, "type") == "skmsg" {
			plaintext, err = p.signal.openGroup(context.Background(), group, from, &envelope)
		} else {
			plaintext, err = p.signal.open(context.Background(), from, &envelope)
		}
		if err != nil {
			p.unreadable(node, owner, err)
			return
		}
		p.acceptGroup(node, group, owner, writer, plaintext)
	}
}

func (p *Phone) acceptGroup(node *stanza.Node, group types.JID, owner *account.Account, writer types.JID, plaintext []byte) {
	message := &waE2E.Message{}
	if err := proto.Unmarshal(plaintext, message); err != nil {
		p.book.log.Warn("phone.plaintext_malformed", "phone", p.Account.Phone, "id", stanza.Text(node, "id"))
		return
	}
	if p.learnSenderKey(group, address(owner, writer.Device), message) {
		return
	}
	if !p.repeated(node, owner) {
		p.file(node, owner, writer, group.String(), message, plaintext)
	}
	p.confirm(node, owner)
}

// sendAgainToMember answers a retry from a group: the message goes to that one device, with the sender key.
func (p *Phone) sendAgainToMember(receipt, retry *stanza.Node, group types.JID, owner *account.Account, device uint16, message *SentMessage) {
	body, err := p.senderKeyMessage(group, message.Body)
	if err != nil {
		return
	}
	envelope, err := p.signal.seal(context.Background(), address(owner, device), body)
	if err != nil {
		p.book.log.Warn("phone.retry_failed", "phone", p.Account.Phone, "error", err)
		return
	}
	envelope.Attrs["count"] = stanza.Text(retry, "count")
	p.book.router.Message(p.origin(), &stanza.Node{
		Tag: "message",
		Attrs: stanza.Attrs{
			"id": stanza.Text(receipt, "id"), "to": group, "participant": owner.LIDJID(device), "type": "text",
			"addressing_mode": string(types.AddressingModeLID),
		},
		Content: []stanza.Node{envelope},
	})
}
