// Package profile keeps what an account shows of itself, and to whom. What enters are the owner's choices and the
// phone number of a viewer, what leaves are copies of what that viewer may see; it sends nothing.
package profile

import (
	"maps"
	"slices"
	"sync"
	"time"
)

// The things whose visibility an owner chooses, as on the wire.
const (
	LastSeen = "last"
	Online   = "online"
	Picture  = "profile"
	About    = "status"
)

// The audiences that an owner chooses from, as on the wire.
const (
	Everybody      = "all"
	Contacts       = "contacts"
	ContactsExcept = "contact_blacklist"
	Nobody         = "none"
	likeLastSeen   = "match_last_seen"
)

// defaults are the settings of a new account, in the order in which they are listed.
var defaults = [][2]string{
	{LastSeen, Everybody}, {Online, Everybody}, {Picture, Everybody}, {About, Everybody}, {"groupadd", Everybody},
	{"calladd", Everybody}, {"messages", Everybody}, {"readreceipts", Everybody},
}

// State is everything that is kept of a profile. Phone numbers name other accounts.
type State struct {
	About    string
	AboutAt  time.Time
	Picture  *Image
	Pictures int
	// Audience maps a category to its audience, Except to who of the contacts is left out.
	Audience map[string]string
	Except   map[string][]string
	Blocked  []string
	Contacts []string
	// Disappearing is how many seconds new chats keep messages, 0 forever.
	Disappearing   int
	DisappearingAt time.Time
	Business       *Business
	BusinessAt     time.Time
	Username       string
	// StatusAudience is how clients choose to whom statuses go, with the list for it.
	StatusAudience string
	StatusList     []string
	// LinkRevoked is how often the owner has made the link to this account worthless.
	LinkRevoked int
}

// Business is what a business account shows.
type Business struct {
	Name, Description, Email, Address, Category, Website string
}

// Profile is safe for concurrent use.
type Profile struct {
	mu    sync.Mutex
	state State
}

// New returns the profile of a fresh account.
func New() *Profile { return &Profile{} }

// Restore returns a profile with saved content.
func Restore(state State) *Profile { return &Profile{state: state} }

// State returns a copy of the content; images are shared, nobody changes them.
func (p *Profile) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	state := p.state
	state.Audience, state.Except = maps.Clone(state.Audience), maps.Clone(state.Except)
	state.Blocked, state.Contacts = slices.Clone(state.Blocked), slices.Clone(state.Contacts)
	return state
}

// Change alters the content. The function must not keep what it is given.
func (p *Profile) Change(change func(*State)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.state)
}

// SetContact notes whether the owner's phone has a number in its contacts.
func (p *Profile) SetContact(phone string, known bool) {
	p.Change(func(state *State) { state.Contacts = with(state.Contacts, phone, known) })
}

// IsContact tells whether the owner's phone has a number in its contacts.
func (p *Profile) IsContact(phone string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.state.Contacts, phone)
}

// Block notes whether the owner wants nothing from an account, and tells whether that is new.
func (p *Profile) Block(phone string, blocked bool) (changed bool) {
	p.Change(func(state *State) {
		changed = slices.Contains(state.Blocked, phone) != blocked
		state.Blocked = with(state.Blocked, phone, blocked)
	})
	return changed
}

// Blocks tells whether the owner wants nothing from an account.
func (p *Profile) Blocks(phone string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Contains(p.state.Blocked, phone)
}

// Business returns what a business account shows, nil of an ordinary one.
func (p *Profile) Business() *Business {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state.Business
}

// Setting is one category with its audience.
type Setting struct{ Name, Value string }

// Settings lists every category, the well-known ones first and in a fixed order.
func (p *Profile) Settings() []Setting {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Setting
	known := map[string]bool{}
	for _, usual := range defaults {
		value := usual[1]
		if chosen, ok := p.state.Audience[usual[0]]; ok {
			value = chosen
		}
		known[usual[0]] = true
		list = append(list, Setting{usual[0], value})
	}
	for _, name := range slices.Sorted(maps.Keys(p.state.Audience)) {
		if !known[name] {
			list = append(list, Setting{name, p.state.Audience[name]})
		}
	}
	return list
}

// SetAudience chooses who sees a category.
func (p *Profile) SetAudience(category, audience string) {
	p.Change(func(state *State) {
		if state.Audience == nil {
			state.Audience = map[string]string{}
		}
		state.Audience[category] = audience
	})
}

// Except leaves a contact out of a category, or takes it back.
func (p *Profile) Except(category, phone string, out bool) {
	p.Change(func(state *State) {
		if state.Except == nil {
			state.Except = map[string][]string{}
		}
		state.Except[category] = with(state.Except[category], phone, out)
	})
}

// Shows tells whether a viewer may see a category; who is blocked sees nothing.
func (p *Profile) Shows(category, viewer string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Contains(p.state.Blocked, viewer) {
		return false
	}
	audience := p.state.Audience[category]
	if audience == likeLastSeen {
		category = LastSeen
		audience = p.state.Audience[category]
	}
	switch audience {
	case Nobody:
		return false
	case Contacts:
		return slices.Contains(p.state.Contacts, viewer)
	case ContactsExcept:
		return slices.Contains(p.state.Contacts, viewer) && !slices.Contains(p.state.Except[category], viewer)
	default:
		return true
	}
}

// with returns the list with a phone number in it, or without.
func with(list []string, phone string, in bool) []string {
	at := slices.Index(list, phone)
	switch {
	case in && at < 0:
		return append(list, phone)
	case !in && at >= 0:
		return slices.Delete(slices.Clone(list), at, at+1)
	default:
		return list
	}
}
