package blackbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheLastNotesAreThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "engine.last")
	box, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range lines + 10 {
		box.Note(Frame, fmt.Sprintf("session-%03d", n))
	}
	box.Note(Dialled, strings.Repeat("x", 300))
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := string(content)
	if strings.Contains(text, "session-010 ") || !strings.Contains(text, fmt.Sprintf("frame session-%03d ", lines+9)) {
		t.Errorf("not the last ones:\n%s", text)
	}
	all := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if len(all) != lines {
		t.Fatalf("%d lines, want %d", len(all), lines)
	}
	for _, line := range all {
		if len(strings.Fields(line)) != 3 {
			t.Errorf("%q is not a time, what was done, and a session", line)
		}
	}
}

func TestANoteCostsNothing(t *testing.T) {
	box, err := Open(filepath.Join(t.TempDir(), "engine.last"))
	if err != nil {
		t.Fatal(err)
	}
	if allocated := testing.AllocsPerRun(100, func() { box.Note(Frame, "main") }); allocated > 0 {
		t.Errorf("%v allocations", allocated)
	}
}

func TestAnOrderlyEndLeavesNothingToRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "engine.last")
	box, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := box.Remove(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the file is still there")
	}
	var none *Box
	none.Note(Frame, "main")
	if err := none.Remove(); err != nil {
		t.Error(err)
	}
}
