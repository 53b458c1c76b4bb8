package iq

import (
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"strings"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/stanza"
)

var privacyAnswers = map[Key]answer{
	{"blocklist", "get", ""}:      getBlocklist,
	{"blocklist", "set", "item"}:  setBlocklist,
	{"privacy", "get", "privacy"}: getPrivacy,
	{"privacy", "set", "privacy"}: setPrivacy,
}

func category(name, value string) stanza.Node {
	return stanza.New("category", stanza.Attrs{"name": name, "value": value})
}

// getPrivacy lists all categories, or who is left out of those that are asked about.
func getPrivacy(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	owner := client.Companion.Account
	asked, _ := stanza.Child(request, "privacy")
	var nodes []stanza.Node
	for _, list := range asked.GetChildrenByTag("list") {
		nodes = append(nodes, s.exceptNode(owner, stanza.Text(&list, "name")))
	}
	if nodes == nil {
		for _, setting := range owner.Profile.Settings() {
			nodes = append(nodes, category(setting.Name, setting.Value))
		}
	}
	return stanza.Result(request, stanza.New("privacy", nil, nodes...)), nil
}

func (s *Services) exceptNode(owner *account.Account, name string) stanza.Node {
	out := owner.Profile.State().Except[name]
	var users []stanza.Node
	for _, phone := range out {
		if found, ok := s.Accounts.ByPhone(phone); ok {
			users = append(users, stanza.New("user", stanza.Attrs{"jid": found.LIDJID(0), "pn_jid": found.PN(0)}))
		}
	}
	return stanza.New("list", stanza.Attrs{"name": name, "value": profile.ContactsExcept, "dhash": listHash(out)}, users...)
}

// setPrivacy stores categories and answers with what holds now.
func setPrivacy(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	owner := client.Companion.Account
	wanted, _ := stanza.Child(request, "privacy")
	var stored []stanza.Node
	for _, child := range wanted.GetChildrenByTag("category") {
		name, value := stanza.Text(&child, "name"), stanza.Text(&child, "value")
		if name == "" || value == "" {
			return stanza.Failure(request, 400, "bad-request"), nil
		}
		owner.Profile.SetAudience(name, value)
		answer := category(name, value)
		if users := child.GetChildrenByTag("user"); len(users) > 0 || value == profile.ContactsExcept {
			s.except(owner, name, users)
			answer.Attrs["dhash"] = listHash(owner.Profile.State().Except[name])
		}
		stored = append(stored, answer)
	}
	changed := stanza.New("privacy", nil, stored...)
	return stanza.Result(request, changed), func() {
		s.Router.AccountSync(owner, client.Companion, changed)
		s.Router.PresenceChanged(owner)
	}
}

func (s *Services) except(owner *account.Account, name string, users []stanza.Node) {
	for _, user := range users {
		jid, _ := stanza.JID(&user, "jid")
		if found, ok := s.Accounts.ByJID(jid); ok {
			owner.Profile.Except(name, found.Phone, stanza.Text(&user, "action") != "remove")
		}
	}
}

// SetPrivacy chooses who sees a category, on behalf of the phone.
func (s *Services) SetPrivacy(owner *account.Account, name, value string) {
	owner.Profile.SetAudience(name, value)
	s.Router.AccountSync(owner, nil, stanza.New("privacy", nil, category(name, value)))
	s.Router.PresenceChanged(owner)
}

func listHash(phones []string) string {
	if len(phones) == 0 {
		return "none"
	}
	sorted := slices.Sorted(slices.Values(phones))
	sum := sha256.Sum256([]byte(strings.Join(sorted, ",")))
	return "2:" + base64.StdEncoding.EncodeToString(sum[:6])
}

func (s *Services) blocklistNode(owner *account.Account) stanza.Node {
	blocked := owner.Profile.State().Blocked
	var items []stanza.Node
	for _, phone := range blocked {
		if found, ok := s.Accounts.ByPhone(phone); ok {
			items = append(items, stanza.New("item", stanza.Attrs{"jid": found.LIDJID(0), "pn_jid": found.PN(0)}))
		}
	}
	return stanza.New("list", stanza.Attrs{"dhash": listHash(blocked)}, items...)
}

func getBlocklist(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	return stanza.Result(request, s.blocklistNode(client.Companion.Account)), nil
}

func setBlocklist(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	item, _ := stanza.Child(request, "item")
	jid, _ := stanza.JID(item, "jid")
	owner := client.Companion.Account
	other, ok := s.Accounts.ByJID(jid)
	if !ok || other == owner {
		return stanza.Failure(request, 400, "bad-request"), nil
	}
	tell := s.block(owner, client.Companion, other, stanza.Text(item, "action") == "block")
	return stanza.Result(request, s.blocklistNode(owner)), tell
}

// Block makes an account deaf for another one, or ends that, on behalf of the phone.
func (s *Services) Block(owner, other *account.Account, blocked bool) {
	s.block(owner, nil, other, blocked)()
}

func (s *Services) block(owner *account.Account, by *account.Companion, other *account.Account, blocked bool) (tell func()) {
	before := listHash(owner.Profile.State().Blocked)
	if !owner.Profile.Block(other.Phone, blocked) {
		return func() {}
	}
	action := map[bool]string{true: "block", false: "unblock"}[blocked]
	change := stanza.New("blocklist", stanza.Attrs{"dhash": listHash(owner.Profile.State().Blocked), "prev_dhash": before},
		stanza.New("item", stanza.Attrs{"jid": other.LIDJID(0), "pn_jid": other.PN(0), "action": action}))
	return func() { s.Router.AccountSync(owner, by, change) }
}
