package keys

import "fmt"

// savedKeySize is one packed one-time key: its id and its public half.
const savedKeySize = 3 + 32

// State is a store's content as it is saved; one-time keys are packed, because there are 812 per device.
type State struct {
	RegistrationID uint32
	Identity       []byte
	SignedID       uint32
	SignedPublic   []byte
	Signature      []byte
	OneTime        []byte
}

// State returns the content for saving.
func (s *Store) State() State {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := State{
		RegistrationID: s.registrationID, Identity: append([]byte(nil), s.identity[:]...), SignedID: s.signed.Number(),
		SignedPublic: append([]byte(nil), s.signed.Public[:]...), Signature: append([]byte(nil), s.signed.Signature[:]...),
		OneTime: make([]byte, 0, len(s.oneTime)*savedKeySize),
	}
	for i := range s.oneTime {
		state.OneTime = append(state.OneTime, s.oneTime[i].ID[:]...)
		state.OneTime = append(state.OneTime, s.oneTime[i].Public[:]...)
	}
	return state
}

// Restore returns a store with saved content.
func Restore(state State) (*Store, error) {
	if len(state.Identity) != 32 || len(state.SignedPublic) != 32 || len(state.Signature) != 64 || len(state.OneTime)%savedKeySize != 0 {
		return nil, fmt.Errorf("keys: the saved store is damaged")
	}
	store := NewStore(state.RegistrationID, [32]byte(state.Identity), SignedPreKey{
		PreKey:    PreKey{ID: ID(state.SignedID), Public: [32]byte(state.SignedPublic)},
		Signature: [64]byte(state.Signature),
	})
	store.oneTime = make([]PreKey, len(state.OneTime)/savedKeySize)
	for i := range store.oneTime {
		packed := state.OneTime[i*savedKeySize:]
		store.oneTime[i] = PreKey{ID: [3]byte(packed[:3]), Public: [32]byte(packed[3:savedKeySize])}
	}
	return store, nil
}
