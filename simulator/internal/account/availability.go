package account

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// availability is who of an account's devices is at the screen, and who wants to know.
type availability struct {
	present  map[uint16]bool
	lastSeen time.Time
	watchers map[Watcher]bool
}

// Watcher is a device that wants to hear of an account's presence.
type Watcher struct {
	Phone  string
	Device uint16
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

// Watch notes whether a device wants to hear of this account's presence.
func (a *Account) Watch(watcher Watcher, wanted bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.availability.watchers == nil {
		a.availability.watchers = map[Watcher]bool{}
	}
	if wanted {
		a.availability.watchers[watcher] = true
	} else {
		delete(a.availability.watchers, watcher)
	}
}

// Watchers lists who wants to hear of the account's presence.
func (a *Account) Watchers() []Watcher {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := make([]Watcher, 0, len(a.availability.watchers))
	for watcher := range a.availability.watchers {
		list = append(list, watcher)
	}
	slices.SortFunc(list, func(x, y Watcher) int {
		return cmp.Or(strings.Compare(x.Phone, y.Phone), cmp.Compare(x.Device, y.Device))
	})
	return list
}
