package iq

import (
	"encoding/json"
	"strconv"

	"holdfast/simulator/internal/account"
	"holdfast/simulator/internal/groups"
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
