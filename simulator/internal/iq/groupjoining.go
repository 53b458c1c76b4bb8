package iq

import (
	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

var joiningAnswers = map[Key]answer{
	{groupSpace, "get", "invite"}:                       groupInvite,
	{groupSpace, "set", "invite"}:                       groupInvite,
	{groupSpace, "set", "accept"}:                       acceptInvitation,
	{groupSpace, "set", "revoke"}:                       revokeInvitation,
	{groupSpace, "get", "membership_approval_requests"}: listRequests,
	{groupSpace, "set", "membership_requests_action"}:   decideRequests,
	{groupSpace, "set", "cancel_membership_requests"}:   cancelRequest,
}

// groupInvite answers everything about invitations: the present code, a new one, what a code leads to, joining.
func groupInvite(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	invite, _ := stanza.Child(request, "invite")
	code, by := stanza.Text(invite, "code"), client.Companion.Account
	set := stanza.Text(request, "type") == "set"
	switch {
	case code != "" && set:
		group, entry, tell, err := s.JoinGroup(code, by)
		if err != nil {
			return refuseGroup(request, err), nil
		}
		answer := "group"
		if entry == groups.Requested {
			answer = "membership_approval_request"
		}
		return stanza.Result(request, stanza.New(answer, stanza.Attrs{"jid": group.JID()})), tell
	case code != "":
		group, err := s.Groups.ByInvite(code)
		if err != nil {
			return refuseGroup(request, err), nil
		}
		return stanza.Result(request, s.groupNode(group)), nil
	default:
		return s.inviteCode(request, to, by, set)
	}
}

func (s *Services) inviteCode(request *stanza.Node, jid types.JID, by *account.Account, reset bool) (stanza.Node, func()) {
	group, ok := s.Groups.Get(jid)
	if !ok {
		return refuseGroup(request, groups.ErrUnknown), nil
	}
	if _, member := group.Role(by.Phone); !member {
		return refuseGroup(request, groups.ErrNotMember), nil
	}
	if !group.IsAdmin(by.Phone) {
		return stanza.Failure(request, 401, "not-authorized"), nil
	}
	if !reset {
		return stanza.Result(request, stanza.New("invite", stanza.Attrs{"code": group.Invite})), nil
	}
	group, err := s.Groups.ResetInvite(jid, by.Phone)
	if err != nil {
		return refuseGroup(request, err), nil
	}
	notice := stanza.New("invite", stanza.Attrs{"code": group.Invite})
	return stanza.Result(request, notice), func() { s.Router.GroupChanged(group, by, memberPhones(group), notice) }
}

// JoinGroup lets an account follow an invitation, and returns how everybody is told.
func (s *Services) JoinGroup(code string, who *account.Account) (group *groups.Group, entry groups.Entry, tell func(), err error) {
	if group, entry, err = s.Groups.Join(code, who.Phone); err != nil {
		return nil, entry, nil, err
	}
	return group, entry, s.entered(group, entry, who), nil
}

// entered returns how everybody is told of somebody who has followed an invitation.
func (s *Services) entered(group *groups.Group, entry groups.Entry, who *account.Account) (tell func()) {
	moved := func() {}
	if entry == groups.Joined {
		moved = s.follow(group, who, groups.Add, []string{who.Phone})
	}
	return func() {
		s.tellEntry(group, entry, who)
		moved()
	}
}

func (s *Services) tellEntry(group *groups.Group, entry groups.Entry, who *account.Account) {
	switch entry {
	case groups.Joined:
		s.tellJoined(group, who, who)
	case groups.Requested:
		s.Router.GroupChanged(group, who, adminPhones(group), stanza.New("created_membership_requests",
			stanza.Attrs{"request_method": "invite_link"},
			stanza.New("requested_user", stanza.Attrs{"jid": who.LIDJID(0), "phone_number": who.PN(0)})))
	}
}

// tellJoined tells the one who is in now of the whole group, and the others of the one.
func (s *Services) tellJoined(group *groups.Group, who, by *account.Account) {
	joined := []string{who.Phone}
	s.tellCreated(group, by, joined)
	change := s.membership(group, groups.Add, joined)
	change.Attrs["reason"] = "invite"
	s.Router.GroupChanged(group, by, without(memberPhones(group), joined), change)
}

func adminPhones(group *groups.Group) []string {
	var phones []string
	for _, participant := range group.Participants {
		if participant.Role != groups.Member {
			phones = append(phones, participant.Phone)
		}
	}
	return phones
}

// acceptInvitation lets somebody in who was sent an invitation in a message.
func acceptInvitation(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	accept, _ := stanza.Child(request, "accept")
	who := client.Companion.Account
	group, entry, err := s.Groups.Accept(to, who.Phone, stanza.Text(accept, "code"))
	if err != nil {
		return refuseGroup(request, err), nil
	}
	reply := stanza.Result(request, stanza.New("group", stanza.Attrs{"jid": group.JID()}))
	reply.Attrs["from"] = group.JID()
	return reply, s.entered(group, entry, who)
}

func revokeInvitation(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	revoke, _ := stanza.Child(request, "revoke")
	phones, asked := s.phones(revoke)
	if err := s.Groups.RevokePersonal(to, client.Companion.Account.Phone, phones); err != nil {
		return refuseGroup(request, err), nil
	}
	nodes := make([]stanza.Node, len(asked))
	for i, jid := range asked {
		nodes[i] = stanza.New("participant", stanza.Attrs{"jid": jid})
	}
	return stanza.Result(request, stanza.New("revoke", nil, nodes...)), nil
}

// listRequests tells an admin who wants to get in.
func listRequests(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	group, ok := s.Groups.Get(to)
	switch {
	case !ok:
		return refuseGroup(request, groups.ErrUnknown), nil
	case !group.IsAdmin(client.Companion.Account.Phone):
		return refuseGroup(request, groups.ErrNotAdmin), nil
	}
	var nodes []stanza.Node
	for _, wish := range group.Requests {
		if who, known := s.Accounts.ByPhone(wish.Phone); known {
			nodes = append(nodes, stanza.New("membership_approval_request", stanza.Attrs{
				"jid": who.LIDJID(0), "phone_number": who.PN(0), "request_time": stanza.Unix(wish.At), "request_method": "invite_link",
			}))
		}
	}
	return stanza.Result(request, stanza.New("membership_approval_requests", nil, nodes...)), nil
}

// decideRequests lets in or sends away, on behalf of an admin.
func decideRequests(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	action, _ := stanza.Child(request, "membership_requests_action")
	by := client.Companion.Account
	var answers []stanza.Node
	var after []func()
	for _, decision := range action.GetChildren() {
		if decision.Tag != "approve" && decision.Tag != "reject" {
			return stanza.Failure(request, 400, "bad-request"), nil
		}
		phones, asked := s.phones(&decision)
		outcomes, tell, err := s.DecideRequests(to, by, decision.Tag == "approve", phones)
		if err != nil {
			return refuseGroup(request, err), nil
		}
		nodes := make([]stanza.Node, len(outcomes))
		for i, outcome := range outcomes {
			nodes[i] = outcomeNode(outcome, asked[i])
		}
		answers, after = append(answers, stanza.New(decision.Tag, nil, nodes...)), append(after, tell)
	}
	return stanza.Result(request, stanza.New("membership_requests_action", nil, answers...)), func() {
		for _, tell := range after {
			tell()
		}
	}
}

// cancelRequest takes back the client's own wish to get in.
func cancelRequest(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	cancel, _ := stanza.Child(request, "cancel_membership_requests")
	who := client.Companion.Account
	phones, asked := s.phones(cancel)
	group, withdrawn, err := s.Groups.Withdraw(to, who.Phone)
	if err != nil {
		return refuseGroup(request, err), nil
	}
	nodes := make([]stanza.Node, len(asked))
	for i, jid := range asked {
		code := groups.Done
		if phones[i] != who.Phone || !withdrawn {
			code = groups.Missing
		}
		nodes[i] = outcomeNode(groups.Outcome{Phone: phones[i], Code: code}, jid)
	}
	return stanza.Result(request, stanza.New("cancel_membership_requests", nil, nodes...)), func() {
		if withdrawn {
			s.tellRevoked(group, who, who, adminPhones(group))
		}
	}
}

// tellRevoked tells that somebody does not get in, or does not want to any more.
func (s *Services) tellRevoked(group *groups.Group, who, by *account.Account, phones []string) {
	s.Router.GroupChanged(group, by, phones, stanza.New("revoked_membership_requests", nil,
		stanza.New("participant", stanza.Attrs{"jid": who.LIDJID(0), "phone_number": who.PN(0)})))
}

// DecideRequests answers those who want to get in, and returns how everybody is told.
func (s *Services) DecideRequests(jid types.JID, by *account.Account, approve bool, phones []string) ([]groups.Outcome, func(), error) {
	group, outcomes, err := s.Groups.Decide(jid, by.Phone, approve, phones)
	if err != nil {
		return nil, nil, err
	}
	moved := func() {}
	if approve {
		moved = s.follow(group, by, groups.Add, groups.Touched(outcomes))
	}
	return outcomes, func() {
		defer moved()
		for _, phone := range groups.Touched(outcomes) {
			who, ok := s.Accounts.ByPhone(phone)
			switch {
			case !ok:
			case approve:
				s.tellJoined(group, who, by)
			default:
				s.tellRevoked(group, who, by, append(adminPhones(group), phone))
			}
		}
	}, nil
}
