package admin

import (
	"net/http"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

func groupRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/groups", summary: "Every group.", call: answers(listGroups)},
		{method: "GET", path: "/admin/groups/{group}", summary: "One group.", call: answers(showGroup)},
		{method: "POST", path: "/admin/phones/{phone}/groups", summary: "The phone makes a group.", call: takes(createGroup)},
		{method: "POST", path: "/admin/phones/{phone}/groups/{group}/members", call: takes(changeMembers),
			summary: "The phone adds, removes, promotes or demotes members."},
		{method: "POST", path: "/admin/phones/{phone}/groups/{group}/settings", summary: "The phone changes a setting of the group.",
			call: takes(changeSetting)},
		{method: "POST", path: "/admin/phones/{phone}/groups/{group}/leave", summary: "The phone leaves the group.",
			call: answers(leaveGroup)},
	}
}

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

func listGroups(rooms *Rooms, _ *http.Request) (items[groupView], error) {
	all := []groupView{}
	seen := map[string]bool{}
	for _, found := range rooms.Accounts.All() {
		for _, group := range rooms.Groups.Of(found.Phone) {
			if !seen[group.ID] {
				seen[group.ID] = true
				all = append(all, viewGroup(group))
			}
		}
	}
	return items[groupView]{all}, nil
}

func showGroup(rooms *Rooms, r *http.Request) (groupView, error) {
	group, ok := rooms.Groups.Get(groupJID(r))
	if !ok {
		return groupView{}, groups.ErrUnknown
	}
	return viewGroup(group), nil
}

type newGroupOrder struct {
	Subject string   `json:"subject"`
	Members []string `json:"members" doc:"phone numbers"`
}

func createGroup(rooms *Rooms, r *http.Request, order newGroupOrder) (groupView, error) {
	creator, err := rooms.account(r)
	if err != nil {
		return groupView{}, err
	}
	for _, phone := range order.Members {
		if _, err = rooms.accountOf(phone); err != nil {
			return groupView{}, err
		}
	}
	group, tell := rooms.Services.NewGroup(creator, groups.Group{Subject: order.Subject}, order.Members)
	tell()
	return viewGroup(group), nil
}

type membersOrder struct {
	Action string   `json:"action" enum:"add,remove,promote,demote"`
	Phones []string `json:"phones"`
}

type outcomesView struct {
	Outcomes map[string]string `json:"outcomes" doc:"a code for each number, 200 is success"`
}

func changeMembers(rooms *Rooms, r *http.Request, order membersOrder) (outcomesView, error) {
	by, err := rooms.account(r)
	if err != nil {
		return outcomesView{}, err
	}
	switch order.Action {
	case groups.Add, groups.Remove, groups.Promote, groups.Demote:
	default:
		return outcomesView{}, badRequest("action must be add, remove, promote or demote")
	}
	outcomes, tell, err := rooms.Services.ChangeMembers(groupJID(r), by, order.Action, order.Phones)
	if err != nil {
		return outcomesView{}, err
	}
	tell()
	return viewOutcomes(outcomes), nil
}

func viewOutcomes(outcomes []groups.Outcome) outcomesView {
	codes := map[string]string{}
	for _, outcome := range outcomes {
		codes[outcome.Phone] = outcome.Code
	}
	return outcomesView{codes}
}

type settingOrder struct {
	Name  string `json:"name" enum:"subject,description,locked,unlocked,announcement,not_announcement,ephemeral,not_ephemeral,member_add_mode"`
	Value string `json:"value"`
}

// changeSetting changes one setting: {"name": "subject", "value": "..."}; value matters for some of them.
func changeSetting(rooms *Rooms, r *http.Request, order settingOrder) (groupView, error) {
	by, err := rooms.account(r)
	if err != nil {
		return groupView{}, err
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
		return groupView{}, err
	}
	tell()
	return showGroup(rooms, r)
}

func leaveGroup(rooms *Rooms, r *http.Request) (groupView, error) {
	who, err := rooms.account(r)
	if err != nil {
		return groupView{}, err
	}
	group, tell, err := rooms.Services.LeaveGroup(groupJID(r), who)
	if err != nil {
		return groupView{}, err
	}
	tell()
	return viewGroup(group), nil
}
