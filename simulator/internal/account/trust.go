package account

import (
	"crypto/hmac"
	"time"

	"holdfast/simulator/internal/tokens"
)

// Knows tells whether an account may look at this one: it is the same, this one is not restricted or has it among
// its contacts, or it shows a token that this one has issued to it.
func (a *Account) Knows(viewer *Account, trusted []byte, now time.Time) bool {
	switch {
	case viewer == a, !a.Scenario.Restricted, a.Profile.IsContact(viewer.Phone):
		return true
	default:
		return !a.Scenario.NoTrusted && a.Tokens.Holds(viewer.Phone, trusted, now)
	}
}

// Receives tells whether a message of an account may come in: besides those who know each other, who proves a first
// contact with the salt of its own account.
func (a *Account) Receives(sender *Account, trusted, cold []byte, now time.Time) bool {
	if a.Knows(sender, trusted, now) {
		return true
	}
	return !a.Scenario.NoCold && hmac.Equal(cold, tokens.Cold(sender.NCTSalt, a.LIDJID(0).String()))
}

// ShownTo tells whether a viewer may see something of this account, by the owner's choice.
func (a *Account) ShownTo(viewer *Account, category string) bool {
	return viewer == a || a.Profile.Shows(category, viewer.Phone)
}
