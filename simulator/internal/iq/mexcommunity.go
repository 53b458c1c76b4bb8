package iq

import (
	"encoding/json"
	"strconv"
	"strings"

	"go.mau.fi/whatsmeow/types"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
	"holdfast/simulator/internal/stanza"
)

// mexCommunity is the community that a query of the graph is about, for somebody who is in it.
func (s *Services) mexCommunity(viewer *account.Account, id string) (roof *groups.Group, linked []*groups.Group, ok bool) {
	roof, ok = s.Groups.Get(groupID(id))
	if !ok || roof.Community == nil {
		return nil, nil, false
	}
	_, member := roof.Role(viewer.Phone)
	return roof, s.Groups.Linked(roof.JID()), member
}

func mexSubject(group *groups.Group) map[string]any {
	return map[string]any{"value": group.Subject, "creation_time": group.SetAt.Unix()}
}

func mexSubgroups(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	var asked struct {
		GroupID string `json:"group_id"`
	}
	_ = json.Unmarshal(variables, &asked)
	roof, linked, ok := s.mexCommunity(client.Companion.Account, asked.GroupID)
	if !ok {
		return nil, nil
	}
	answer := map[string]any{"__typename": "XWA2Group", "id": roof.JID().String()}
	edges := []map[string]any{}
	for _, group := range linked {
		if group.DefaultSub {
			answer["default_sub_group"] = map[string]any{"id": group.JID().String(), "subject": mexSubject(group)}
			continue
		}
		edges = append(edges, map[string]any{"node": map[string]any{
			"id": group.JID().String(), "subject": mexSubject(group),
			"membership_approval_requests": map[string]any{"total_count": len(group.Requests)},
			"properties": map[string]any{
				"general_chat": strconv.FormatBool(group.General), "hidden_group": "false", "membership_approval_mode_enabled": group.Approval,
			},
		}})
	}
	answer["sub_groups"] = map[string]any{"edges": edges}
	return map[string]any{"xwa2_group_query_by_id": answer}, nil
}

func mexSubgroupCounts(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	var asked struct {
		Input struct {
			GroupJID string `json:"group_jid"`
		} `json:"input"`
	}
	_ = json.Unmarshal(variables, &asked)
	roof, linked, ok := s.mexCommunity(client.Companion.Account, asked.Input.GroupJID)
	if !ok {
		return nil, nil
	}
	edges := []map[string]any{}
	for _, group := range linked {
		edges = append(edges, map[string]any{"node": map[string]any{
			"id": group.JID().String(), "total_participants_count": len(group.Participants),
		}})
	}
	return map[string]any{"xwa2_group_query_by_id": map[string]any{
		"__typename": "XWA2Group", "id": roof.JID().String(), "sub_groups": map[string]any{"edges": edges},
	}}, nil
}

// mexGroupProperty changes a setting of a group that only the graph knows how to change.
func mexGroupProperty(s *Services, client *Client, variables json.RawMessage) (any, func()) {
	var asked struct {
		GroupID string `json:"group_id"`
		Update  struct {
			Link    string `json:"member_link_mode"`
			History string `json:"member_share_group_history_mode"`
			Sharing *struct {
				Enabled bool `json:"limit_sharing_enabled"`
			} `json:"limit_sharing"`
		} `json:"update"`
	}
	_ = json.Unmarshal(variables, &asked)
	change := stanza.Node{Tag: "limit_sharing_enabled"}
	switch update := asked.Update; {
	case update.Link != "":
		change = stanza.Raw("member_link_mode", []byte(strings.ToLower(update.Link)))
	case update.History != "":
		change = stanza.Raw("member_share_group_history_mode", []byte(strings.ToLower(update.History)))
	case update.Sharing == nil:
		return nil, nil
	case !update.Sharing.Enabled:
		return s.endMode(groupID(asked.GroupID), client.Companion.Account, change.Tag), nil
	}
	tell, err := s.EditGroup(groupID(asked.GroupID), client.Companion.Account, &change)
	if err != nil {
		return nil, nil
	}
	return groupPropertyChanged(asked.GroupID), tell
}

// endMode ends a mode for whose end there is no element; nobody is told.
func (s *Services) endMode(jid types.JID, by *account.Account, tag string) any {
	if _, err := s.Groups.Edit(jid, by.Phone, true, func(group *groups.Group) { delete(group.Modes, tag) }); err != nil {
		return nil
	}
	return groupPropertyChanged(jid.String())
}

func groupPropertyChanged(id string) any {
	return map[string]any{"xwa2_group_update_property": map[string]any{"id": id, "state": "ACTIVE"}}
}
