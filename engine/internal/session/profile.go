package session

import (
	"go.mau.fi/whatsmeow/appstate"
	"go.mau.fi/whatsmeow/types"
	"go.mau.fi/whatsmeow/types/events"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
)

// setProfile changes what is named of the session's own profile.
func (c *Connection) setProfile(p *pb.SetProfile) error {
	if p.PushName != nil {
		if p.GetPushName() == "" {
			return argumentError("push_name is empty")
		}
		if err := c.client.SendAppState(c.ctx, appstate.BuildSettingPushName(p.GetPushName())); err != nil {
			return err
		}
	}
	if p.About != nil {
		text := p.GetAbout()
		return c.client.SetStatusMessage(c.ctx, types.SetStatusInput{Text: &text})
	}
	return nil
}

func (c *Connection) askBlockList() (*pb.QueryResult, error) {
	blocked, err := c.client.GetBlocklist(c.ctx)
	if err != nil {
		return nil, err
	}
	list := &pb.BlockList{}
	for _, who := range blocked.JIDs {
		list.Members = append(list.Members, translate.Member(&types.GroupParticipant{JID: who}, c.aliases))
	}
	return &pb.QueryResult{Result: &pb.QueryResult_BlockList{BlockList: list}}, nil
}

func (c *Connection) block(b *pb.Block) error {
	person, err := personOf(b.Person)
	if err != nil {
		return err
	}
	action := events.BlocklistChangeActionUnblock
	if b.Blocked {
		action = events.BlocklistChangeActionBlock
	}
	_, err = c.client.UpdateBlocklist(c.ctx, person, action)
	return err
}

func (c *Connection) rejectCall(r *pb.RejectCall) error {
	from, err := personOf(r.From)
	if err != nil {
		return err
	}
	if r.CallId == "" {
		return argumentError("call_id is empty")
	}
	return c.client.RejectCall(c.ctx, from, r.CallId)
}
