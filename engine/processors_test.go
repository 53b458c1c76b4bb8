package main

import "testing"

func TestAProcessHasOneProcessorWhileItNeedsLittle(t *testing.T) {
	p := &processors{}
	looks := func(n int, share float64) (changes int) {
		for range n {
			if p.look(share) {
				changes++
			}
		}
		return changes
	}
	for _, step := range []struct {
		what    string
		looks   int
		share   float64
		changes int
		one     bool
	}{
		{"the beginning is busy", 50, 1.5, 0, false},
		{"quiet, not for long", quietFor - 1, 0.1, 0, false},
		{"between the two nothing changes", 50, 0.3, 0, false},
		{"quiet for long", 1, 0.1, 1, true},
		{"between the two nothing changes back", 50, 0.3, 0, true},
		{"busy for a moment", 1, 0.5, 1, false},
		{"quiet again, counted from the beginning", quietFor - 1, 0, 0, false},
		{"and long enough", 1, 0, 1, true},
	} {
		if changes := looks(step.looks, step.share); changes != step.changes || p.one != step.one {
			t.Errorf("%s: %d changes, one %v", step.what, changes, p.one)
		}
	}
}
