package translate

import (
	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
)

// Group translates what WhatsApp tells of a group.
func Group(info *types.GroupInfo, aliases Aliases) *pb.Group {
	group := &pb.Group{
		Group: valid(info.JID.String()), Subject: valid(info.Name), Description: valid(info.Topic),
		Owner: valid(info.OwnerJID.ToNonAD().String()), Announce: info.IsAnnounce, Locked: info.IsLocked,
		JoinApproval: info.IsJoinApprovalRequired, MembersAdd: info.MemberAddMode == types.GroupMemberAddModeAllMember,
	}
	if !info.GroupCreated.IsZero() {
		group.CreatedMs = info.GroupCreated.UnixMilli()
	}
	if info.IsEphemeral {
		group.DisappearingS = info.DisappearingTimer
	}
	for i := range info.Participants {
		group.Members = append(group.Members, Member(&info.Participants[i], aliases))
	}
	return group
}

// Member translates a member, under both names where they are known.
func Member(p *types.GroupParticipant, aliases Aliases) *pb.Member {
	jid := p.JID.ToNonAD()
	phone, lid := p.PhoneNumber.ToNonAD(), p.LID.ToNonAD()
	for _, known := range []types.JID{jid, firstOf(types.EmptyJID, aliases, jid)} {
		switch {
		case known.Server == types.DefaultUserServer && phone.IsEmpty():
			phone = known
		case known.Server == types.HiddenUserServer && lid.IsEmpty():
			lid = known
		}
	}
	return &pb.Member{
		Jid: valid(jid.String()), Phone: valid(phone.String()), Lid: valid(lid.String()),
		Admin: p.IsAdmin || p.IsSuperAdmin, Owner: p.IsSuperAdmin, WhatsappCode: int32(p.Error),
	}
}

// Picture translates a picture; nil is none.
func Picture(info *types.ProfilePictureInfo) *pb.Picture {
	if info == nil {
		return &pb.Picture{}
	}
	return &pb.Picture{Id: valid(info.ID), Url: valid(info.URL)}
}

// About translates what a person says about themselves.
func About(info *types.UserInfo) *pb.About { return &pb.About{Text: valid(info.Status)} }

// OwnProfile translates what others see of the session's number.
func OwnProfile(jid, lid types.JID, pushName string, info *types.UserInfo) *pb.OwnProfile {
	return &pb.OwnProfile{
		Jid: jid.ToNonAD().String(), Lid: lid.ToNonAD().String(), PushName: valid(pushName),
		About: valid(info.Status), PictureId: valid(info.PictureID),
	}
}

// Registered translates whether a number is on WhatsApp, and under which names.
func Registered(phone string, found types.IsOnWhatsAppResponse, aliases Aliases) *pb.Registered {
	to := &pb.Registered{Phone: phone, Registered: found.IsIn}
	if !found.IsIn {
		return to
	}
	named := Member(&types.GroupParticipant{JID: found.JID, PhoneNumber: found.PhoneNumber}, aliases)
	to.Jid, to.Lid = named.Phone, named.Lid
	if to.Jid == "" {
		to.Jid = types.NewJID(phone, types.DefaultUserServer).String()
	}
	return to
}
