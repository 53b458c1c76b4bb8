// Package account knows who exists: accounts with their phone number and LID, their companions, and how a
// companion becomes one (QR, device identity). What enters are registrations and scans, what leaves are
// companions with proven keys; it never carries a message.
package account

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/keys"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/queue"
	"holdfast/simulator/internal/stanza"
	"holdfast/simulator/internal/tokens"
)

// maxDevice is the highest device id; clients encode it in one byte and keep below 100.
const maxDevice = 99

// ErrTooManyDevices means that no device id is free in this account.
var ErrTooManyDevices = errors.New("account: no free device id")

// Account is one phone number with everything the server knows of it.
type Account struct {
	Phone string
	LID   string
	// Profile is what the account shows of itself, Tokens what it has handed out to those whom it trusts.
	Profile *profile.Profile
	Tokens  *tokens.Ledger
	// Scenario comes from the push name with which the account was made.
	Scenario Scenario
	// Unattended tells that nobody holds the phone: it serves its own companions, and confirms nothing to others.
	Unattended bool
	// NCTSalt is what the account's devices prove a first contact with.
	NCTSalt []byte

	installed     atomic.Pointer[installation]
	mu            sync.Mutex
	name          string
	companions    map[uint16]*Companion
	unlinked      []Unlinked
	lastDevice    uint16
	lastKeyIndex  uint32
	registrations int
	refsServed    int
	// acquainted are the accounts that asked for this one's devices, by phone number, with the domains in
	// which they asked: they keep the list and must hear of changes.
	acquainted   map[string]map[string]bool
	availability availability
	// spellings are numbers under which people know this one's; the registry's lock guards them.
	spellings []string
	// passkey tells that new devices have to prove the account's passkey.
	passkey bool
	// written are those to whom the account has written, by phone number.
	written  map[string]bool
	timelock Timelock
}

// PN is the address of a device by phone number.
func (a *Account) PN(device uint16) types.JID {
	return types.JID{User: a.Phone, Device: device, Server: types.DefaultUserServer}
}

// LIDJID is the address of a device by hidden identity.
func (a *Account) LIDJID(device uint16) types.JID {
	return types.JID{User: a.LID, Device: device, Server: types.HiddenUserServer}
}

// Address is the address of a device in the same domain as the given one.
func (a *Account) Address(like types.JID, device uint16) types.JID {
	if like.Server == types.HiddenUserServer {
		return a.LIDJID(device)
	}
	return a.PN(device)
}

// Name is the push name that others see.
func (a *Account) Name() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.name
}

// Rename changes the push name.
func (a *Account) Rename(name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.name = name
}

// Companion returns a linked device.
func (a *Account) Companion(device uint16) (*Companion, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	companion, ok := a.companions[device]
	return companion, ok
}

// Companions returns the linked devices by id.
func (a *Account) Companions() []*Companion {
	a.mu.Lock()
	defer a.mu.Unlock()
	list := make([]*Companion, 0, len(a.companions))
	for _, companion := range a.companions {
		list = append(list, companion)
	}
	slices.SortFunc(list, func(x, y *Companion) int { return int(x.Device) - int(y.Device) })
	return list
}

// Counts tells how many companions were ever linked and how many QR references led to them.
func (a *Account) Counts() (registrations, refsServed int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.registrations, a.refsServed
}

// enrol reserves a device id and key index for a registration; the companion is not linked before admit.
func (a *Account) enrol(registration *Registration) (*Companion, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	device, tries := a.lastDevice, 0
	for device = device%maxDevice + 1; a.companions[device] != nil; device = device%maxDevice + 1 {
		if tries++; tries == maxDevice {
			return nil, ErrTooManyDevices
		}
	}
	a.lastDevice = device
	a.lastKeyIndex++
	return &Companion{
		Account: a, Device: device, KeyIndex: a.lastKeyIndex, Noise: registration.Noise,
		Keys:  keys.NewStore(registration.RegistrationID, registration.Identity, registration.Signed),
		Queue: queue.New(), Platform: registration.Platform,
	}, nil
}

func (a *Account) admit(companion *Companion, refsServed int, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	companion.LinkedAt = now
	a.companions[companion.Device] = companion
	a.registrations++
	a.refsServed += refsServed
}

// Link is a companion's live connection, as others see it.
type Link interface {
	// Tell sends a stanza that nobody will miss if it gets lost.
	Tell(node stanza.Node)
	// End tells the client the reason, if it has a wire form, and closes the connection.
	End(reason string)
	// Handshake names the Noise pattern that the login came with.
	Handshake() string
}

// Companion is one linked device.
type Companion struct {
	Account  *Account
	Device   uint16
	KeyIndex uint32
	// Noise is the static key that a login must prove.
	Noise [32]byte
	// Identity is the ADVSignedDeviceIdentity with the account's key in it, as peers get it in bundles.
	Identity []byte
	Platform string
	LinkedAt time.Time
	Keys     *keys.Store
	Queue    *queue.Queue

	mu       sync.Mutex
	link     Link
	logins   int
	lastSeen time.Time
	greeted  bool
	// dirty is what the companion has to fetch again, by kind.
	dirty map[string]time.Time
}

// Attach makes the link the companion's only one and returns the one that it replaces, if any. What has run out while
// the companion was away is gone.
func (c *Companion) Attach(link Link, now time.Time) (replaced Link) {
	c.Queue.Expire(now)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.greetings(now)
	replaced, c.link = c.link, link
	c.logins++
	c.lastSeen = now
	return replaced
}

// Detach ends the link's time unless another one has taken its place.
func (c *Companion) Detach(link Link, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lastSeen = now
	if c.link == link {
		c.link = nil
	}
}

// Online returns the live connection, if any.
func (c *Companion) Online() (Link, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.link, c.link != nil
}

// Greet reports whether this is the first call: the phone greets a new companion once.
func (c *Companion) Greet() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.greeted
	c.greeted = true
	return first
}

// Presence tells how often the companion logged in and when it was last seen.
func (c *Companion) Presence() (logins int, lastSeen time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.logins, c.lastSeen
}

// TakeBundle uses up one of the companion's one-time keys; left is how many remain.
func (c *Companion) TakeBundle() (bundle keys.Bundle, left int) {
	bundle, left = c.Keys.Take()
	bundle.DeviceIdentity = c.Identity
	return bundle, left
}

// String names the companion in logs.
func (c *Companion) String() string { return fmt.Sprintf("%s:%d", c.Account.Phone, c.Device) }
