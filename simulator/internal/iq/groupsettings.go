package iq

import (
	"strconv"
	"time"
	"unicode/utf8"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

// groupSetting is what one element does to a group, and who may use it.
type groupSetting struct {
	adminsOnly bool
	apply      func(group *groups.Group, node *stanza.Node)
	// accepts tells whether a value is one; nil accepts all.
	accepts func(node *stanza.Node) bool
}

// adminsChange is a setting for admins only.
func adminsChange(apply func(group *groups.Group, node *stanza.Node)) groupSetting {
	return groupSetting{adminsOnly: true, apply: apply}
}

// groupModes are settings that the server only keeps and tells: an element of one of two names, or of one name with a
// value. Each stands for what it replaces.
var groupModes = map[string]string{
	"no_frequently_forwarded": "", "frequently_forwarded_ok": "no_frequently_forwarded",
	"allow_admin_reports": "", "not_allow_admin_reports": "allow_admin_reports",
	"allow_non_admin_sub_group_creation": "", "not_allow_non_admin_sub_group_creation": "allow_non_admin_sub_group_creation",
	"group_history": "", "no_group_history": "group_history",
	"member_link_mode": "", "member_share_group_history_mode": "", "limit_sharing_enabled": "",
}

// keepMode notes a mode, or that it has ended.
func keepMode(group *groups.Group, node *stanza.Node) {
	if ends := groupModes[node.Tag]; ends != "" {
		delete(group.Modes, ends)
		return
	}
	if group.Modes == nil {
		group.Modes = map[string]string{}
	}
	group.Modes[node.Tag] = string(stanza.Bytes(node))
}

// settingOf finds what an element of a group query sets.
func settingOf(tag string) (groupSetting, bool) {
	if setting, ok := groupSettings[tag]; ok {
		return setting, true
	}
	_, ok := groupModes[tag]
	return adminsChange(keepMode), ok
}

// maxSubject is the length of a group's name in characters.
const maxSubject = 100

var groupSettings = map[string]groupSetting{
	"subject": {
		accepts: func(node *stanza.Node) bool {
			length := utf8.RuneCount(stanza.Bytes(node))
			return length > 0 && length <= maxSubject
		},
		apply: func(group *groups.Group, node *stanza.Node) { group.Subject = string(stanza.Bytes(node)) },
	},
	"description": {apply: func(group *groups.Group, node *stanza.Node) {
		if _, gone := stanza.Child(node, "delete"); gone || stanza.Text(node, "delete") == "true" {
			group.Description = nil
			return
		}
		group.Description = &groups.Description{ID: stanza.Text(node, "id"), Body: string(stanza.ChildBytes(node, "body"))}
	}},
	"locked":           adminsChange(func(group *groups.Group, _ *stanza.Node) { group.Locked = true }),
	"unlocked":         adminsChange(func(group *groups.Group, _ *stanza.Node) { group.Locked = false }),
	"announcement":     adminsChange(func(group *groups.Group, _ *stanza.Node) { group.Announce = true }),
	"not_announcement": adminsChange(func(group *groups.Group, _ *stanza.Node) { group.Announce = false }),
	"ephemeral":        adminsChange(func(group *groups.Group, node *stanza.Node) { group.Expiration = stanza.Int(node, "expiration") }),
	"not_ephemeral":    adminsChange(func(group *groups.Group, _ *stanza.Node) { group.Expiration = 0 }),
	"membership_approval_mode": adminsChange(func(group *groups.Group, node *stanza.Node) {
		join, ok := stanza.Child(node, "group_join")
		group.Approval = ok && stanza.Text(join, "state") == "on"
	}),
	"member_add_mode": adminsChange(func(group *groups.Group, node *stanza.Node) { group.MemberAdd = string(stanza.Bytes(node)) }),
}

func editGroup(s *Services, client *Client, request *stanza.Node) (stanza.Node, func()) {
	to, _ := stanza.JID(request, "to")
	change := &request.GetChildren()[0]
	if change.Tag == "description" && s.describedMeanwhile(to, change) {
		return stanza.Failure(request, 409, "conflict"), nil
	}
	tell, err := s.EditGroup(to, client.Companion.Account, change)
	if err != nil {
		return refuseGroup(request, err), nil
	}
	return stanza.Result(request), tell
}

// describedMeanwhile tells whether a group has another description than the one that a client wants to replace.
func (s *Services) describedMeanwhile(jid types.JID, change *stanza.Node) bool {
	group, ok := s.Groups.Get(jid)
	return ok && group.Description != nil && group.Description.ID != stanza.Text(change, "prev")
}

// EditGroup changes a setting and returns how everybody is told.
func (s *Services) EditGroup(jid types.JID, by *account.Account, change *stanza.Node) (tell func(), err error) {
	setting, ok := settingOf(change.Tag)
	if !ok {
		return nil, groups.ErrUnknown
	}
	if setting.accepts != nil && !setting.accepts(change) {
		return nil, groups.ErrValue
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
