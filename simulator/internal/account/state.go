package account

import (
	"fmt"
	"maps"
	"slices"
	"time"

	signal "go.mau.fi/whatsmeow/util/keys"

	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/queue"
	"holdfast/simulator/internal/tokens"
)

// State is a registry's content as it is saved.
type State struct {
	Drawn    int
	Accounts []SavedAccount
}

// SavedAccount is one account as it is saved.
type SavedAccount struct {
	Phone, LID, Name          string
	Identity                  []byte
	RawID                     uint32
	LastDevice                uint16
	LastKeyIndex              uint32
	Registrations, RefsServed int
	Companions                []SavedCompanion
	Unlinked                  []Unlinked
	Acquainted                map[string]map[string]bool
	Profile                   profile.State
	Tokens                    tokens.State
	Scenario                  Scenario
	Passkey                   bool
	Written                   map[string]bool
	Timelock                  Timelock
	Unattended                bool
	Spellings                 []string
}

// SavedCompanion is one linked device as it is saved.
type SavedCompanion struct {
	Device             uint16
	KeyIndex           uint32
	Noise, Identity    []byte
	Platform           string
	LinkedAt, LastSeen time.Time
	Logins             int
	Greeted            bool
	Keys               keys.State
	Queue              queue.State
	Dirty              map[string]time.Time
}

// State returns the registry's content for saving.
func (r *Registry) State() (State, error) {
	r.mu.RLock()
	state := State{Drawn: r.drawn}
	r.mu.RUnlock()
	for _, account := range r.All() {
		saved, err := account.state()
		if err != nil {
			return State{}, err
		}
		state.Accounts = append(state.Accounts, saved)
	}
	return state, nil
}

func (a *Account) state() (SavedAccount, error) {
	companions := a.Companions()
	a.mu.Lock()
	saved := SavedAccount{
		Phone: a.Phone, LID: a.LID, Name: a.name, Identity: append([]byte(nil), a.Identity().Priv[:]...), RawID: a.RawID(),
		LastDevice: a.lastDevice, LastKeyIndex: a.lastKeyIndex, Registrations: a.registrations, RefsServed: a.refsServed,
		Profile: a.Profile.State(), Tokens: a.Tokens.State(), Scenario: a.Scenario,
		Passkey: a.passkey, Unattended: a.Unattended, Unlinked: slices.Clone(a.unlinked), Spellings: slices.Clone(a.spellings),
	}
	saved.Acquainted = map[string]map[string]bool{}
	for phone, domains := range a.acquainted {
		saved.Acquainted[phone] = maps.Clone(domains)
	}
	a.mu.Unlock()
	for _, companion := range companions {
		waiting, err := companion.Queue.State()
		if err != nil {
			return SavedAccount{}, err
		}
		logins, lastSeen := companion.Presence()
		companion.mu.Lock()
		greeted, dirty := companion.greeted, maps.Clone(companion.dirty)
		companion.mu.Unlock()
		saved.Companions = append(saved.Companions, SavedCompanion{
			Device: companion.Device, KeyIndex: companion.KeyIndex, Noise: append([]byte(nil), companion.Noise[:]...),
			Identity: companion.Identity, Platform: companion.Platform, LinkedAt: companion.LinkedAt, LastSeen: lastSeen,
			Logins: logins, Greeted: greeted, Keys: companion.Keys.State(), Queue: waiting,
			Dirty: dirty,
		})
	}
	return saved, nil
}

// Restore fills an empty registry with saved content.
func (r *Registry) Restore(state State) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drawn = state.Drawn
	for i := range state.Accounts {
		account, err := restoreAccount(&state.Accounts[i])
		if err != nil {
			return err
		}
		account.NCTSalt = r.salt(account.Phone)
		r.add(account)
	}
	return nil
}

func restoreAccount(saved *SavedAccount) (*Account, error) {
	if len(saved.Identity) != 32 {
		return nil, fmt.Errorf("account: the saved identity of %s is damaged", saved.Phone)
	}
	account := &Account{
		Phone: saved.Phone, LID: saved.LID, name: saved.Name,
		companions: map[uint16]*Companion{}, lastDevice: saved.LastDevice, lastKeyIndex: saved.LastKeyIndex,
		registrations: saved.Registrations, refsServed: saved.RefsServed, acquainted: saved.Acquainted,
		Profile: profile.Restore(saved.Profile), Tokens: tokens.Restore(saved.Tokens), Scenario: saved.Scenario,
		passkey: saved.Passkey, Unattended: saved.Unattended, unlinked: saved.Unlinked, spellings: saved.Spellings,
	}
	account.install(signal.NewKeyPairFromPrivateKey([32]byte(saved.Identity)), saved.RawID)
	for i := range saved.Companions {
		companion, err := restoreCompanion(account, &saved.Companions[i])
		if err != nil {
			return nil, err
		}
		account.companions[companion.Device] = companion
	}
	return account, nil
}

func restoreCompanion(account *Account, saved *SavedCompanion) (*Companion, error) {
	if len(saved.Noise) != 32 {
		return nil, fmt.Errorf("account: the saved companion %d of %s is damaged", saved.Device, account.Phone)
	}
	store, err := keys.Restore(saved.Keys)
	if err != nil {
		return nil, err
	}
	waiting, err := queue.Restore(saved.Queue)
	if err != nil {
		return nil, err
	}
	return &Companion{
		Account: account, Device: saved.Device, KeyIndex: saved.KeyIndex, Noise: [32]byte(saved.Noise),
		Identity: saved.Identity, Platform: saved.Platform, LinkedAt: saved.LinkedAt, Keys: store, Queue: waiting,
		logins: saved.Logins, lastSeen: saved.LastSeen, greeted: saved.Greeted, dirty: saved.Dirty,
	}, nil
}

// LobbyState is how far the lobby's series have gone, so that references never repeat.
type LobbyState struct{ Served, Visits, CodesAsked, PasskeysAsked int }

// State returns the lobby's counters for saving.
func (l *Lobby) State() LobbyState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return LobbyState{Served: l.served, Visits: l.visits, CodesAsked: l.codesAsked, PasskeysAsked: l.passkeysAsked}
}

// Restore continues saved series.
func (l *Lobby) Restore(state LobbyState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.served, l.visits, l.codesAsked, l.passkeysAsked = state.Served, state.Visits, state.CodesAsked, state.PasskeysAsked
}
