package admin

import "net/http"

func memberRoutes() []route {
	return []route{
		{method: "GET", path: "/admin/phones/{phone}/groups", summary: "The groups that the phone is in.", call: answers(listOwnGroups)},
		{method: "POST", path: "/admin/phones/{phone}/join", call: takes(joinGroup),
			summary: "The phone follows an invitation link; where admins decide, it asks to be let in."},
		{method: "POST", path: "/admin/phones/{phone}/groups/{group}/requests", call: takes(decideRequests),
			summary: "The phone lets in, or turns away, who has asked to join."},
	}
}

func listOwnGroups(rooms *Rooms, r *http.Request) (items[groupView], error) {
	owner, err := rooms.account(r)
	if err != nil {
		return items[groupView]{}, err
	}
	views := []groupView{}
	for _, group := range rooms.Groups.Of(owner.Phone) {
		views = append(views, viewGroup(group))
	}
	return items[groupView]{views}, nil
}

type joinOrder struct {
	Code string `json:"code" doc:"the last part of an invitation link"`
}

type joinView struct {
	groupView
	Joined bool `json:"joined" doc:"false while admins have not decided"`
}

func joinGroup(rooms *Rooms, r *http.Request, order joinOrder) (joinView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return joinView{}, err
	}
	group, _, tell, err := rooms.Services.JoinGroup(order.Code, owner)
	if err != nil {
		return joinView{}, err
	}
	tell()
	_, member := group.Role(owner.Phone)
	return joinView{groupView: viewGroup(group), Joined: member}, nil
}

type decideOrder struct {
	Approve bool     `json:"approve"`
	Phones  []string `json:"phones"`
}

func decideRequests(rooms *Rooms, r *http.Request, order decideOrder) (outcomesView, error) {
	owner, err := rooms.account(r)
	if err != nil {
		return outcomesView{}, err
	}
	outcomes, tell, err := rooms.Services.DecideRequests(groupJID(r), owner, order.Approve, order.Phones)
	if err != nil {
		return outcomesView{}, err
	}
	tell()
	return viewOutcomes(outcomes), nil
}
