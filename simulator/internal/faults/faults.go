// Package faults decides what goes wrong next. What enters are rules, ready-made ones by name among them, and
// occasions; what leaves is each occasion's fate. It breaks nothing itself, and the same seed and the same
// occasions give the same fates.
package faults

import (
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"holdfast/simulator/internal/seed"
)

// Why an order is refused.
var (
	ErrUnknown = errors.New("faults: unknown name")
	ErrRule    = errors.New("faults: bad rule")
	// ErrNotInForce means that no fault in force has this id.
	ErrNotInForce = errors.New("faults: no such fault in force")
)

// Forever is the count of a fault that stays until it is deleted.
const Forever = -1

// Rule is one fault in force.
type Rule struct {
	ID int
	// Name is the ready-made fault that it is, "rule" for others.
	Name   string
	Match  Match
	Action string
	Args   Args
	// Left is how often it strikes yet.
	Left    int
	Strikes int
	// Expires is when it ends by itself, zero for never.
	Expires time.Time
	// AtOnce is a rule that strikes what is there now, and no occasion to come.
	AtOnce bool

	matches uint64
}

// Strike is one rule that hits one occasion.
type Strike struct {
	Rule   int
	Name   string
	Action string
	Args   Args
	// Roll is the seed's choice for this strike, where the action leaves one.
	Roll uint64
}

// Mark names the strike in the transcript.
func (s *Strike) Mark() string { return s.Name + "/" + strconv.Itoa(s.Rule) }

// Set holds the faults in force. Safe for concurrent use.
type Set struct {
	source *seed.Source
	log    *slog.Logger
	now    func() time.Time
	// inForce lets the usual answer, that there is no fault at all, pass without the lock.
	inForce atomic.Int32

	mu     sync.Mutex
	last   int
	active []*Rule
}

// New returns an empty set. Its times to live run on the machine's clock: faults belong to the test, not to the
// world that it breaks.
func New(source *seed.Source, log *slog.Logger) *Set {
	return &Set{source: source, log: log, now: time.Now}
}

// Put puts a rule in force and returns it with its id.
func (s *Set) Put(rule Rule, ttl time.Duration) Rule {
	s.mu.Lock()
	s.last++
	rule.ID = s.last
	if ttl > 0 {
		rule.Expires = s.now().Add(ttl)
	}
	s.active = append(s.active, &rule)
	s.inForce.Store(int32(len(s.active)))
	copied := rule
	s.mu.Unlock()
	s.log.Info("faults.in_force", "fault", copied.ID, "name", copied.Name, "match", copied.Match, "action", copied.Action,
		"args", copied.Args, "count", copied.Left, "ttl_s", ttl.Seconds(), "seed", s.source.Number())
	return copied
}

// final are the actions after which there is nothing left for later rules to strike.
var final = map[string]bool{
	Drop: true, Refuse: true, Failure: true, HTTP: true, Close: true, Reset: true, BlackHole: true, HalfOpen: true, StreamError: true,
}

// Judge returns the rules that strike the occasion, oldest first, and counts them.
func (s *Set) Judge(occasion Occasion) []Strike {
	if s.inForce.Load() == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	var strikes []Strike
	for _, rule := range slices.Clone(s.active) {
		if !rule.AtOnce && rule.Match.fits(&occasion) && s.counts(rule) {
			strikes = append(strikes, s.strike(rule, &occasion))
			if final[rule.Action] {
				break
			}
		}
	}
	return strikes
}

// Take tells whether a fault that is asked for by name strikes the account now, and counts it if so.
func (s *Set) Take(name, account string) bool {
	return len(s.Judge(Occasion{Point: name, Account: account})) > 0
}

// Hit strikes an occasion with exactly one rule, and tells whether anything of its count was left.
func (s *Set) Hit(id int, occasion Occasion) (Strike, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	rule, ok := s.rule(id)
	if !ok {
		return Strike{}, false
	}
	return s.strike(rule, &occasion), true
}

// counts tells whether this match of the rule is struck: its n-th match has the same answer in every run.
func (s *Set) counts(rule *Rule) bool {
	rule.matches++
	if rule.matches < uint64(rule.Match.Nth) {
		return false
	}
	const fine = 1 << 30
	return rule.Match.Prob == 0 ||
		float64(s.source.Below(fine, "fault", rule.ID, rule.matches)) < rule.Match.Prob*fine
}

func (s *Set) strike(rule *Rule, occasion *Occasion) Strike {
	rule.Strikes++
	if rule.Left != Forever {
		if rule.Left--; rule.Left <= 0 {
			s.drop(rule.ID)
		}
	}
	s.log.Info("faults.struck", "fault", rule.ID, "name", rule.Name, "action", rule.Action, "conn", occasion.Conn,
		"tag", occasion.tag(), "strike", rule.Strikes, "left", rule.Left)
	return Strike{
		Rule: rule.ID, Name: rule.Name, Action: rule.Action, Args: rule.Args,
		Roll: s.source.Uint64("fault choice", rule.ID, rule.Strikes),
	}
}

func (s *Set) rule(id int) (*Rule, bool) {
	for _, rule := range s.active {
		if rule.ID == id {
			return rule, true
		}
	}
	return nil, false
}

func (s *Set) drop(id int) {
	s.active = slices.DeleteFunc(s.active, func(rule *Rule) bool { return rule.ID == id })
	s.inForce.Store(int32(len(s.active)))
}

func (s *Set) expire() {
	now := s.now()
	s.active = slices.DeleteFunc(s.active, func(rule *Rule) bool { return !rule.Expires.IsZero() && rule.Expires.Before(now) })
	s.inForce.Store(int32(len(s.active)))
}

// Skew is how far the rules in force put the server's clock wrong.
func (s *Set) Skew() time.Duration {
	if s.inForce.Load() == 0 {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	var skew time.Duration
	for _, rule := range s.active {
		if rule.Name == ClockSkew {
			skew += time.Duration(rule.Args.OffsetS) * time.Second
		}
	}
	return skew
}

// All lists the faults in force.
func (s *Set) All() []Rule {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	rules := make([]Rule, len(s.active))
	for i, rule := range s.active {
		rules[i] = *rule
	}
	return rules
}

// Find returns a fault in force.
func (s *Set) Find(id int) (Rule, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if rule, ok := s.rule(id); ok {
		return *rule, true
	}
	return Rule{}, false
}

// Remove ends one fault.
func (s *Set) Remove(id int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expire()
	if _, ok := s.rule(id); !ok {
		return ErrNotInForce
	}
	s.drop(id)
	return nil
}

// Clear ends every fault.
func (s *Set) Clear() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.active = nil
	s.inForce.Store(0)
}
