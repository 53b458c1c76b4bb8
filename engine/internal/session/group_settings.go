package session

import (
	"bytes"
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
)

// largestPicture is far above what a square picture of 640 pixels takes.
const largestPicture = 1 << 20

// setGroup changes what is named, one after the other. WhatsApp has a request for each.
func (c *Connection) setGroup(s *pb.GroupSettings) error {
	group, err := groupOf(s.Group)
	if err != nil {
		return err
	}
	changes := []struct {
		wanted bool
		do     func() error
	}{
		{s.Description != nil, func() error { return c.client.SetGroupTopic(c.ctx, group, "", "", s.GetDescription()) }},
		{s.Announce != nil, func() error { return c.client.SetGroupAnnounce(c.ctx, group, s.GetAnnounce()) }},
		{s.Locked != nil, func() error { return c.client.SetGroupLocked(c.ctx, group, s.GetLocked()) }},
		{s.JoinApproval != nil, func() error { return c.client.SetGroupJoinApprovalMode(c.ctx, group, s.GetJoinApproval()) }},
		{s.MembersAdd != nil, func() error { return c.client.SetGroupMemberAddMode(c.ctx, group, addMode(s.GetMembersAdd())) }},
		{s.DisappearingS != nil, func() error {
			return c.client.SetDisappearingTimer(c.ctx, group, time.Duration(s.GetDisappearingS())*time.Second, time.Time{})
		}},
	}
	for _, change := range changes {
		if !change.wanted {
			continue
		}
		if err := change.do(); err != nil {
			return err
		}
	}
	return nil
}

func addMode(everybody bool) types.GroupMemberAddMode {
	if everybody {
		return types.GroupMemberAddModeAllMember
	}
	return types.GroupMemberAddModeAdmin
}

func (c *Connection) groupLink(text string, reset bool) (*pb.GroupLink, error) {
	group, err := groupOf(text)
	if err != nil {
		return nil, err
	}
	link, err := c.client.GetGroupInviteLink(c.ctx, group, reset)
	if err != nil {
		return nil, err
	}
	return &pb.GroupLink{Code: link[len(whatsmeow.InviteLinkPrefix):]}, nil
}

func (c *Connection) askGroupLink(q *pb.GroupLinkQuery) (*pb.QueryResult, error) {
	link, err := c.groupLink(q.Group, false)
	if err != nil {
		return nil, err
	}
	return &pb.QueryResult{Result: &pb.QueryResult_GroupLink{GroupLink: link}}, nil
}

func (c *Connection) resetGroupLink(a *pb.GroupLinkReset) (*pb.ActResult, error) {
	link, err := c.groupLink(a.Group, true)
	if err != nil {
		return nil, err
	}
	return &pb.ActResult{Result: &pb.ActResult_Link{Link: link}}, nil
}

func (c *Connection) askGroupByLink(q *pb.GroupByLinkQuery) (*pb.QueryResult, error) {
	if q.Code == "" {
		return nil, argumentError("code is empty")
	}
	info, err := c.client.GetGroupInfoFromLink(c.ctx, q.Code)
	if err != nil {
		return nil, err
	}
	return &pb.QueryResult{Result: &pb.QueryResult_GroupByLink{GroupByLink: translate.Group(info, c.aliases)}}, nil
}

// joinGroup returns the group's JID also where an admin still has to let the number in.
func (c *Connection) joinGroup(a *pb.GroupJoin) (*pb.ActResult, error) {
	if a.Code == "" {
		return nil, argumentError("code is empty")
	}
	group, err := c.client.JoinGroupWithLink(c.ctx, a.Code)
	if err != nil {
		return nil, err
	}
	return &pb.ActResult{Result: &pb.ActResult_Joined{Joined: &pb.Joined{Group: group.String()}}}, nil
}

func (c *Connection) askGroupRequests(q *pb.GroupRequestsQuery) (*pb.QueryResult, error) {
	group, err := groupOf(q.Group)
	if err != nil {
		return nil, err
	}
	waiting, err := c.client.GetGroupRequestParticipants(c.ctx, group)
	if err != nil {
		return nil, err
	}
	requests := &pb.GroupRequests{}
	for _, who := range waiting {
		requests.Requests = append(requests.Requests, &pb.GroupRequest{
			Member: translate.Member(&types.GroupParticipant{JID: who.JID}, c.aliases), RequestedMs: who.RequestedAt.UnixMilli(),
		})
	}
	return &pb.QueryResult{Result: &pb.QueryResult_GroupRequests{GroupRequests: requests}}, nil
}

func (c *Connection) decideRequests(a *pb.GroupDecide) (*pb.ActResult, error) {
	group, err := groupOf(a.Group)
	if err != nil {
		return nil, err
	}
	members, err := personsOf(a.Members)
	if err != nil {
		return nil, err
	}
	if len(members) == 0 {
		return nil, argumentError("members is empty")
	}
	action := whatsmeow.ParticipantChangeReject
	if a.Approve {
		action = whatsmeow.ParticipantChangeApprove
	}
	decided, err := c.client.UpdateGroupRequestParticipants(c.ctx, group, members, action)
	if err != nil {
		return nil, err
	}
	return c.membersChanged(decided), nil
}

func (c *Connection) membersChanged(changed []types.GroupParticipant) *pb.ActResult {
	result := &pb.MembersChanged{}
	for i := range changed {
		result.Members = append(result.Members, translate.Member(&changed[i], c.aliases))
	}
	return &pb.ActResult{Result: &pb.ActResult_Members{Members: result}}
}

// setPicture changes the picture of a group, or the session's own.
func (c *Connection) setPicture(a *pb.SetPicture) (*pb.ActResult, error) {
	of := types.EmptyJID
	if a.Group != "" {
		group, err := groupOf(a.Group)
		if err != nil {
			return nil, err
		}
		of = group
	}
	if len(a.Jpeg) > largestPicture || (len(a.Jpeg) > 0 && !bytes.HasPrefix(a.Jpeg, []byte("\xff\xd8\xff"))) {
		return nil, argumentError("the picture must be a JPEG of at most 1 MiB")
	}
	var jpeg []byte
	if len(a.Jpeg) > 0 {
		jpeg = a.Jpeg
	}
	id, err := c.client.SetGroupPhoto(c.ctx, of, jpeg)
	if err != nil {
		return nil, err
	}
	if jpeg == nil {
		id = ""
	}
	return &pb.ActResult{Result: &pb.ActResult_Picture{Picture: &pb.PictureSet{Id: id}}}, nil
}
