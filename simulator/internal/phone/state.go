package phone

import (
	"fmt"
	"maps"
	"slices"
	"time"

	binary "go.mau.fi/whatsmeow/binary"
	wastore "go.mau.fi/whatsmeow/store"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/phone/screen"
	"holdfast/simulator/internal/phone/settings"
)

// State is one phone's memory as it is saved.
type State struct {
	Phone      string
	Sessions   map[string][]byte
	Identities map[string][]byte
	PreKeys    map[uint32][]byte
	NextPreKey uint32
	Inbox      []Item
	Receipts   []ReceiptItem
	Known      map[string]uint64
	Sent       map[string]SentMessage
	SentOrder  []string
	Written    uint64
	Retries    map[string]int
	Mail       [][]byte
	SenderKeys map[string][]byte
	Shared     map[string]map[string]bool
	Screen     []screen.SavedChat
	Contacts   map[string]string
	Settings   settings.State
	Epoch      uint32
	Asleep     bool
	Since      time.Time
	Unlink     time.Duration
	Calls      []Call
	Activity   []Activity
}

// State returns every phone's memory for saving.
func (b *Book) State() ([]State, error) {
	phones := b.all()
	states := make([]State, len(phones))
	for i, phone := range phones {
		state, err := phone.state()
		if err != nil {
			return nil, err
		}
		states[i] = state
	}
	return states, nil
}

func (p *Phone) state() (State, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	inbox, _ := p.inbox.after(0, 0)
	receipts, _ := p.receipts.after(0, 0)
	activity, _ := p.activity.after(0, 0)
	state := State{
		Phone: p.Account.Phone, Sessions: map[string][]byte{}, Identities: map[string][]byte{},
		PreKeys: map[uint32][]byte{}, Inbox: inbox, Receipts: receipts, Known: maps.Clone(p.known),
		Sent: map[string]SentMessage{}, SentOrder: slices.Clone(p.sentOrder), Written: p.written,
		Retries: maps.Clone(p.retries), SenderKeys: maps.Clone(p.signal.senderKeys), Shared: map[string]map[string]bool{},
		Screen: p.screen.State(), Contacts: maps.Clone(p.contacts), Settings: p.ledger.State(), Epoch: p.epoch, Calls: p.savedCalls(), Activity: activity,
	}
	for group, devices := range p.shared {
		state.Shared[group] = maps.Clone(devices)
	}
	for id, message := range p.sent {
		state.Sent[id] = *message
	}
	p.signal.save(&state)
	p.mailLock.Lock()
	defer p.mailLock.Unlock()
	state.Asleep, state.Since, state.Unlink = p.slumber.asleep, p.slumber.since, p.slumber.unlinkAfter
	for _, node := range append(slices.Clone(p.mail), p.answers.nodes()...) {
		encoded, err := binary.Marshal(node)
		if err != nil {
			return State{}, fmt.Errorf("phone: saving the mailbox: %w", err)
		}
		state.Mail = append(state.Mail, encoded)
	}
	return state, nil
}

// save writes sessions and keys into a state.
func (m *memory) save(state *State) {
	for name, session := range m.sessions {
		state.Sessions[name] = wastore.SignalProtobufSerializer.Session.Serialize(session)
	}
	for name, key := range m.identities {
		state.Identities[name] = slices.Clone(key[:])
	}
	m.keyLock.Lock()
	state.NextPreKey = m.nextPreKey
	for id, private := range m.preKeys {
		state.PreKeys[id] = slices.Clone(private[:])
	}
	m.keyLock.Unlock()
}

// Restore gives an account's phone its saved memory; what lay in its mailbox is worked off, and what it was about to do
// is done.
func (b *Book) Restore(owner *account.Account, state State) error {
	p := b.Of(owner)
	p.slumber = slumber{asleep: state.Asleep, since: state.Since, unlinkAfter: state.Unlink}
	if err := p.restore(state); err != nil {
		return err
	}
	for _, encoded := range state.Mail {
		body, err := binary.Unpack(encoded)
		if err != nil {
			return fmt.Errorf("phone: restoring the mailbox: %w", err)
		}
		node, err := binary.Unmarshal(body)
		if err != nil {
			return fmt.Errorf("phone: restoring the mailbox: %w", err)
		}
		p.enqueue(*node)
	}
	return nil
}

func (p *Phone) restore(state State) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, encoded := range state.Sessions {
		session, err := wastore.SignalProtobufSerializer.Session.Deserialize(encoded)
		if err != nil {
			return fmt.Errorf("phone: restoring the session with %s: %w", name, err)
		}
		p.signal.sessions[name] = session
	}
	for name, key := range state.Identities {
		p.signal.identities[name] = [32]byte(key)
	}
	for id, private := range state.PreKeys {
		p.signal.preKeys[id] = [32]byte(private)
	}
	p.signal.nextPreKey = max(state.NextPreKey, 1)
	maps.Copy(p.known, state.Known)
	maps.Copy(p.signal.senderKeys, state.SenderKeys)
	maps.Copy(p.shared, state.Shared)
	maps.Copy(p.retries, state.Retries)
	for id, message := range state.Sent {
		p.sent[id] = &message
	}
	p.sentOrder, p.written = state.SentOrder, state.Written
	p.screen.Restore(state.Screen)
	maps.Copy(p.contacts, state.Contacts)
	p.ledger.Restore(state.Settings)
	p.epoch = state.Epoch
	p.activity.restore(state.Activity, func(item *Activity) uint64 { return item.Seq })
	p.restoreCalls(state.Calls)
	p.inbox.restore(state.Inbox, func(item *Item) uint64 { return item.Seq })
	p.receipts.restore(state.Receipts, func(item *ReceiptItem) uint64 { return item.Seq })
	return nil
}
