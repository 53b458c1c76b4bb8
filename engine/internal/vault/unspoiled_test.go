package vault

import (
	"context"
	"testing"

	"go.mau.fi/libsignal/state/record"
	"go.mau.fi/whatsmeow/store"
)

func encodedSession(current *record.StateStructure, previous ...*record.StateStructure) []byte {
	return store.SignalProtobufSerializer.Session.Serialize(
		&record.SessionStructure{SessionState: current, PreviousStates: previous})
}

func state(baseKey string, counter uint32) *record.StateStructure {
	return &record.StateStructure{SenderBaseKey: []byte(baseKey), PreviousCounter: counter, SessionVersion: 3}
}

// The library turns archived ratchets by keys that are not theirs: what is stored must not be.
func TestArchivedSessionsStayAsTheyWere(t *testing.T) {
	ctx := context.Background()
	_, device := loadedDevice(t)
	for _, session := range [][]byte{
		encodedSession(state("old", 7), state("older", 3)),
		encodedSession(state("older", 4), state("old", 8)), // a message for "older" came; "old" was turned as well
	} {
		if err := device.Sessions.PutSession(ctx, "f:0", session); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := device.Sessions.GetSession(ctx, "f:0")
	if err != nil {
		t.Fatal(err)
	}
	got := decodeSession(stored)
	if got.SessionState.PreviousCounter != 4 || got.PreviousStates[0].PreviousCounter != 7 {
		t.Errorf("current %d, archived %d; want 4 and 7", got.SessionState.PreviousCounter, got.PreviousStates[0].PreviousCounter)
	}
}
