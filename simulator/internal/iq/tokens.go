package iq

import (
	"encoding/json"
	"strconv"
	"time"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/stanza"
)

var tokenAnswers = map[Key]answer{
	{"privacy", "set", "tokens"}: issueTokens,
	{"privacy", "get", "tokens"}: empty,
}

// issueTokens makes a token for everybody that is named and hands it to that account. The answer names none: clients
// would keep it as one that they were given.
func issueTokens(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	issuer := client.Companion.Account
	wanted, _ := stanza.Child(request, "tokens")
	var after []func()
	for _, child := range wanted.GetChildrenByTag("token") {
		jid, _ := stanza.JID(&child, "jid")
		holder, ok := s.Accounts.ByJID(jid)
		if !ok || holder == issuer || stanza.Text(&child, "type") != "trusted_contact" {
			continue
		}
		at := time.Unix(int64(stanza.Int(&child, "t")), 0)
		if now := s.Now(); at.Unix() <= 0 || at.After(now.Add(24*time.Hour)) {
			at = now
		}
		token := issuer.Tokens.Issue(holder.Phone, at, func(n int) []byte {
			return s.Source.Bytes(20, "token of trust", issuer.Phone, holder.Phone, n)
		})
		after = append(after, func() {
			s.Router.TokenIssued(issuer, holder, jid, token.Bytes, strconv.FormatInt(token.At.Unix(), 10))
		})
	}
	return stanza.Result(request), func() {
		for _, tell := range after {
			tell()
		}
	}
}

// timelockObject is a timelock in the form of the graph.
func timelockObject(owner *account.Account, now time.Time) map[string]any {
	lock, active := owner.Timelock(now)
	if !active {
		return map[string]any{"is_active": false, "enforcement_type": "DEFAULT", "time_enforcement_ends": "0"}
	}
	return map[string]any{
		"is_active": true, "enforcement_type": lock.Kind, "time_enforcement_ends": strconv.FormatInt(lock.Ends.Unix(), 10),
	}
}

func mexTimelock(s *Services, client *Client, _ json.RawMessage) (any, func()) {
	return map[string]any{"xwa2_fetch_account_reachout_timelock": timelockObject(client.Companion.Account, s.Now())}, nil
}

// SetTimelock keeps an account from writing to strangers for a time, 0 lifts that, and tells its companions.
func (s *Services) SetTimelock(owner *account.Account, kind string, life time.Duration) {
	owner.Lock(account.Timelock{Kind: kind, Ends: s.Now().Add(life)})
	s.Router.MexChanged(owner, "NotificationUserReachoutTimelockUpdate", "xwa2_notify_account_reachout_timelock", timelockObject(owner, s.Now()))
}
