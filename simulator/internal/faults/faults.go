// Package faults holds what shall go wrong next. What enters are named faults with an account and a count,
// what leaves is the answer whether one strikes here and now; it breaks nothing itself.
package faults

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// ErrUnknown means that no fault has this name.
var ErrUnknown = errors.New("faults: unknown name")

// The named faults. Each is asked for at the one place that it breaks.
const (
	// NoAck routes messages of the account and never acknowledges them.
	NoAck = "no-ack"
	// BlackHole keeps the connection open, reads nothing and says nothing.
	BlackHole = "black-hole"
	// Silent503 ends connections with stream error 503.
	Silent503 = "silent-503"
	// DuplicateMessage delivers a message to the account's companions twice.
	DuplicateMessage = "duplicate-message"
	// Undecryptable spoils a message on its way to the account's companions.
	Undecryptable = "undecryptable"
	// CloseAfterPairSuccess closes a pairing connection without the restart request 515.
	CloseAfterPairSuccess = "close-after-pair-success"
	// CraftedDM is a message with a valid MAC and a body that is no multiple of the block size.
	CraftedDM = "crafted-dm"
	// SplitFrame sends one frame in two WebSocket messages.
	SplitFrame = "split-frame"
	// EmptyFrame sends a frame with an empty plaintext.
	EmptyFrame = "empty-frame"
	// MalformedNode sends a frame whose stanza has a list for a tag.
	MalformedNode = "malformed-node"
	// UpgradeThenSilence accepts the WebSocket and never answers the handshake.
	UpgradeThenSilence = "upgrade-then-silence"
	// Deflate accepts permessage-deflate if the client offers it.
	Deflate = "deflate"
	// InflateBomb sends a small frame that inflates to a large one.
	InflateBomb = "inflate-bomb"
	// PNThenLID delivers messages under the sender's phone number, and under the LID when they come again.
	PNThenLID = "pn-then-lid"
	// PreKeysDrained takes every one-time key that the account's companions have uploaded.
	PreKeysDrained = "prekeys-drained"
	// Slow delays every frame to the client.
	Slow = "slow"
	// UpgradeRefused answers the WebSocket upgrade with HTTP 503.
	UpgradeRefused = "upgrade-refused"
	// GarbageFrame sends a frame that nobody can decrypt; the counters on both sides move on.
	GarbageFrame = "garbage-frame"
	// NoOffline never says that the backlog of a login is complete.
	NoOffline = "no-offline"
	// AckError refuses a message: nobody gets it, and its acknowledgement carries error 479.
	AckError = "ack-error"
	// Missing515 keeps a paired connection open and never asks the client to come back as a device.
	Missing515 = "missing-515"
	// BadPairHMAC spoils the proof that the scanning phone has seen the code.
	BadPairHMAC = "bad-pair-hmac"
	// IQSilent leaves every query without an answer, pings excepted.
	IQSilent = "iq-silent"
	// IQError refuses every query with 500, pings excepted.
	IQError = "iq-error"
	// RateOverlimit refuses every query with 429, pings excepted.
	RateOverlimit = "rate-overlimit"
	// KeysRefused refuses the last device of a request for keys with 406.
	KeysRefused = "keys-refused"
	// RotatedStatic answers a handshake with another, properly certified key of the server.
	RotatedStatic = "rotated-static"
	// WrongRoot answers a handshake with a chain that a stranger has signed.
	WrongRoot = "wrong-root"
	// ExpiredChain answers a handshake with a chain that ran out a year ago.
	ExpiredChain = "expired-chain"
	// BadAccountSignature spoils the account's signature under a new device's identity.
	BadAccountSignature = "bad-account-signature"
	// Unavailable delivers a message without its content, which the phone must be asked for.
	Unavailable = "unavailable"
)

