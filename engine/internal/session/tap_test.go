package session

import (
	"testing"

	pb "holdfast/engine/enginepb"
)

// What the hardened library contains ends its connection, and says where it was.
func TestAPanicThatTheLibraryContainsEndsTheConnection(t *testing.T) {
	conn, _ := bare(t, none)
	log := newTap(conn.log, conn)
	log.Sub("Client").Errorf("Something ordinary: %v", "x")
	if conn.worst().Reason != pb.Reason_REASON_UNSPECIFIED {
		t.Errorf("ended with %v", conn.worst())
	}
	log.Sub("Client").Errorf("Contained a panic in a goroutine of %s", "message.go:57")
	if ending := conn.worst(); ending.Reason != pb.Reason_CRASHED || ending.Detail != "contained panic in the library: message.go:57" {
		t.Errorf("ended with %v", ending)
	}
}
