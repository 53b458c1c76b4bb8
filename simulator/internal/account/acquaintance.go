package account

import (
	"slices"
	"strings"

	"go.mau.fi/whatsmeow/types"
)

// Meet notes that another account asked for this one's devices, in the domain of the address.
func (a *Account) Meet(other *Account, asked types.JID) {
	if other == a {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.acquainted == nil {
		a.acquainted = map[string]map[string]bool{}
	}
	if a.acquainted[other.Phone] == nil {
		a.acquainted[other.Phone] = map[string]bool{}
	}
	a.acquainted[other.Phone][asked.Server] = true
}

// Acquaintance is an account that keeps this one's device list, under one name or both.
type Acquaintance struct {
	Phone       string
	byPN, byLID bool
}

// Names lists the names under which the other side keeps the account's device list.
func (q Acquaintance) Names(of *Account) []types.JID {
	var names []types.JID
	if q.byPN {
		names = append(names, of.PN(0))
	}
	if q.byLID {
		names = append(names, of.LIDJID(0))
	}
	return names
}

// Acquaintances lists who keeps this account's device list.
func (a *Account) Acquaintances() []Acquaintance {
	a.mu.Lock()
	defer a.mu.Unlock()
	var list []Acquaintance
	for phone, domains := range a.acquainted {
		list = append(list, Acquaintance{
			Phone: phone, byPN: domains[types.DefaultUserServer], byLID: domains[types.HiddenUserServer],
		})
	}
	slices.SortFunc(list, func(x, y Acquaintance) int { return strings.Compare(x.Phone, y.Phone) })
	return list
}

// DeviceAddresses lists every device of the account in the domain of the address, the phone first.
func (a *Account) DeviceAddresses(like types.JID) []types.JID {
	addresses := []types.JID{a.Address(like, 0)}
	for _, companion := range a.Companions() {
		addresses = append(addresses, a.Address(like, companion.Device))
	}
	return addresses
}
