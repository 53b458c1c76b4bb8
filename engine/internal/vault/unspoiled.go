package vault

import (
	"context"

	"go.mau.fi/libsignal/state/record"
	"go.mau.fi/whatsmeow/store"

	"holdfast/internal/ratchet"
)

// mended returns what to store. Only a record with archived states costs the second look: few have one.
func (s *guardedStore) mended(ctx context.Context, address string, session []byte) ([]byte, error) {
	after := decodeSession(session)
	if after == nil || len(after.PreviousStates) == 0 {
		return session, nil
	}
	stored, err := s.AllSessionSpecificStores.GetSession(ctx, address)
	if err != nil {
		return nil, err
	}
	before := decodeSession(stored)
	if before == nil {
		return session, nil
	}
	return store.SignalProtobufSerializer.Session.Serialize(ratchet.Unspoiled(before, after)), nil
}

// decodeSession returns nil for what is no session record: what cannot be read is not judged here.
func decodeSession(encoded []byte) *record.SessionStructure {
	if len(encoded) == 0 {
		return nil
	}
	decoded, err := store.SignalProtobufSerializer.Session.Deserialize(encoded)
	if err != nil || decoded.SessionState == nil {
		return nil
	}
	return decoded
}