// verdicts are the faults that refuse a login, with the attributes of the refusal.
var verdicts = map[string]map[string]string{
	"login-generic":     {"reason": "400"},
	"logged-out":        {"reason": "401"},
	"temp-ban":          {"reason": "402", "code": "101", "expire": "3600"},
	"locked":            {"reason": "403", "logout_message_header": "Locked", "logout_message_subtext": "by wasim"},
	"client-outdated":   {"reason": "405"},
	"banned":            {"reason": "406"},
	"bad-user-agent":    {"reason": "409"},
	"device-mismatch":   {"reason": "411"},
	"rate-limited":      {"reason": "429"},
	"login-error":       {"reason": "500"},
	"login-unavailable": {"reason": "503"},
}

// Forever is the count of a fault that stays until it is deleted.
const Forever = -1

// counts is how often each fault strikes when nobody says otherwise.
var counts = map[string]int{
	NoAck: Forever, BlackHole: Forever, UpgradeThenSilence: Forever, Deflate: Forever,
	Silent503: 1, DuplicateMessage: 1, Undecryptable: 1, CloseAfterPairSuccess: 1,
	CraftedDM: 1, SplitFrame: 1, EmptyFrame: 1, MalformedNode: 1, InflateBomb: 1, PreKeysDrained: 1,
	PNThenLID: Forever, Slow: Forever, UpgradeRefused: 1, GarbageFrame: 1, NoOffline: 1, AckError: 1, Missing515: 1,
	BadPairHMAC: 1, Unavailable: 1, RotatedStatic: 1, WrongRoot: 1, ExpiredChain: 1,
	KeysRefused: 1, BadAccountSignature: 1, IQSilent: Forever, IQError: Forever, RateOverlimit: Forever,
}

// Fault is one fault in force.
type Fault struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
	// Account is the phone number that it strikes, "" for any.
	Account string `json:"account,omitempty"`
	// Count is how often it strikes yet.
	Count int `json:"count"`
}

// Set holds the faults in force. Safe for concurrent use.
type Set struct {
	// inForce lets the usual answer, that there is no fault at all, pass without the lock.
	inForce atomic.Int32

	mu     sync.Mutex
	last   int
	active []Fault
}

// New returns an empty set.
func New() *Set { return &Set{} }

// Names lists every fault that there is.
func Names() []string {
	names := slices.Concat(slices.Collect(maps.Keys(counts)), slices.Collect(maps.Keys(verdicts)))
	slices.Sort(names)
	return names
}

// Add puts a fault in force; count 0 means the fault's own default.
func (s *Set) Add(name, account string, count int) (Fault, error) {
	standard, ok := counts[name]
	if _, verdict := verdicts[name]; verdict {
		standard, ok = 1, true
	}
	if !ok {
		return Fault{}, fmt.Errorf("%w %q, known: %v", ErrUnknown, name, Names())
	}
	if count == 0 {
		count = standard
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last++
	fault := Fault{ID: s.last, Name: name, Account: account, Count: count}
	s.active = append(s.active, fault)
	s.inForce.Store(int32(len(s.active)))
	return fault, nil
}

// Take tells whether the fault strikes the account now, and counts it if so.
func (s *Set) Take(name, account string) bool {
	if s.inForce.Load() == 0 {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := range s.active {
		fault := &s.active[i]
		if fault.Name != name || (fault.Account != "" && fault.Account != account) {
			continue
		}
		if fault.Count != Forever {
			if fault.Count--; fault.Count == 0 {
				s.active = slices.Delete(s.active, i, i+1)
				s.inForce.Store(int32(len(s.active)))
			}
		}
		return true
	}
	return false
}

// Verdict returns the attributes with which a login of the account is refused now, if it is.
func (s *Set) Verdict(account string) (map[string]string, bool) {
	for _, name := range slices.Sorted(maps.Keys(verdicts)) {
		if s.Take(name, account) {
			return verdicts[name], true
		}
	}
	return nil, false
}

// All lists the faults in force.
func (s *Set) All() []Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.active)
}

// Clear ends every fault.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = nil
	s.inForce.Store(0)
}
