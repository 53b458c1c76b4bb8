package queue

import (
	"fmt"
	"time"

	binary "go.mau.fi/whatsmeow/binary"
)

// State is a queue's content as it is saved.
type State struct {
	Last    uint64
	Entries []SavedEntry
}

// SavedEntry is an entry with its stanza encoded as on the wire.
type SavedEntry struct {
	Seq     uint64
	Sender  string
	Encoded []byte
	// Fleeting tells the two kinds of entries apart.
	Fleeting bool
	Key      string
	Expires  time.Time
}

// State returns the content for saving.
func (q *Queue) State() (State, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	state := State{Last: q.last}
	for i := range q.entries {
		encoded, err := binary.Marshal(q.entries[i].Node)
		if err != nil {
			return State{}, fmt.Errorf("queue: saving <%s>: %w", q.entries[i].Node.Tag, err)
		}
		saved := SavedEntry{Seq: q.entries[i].Seq, Sender: q.entries[i].Sender, Encoded: encoded}
		if fleeting := q.entries[i].Fleeting; fleeting != nil {
			saved.Fleeting, saved.Key, saved.Expires = true, fleeting.Key, fleeting.Expires
		}
		state.Entries = append(state.Entries, saved)
	}
	return state, nil
}

// Restore returns a queue with saved content.
func Restore(state State) (*Queue, error) {
	restored := &Queue{last: state.Last}
	for _, saved := range state.Entries {
		body, err := binary.Unpack(saved.Encoded)
		if err != nil {
			return nil, fmt.Errorf("queue: restoring: %w", err)
		}
		node, err := binary.Unmarshal(body)
		if err != nil {
			return nil, fmt.Errorf("queue: restoring: %w", err)
		}
		entry := Entry{Seq: saved.Seq, Node: *node, Sender: saved.Sender}
		if saved.Fleeting {
			entry.Fleeting = &Fleeting{Key: saved.Key, Expires: saved.Expires}
		}
		restored.entries = append(restored.entries, entry)
	}
	return restored, nil
}
