package iq

import (
	"errors"
	"strconv"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

const groupSpace = "w:g2"

var groupAnswers = map[Key]answer{
	{groupSpace, "set", "create"}:        createGroup,
	{groupSpace, "get", "query"}:         queryGroup,
	{groupSpace, "get", "participating"}: listGroups,
	{groupSpace, "set", groups.Add}:      changeMembers,
	{groupSpace, "set", groups.Remove}:   changeMembers,
	{groupSpace, "set", groups.Promote}:  changeMembers,
	{groupSpace, "set", groups.Demote}:   changeMembers,
	{groupSpace, "set", "leave"}:         leaveGroup,
	{groupSpace, "get", "invite"}:        groupInvite,
	{groupSpace, "set", "invite"}:        groupInvite,
}

func refuseGroup(request *stanza.Node, err error) stanza.Node {
	switch {
	case errors.Is(err, groups.ErrUnknown):
		return stanza.Failure(request, 404, "item-not-found")
	case errors.Is(err, groups.ErrNotMember), errors.Is(err, groups.ErrNotAdmin):
		return stanza.Failure(request, 403, "forbidden")
	default:
		return stanza.Failure(request, 400, "bad-request")
	}
}

// groupNode describes a group in full, members by LID with their numbers.
func (s *Services) groupNode(group *groups.Group) stanza.Node {
	attrs := stanza.Attrs{
		"id": group.ID, "subject": group.Subject, "s_t": stanza.Unix(group.SetAt), "creation": stanza.Unix(group.CreatedAt),
		"addressing_mode": string(types.AddressingModeLID), "p_v_id": strconv.Itoa(group.Version), "size": strconv.Itoa(len(group.Participants)),
	}
	if creator, ok := s.Accounts.ByPhone(group.Creator); ok {
		attrs["creator"], attrs["creator_pn"] = creator.LIDJID(0), creator.PN(0)
	}
	if setter, ok := s.Accounts.ByPhone(group.SetBy); ok {
		attrs["s_o"], attrs["s_o_pn"] = setter.LIDJID(0), setter.PN(0)
	}
	children := s.memberNodes(group.Participants)
	if group.Description != nil {
		children = append(children, stanza.New("description", stanza.Attrs{
			"id": group.Description.ID, "t": stanza.Unix(group.Description.At),
		}, stanza.Raw("body", []byte(group.Description.Body))))
	}
	for tag, on := range map[string]bool{"locked": group.Locked, "announcement": group.Announce} {
		if on {
			children = append(children, stanza.New(tag, nil))
		}
	}
	if group.Expiration > 0 {
		children = append(children, stanza.New("ephemeral", stanza.Attrs{"expiration": strconv.Itoa(group.Expiration)}))
	}
	if group.Approval {
		children = append(children, stanza.New("membership_approval_mode", nil, stanza.New("group_join", stanza.Attrs{"state": "on"})))
	}
	if group.MemberAdd != "" {
		children = append(children, stanza.Raw("member_add_mode", []byte(group.MemberAdd)))
	}
	return stanza.New("group", attrs, children...)
}

func (s *Services) memberNodes(participants []groups.Participant) []stanza.Node {
	var nodes []stanza.Node
	for _, participant := range participants {
		member, ok := s.Accounts.ByPhone(participant.Phone)
		if !ok {
			continue
		}
		attrs := stanza.Attrs{"jid": member.LIDJID(0), "phone_number": member.PN(0)}
		if participant.Role != groups.Member {
			attrs["type"] = string(participant.Role)
		}
		nodes = append(nodes, stanza.New("participant", attrs))
	}
	return nodes
}

// phones resolves the participants that a client names; a stranger is "".
func (s *Services) phones(node *stanza.Node) (phones []string, asked []types.JID) {
	for _, child := range node.GetChildrenByTag("participant") {
		jid, ok := stanza.JID(&child, "jid")
		if !ok {
			continue
		}
		phone := ""
		if member, known := s.Accounts.ByJID(jid); known {
			phone = member.Phone
		}
		phones, asked = append(phones, phone), append(asked, jid)
	}
	return phones, asked
}

func createGroup(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	create, _ := stanza.Child(request, "create")
	phones, _ := s.phones(create)
	draft := groups.Group{Subject: stanza.Text(create, "subject")}
	for _, child := range create.GetChildren() {
		if setting, ok := groupSettings[child.Tag]; ok {
			setting.apply(&draft, &child)
		}
	}
	var members []string
	for _, phone := range phones {
		if phone != "" {
			members = append(members, phone)
		}
	}
	group, tell := s.NewGroup(client.Companion.Account, draft, members)
	return stanza.Result(request, s.groupNode(group)), tell
}

// NewGroup makes a group and returns how its members are told.
func (s *Services) NewGroup(creator *account.Account, draft groups.Group, members []string) (group *groups.Group, tell func()) {
	group = s.Groups.Create(creator.Phone, draft, members)
	return group, func() { s.tellCreated(group, creator, memberPhones(group)) }
}

func (s *Services) tellCreated(group *groups.Group, by *account.Account, phones []string) {
	s.Router.GroupChanged(group, by, phones, stanza.New("create", stanza.Attrs{"type": "new", "reason": "invite"}, s.groupNode(group)))
}

func memberPhones(group *groups.Group) []string {
	phones := make([]string, len(group.Participants))
	for i, participant := range group.Participants {
		phones[i] = participant.Phone
	}
	return phones
}

func queryGroup(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	group, ok := s.Groups.Get(to)
	if !ok {
		return refuseGroup(request, groups.ErrUnknown), nil
	}
	if _, member := group.Role(client.Companion.Account.Phone); !member {
		return refuseGroup(request, groups.ErrNotMember), nil
	}
	return stanza.Result(request, s.groupNode(group)), nil
}

func listGroups(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	var nodes []stanza.Node
	for _, group := range s.Groups.Of(client.Companion.Account.Phone) {
		nodes = append(nodes, s.groupNode(group))
	}
	return stanza.Result(request, stanza.Node{Tag: "groups", Content: nodes}), nil
}

func leaveGroup(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	leave, _ := stanza.Child(request, "leave")
	var nodes []stanza.Node
	var after []func()
	for _, child := range leave.GetChildrenByTag("group") {
		jid, ok := stanza.JID(&child, "id")
		if !ok {
			continue
		}
		group, tell, err := s.LeaveGroup(jid, client.Companion.Account)
		if err != nil {
			return refuseGroup(request, err), nil
		}
		nodes, after = append(nodes, stanza.New("group", stanza.Attrs{"id": group.JID()})), append(after, tell)
	}
	return stanza.Result(request, stanza.New("leave", nil, nodes...)), func() {
		for _, tell := range after {
			tell()
		}
	}
}

// LeaveGroup takes an account out of a group and returns how everybody is told.
func (s *Services) LeaveGroup(jid types.JID, who *account.Account) (group *groups.Group, tell func(), err error) {
	if group, err = s.Groups.Leave(jid, who.Phone); err != nil {
		return nil, nil, err
	}
	return group, func() {
		s.Router.GroupChanged(group, who, append(memberPhones(group), who.Phone), s.membership(group, groups.Remove, []string{who.Phone}))
	}, nil
}

func (s *Services) membership(group *groups.Group, action string, phones []string) stanza.Node {
	var participants []groups.Participant
	for _, phone := range phones {
		participants = append(participants, groups.Participant{Phone: phone})
	}
	return stanza.New(action, stanza.Attrs{
		"v_id": strconv.Itoa(group.Version), "prev_v_id": strconv.Itoa(group.Version - 1),
	}, s.memberNodes(participants)...)
}

func changeMembers(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	change := &request.GetChildren()[0]
	phones, asked := s.phones(change)
	outcomes, tell, err := s.ChangeMembers(to, client.Companion.Account, change.Tag, phones)
	if err != nil {
		return refuseGroup(request, err), nil
	}
	nodes := make([]stanza.Node, len(outcomes))
	for i, outcome := range outcomes {
		attrs := stanza.Attrs{"jid": asked[i], "type": outcome.Code}
		if outcome.Code != groups.Done {
			attrs["error"] = outcome.Code
		}
		nodes[i] = stanza.New("participant", attrs)
	}
	return stanza.Result(request, stanza.New(change.Tag, nil, nodes...)), tell
}

// ChangeMembers adds, removes, promotes or demotes, and returns how everybody is told: new members get the whole
// group, the others the change.
func (s *Services) ChangeMembers(jid types.JID, by *account.Account, action string, phones []string) ([]groups.Outcome, func(), error) {
	group, outcomes, err := s.Groups.Change(jid, by.Phone, action, phones)
	if err != nil {
		return nil, nil, err
	}
	touched := groups.Touched(outcomes)
	return outcomes, func() {
		if len(touched) == 0 {
			return
		}
		audience := memberPhones(group)
		switch action {
		case groups.Add:
			s.tellCreated(group, by, touched)
			audience = without(audience, touched)
		case groups.Remove:
			audience = append(audience, touched...)
		}
		s.Router.GroupChanged(group, by, audience, s.membership(group, action, touched))
	}, nil
}

func without(all, some []string) []string {
	skip := map[string]bool{}
	for _, phone := range some {
		skip[phone] = true
	}
	var rest []string
	for _, phone := range all {
		if !skip[phone] {
			rest = append(rest, phone)
		}
	}
	return rest
}
