// Package tokens keeps the proofs of trust that an account has handed out to others. What enters are the phone
// numbers of those who are trusted, what leaves are tokens and whether one still holds; it sends nothing.
package tokens

import (
	"crypto/hmac"
	"crypto/sha256"
	"slices"
	"sync"
	"time"
)

// A token holds for the week in which it was issued and three more: clients count the same weeks.
const (
	bucket  = 7 * 24 * time.Hour
	buckets = 4
)

// Token is what its holder shows to the server. At is the time that the issuer wrote on it.
type Token struct {
	Bytes []byte
	At    time.Time
}

// State maps the phone number of a holder to what it was given.
type State struct {
	Issued map[string][]Token
	Count  int
}

// Ledger is what one account has issued. Safe for concurrent use.
type Ledger struct {
	mu    sync.Mutex
	state State
}

// New returns an empty ledger.
func New() *Ledger { return &Ledger{state: State{Issued: map[string][]Token{}}} }

// Restore returns a ledger with saved content.
func Restore(state State) *Ledger {
	if state.Issued == nil {
		state.Issued = map[string][]Token{}
	}
	return &Ledger{state: state}
}

// State returns a copy of the content for saving.
func (l *Ledger) State() State {
	l.mu.Lock()
	defer l.mu.Unlock()
	state := State{Issued: map[string][]Token{}, Count: l.state.Count}
	for phone, issued := range l.state.Issued {
		state.Issued[phone] = slices.Clone(issued)
	}
	return state
}

// Issue hands a token to a holder; draw makes the bytes of the n-th one. Earlier ones stay good until they run out.
func (l *Ledger) Issue(holder string, at time.Time, draw func(n int) []byte) Token {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state.Count++
	token := Token{Bytes: draw(l.state.Count), At: at}
	kept := slices.DeleteFunc(l.state.Issued[holder], func(old Token) bool { return expired(old.At, at) })
	if len(kept) >= buckets {
		kept = kept[len(kept)-buckets+1:]
	}
	l.state.Issued[holder] = append(kept, token)
	return token
}

// Holds tells whether a token was issued to this holder and has not run out.
func (l *Ledger) Holds(holder string, shown []byte, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.state.Issued[holder], func(token Token) bool {
		return hmac.Equal(token.Bytes, shown) && !expired(token.At, now)
	})
}

func expired(at, now time.Time) bool {
	oldest := now.Unix()/int64(bucket.Seconds()) - (buckets - 1)
	return at.Unix()/int64(bucket.Seconds()) < oldest
}

// Cold is the token of a first contact: it proves to the server that the sender has the salt of its own account.
func Cold(salt []byte, recipientLID string) []byte {
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte(recipientLID))
	return mac.Sum(nil)
}
