package account

import (
	"time"
)

// Timelock keeps an account from writing to those who have never written to it.
type Timelock struct {
	// Kind is what the account is told that it has done.
	Kind string
	Ends time.Time
}

// Lock puts a timelock on the account; one whose end is past lifts it.
func (a *Account) Lock(lock Timelock) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.timelock = lock
}

// Timelock returns the account's timelock and whether it is in force.
func (a *Account) Timelock(now time.Time) (lock Timelock, active bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.timelock, now.Before(a.timelock.Ends)
}

// WroteTo notes that the account has written to another one.
func (a *Account) WroteTo(phone string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.written == nil {
		a.written = map[string]bool{}
	}
	a.written[phone] = true
}

// HasWritten tells whether the account has ever written to another one.
func (a *Account) HasWritten(phone string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.written[phone]
}

// Reaches tells whether a timelock lets an account write to another one.
func (a *Account) Reaches(recipient *Account, now time.Time) bool {
	_, locked := a.Timelock(now)
	return !locked || recipient == a || recipient.HasWritten(a.Phone) || recipient.Profile.IsContact(a.Phone)
}
