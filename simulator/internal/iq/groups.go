package iq

import (
	"errors"
	"maps"
	"slices"
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
	{groupSpace, "set", "ack"}:           empty,
}

func refuseGroup(request *stanza.Node, err error) stanza.Node {
	switch {
	case errors.Is(err, groups.ErrUnknown), errors.Is(err, groups.ErrNotCommunity):
		return stanza.Failure(request, 404, "item-not-found")
	case errors.Is(err, groups.ErrInviteRevoked):
		return stanza.Failure(request, 410, "gone")
	case errors.Is(err, groups.ErrInviteUnknown), errors.Is(err, groups.ErrValue):
		return stanza.Failure(request, 406, "not-acceptable")
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
		children = append(children, s.descriptionNode(group.Description))
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
	children = append(children, communityMarks(group)...)
	for _, tag := range slices.Sorted(maps.Keys(group.Modes)) {
		children = append(children, stanza.Raw(tag, []byte(group.Modes[tag])))
	}
	return stanza.New("group", attrs, children...)
}

func (s *Services) descriptionNode(description *groups.Description) stanza.Node {
	attrs := stanza.Attrs{"id": description.ID, "t": stanza.Unix(description.At)}
	if writer, ok := s.Accounts.ByPhone(description.By); ok {
		attrs["participant"], attrs["participant_pn"] = writer.LIDJID(0), writer.PN(0)
	}
	return stanza.New("description", attrs, stanza.Raw("body", []byte(description.Body)))
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
		if setting, ok := settingOf(child.Tag); ok {
			setting.apply(&draft, &child)
		}
	}
	owner := client.Companion.Account
	if err := s.placeGroup(&draft, create, owner); err != nil {
		return refuseGroup(request, err), nil
	}
	var members, withheld []string
	for _, phone := range phones {
		switch {
		case phone == "":
		case s.mayAdd(owner, phone):
			members = append(members, phone)
		default:
			withheld = append(withheld, phone)
		}
	}
	group, tell := s.NewGroup(owner, draft, members)
	answer := s.groupNode(group)
	answer.Content = append(answer.GetChildren(), s.withheldNodes(group, owner, withheld)...)
	return stanza.Result(request, answer), tell
}

// NewGroup makes a group and returns how its members are told.
func (s *Services) NewGroup(creator *account.Account, draft groups.Group, members []string) (group *groups.Group, tell func()) {
	if draft.Community != nil {
		return s.newCommunity(creator, draft, members)
	}
	group = s.Groups.Create(creator.Phone, draft, members)
	moved := s.follow(group, creator, groups.Add, memberPhones(group))
	return group, func() {
		s.tellCreated(group, creator, memberPhones(group))
		moved()
	}
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
	if asked, _ := stanza.Child(request, "query"); to.User == "" && len(asked.GetChildrenByTag("group")) > 0 {
		return stanza.Result(request, s.severalGroups(client.Companion.Account, asked)), nil
	}
	group, ok := s.Groups.Get(to)
	if !ok {
		return refuseGroup(request, groups.ErrUnknown), nil
	}
	who := client.Companion.Account
	if _, member := group.Role(who.Phone); !member {
		query, _ := stanza.Child(request, "query")
		invitation, shown := stanza.Child(query, "add_request")
		if !shown {
			return refuseGroup(request, groups.ErrNotMember), nil
		}
		if _, err := s.Groups.Personally(to, who.Phone, stanza.Text(invitation, "code")); err != nil {
			return refuseGroup(request, err), nil
		}
	}
	return stanza.Result(request, s.groupNode(group)), nil
}

// severalGroups answers for several groups at once, each on its own.
func (s *Services) severalGroups(viewer *account.Account, asked *stanza.Node) stanza.Node {
	var nodes []stanza.Node
	for _, child := range asked.GetChildrenByTag("group") {
		jid, _ := stanza.JID(&child, "jid")
		group, ok := s.Groups.Get(jid)
		if !ok {
			nodes = append(nodes, stanza.New("group", stanza.Attrs{"id": jid.User, "error": groups.Missing}))
			continue
		}
		if _, member := group.Role(viewer.Phone); !member {
			nodes = append(nodes, stanza.New("group", stanza.Attrs{"id": jid.User, "error": groups.Forbidden}))
			continue
		}
		nodes = append(nodes, s.groupNode(group))
	}
	return stanza.Node{Tag: "groups", Content: nodes}
}

func listGroups(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	var nodes, communities []stanza.Node
	for _, group := range s.Groups.Of(client.Companion.Account.Phone) {
		node := s.groupNode(group)
		nodes = append(nodes, node)
		if group.Community != nil {
			node.Tag = "community"
			communities = append(communities, node)
		}
	}
	reply := stanza.Result(request, stanza.Node{Tag: "groups", Content: nodes})
	if communities != nil {
		reply.Content = append(reply.GetChildren(), stanza.Node{Tag: "communities", Content: communities})
	}
	return reply, nil
}

func leaveGroup(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	leave, _ := stanza.Child(request, "leave")
	var nodes []stanza.Node
	var after []func()
	for _, child := range leave.GetChildren() {
		jid, ok := stanza.JID(&child, "id")
		if child.Tag == "linked_groups" {
			jid, ok = stanza.JID(&child, "parent_group_jid")
		}
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
	moved := s.follow(group, who, groups.Remove, []string{who.Phone})
	return group, func() {
		s.Router.GroupChanged(group, who, append(memberPhones(group), who.Phone), s.membership(group, groups.Remove, []string{who.Phone}))
		moved()
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
