package iq

import (
	"strconv"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

// mayAdd tells whether an account lets another one put it into groups.
func (s *Services) mayAdd(by *account.Account, phone string) bool {
	member, ok := s.Accounts.ByPhone(phone)
	return !ok || member.ShownTo(by, "groupadd")
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
		nodes[i] = outcomeNode(outcome, asked[i])
	}
	return stanza.Result(request, stanza.New(change.Tag, nil, nodes...)), tell
}

// outcomeNode says what became of one participant; who cannot be added can be sent an invitation.
func outcomeNode(outcome groups.Outcome, asked types.JID) stanza.Node {
	node := stanza.New("participant", stanza.Attrs{"jid": asked, "type": outcome.Code})
	if outcome.Code != groups.Done {
		node.Attrs["error"] = outcome.Code
	}
	if invitation := outcome.Personal; invitation != nil {
		node.Content = []stanza.Node{stanza.New("add_request", stanza.Attrs{
			"code": invitation.Code, "expiration": strconv.FormatInt(invitation.Expires.Unix(), 10),
		})}
	}
	return node
}

// withheldNodes are the participants of a new group who cannot be added.
func (s *Services) withheldNodes(group *groups.Group, by *account.Account, phones []string) []stanza.Node {
	var nodes []stanza.Node
	for _, phone := range phones {
		invitation, err := s.Groups.InvitePersonally(group.JID(), by.Phone, phone)
		member, ok := s.Accounts.ByPhone(phone)
		if err != nil || !ok {
			continue
		}
		node := outcomeNode(groups.Outcome{Phone: phone, Code: groups.Forbidden, Personal: &invitation}, member.LIDJID(0))
		node.Attrs["phone_number"] = member.PN(0)
		delete(node.Attrs, "type")
		nodes = append(nodes, node)
	}
	return nodes
}

// ChangeMembers adds, removes, promotes or demotes, and returns how everybody is told: new members get the whole
// group, the others the change. Who does not want to be added by this account gets an invitation instead.
func (s *Services) ChangeMembers(jid types.JID, by *account.Account, action string, phones []string) ([]groups.Outcome, func(), error) {
	allowed := make([]string, len(phones))
	for i, phone := range phones {
		if action != groups.Add || s.mayAdd(by, phone) {
			allowed[i] = phone
		}
	}
	group, outcomes, err := s.Groups.Change(jid, by.Phone, action, allowed)
	if err != nil {
		return nil, nil, err
	}
	for i, phone := range phones {
		if phone != allowed[i] {
			outcomes[i] = groups.Outcome{Phone: phone, Code: groups.Forbidden}
			if invitation, err := s.Groups.InvitePersonally(jid, by.Phone, phone); err == nil {
				outcomes[i].Personal = &invitation
			}
		}
	}
	touched := groups.Touched(outcomes)
	moved := s.follow(group, by, action, touched)
	return outcomes, func() {
		s.tellMembers(group, by, action, touched)
		moved()
	}, nil
}

func (s *Services) tellMembers(group *groups.Group, by *account.Account, action string, touched []string) {
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
