package main

import (
	"fmt"
	"strings"
)

// difference is a unified diff without context of two texts that differ in some lines; whole lines are only added right
// after a line that both have.
func difference(name, before, after string) string {
	old, new := strings.SplitAfter(before, "\n"), strings.SplitAfter(after, "\n")
	hunks := &strings.Builder{}
	fmt.Fprintf(hunks, "--- a/%s\n+++ b/%s\n", name, name)
	for i, j := 0, 0; i < len(old) || j < len(new); {
		if i < len(old) && j < len(new) && old[i] == new[j] {
			i, j = i+1, j+1
			continue
		}
		di, dj := apart(old[i:], new[j:])
		fmt.Fprintf(hunks, "@@ -%s +%s @@\n", spread(i, di), spread(j, dj))
		lines(hunks, "-", old[i:i+di])
		lines(hunks, "+", new[j:j+dj])
		i, j = i+di, j+dj
	}
	return hunks.String()
}

// apart tells how many lines of each side lie before the next line that both have.
func apart(old, new []string) (int, int) {
	for both := 0; both <= len(old)+len(new); both++ {
		for i := max(0, both-len(new)); i <= min(both, len(old)); i++ {
			j := both - i
			if i < len(old) && j < len(new) && old[i] == new[j] && strings.TrimSpace(old[i]) != "" {
				return i, j
			}
		}
	}
	return len(old), len(new)
}

func spread(from, count int) string {
	if count == 0 {
		return fmt.Sprintf("%d,0", from)
	}
	return fmt.Sprintf("%d,%d", from+1, count)
}

func lines(to *strings.Builder, sign string, all []string) {
	for _, line := range all {
		to.WriteString(sign + strings.TrimSuffix(line, "\n") + "\n")
	}
}

// created is the diff that makes a new file.
func created(name, text string) string {
	all := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	made := &strings.Builder{}
	fmt.Fprintf(made, "--- /dev/null\n+++ b/%s\n@@ -0,0 +1,%d @@\n", name, len(all))
	lines(made, "+", all)
	return made.String()
}
