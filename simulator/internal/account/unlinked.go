package account

import (
	"slices"
	"time"
)

// Who unlinks a companion.
const (
	ByPhone     = "phone"     // its owner, under "Linked devices"
	ByCompanion = "companion" // one of the companions: a log-out
	ByServer    = "server"    // the phone was away for too long, or has been set up again
)

// Unlinked is a companion that is gone.
type Unlinked struct {
	Device uint16
	By     string
	At     time.Time
}

// Remove unlinks a companion and returns it, so that its connection can be ended.
func (a *Account) Remove(gone Unlinked) (*Companion, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	companion, ok := a.companions[gone.Device]
	if ok {
		delete(a.companions, gone.Device)
		a.unlinked = append(a.unlinked, gone)
	}
	return companion, ok
}

// Unlinked lists the companions that are gone, oldest first.
func (a *Account) Unlinked() []Unlinked {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.unlinked)
}
