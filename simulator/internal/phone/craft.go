package phone

import (
	"context"
	"crypto/rand"
	"fmt"

	"go.mau.fi/libsignal/protocol"
	"go.mau.fi/libsignal/state/record"
	wastore "go.mau.fi/whatsmeow/store"
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

// craftedSize is one byte more than a cipher block: a receiver that decrypts before it checks the size panics.
const craftedSize = 17

// SendCrafted sends one companion a message whose MAC is valid and whose body no honest sender could make.
// Any stranger can do this to anybody. It returns the message id.
func (p *Phone) SendCrafted(to *account.Companion) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ctx, name := context.Background(), address(to.Account, to.Device)
	if known, _ := p.signal.ContainsSession(ctx, name); !known {
		if err := p.signal.openSession(ctx, name, p.takeBundle(to.Account, to.Device)); err != nil {
			return "", err
		}
	}
	envelope, err := p.signal.sealCrafted(ctx, name)
	if err != nil {
		return "", err
	}
	id := p.nextID()
	p.book.router.Message(p.origin(), &stanza.Node{
		Tag: "message",
		Attrs: stanza.Attrs{
			"id": id, "to": to.Account.LIDJID(0), "type": "text", "addressing_mode": string(types.AddressingModeLID),
		},
		Content: []stanza.Node{stanza.New("participants", nil,
			stanza.New("to", stanza.Attrs{"jid": to.Account.LIDJID(to.Device)}, envelope))},
	})
	return id, nil
}

// sealCrafted does what sealing does, except that the body is random bytes of a size no cipher produces.
func (m *memory) sealCrafted(ctx context.Context, to *protocol.SignalAddress) (stanza.Node, error) {
	session, err := m.LoadSession(ctx, to)
	if err != nil {
		return stanza.Node{}, err
	}
	body := make([]byte, craftedSize)
	_, _ = rand.Read(body)
	state, serializer := session.SessionState(), wastore.SignalProtobufSerializer
	chain := state.SenderChainKey()
	inner, err := protocol.NewSignalMessage(state.Version(), chain.Index(), state.PreviousCounter(), chain.MessageKeys().MacKey(),
		state.SenderRatchetKey(), body, state.LocalIdentityKey(), state.RemoteIdentityKey(), serializer.SignalMessage)
	if err != nil {
		return stanza.Node{}, fmt.Errorf("phone: crafting: %w", err)
	}
	state.SetSenderChainKey(chain.NextKey())
	if err = m.StoreSession(ctx, to, session); err != nil {
		return stanza.Node{}, err
	}
	if !state.HasUnacknowledgedPreKeyMessage() {
		return stanza.Raw("enc", inner.Serialize(), stanza.Attrs{"v": "2", "type": "msg"}), nil
	}
	return wrapCrafted(state, inner)
}

func wrapCrafted(state *record.State, inner *protocol.SignalMessage) (stanza.Node, error) {
	items, err := state.UnackPreKeyMessageItems()
	if err != nil {
		return stanza.Node{}, fmt.Errorf("phone: crafting: %w", err)
	}
	serializer := wastore.SignalProtobufSerializer
	outer, err := protocol.NewPreKeySignalMessage(state.Version(), state.LocalRegistrationID(), items.PreKeyID(),
		items.SignedPreKeyID(), items.BaseKey(), state.LocalIdentityKey(), inner,
		serializer.PreKeySignalMessage, serializer.SignalMessage)
	if err != nil {
		return stanza.Node{}, fmt.Errorf("phone: crafting: %w", err)
	}
	return stanza.Raw("enc", outer.Serialize(), stanza.Attrs{"v": "2", "type": "pkmsg"}), nil
}
