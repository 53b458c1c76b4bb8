package iq

import (
	"strconv"
	"time"

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
