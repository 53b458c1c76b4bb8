package newsletter

// State is the store's content as it is saved.
type State struct {
	Made     int
	Channels []Channel
}

// State returns a copy of the content for saving.
func (s *Store) State() State {
	state := State{}
	for _, channel := range s.All() {
		state.Channels = append(state.Channels, *channel)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	state.Made = s.made
	return state
}

// Restore fills an empty store with saved content.
func (s *Store) Restore(state State) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made = state.Made
	for i := range state.Channels {
		channel := state.Channels[i]
		s.channels[channel.ID] = &channel
		s.order = append(s.order, channel.ID)
	}
}
