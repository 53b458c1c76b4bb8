package session

import (
	"time"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
)

// act does something that others see.
func (c *Connection) act(act *pb.Act, reply func(*pb.Result)) {
	var do func() (*pb.ActResult, error)
	switch a := act.Act.(type) {
	case *pb.Act_ChatPresence:
		do = func() (*pb.ActResult, error) { return nothing(c.chatPresence(a.ChatPresence)) }
	case *pb.Act_Presence:
		do = func() (*pb.ActResult, error) { return nothing(c.client.SendPresence(c.ctx, presenceOf(a.Presence))) }
	case *pb.Act_MarkRead:
		do = func() (*pb.ActResult, error) { return nothing(c.markRead(a.MarkRead)) }
	case *pb.Act_GroupCreate:
		do = func() (*pb.ActResult, error) { return c.createGroup(a.GroupCreate) }
	case *pb.Act_GroupMembers:
		do = func() (*pb.ActResult, error) { return c.changeMembers(a.GroupMembers) }
	case *pb.Act_GroupSubject:
		do = func() (*pb.ActResult, error) { return nothing(c.setSubject(a.GroupSubject)) }
	case *pb.Act_GroupLeave:
		do = func() (*pb.ActResult, error) { return nothing(c.leaveGroup(a.GroupLeave)) }
	case *pb.Act_MediaAgain:
		do = func() (*pb.ActResult, error) { return c.mediaAgain(a.MediaAgain) }
	case *pb.Act_GroupSettings:
		do = func() (*pb.ActResult, error) { return nothing(c.setGroup(a.GroupSettings)) }
	case *pb.Act_GroupLinkReset:
		do = func() (*pb.ActResult, error) { return c.resetGroupLink(a.GroupLinkReset) }
	case *pb.Act_GroupJoin:
		do = func() (*pb.ActResult, error) { return c.joinGroup(a.GroupJoin) }
	case *pb.Act_GroupDecide:
		do = func() (*pb.ActResult, error) { return c.decideRequests(a.GroupDecide) }
	case *pb.Act_SetPicture:
		do = func() (*pb.ActResult, error) { return c.setPicture(a.SetPicture) }
	case *pb.Act_SetProfile:
		do = func() (*pb.ActResult, error) { return nothing(c.setProfile(a.SetProfile)) }
	case *pb.Act_Block:
		do = func() (*pb.ActResult, error) { return nothing(c.block(a.Block)) }
	case *pb.Act_RejectCall:
		do = func() (*pb.ActResult, error) { return nothing(c.rejectCall(a.RejectCall)) }
	case *pb.Act_WatchPresence:
		do = func() (*pb.ActResult, error) { return nothing(c.watchPresence(a.WatchPresence)) }
	case *pb.Act_OlderHistory:
		do = func() (*pb.ActResult, error) { return nothing(c.askOlder(a.OlderHistory)) }
	case *pb.Act_MessageAgain:
		do = func() (*pb.ActResult, error) { return nothing(c.askAgain(a.MessageAgain)) }
	default:
		reply(failure(pb.ErrorCode_UNKNOWN_COMMAND, "this engine does not know the act"))
		return
	}
	c.background(reply, func() *pb.Result {
		result, err := do()
		if err != nil {
			return c.explain(err)
		}
		return &pb.Result{Result: &pb.Result_Act{Act: result}}
	})
}

// nothing is the result of an act that has nothing to tell.
func nothing(err error) (*pb.ActResult, error) { return &pb.ActResult{}, err }

func presenceOf(p *pb.Presence) types.Presence {
	if p.Available {
		return types.PresenceAvailable
	}
	return types.PresenceUnavailable
}

func (c *Connection) chatPresence(p *pb.ChatPresence) error {
	chat, err := chatOf(p.Chat)
	if err != nil {
		return err
	}
	state, media := types.ChatPresenceComposing, types.ChatPresenceMediaText
	switch p.Activity {
	case pb.ChatActivity_TYPING:
	case pb.ChatActivity_RECORDING:
		media = types.ChatPresenceMediaAudio
	case pb.ChatActivity_PAUSED:
		state = types.ChatPresencePaused
	default:
		return argumentError("unknown activity")
	}
	return c.client.SendChatPresence(c.ctx, chat, state, media)
}

func (c *Connection) markRead(m *pb.MarkRead) error {
	chat, err := chatOf(m.Chat)
	if err != nil {
		return err
	}
	if len(m.MessageIds) == 0 {
		return argumentError("message_ids is empty")
	}
	sender := types.EmptyJID
	if m.Sender != "" {
		if sender, err = personOf(m.Sender); err != nil {
			return err
		}
	}
	at := time.Now()
	if m.TimestampMs > 0 {
		at = time.UnixMilli(m.TimestampMs)
	}
	return c.client.MarkRead(c.ctx, m.MessageIds, at, chat, sender)
}

func (c *Connection) createGroup(g *pb.GroupCreate) (*pb.ActResult, error) {
	members, err := personsOf(g.Members)
	if err != nil {
		return nil, err
	}
	if g.Subject == "" {
		return nil, argumentError("subject is empty")
	}
	info, err := c.client.CreateGroup(c.ctx, whatsmeow.ReqCreateGroup{Name: g.Subject, Participants: members})
	if err != nil {
		return nil, err
	}
	return &pb.ActResult{Result: &pb.ActResult_Group{Group: translate.Group(info, c.aliases)}}, nil
}

func personsOf(texts []string) ([]types.JID, error) {
	persons := make([]types.JID, 0, len(texts))
	for _, text := range texts {
		person, err := personOf(text)
		if err != nil {
			return nil, err
		}
		persons = append(persons, person)
	}
	return persons, nil
}

func (c *Connection) changeMembers(g *pb.GroupMembers) (*pb.ActResult, error) {
	change, known := map[pb.MemberChange]whatsmeow.ParticipantChange{
		pb.MemberChange_ADD: whatsmeow.ParticipantChangeAdd, pb.MemberChange_REMOVE: whatsmeow.ParticipantChangeRemove,
		pb.MemberChange_PROMOTE: whatsmeow.ParticipantChangePromote, pb.MemberChange_DEMOTE: whatsmeow.ParticipantChangeDemote,
	}[g.Change]
	group, err := groupOf(g.Group)
	if err != nil {
		return nil, err
	}
	members, err := personsOf(g.Members)
	if err != nil {
		return nil, err
	}
	if !known || len(members) == 0 {
		return nil, argumentError("change or members")
	}
	changed, err := c.client.UpdateGroupParticipants(c.ctx, group, members, change)
	if err != nil {
		return nil, err
	}
	return c.membersChanged(changed), nil
}

func (c *Connection) setSubject(g *pb.GroupSubject) error {
	group, err := groupOf(g.Group)
	if err != nil {
		return err
	}
	return c.client.SetGroupName(c.ctx, group, g.Subject)
}

func (c *Connection) leaveGroup(g *pb.GroupLeave) error {
	group, err := groupOf(g.Group)
	if err != nil {
		return err
	}
	return c.client.LeaveGroup(c.ctx, group)
}
