package faults

import (
	"os"
	"strings"
	"testing"
)

// The page for users lists every ready-made fault.
func TestThePageNamesEveryFault(t *testing.T) {
	page, err := os.ReadFile("../../../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range Names() {
		if !strings.Contains(string(page), "\n| `"+name+"` |") {
			t.Errorf("docs/simulator.md does not name the fault %s", name)
		}
	}
}
