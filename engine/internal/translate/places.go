package translate

import (
	"go.mau.fi/whatsmeow/proto/waE2E"

	pb "holdfast/engine/enginepb"
)

func place(part *waE2E.LocationMessage) *pb.Location {
	return &pb.Location{
		Latitude: part.GetDegreesLatitude(), Longitude: part.GetDegreesLongitude(),
		Name: valid(part.GetName()), Address: valid(part.GetAddress()),
	}
}

func location(to *pb.Message, part *waE2E.LocationMessage) {
	to.Content = &pb.Message_Location{Location: place(part)}
}

func liveLocation(to *pb.Message, part *waE2E.LiveLocationMessage) {
	to.Content = &pb.Message_LiveLocation{LiveLocation: &pb.LiveLocation{
		Latitude: part.GetDegreesLatitude(), Longitude: part.GetDegreesLongitude(), Caption: valid(part.GetCaption()),
		AccuracyM: part.GetAccuracyInMeters(), SpeedMps: part.GetSpeedInMps(),
		HeadingDeg: part.GetDegreesClockwiseFromMagneticNorth(), Sequence: part.GetSequenceNumber(),
	}}
}

func groupInvite(to *pb.Message, part *waE2E.GroupInviteMessage) {
	to.Content = &pb.Message_GroupInvite{GroupInvite: &pb.GroupInvite{
		Group: valid(part.GetGroupJID()), Code: valid(part.GetInviteCode()), Name: valid(part.GetGroupName()),
		Caption: valid(part.GetCaption()), ExpiresMs: milliseconds(part.GetInviteExpiration()),
	}}
}

func calendarEvent(to *pb.Message, part *waE2E.EventMessage) {
	event := &pb.CalendarEvent{
		Name: valid(part.GetName()), Description: valid(part.GetDescription()), JoinLink: valid(part.GetJoinLink()),
		StartMs: milliseconds(part.GetStartTime()), EndMs: milliseconds(part.GetEndTime()), Canceled: part.GetIsCanceled(),
	}
	if part.Location != nil {
		event.Location = place(part.Location)
	}
	to.Content = &pb.Message_Event{Event: event}
}

// milliseconds turns a stranger's seconds into milliseconds; those of no time that can be are none.
func milliseconds(seconds int64) int64 {
	const latest = 253402300799 // the end of the year 9999
	if seconds < 0 || seconds > latest {
		return 0
	}
	return seconds * 1000
}
