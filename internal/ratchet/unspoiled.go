// Package ratchet mends what the Signal library does to sessions. What enters are session records before and after
// the library's work, what leaves is the record to store; it keeps nothing. It belongs to nobody: whoever puts a
// store under that library needs it, on either side of a conversation.
package ratchet

import (
	"bytes"

	"go.mau.fi/libsignal/state/record"
)

// Unspoiled returns after with every state but the current one as it was before.
//
// A message is tried with the current state first, then with the archived ones. The library turns the ratchet of each
// state that it tries before it knows whether the message belongs to it; when an older state fits, the others are
// stored turned by a key that was never theirs, and nothing opens with them any more. Two sides that write at once
// for the first time meet this: each has two sessions, and uses both for a while.
//
// Source: libsignal 0.2.2, SessionCipher.DecryptWithState (libsignal for Java works on a copy of each state).
func Unspoiled(before, after *record.SessionStructure) *record.SessionStructure {
	if before == nil || len(after.PreviousStates) == 0 {
		return after
	}
	mended := *after
	mended.PreviousStates = make([]*record.StateStructure, len(after.PreviousStates))
	for i, state := range after.PreviousStates {
		mended.PreviousStates[i] = state
		if known := find(before, state); known != nil {
			mended.PreviousStates[i] = known
		}
	}
	return &mended
}

// find returns the state of a record that belongs to the same session: the key that opened it never changes.
func find(in *record.SessionStructure, wanted *record.StateStructure) *record.StateStructure {
	if len(wanted.SenderBaseKey) == 0 {
		return nil
	}
	for _, state := range append([]*record.StateStructure{in.SessionState}, in.PreviousStates...) {
		if bytes.Equal(state.SenderBaseKey, wanted.SenderBaseKey) {
			return state
		}
	}
	return nil
}
