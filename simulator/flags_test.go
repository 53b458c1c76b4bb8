package main

import (
	"testing"
	"time"
)

func TestHowLongTypingWaits(t *testing.T) {
	for text, want := range map[string]time.Duration{"": 0, "3": 3 * time.Second, "0.5": 500 * time.Millisecond} {
		if got, err := typingLife(text); got != want || err != nil {
			t.Errorf("%q: %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"0", "-1", "soon"} {
		if _, err := typingLife(text); err == nil {
			t.Errorf("%q is taken", text)
		}
	}
}
