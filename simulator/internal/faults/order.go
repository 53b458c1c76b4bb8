package faults

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Order asks for a fault: a ready-made one by name, or a rule of one's own.
type Order struct {
	Name    string          `json:"name,omitempty" doc:"a ready-made fault; GET /admin/faults lists them"`
	Account string          `json:"account,omitempty" doc:"phone number of the account that it strikes; without it, any"`
	Match   *Match          `json:"match,omitempty" doc:"what a rule strikes; narrows a ready-made fault down"`
	Action  string          `json:"action,omitempty" doc:"what a rule does; GET /admin/faults lists them"`
	Args    json.RawMessage `json:"args,omitempty" doc:"details of the action"`
	Count   int             `json:"count,omitempty" doc:"how often it strikes; -1: until it is deleted; 0: the fault's own count, of rules 1"`
	TTLS    float64         `json:"ttl_s,omitempty" doc:"seconds after which it ends by itself"`
	// From is the phone that a crafted message comes from; without it, one that the victim never met.
	From string `json:"from,omitempty" doc:"crafted-dm: phone that the message comes from"`
}

// Rule is the rule that an order asks for, and how long it is to live.
func (o *Order) Rule() (rule Rule, ttl time.Duration, err error) {
	if o.Count < Forever || o.TTLS < 0 {
		return Rule{}, 0, fmt.Errorf("%w: count must be -1 or more, ttl_s must not be negative", ErrRule)
	}
	if (o.Name == "") == (o.Action == "") {
		return Rule{}, 0, fmt.Errorf("%w: give either a name, one of %v, or an action, one of %v", ErrRule,
			Names(), slices.Sorted(maps.Keys(actions)))
	}
	if o.Name != "" {
		rule, err = o.readyMade()
	} else {
		rule, err = o.custom()
	}
	if err != nil {
		return Rule{}, 0, err
	}
	if o.Account != "" {
		rule.Match.Account = o.Account
	}
	if rule.Action != Hook {
		if err = rule.place(); err != nil {
			return Rule{}, 0, err
		}
	}
	return rule, time.Duration(o.TTLS * float64(time.Second)), rule.Match.check()
}

func (o *Order) readyMade() (Rule, error) {
	known, ok := named[o.Name]
	if !ok {
		return Rule{}, fmt.Errorf("%w %q, known: %v", ErrUnknown, o.Name, Names())
	}
	rule := Rule{Name: o.Name, Match: known.match, Action: known.action, Args: known.args.clone(), Left: known.count, AtOnce: known.now && !known.waits}
	if rule.Action == Hook {
		rule.Match.Tag = o.Name
	}
	if o.Match != nil {
		rule.Match = rule.Match.over(*o.Match)
	}
	if o.Count != 0 {
		rule.Left = o.Count
	}
	return rule, decodeArgs(o.Args, known.details(), &rule.Args)
}

func (o *Order) custom() (Rule, error) {
	rule := Rule{Name: "rule", Action: o.Action, Left: max(o.Count, 1)}
	if o.Count == Forever {
		rule.Left = Forever
	}
	if o.Match != nil {
		rule.Match = *o.Match
	}
	return rule, decodeArgs(o.Args, actions[o.Action].args, &rule.Args)
}

// View is a fault in force as JSON.
type View struct {
	ID      int    `json:"id"`
	Name    string `json:"name"`
	Account string `json:"account,omitempty"`
	Match   Match  `json:"match"`
	Action  string `json:"action"`
	Args    Args   `json:"args"`
	Count   int    `json:"count" doc:"how often it strikes yet; -1: until it is deleted"`
	Strikes int    `json:"strikes" doc:"how often it has struck"`
	// Expires is a time of the machine's clock.
	Expires string `json:"expires,omitempty" doc:"when it ends by itself"`
}

// View returns the rule's JSON form.
func (r *Rule) View() View {
	view := View{
		ID: r.ID, Name: r.Name, Account: r.Match.Account, Match: r.Match, Action: r.Action, Args: r.Args, Count: r.Left, Strikes: r.Strikes,
	}
	if !r.Expires.IsZero() {
		view.Expires = r.Expires.UTC().Format(time.RFC3339)
	}
	return view
}
