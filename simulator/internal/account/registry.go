package account

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/seed"
	"holdfast/simulator/internal/tokens"
)

// ErrPhoneInvalid means that a phone number is not one: digits only, with country code.
var ErrPhoneInvalid = errors.New("account: a phone number has 7 to 15 digits, country code first")

// ErrPhoneTaken means that a spelling is a number of its own, or another account's.
var ErrPhoneTaken = errors.New("account: somebody has this number already")

// Registry holds every account. Safe for concurrent use.
type Registry struct {
	source *seed.Source

	mu      sync.RWMutex
	byPhone map[string]*Account
	byLID   map[string]*Account
	// bySpelling has accounts under numbers that people write otherwise than WhatsApp does.
	bySpelling map[string]*Account
	order      []*Account
	drawn      int
}

// NewRegistry returns an empty registry whose numbers, LIDs and keys come from the seed.
func NewRegistry(source *seed.Source) *Registry {
	return &Registry{source: source, byPhone: map[string]*Account{}, byLID: map[string]*Account{}, bySpelling: map[string]*Account{}}
}

// Open creates or returns the account of a phone number; without one it draws the next free number. A
// name given replaces the present one.
func (r *Registry) Open(phone, name string) (account *Account, created bool, err error) {
	return r.open(phone, name, false)
}

func (r *Registry) open(phone, name string, unattended bool) (account *Account, created bool, err error) {
	phone = strings.TrimPrefix(phone, "+")
	if phone != "" && !validPhone(phone) {
		return nil, false, ErrPhoneInvalid
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if phone == "" {
		phone = r.draw()
	}
	account, ok := r.byPhone[phone]
	if !ok {
		account = r.create(phone, name, unattended)
	} else if name != "" {
		account.Rename(name)
	}
	return account, !ok, nil
}

// OpenByPushName returns the account that a registration with this push name belongs to: the same name is
// always the same number, no name is a fresh account. Nobody holds the phone of an account that is made so: what
// its companions have not seen counts as not delivered.
func (r *Registry) OpenByPushName(name string) (*Account, error) {
	phone := ""
	if name != "" {
		phone = pushNamePhone(name)
	}
	account, _, err := r.open(phone, name, true)
	return account, err
}

// pushNamePhone depends on the name alone, not on the seed: clients rely on it across servers.
func pushNamePhone(name string) string {
	return fmt.Sprintf("49157%08d", seed.New(0).Below(100_000_000, "push name", name))
}

// draw returns the next number of the seed's series that is still free.
func (r *Registry) draw() string {
	for {
		phone := fmt.Sprintf("49151%08d", r.source.Below(100_000_000, "phone", r.drawn))
		r.drawn++
		if r.byPhone[phone] == nil {
			return phone
		}
	}
}

func (r *Registry) create(phone, name string, unattended bool) *Account {
	if name == "" {
		name = "Phone " + phone[len(phone)-4:]
	}
	account := &Account{
		Phone: phone, LID: r.drawLID(phone), name: name,
		Profile: profile.New(), Tokens: tokens.New(), Scenario: ParseScenario(name), NCTSalt: r.salt(phone),
		Unattended: unattended,
		companions: map[uint16]*Companion{},
	}
	account.install(r.source.KeyPair("account identity", phone), uint32(r.source.Uint64("account raw id", phone)))
	r.add(account)
	return account
}

func (r *Registry) salt(phone string) []byte { return r.source.Bytes(32, "first contact salt", phone) }

func (r *Registry) drawLID(phone string) string {
	for try := 0; ; try++ {
		lid := fmt.Sprintf("%d", 100_000_000_000_000+r.source.Below(900_000_000_000_000, "lid", phone, try))
		if r.byLID[lid] == nil {
			return lid
		}
	}
}

func (r *Registry) add(account *Account) {
	r.byPhone[account.Phone] = account
	r.byLID[account.LID] = account
	for _, spelling := range account.spellings {
		r.bySpelling[spelling] = account
	}
	r.order = append(r.order, account)
}

// ByPhone returns the account of a phone number.
func (r *Registry) ByPhone(phone string) (*Account, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	account, ok := r.byPhone[strings.TrimPrefix(phone, "+")]
	return account, ok
}

// Spell has people write the account's number otherwise than WhatsApp does, like one of Brazil with a ninth digit.
func (r *Registry) Spell(account *Account, spelling string) error {
	spelling = strings.TrimPrefix(spelling, "+")
	if !validPhone(spelling) {
		return ErrPhoneInvalid
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.byPhone[spelling] != nil || r.bySpelling[spelling] != nil {
		return ErrPhoneTaken
	}
	r.bySpelling[spelling] = account
	account.spellings = append(account.spellings, spelling)
	return nil
}

// BySpelling returns the account whose number people write so. Nothing can be sent to a spelling.
func (r *Registry) BySpelling(spelling string) (*Account, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	account, ok := r.bySpelling[spelling]
	return account, ok
}

// ByJID returns the account of an address, by phone number or LID; the device does not matter.
func (r *Registry) ByJID(jid types.JID) (*Account, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	switch jid.Server {
	case types.HiddenUserServer:
		account, ok := r.byLID[jid.User]
		return account, ok
	case types.DefaultUserServer, types.LegacyUserServer:
		account, ok := r.byPhone[jid.User]
		return account, ok
	default:
		return nil, false
	}
}

// All returns every account in the order of creation.
func (r *Registry) All() []*Account {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.order)
}

func validPhone(phone string) bool {
	if len(phone) < 7 || len(phone) > 15 {
		return false
	}
	return strings.Trim(phone, "0123456789") == ""
}
