package translate

import (
	"go.mau.fi/whatsmeow/types"

	pb "holdfast/engine/enginepb"
)

// Valid makes a stranger's text fit for a protobuf string.
func Valid(s string) string { return valid(s) }

// Group translates what WhatsApp tells of a group.
func Group(info *types.GroupInfo, aliases Aliases) *pb.Group {
	group := &pb.Group{
		Group: valid(info.JID.String()), Subject: valid(info.Name), Description: valid(info.Topic),
		Owner: valid(info.OwnerJID.ToNonAD().String()), Announce: info.IsAnnounce, Locked: info.IsLocked,
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
