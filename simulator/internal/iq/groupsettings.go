package iq

import (
	"strconv"
	"time"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

// groupSetting is what one element does to a group, and who may use it.
type groupSetting struct {
	adminsOnly bool
	apply      func(group *groups.Group, node *stanza.Node)
}

var groupSettings = map[string]groupSetting{
	"subject": {apply: func(group *groups.Group, node *stanza.Node) { group.Subject = string(stanza.Bytes(node)) }},
	"description": {apply: func(group *groups.Group, node *stanza.Node) {
		if _, gone := stanza.Child(node, "delete"); gone || stanza.Text(node, "delete") == "true" {
			group.Description = nil
			return
		}
		group.Description = &groups.Description{ID: stanza.Text(node, "id"), Body: string(stanza.ChildBytes(node, "body"))}
	}},
	"locked":           {true, func(group *groups.Group, _ *stanza.Node) { group.Locked = true }},
	"unlocked":         {true, func(group *groups.Group, _ *stanza.Node) { group.Locked = false }},
	"announcement":     {true, func(group *groups.Group, _ *stanza.Node) { group.Announce = true }},
	"not_announcement": {true, func(group *groups.Group, _ *stanza.Node) { group.Announce = false }},
	"ephemeral":        {true, func(group *groups.Group, node *stanza.Node) { group.Expiration = stanza.Int(node, "expiration") }},
	"not_ephemeral":    {true, func(group *groups.Group, _ *stanza.Node) { group.Expiration = 0 }},
	"membership_approval_mode": {true, func(group *groups.Group, node *stanza.Node) {
		join, ok := stanza.Child(node, "group_join")
		group.Approval = ok && stanza.Text(join, "state") == "on"
	}},
	"member_add_mode": {true, func(group *groups.Group, node *stanza.Node) { group.MemberAdd = string(stanza.Bytes(node)) }},
}

func editGroup(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	tell, err := s.EditGroup(to, client.Companion.Account, &request.GetChildren()[0])
	if err != nil {
		return refuseGroup(request, err), nil
	}
	return stanza.Result(request), tell
}

// EditGroup changes a setting and returns how everybody is told.
func (s *Services) EditGroup(jid types.JID, by *account.Account, change *stanza.Node) (tell func(), err error) {
	setting, ok := groupSettings[change.Tag]
	if !ok {
		return nil, groups.ErrUnknown
	}
	now := s.Now()
	group, err := s.Groups.Edit(jid, by.Phone, setting.adminsOnly, func(group *groups.Group) {
		setting.apply(group, change)
		switch {
		case change.Tag == "subject":
			group.SetBy, group.SetAt = by.Phone, now
		case change.Tag == "description" && group.Description != nil:
			group.Description.By, group.Description.At = by.Phone, now
		}
	})
	if err != nil {
		return nil, err
	}
	return func() { s.Router.GroupChanged(group, by, memberPhones(group), settingNotice(group, by, change, now)) }, nil
}

// settingNotice is what members hear of a changed setting.
func settingNotice(group *groups.Group, by *account.Account, change *stanza.Node, now time.Time) stanza.Node {
	switch change.Tag {
	case "subject":
		return stanza.New("subject", stanza.Attrs{
			"subject": group.Subject, "s_t": stanza.Unix(now), "s_o": by.LIDJID(0), "s_o_pn": by.PN(0),
		})
	case "description":
		id := stanza.Text(change, "id")
		if group.Description == nil {
			return stanza.New("description", stanza.Attrs{"id": id}, stanza.New("delete", nil))
		}
		return stanza.New("description", stanza.Attrs{"id": id}, stanza.Raw("body", []byte(group.Description.Body)))
	case "announcement", "not_announcement":
		return stanza.New(change.Tag, stanza.Attrs{"v_id": strconv.Itoa(group.Version)})
	default:
		return stanza.Node{Tag: change.Tag, Attrs: change.Attrs, Content: change.Content}
	}
}

// groupInvite answers everything about invitations: the present code, a new one, what a code leads to, joining.
func groupInvite(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	invite, _ := stanza.Child(request, "invite")
	code, by := stanza.Text(invite, "code"), client.Companion.Account
	set := stanza.Text(request, "type") == "set"
	switch {
	case code != "" && set:
		group, joined, err := s.Groups.Join(code, by.Phone)
		if err != nil {
			return refuseGroup(request, err), nil
		}
		return stanza.Result(request, stanza.New("group", stanza.Attrs{"jid": group.JID()})), func() {
			if joined {
				s.tellJoined(group, by)
			}
		}
	case code != "":
		group, ok := s.Groups.ByInvite(code)
		if !ok {
			return refuseGroup(request, groups.ErrUnknown), nil
		}
		return stanza.Result(request, s.groupNode(group)), nil
	default:
		return s.inviteCode(request, to, by, set)
	}
}

func (s *Services) inviteCode(request *stanza.Node, jid types.JID, by *account.Account, reset bool) (stanza.Node, func()) {
	if reset {
		group, err := s.Groups.ResetInvite(jid, by.Phone)
		if err != nil {
			return refuseGroup(request, err), nil
		}
		notice := stanza.New("invite", stanza.Attrs{"code": group.Invite})
		return stanza.Result(request, notice), func() { s.Router.GroupChanged(group, by, memberPhones(group), notice) }
	}
	group, ok := s.Groups.Get(jid)
	if !ok {
		return refuseGroup(request, groups.ErrUnknown), nil
	}
	if !group.IsAdmin(by.Phone) {
		return refuseGroup(request, groups.ErrNotAdmin), nil
	}
	return stanza.Result(request, stanza.New("invite", stanza.Attrs{"code": group.Invite})), nil
}

func (s *Services) tellJoined(group *groups.Group, who *account.Account) {
	joined := []string{who.Phone}
	s.tellCreated(group, who, joined)
	change := s.membership(group, groups.Add, joined)
	change.Attrs["reason"] = "invite"
	s.Router.GroupChanged(group, who, without(memberPhones(group), joined), change)
}
