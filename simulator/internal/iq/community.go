package iq

import (
	"strings"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

var communityAnswers = map[Key]answer{
	{groupSpace, "get", "sub_groups"}:                 listLinked,
	{groupSpace, "get", "linked_groups_participants"}: linkedParticipants,
	{groupSpace, "get", "query_linked"}:               queryLinked,
	{groupSpace, "set", "join_linked_group"}:          joinLinked,
	{groupSpace, "set", "links"}:                      linkGroups,
	{groupSpace, "set", "unlink"}:                     unlinkGroups,
	{groupSpace, "set", "delete_parent"}:              dissolveCommunity,
	{groupSpace, "get", "pictures"}:                   groupPictures,
}

// communityMarks say what a group is to a community.
func communityMarks(group *groups.Group) []stanza.Node {
	var marks []stanza.Node
	if group.Community != nil {
		attrs := stanza.Attrs{}
		if group.Community.Closed != "" {
			attrs["default_membership_approval_mode"] = group.Community.Closed
		}
		marks = append(marks, stanza.New("parent", attrs))
	}
	if group.Parent != "" {
		marks = append(marks, stanza.New("linked_parent", stanza.Attrs{"jid": types.NewJID(group.Parent, types.GroupServer)}))
	}
	if group.DefaultSub {
		marks = append(marks, stanza.New("default_sub_group", nil))
	}
	if group.General {
		marks = append(marks, stanza.New("general_chat", nil))
	}
	return marks
}

// placeGroup reads what a new group will be to a community: the community itself, or one of its groups.
func (s *Services) placeGroup(draft *groups.Group, create *stanza.Node, owner *account.Account) error {
	if parent, ok := stanza.Child(create, "parent"); ok {
		draft.Community = &groups.Community{Closed: stanza.Text(parent, "default_membership_approval_mode")}
		_, draft.General = stanza.Child(create, "create_general_chat")
		return nil
	}
	linked, ok := stanza.Child(create, "linked_parent")
	if !ok {
		return nil
	}
	jid, _ := stanza.JID(linked, "jid")
	roof, ok := s.Groups.Get(jid)
	if !ok || roof.Community == nil {
		return groups.ErrNotCommunity
	}
	if _, member := roof.Role(owner.Phone); !member {
		return groups.ErrNotMember
	}
	if _, open := roof.Modes["allow_non_admin_sub_group_creation"]; !open && !roof.IsAdmin(owner.Phone) {
		return groups.ErrNotAdmin
	}
	draft.Parent = roof.ID
	return nil
}

// newCommunity makes a community with the groups that belong to every one.
func (s *Services) newCommunity(creator *account.Account, draft groups.Group, members []string) (roof *groups.Group, tell func()) {
	talk := draft.General
	draft.General = false
	roof, linked := s.Groups.FoundCommunity(creator.Phone, draft, members, talk)
	return roof, func() {
		for _, group := range append([]*groups.Group{roof}, linked...) {
			s.tellCreated(group, creator, memberPhones(group))
		}
	}
}

// follow takes members of a community along: who comes into one of its groups comes into the community, who leaves the
// community leaves its groups. It returns how everybody is told.
func (s *Services) follow(group *groups.Group, by *account.Account, action string, phones []string) (tell func()) {
	var moves groups.Moves
	switch {
	case action == groups.Add && (group.Community != nil || group.Parent != ""):
		moves = s.Groups.Enrol(group, phones)
	case action == groups.Remove && group.Community != nil:
		moves = s.Groups.Depart(group.JID(), phones)
	}
	return func() { s.tellMoves(by, action, moves) }
}

func (s *Services) tellMoves(by *account.Account, action string, moves groups.Moves) {
	for group, phones := range moves {
		s.tellMembers(group, by, action, phones)
	}
}

// roofOf returns the community that a query is about, if the client is in it.
func (s *Services) roofOf(client *Client, request *stanza.Node) (*groups.Group, error) {
	to, _ := stanza.JID(request, "to")
	roof, ok := s.Groups.Get(to)
	if !ok || roof.Community == nil {
		return nil, groups.ErrUnknown
	}
	if _, member := roof.Role(client.Companion.Account.Phone); !member {
		return nil, groups.ErrNotMember
	}
	return roof, nil
}

// targetNode names a group in a link.
func targetNode(group *groups.Group) stanza.Node {
	node := stanza.New("group", stanza.Attrs{
		"id": group.ID, "jid": group.JID(), "subject": group.Subject, "s_t": stanza.Unix(group.SetAt),
	})
	if group.DefaultSub {
		node.Content = []stanza.Node{stanza.New("default_sub_group", nil)}
	}
	return node
}

func listLinked(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	roof, err := s.roofOf(client, request)
	if err != nil {
		return refuseGroup(request, err), nil
	}
	var nodes []stanza.Node
	for _, group := range s.Groups.Linked(roof.JID()) {
		nodes = append(nodes, targetNode(group))
	}
	return stanza.Result(request, stanza.Node{Tag: "sub_groups", Content: nodes}), nil
}

// linkedParticipants lists everybody who is in one of the community's groups, once.
func linkedParticipants(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	roof, err := s.roofOf(client, request)
	if err != nil {
		return refuseGroup(request, err), nil
	}
	seen := map[string]bool{}
	var everybody []groups.Participant
	for _, group := range append([]*groups.Group{roof}, s.Groups.Linked(roof.JID())...) {
		for _, participant := range group.Participants {
			if !seen[participant.Phone] {
				seen[participant.Phone] = true
				everybody = append(everybody, participant)
			}
		}
	}
	return stanza.Result(request, stanza.New("linked_groups_participants", nil, s.memberNodes(everybody)...)), nil
}

func queryLinked(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	query, _ := stanza.Child(request, "query_linked")
	jid, _ := stanza.JID(query, "jid")
	group, err := s.Groups.UnderRoof(to, jid, client.Companion.Account.Phone)
	if err != nil {
		return refuseGroup(request, err), nil
	}
	return stanza.Result(request, stanza.New("linked_group", nil, s.groupNode(group))), nil
}

func joinLinked(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	join, _ := stanza.Child(request, "join_linked_group")
	jid, _ := stanza.JID(join, "jid")
	who := client.Companion.Account
	group, entry, err := s.Groups.JoinUnderRoof(to, jid, who.Phone)
	if err != nil {
		return refuseGroup(request, err), nil
	}
	return stanza.Result(request, stanza.New("linked_group", nil, s.groupNode(group))), s.entered(group, entry, who)
}

// linkedIDs are the groups that an element of links names.
func linkedIDs(node *stanza.Node) (ids []string) {
	for _, child := range node.GetChildrenByTag("group") {
		if jid, ok := stanza.JID(&child, "jid"); ok {
			ids = append(ids, jid.User)
		}
	}
	return ids
}

func linkOutcomes(outcomes []groups.Outcome) []stanza.Node {
	nodes := make([]stanza.Node, len(outcomes))
	for i, outcome := range outcomes {
		nodes[i] = stanza.New("group", stanza.Attrs{"jid": types.NewJID(outcome.Phone, types.GroupServer)})
		if outcome.Code != groups.Done {
			nodes[i].Attrs["error"] = outcome.Code
		}
	}
	return nodes
}

func linkGroups(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	links, _ := stanza.Child(request, "links")
	link, ok := stanza.Child(links, "link")
	if !ok {
		return stanza.Failure(request, 400, "bad-request"), nil
	}
	by := client.Companion.Account
	roof, outcomes, arrivals, err := s.Groups.Link(to, by.Phone, linkedIDs(link))
	if err != nil {
		return refuseGroup(request, err), nil
	}
	answer := stanza.New("link", stanza.Attrs{"link_type": "sub_group"}, linkOutcomes(outcomes)...)
	return stanza.Result(request, stanza.New("links", nil, answer)), func() {
		s.tellMoves(by, groups.Add, arrivals)
		for _, id := range groups.Touched(outcomes) {
			s.tellLink(roof, types.NewJID(id, types.GroupServer), by, "link", "")
		}
	}
}

func unlinkGroups(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	unlink, _ := stanza.Child(request, "unlink")
	by := client.Companion.Account
	roof, outcomes, err := s.Groups.Unlink(to, by.Phone, linkedIDs(unlink))
	if err != nil {
		return refuseGroup(request, err), nil
	}
	answer := stanza.New("unlink", stanza.Attrs{"unlink_type": "sub_group"}, linkOutcomes(outcomes)...)
	return stanza.Result(request, answer), func() {
		for _, id := range groups.Touched(outcomes) {
			s.tellLink(roof, types.NewJID(id, types.GroupServer), by, "unlink", "unlink_group")
		}
	}
}

// tellLink tells the members of a community of a group that it has won or lost, and the group's members of the
// community.
func (s *Services) tellLink(roof *groups.Group, jid types.JID, by *account.Account, change, reason string) {
	group, ok := s.Groups.Get(jid)
	if !ok {
		return
	}
	notice := func(kind string, target *groups.Group) stanza.Node {
		node := stanza.New(change, stanza.Attrs{change + "_type": kind}, targetNode(target))
		if reason != "" {
			node.Attrs["unlink_reason"] = reason
		}
		return node
	}
	s.Router.GroupChanged(roof, by, memberPhones(roof), notice("sub_group", group))
	s.Router.GroupChanged(group, by, memberPhones(group), notice("parent_group", roof))
}

func dissolveCommunity(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	by := client.Companion.Account
	roof, linked, err := s.Groups.Dissolve(to, by.Phone)
	if err != nil {
		return refuseGroup(request, err), nil
	}
	return stanza.Result(request), func() {
		for _, group := range linked {
			if !group.DefaultSub {
				s.tellLink(roof, group.JID(), by, "unlink", "delete_parent_group")
				continue
			}
			s.Router.GroupChanged(group, by, memberPhones(group), stanza.New("delete", stanza.Attrs{"reason": "delete_parent_group"}))
		}
		s.Router.GroupChanged(roof, by, memberPhones(roof), stanza.New("delete", nil))
	}
}

// groupPictures answers for several groups at once, or for a community.
func groupPictures(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	asked, _ := stanza.Child(request, "pictures")
	viewer := client.Companion.Account
	var nodes []stanza.Node
	for _, query := range asked.GetChildrenByTag("picture") {
		jid, ok := stanza.JID(&query, "jid")
		if !ok {
			jid, _ = stanza.JID(&query, "parent_group_jid")
		}
		node := stanza.New("picture", stanza.Attrs{"jid": jid, "status": "204"})
		if picture, refusal := s.pictureFor(viewer, jid, &query); refusal == 0 {
			node = s.pictureNode(picture, stanza.Text(&query, "type"))
			node.Attrs["jid"] = jid
		}
		nodes = append(nodes, node)
	}
	return stanza.Result(request, stanza.Node{Tag: "pictures", Content: nodes}), nil
}

// groupID reads the id of a group as queries of the graph name it.
func groupID(text string) types.JID {
	user, _, _ := strings.Cut(text, "@")
	return types.NewJID(user, types.GroupServer)
}
