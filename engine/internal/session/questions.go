package session

import (
	"errors"
	"strings"

	"go.mau.fi/whatsmeow"
	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/translate"
)

const mostPhones = 256 // in one question; the server refuses long ones

// query asks WhatsApp something that changes nothing.
func (c *Connection) query(query *pb.Query, reply func(*pb.Result)) {
	var ask func() (*pb.QueryResult, error)
	switch q := query.Query.(type) {
	case *pb.Query_Group:
		ask = func() (*pb.QueryResult, error) { return c.askGroup(q.Group) }
	case *pb.Query_Groups:
		ask = c.askGroups
	case *pb.Query_OnWhatsapp:
		ask = func() (*pb.QueryResult, error) { return c.askOnWhatsApp(q.OnWhatsapp) }
	case *pb.Query_Picture:
		ask = func() (*pb.QueryResult, error) { return c.askPicture(q.Picture) }
	case *pb.Query_About:
		ask = func() (*pb.QueryResult, error) { return c.askAbout(q.About) }
	case *pb.Query_OwnProfile:
		ask = c.askOwnProfile
	case *pb.Query_GroupLink:
		ask = func() (*pb.QueryResult, error) { return c.askGroupLink(q.GroupLink) }
	case *pb.Query_GroupByLink:
		ask = func() (*pb.QueryResult, error) { return c.askGroupByLink(q.GroupByLink) }
	case *pb.Query_GroupRequests:
		ask = func() (*pb.QueryResult, error) { return c.askGroupRequests(q.GroupRequests) }
	case *pb.Query_BlockList:
		ask = c.askBlockList
	case *pb.Query_Ping:
		ask = c.askPing
	case *pb.Query_History:
		ask = func() (*pb.QueryResult, error) { return c.askHistory(q.History) }
	default:
		reply(failure(pb.ErrorCode_UNKNOWN_COMMAND, "this engine does not know the question"))
		return
	}
	c.background(reply, func() *pb.Result {
		answer, err := ask()
		if err != nil {
			return c.explain(err)
		}
		return &pb.Result{Result: &pb.Result_Query{Query: answer}}
	})
}

// argumentError is a bug or bad input of the gateway.
type argumentError string

func (e argumentError) Error() string { return string(e) }

func groupOf(text string) (types.JID, error) {
	jid, err := types.ParseJID(text)
	if err != nil || jid.Server != types.GroupServer || jid.User == "" {
		return types.EmptyJID, argumentError("not the JID of a group")
	}
	return jid, nil
}

func personOf(text string) (types.JID, error) {
	jid, err := types.ParseJID(text)
	if err != nil || jid.User == "" || (jid.Server != types.DefaultUserServer && jid.Server != types.HiddenUserServer) {
		return types.EmptyJID, argumentError("not the JID of a person")
	}
	return jid.ToNonAD(), nil
}

func chatOf(text string) (types.JID, error) {
	if jid, err := groupOf(text); err == nil {
		return jid, nil
	}
	jid, err := personOf(text)
	if err != nil {
		return jid, argumentError("not the JID of a person or group")
	}
	return jid, nil
}

func (c *Connection) askGroup(q *pb.GroupQuery) (*pb.QueryResult, error) {
	jid, err := groupOf(q.Group)
	if err != nil {
		return nil, err
	}
	info, err := c.client.GetGroupInfo(c.ctx, jid)
	if err != nil {
		return nil, err
	}
	return &pb.QueryResult{Result: &pb.QueryResult_Group{Group: translate.Group(info, c.aliases)}}, nil
}

func (c *Connection) askGroups() (*pb.QueryResult, error) {
	infos, err := c.client.GetJoinedGroups(c.ctx)
	if err != nil {
		return nil, err
	}
	groups := &pb.Groups{}
	for _, info := range infos {
		groups.Groups = append(groups.Groups, translate.Group(info, c.aliases))
	}
	return &pb.QueryResult{Result: &pb.QueryResult_Groups{Groups: groups}}, nil
}

// askOnWhatsApp answers every number that was asked, in the order of asking; one that the server leaves out is not there.
func (c *Connection) askOnWhatsApp(q *pb.OnWhatsAppQuery) (*pb.QueryResult, error) {
	if len(q.Phones) == 0 || len(q.Phones) > mostPhones {
		return nil, argumentError("between 1 and 256 numbers can be asked at once")
	}
	asked := make([]string, 0, len(q.Phones))
	for _, phone := range q.Phones {
		if phone == "" || strings.Trim(phone, "0123456789") != "" {
			return nil, argumentError("not a number: digits with country code")
		}
		asked = append(asked, "+"+phone)
	}
	found, err := c.client.IsOnWhatsApp(c.ctx, asked)
	if err != nil {
		return nil, err
	}
	answers := map[string]*pb.Registered{}
	for _, one := range found {
		phone := strings.TrimPrefix(one.Query, "+")
		answers[phone] = translate.Registered(phone, one, c.aliases)
	}
	result := &pb.OnWhatsApp{}
	for _, phone := range q.Phones {
		answer := answers[phone]
		if answer == nil {
			answer = &pb.Registered{Phone: phone}
		}
		result.Registered = append(result.Registered, answer)
	}
	return &pb.QueryResult{Result: &pb.QueryResult_OnWhatsapp{OnWhatsapp: result}}, nil
}

func (c *Connection) askPicture(q *pb.PictureQuery) (*pb.QueryResult, error) {
	jid, err := chatOf(q.Of)
	if err != nil {
		return nil, err
	}
	info, err := c.client.GetProfilePictureInfo(c.ctx, jid, &whatsmeow.GetProfilePictureParams{Preview: q.Preview})
	if err != nil && !errors.Is(err, whatsmeow.ErrProfilePictureNotSet) {
		return nil, err
	}
	if err != nil {
		info = nil
	}
	return &pb.QueryResult{Result: &pb.QueryResult_Picture{Picture: translate.Picture(info)}}, nil
}

func (c *Connection) askAbout(q *pb.AboutQuery) (*pb.QueryResult, error) {
	jid, err := personOf(q.Of)
	if err != nil {
		return nil, err
	}
	info, err := c.userInfo(jid)
	if err != nil {
		return nil, err
	}
	return &pb.QueryResult{Result: &pb.QueryResult_About{About: translate.About(info)}}, nil
}

func (c *Connection) userInfo(jid types.JID) (*types.UserInfo, error) {
	found, err := c.client.GetUserInfo(c.ctx, []types.JID{jid})
	if err != nil {
		return nil, err
	}
	info := found[jid]
	return &info, nil
}

func (c *Connection) askOwnProfile() (*pb.QueryResult, error) {
	own := c.device.GetJID()
	info, err := c.userInfo(own.ToNonAD())
	if err != nil {
		return nil, err
	}
	profile := translate.OwnProfile(own, c.device.GetLID(), c.device.PushName, info)
	return &pb.QueryResult{Result: &pb.QueryResult_OwnProfile{OwnProfile: profile}}, nil
}
