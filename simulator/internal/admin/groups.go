package admin

import (
	"net/http"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

type memberView struct {
	Phone string `json:"phone"`
	Role  string `json:"role"`
}

type groupView struct {
	ID          string       `json:"id"`
	JID         string       `json:"jid"`
	Subject     string       `json:"subject"`
	Description string       `json:"description"`
	Members     []memberView `json:"members"`
	Announce    bool         `json:"announce"`
	Locked      bool         `json:"locked"`
	Invite      string       `json:"invite"`
}

func viewGroup(group *groups.Group) groupView {
	view := groupView{
		ID: group.ID, JID: group.JID().String(), Subject: group.Subject, Members: []memberView{},
		Announce: group.Announce, Locked: group.Locked, Invite: group.Invite,
	}
	if group.Description != nil {
		view.Description = group.Description.Body
	}
	for _, participant := range group.Participants {
		view.Members = append(view.Members, memberView{participant.Phone, string(participant.Role)})
	}
	return view
}

func groupJID(r *http.Request) types.JID {
	return types.NewJID(r.PathValue("group"), types.GroupServer)
}

// memberGroup returns a group if the account is in it.
func (rooms *Rooms) memberGroup(jid types.JID, member *account.Account) (*groups.Group, error) {
	group, ok := rooms.Groups.Get(jid)
	if !ok {
		return nil, groups.ErrUnknown
	}
	if _, in := group.Role(member.Phone); !in {
		return nil, groups.ErrNotMember
	}
	return group, nil
}

func listGroups(rooms *Rooms, _ *http.Request) (any, error) {
	items := []groupView{}
	seen := map[string]bool{}
	for _, found := range rooms.Accounts.All() {
		for _, group := range rooms.Groups.Of(found.Phone) {
			if !seen[group.ID] {
				seen[group.ID] = true
				items = append(items, viewGroup(group))
			}
		}
	}
	return map[string]any{"items": items}, nil
}

func showGroup(rooms *Rooms, r *http.Request) (any, error) {
	group, ok := rooms.Groups.Get(groupJID(r))
	if !ok {
		return nil, groups.ErrUnknown
	}
	return viewGroup(group), nil
}

func createGroup(rooms *Rooms, r *http.Request) (any, error) {
	creator, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	var order struct {
		Subject string   `json:"subject"`
		Members []string `json:"members"`
	}
	if err = decode(r, &order); err != nil {
		return nil, err
	}
	for _, phone := range order.Members {
		if _, err = rooms.accountOf(phone); err != nil {
			return nil, err
		}
	}
	group, tell := rooms.Services.NewGroup(creator, groups.Group{Subject: order.Subject}, order.Members)
	tell()
	return viewGroup(group), nil
}

func changeMembers(rooms *Rooms, r *http.Request) (any, error) {
	by, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	var order struct {
		Action string   `json:"action"`
		Phones []string `json:"phones"`
	}
	if err = decode(r, &order); err != nil {
		return nil, err
	}
	switch order.Action {
	case groups.Add, groups.Remove, groups.Promote, groups.Demote:
	default:
		return nil, badRequest("action must be add, remove, promote or demote")
	}
	outcomes, tell, err := rooms.Services.ChangeMembers(groupJID(r), by, order.Action, order.Phones)
	if err != nil {
		return nil, err
	}
	tell()
	codes := map[string]string{}
	for _, outcome := range outcomes {
		codes[outcome.Phone] = outcome.Code
	}
	return map[string]any{"outcomes": codes}, nil
}

// changeSetting changes one setting: {"name": "subject", "value": "..."}; value matters for some of them.
func changeSetting(rooms *Rooms, r *http.Request) (any, error) {
	by, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	var order struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	if err = decode(r, &order); err != nil {
		return nil, err
	}
	change := stanza.New(order.Name, stanza.Attrs{"id": "wasim"})
	switch order.Name {
	case "subject", "member_add_mode":
		change.Content = []byte(order.Value)
	case "description":
		change.Content = []stanza.Node{stanza.Raw("body", []byte(order.Value))}
	case "ephemeral":
		change.Attrs["expiration"] = order.Value
	}
	tell, err := rooms.Services.EditGroup(groupJID(r), by, &change)
	if err != nil {
		return nil, err
	}
	tell()
	return showGroup(rooms, r)
}

func leaveGroup(rooms *Rooms, r *http.Request) (any, error) {
	who, err := rooms.account(r)
	if err != nil {
		return nil, err
	}
	group, tell, err := rooms.Services.LeaveGroup(groupJID(r), who)
	if err != nil {
		return nil, err
	}
	tell()
	return viewGroup(group), nil
}
