package account

import (
	"slices"
	"time"
)

// availability is who of an account's devices is at the screen, and who wants to know.
type availability struct {
	present  map[uint16]bool
	lastSeen time.Time
	watchers map[string]bool
}

// SetPresent notes that a device is at the screen, or not, and tells whether the account's state has changed.
func (a *Account) SetPresent(device uint16, present bool, now time.Time) (changed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	before := len(a.availability.present) > 0
	if a.availability.present == nil {
		a.availability.present = map[uint16]bool{}
	}
	if present {
		a.availability.present[device] = true
	} else {
		delete(a.availability.present, device)
	}
	after := len(a.availability.present) > 0
	if before && !after {
		a.availability.lastSeen = now
	}
	return before != after
}

// Present tells whether anybody of the account is at the screen, and since when nobody is.
func (a *Account) Present() (present bool, lastSeen time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.availability.present) > 0, a.availability.lastSeen
}

// Watch notes that another account wants to hear of this one's presence.
func (a *Account) Watch(phone string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.availability.watchers == nil {
		a.availability.watchers = map[string]bool{}
	}
	a.availability.watchers[phone] = true
}

// Watchers lists who wants to hear of the account's presence.
func (a *Account) Watchers() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var phones []string
	for phone := range a.availability.watchers {
		phones = append(phones, phone)
	}
	slices.Sort(phones)
	return phones
}
