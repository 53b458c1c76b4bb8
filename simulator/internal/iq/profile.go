package iq

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/profile"
	"holdfast/simulator/internal/stanza"
)

// maxAbout is the length of an about text in characters.
const maxAbout = 139

var profileAnswers = map[Key]answer{
	{"status", "set", "status"}:                       setAbout,
	{"status", "get", "status"}:                       getAbout,
	{"status", "get", "user"}:                         getAbout,
	{"status", "get", "privacy"}:                      statusAudience,
	{"status", "set", "privacy"}:                      setStatusAudience,
	{"disappearing_mode", "set", "disappearing_mode"}: setDisappearing,
	{"disappearing_mode", "get", ""}:                  getDisappearing,
}

func setAbout(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	text := string(stanza.ChildBytes(request, "status"))
	if !s.storeAbout(client.Companion.Account, text) {
		return stanza.Failure(request, 406, "not-acceptable"), nil
	}
	return stanza.Result(request), func() { s.Router.AboutChanged(client.Companion.Account) }
}

// SetAbout changes an account's about text and tells those who may see it; a text that is too long changes nothing.
func (s *Services) SetAbout(owner *account.Account, text string) (accepted bool) {
	if accepted = s.storeAbout(owner, text); accepted {
		s.Router.AboutChanged(owner)
	}
	return accepted
}

func (s *Services) storeAbout(owner *account.Account, text string) (accepted bool) {
	if utf8.RuneCountInString(text) > maxAbout {
		return false
	}
	owner.Profile.Change(func(state *profile.State) { state.About, state.AboutAt = text, s.Now() })
	return true
}

// getAbout answers for the users that are named, or for the client itself.
func getAbout(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	own := client.Companion.Account
	if _, named := stanza.Child(request, "user"); !named {
		return stanza.Result(request, stanza.Raw("status", []byte(own.Profile.State().About))), nil
	}
	var users []stanza.Node
	for _, user := range request.GetChildrenByTag("user") {
		jid, _ := stanza.JID(&user, "jid")
		found, ok := s.Accounts.ByJID(jid)
		if !ok {
			continue
		}
		attrs := stanza.Attrs{"jid": jid, "t": stanza.Unix(found.Profile.State().AboutAt)}
		if !found.ShownTo(own, profile.About) {
			users = append(users, stanza.New("user", stanza.Attrs{"jid": jid, "code": "401", "type": "fail"}))
			continue
		}
		users = append(users, stanza.Raw("user", []byte(found.Profile.State().About), attrs))
	}
	return stanza.Result(request, stanza.Node{Tag: "status", Content: users}), nil
}

// statusAudience tells to whom the account's statuses go: the clients themselves see to it.
func statusAudience(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	owner := client.Companion.Account
	state := owner.Profile.State()
	kind := state.StatusAudience
	if kind == "" {
		kind = profile.Contacts
	}
	var users []stanza.Node
	for _, phone := range state.StatusList {
		if found, ok := s.Accounts.ByPhone(phone); ok {
			users = append(users, stanza.New("user", stanza.Attrs{"jid": found.PN(0)}))
		}
	}
	list := stanza.New("list", stanza.Attrs{"type": kind, "default": "true"}, users...)
	return stanza.Result(request, stanza.New("privacy", nil, list)), nil
}

// setStatusAudience keeps the list that a client calls the default one.
func setStatusAudience(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	asked, _ := stanza.Child(request, "privacy")
	list, ok := stanza.Child(asked, "list")
	if !ok || stanza.Text(list, "type") == "" {
		return stanza.Failure(request, 400, "bad-request"), nil
	}
	var phones []string
	for _, user := range list.GetChildrenByTag("user") {
		jid, _ := stanza.JID(&user, "jid")
		if found, known := s.Accounts.ByJID(jid); known {
			phones = append(phones, found.Phone)
		}
	}
	client.Companion.Account.Profile.Change(func(state *profile.State) {
		state.StatusAudience, state.StatusList = stanza.Text(list, "type"), phones
	})
	return stanza.Result(request), nil
}

func disappearingNode(state profile.State) stanza.Node {
	return stanza.New("disappearing_mode", stanza.Attrs{
		"duration": strconv.Itoa(state.Disappearing), "t": stanza.Unix(state.DisappearingAt),
	})
}

func getDisappearing(_ *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	return stanza.Result(request, disappearingNode(client.Companion.Account.Profile.State())), nil
}

func setDisappearing(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	wanted, _ := stanza.Child(request, "disappearing_mode")
	duration, err := strconv.Atoi(stanza.Text(wanted, "duration"))
	if err != nil || duration < 0 {
		return stanza.Failure(request, 400, "bad-request"), nil
	}
	owner := client.Companion.Account
	owner.Profile.Change(func(state *profile.State) { state.Disappearing, state.DisappearingAt = duration, s.Now() })
	return stanza.Result(request), func() {
		s.Router.AccountSync(owner, client.Companion, disappearingNode(owner.Profile.State()))
	}
}

// mexAbout is the about text as the newer clients set it.
func mexAbout(s *Services, client *Client, variables json.RawMessage) (result any, after func()) {
	var asked struct {
		Input struct {
			Text *string `json:"text"`
		} `json:"input"`
	}
	text := ""
	if json.Unmarshal(variables, &asked) == nil && asked.Input.Text != nil {
		text = *asked.Input.Text
	}
	if !s.storeAbout(client.Companion.Account, text) {
		return nil, nil
	}
	return map[string]any{"xwa2_update_text_status": map[string]any{"__typename": "XWA2ResponseSuccess", "result": "SUCCESS"}},
		func() { s.Router.AboutChanged(client.Companion.Account) }
}
