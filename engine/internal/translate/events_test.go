package translate

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What is a struct in the library's events package and not an event: parts of events, and values behind them.
var parts = []string{"BlocklistChange", "MexNotificationData", "MediaRetryError", "NewsletterMessageMeta"}

func librarySource(t *testing.T) string {
	t.Helper()
	output, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "go.mau.fi/whatsmeow").Output()
	if err != nil {
		t.Fatalf("find the library's source: %v", err)
	}
	return strings.TrimSpace(string(output))
}

// structs lists the exported struct types of a package.
func structs(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if spec, ok := node.(*ast.TypeSpec); ok && spec.Name.IsExported() {
				if _, isStruct := spec.Type.(*ast.StructType); isStruct {
					names = append(names, spec.Name.Name)
				}
			}
			return true
		})
	}
	return names
}

func TestEveryEventOfTheLibraryHasItsPlace(t *testing.T) {
	table := NewDispositions()
	known := map[string]Disposition{}
	for kind, disposition := range table {
		known[kind.Elem().Name()] = disposition
	}
	found := structs(t, filepath.Join(librarySource(t), "types", "events"))
	if len(found) < 60 {
		t.Fatalf("only %d event types found: is this the right folder?", len(found))
	}
	for _, name := range found {
		if _, ok := known[name]; !ok && !slices.Contains(parts, name) {
			t.Errorf("events.%s is neither translated nor deliberately ignored", name)
		}
		delete(known, name)
	}
	for name := range known {
		t.Errorf("%s is in the table, but not in the library", name)
	}
}

func TestTheTableIsTrue(t *testing.T) {
	for disposition, kinds := range dispositions() {
		for _, event := range kinds {
			if _, ends := EndingOfEvent(event); ends != (disposition == Ends) {
				t.Errorf("%T: disposition %d, but ends a connection: %v", event, disposition, ends)
			}
		}
	}
	if NewDispositions().Of("no event") != Unknown {
		t.Error("a stranger has a place in the table")
	}
	seen := map[reflect.Type]bool{}
	for _, kinds := range dispositions() {
		for _, event := range kinds {
			if seen[reflect.TypeOf(event)] {
				t.Errorf("%T is listed twice", event)
			}
			seen[reflect.TypeOf(event)] = true
		}
	}
}
