// Command harden makes a copy of the pinned whatsmeow in which a panic in a goroutine that the library starts by itself
// does not end the process, with a few amendments, and a go.mod that builds the engine with it. It works from the module
// cache alone.
//
//	go run ./engine/harden build/hardened
//	go build -modfile build/hardened/go.mod ./engine
//
// In build/hardened/whatsmeow.patch stands what the copy differs by. whatsmeow is under the Mozilla Public License 2.0:
// a program that is built so contains modified files of it, so the patch goes with every binary (see NOTICE).
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	library   = "go.mau.fi/whatsmeow"
	contained = library + "/contained"
	// With fewer go statements than the version had that this was made for, something was overlooked.
	//
	// Source: whatsmeow 35ae40906e74.
	leastStatements = 55
)

// recovering is the package that the copy has more than the original.
const recovering = `// Package contained is Holdfast's: a panic in a goroutine of the library is told and does not end the process.
package contained

import (
	"fmt"
	"os"
	"runtime/debug"

	waLog "go.mau.fi/whatsmeow/util/log"
)

// Recover is deferred at the beginning of every goroutine.
func Recover(log waLog.Logger, where string) {
	value := recover()
	if value == nil {
		return
	}
	fmt.Fprintf(os.Stderr, "contained a panic in a goroutine of %s: %v\n%s", where, value, debug.Stack())
	if log != nil {
		log.Errorf("Contained a panic in a goroutine of %s", where)
	}
}
`

func main() {
	if len(os.Args) != 2 {
		fail(errors.New("usage: harden FOLDER"))
	}
	if err := build(os.Args[1]); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "harden:", err)
	os.Exit(1)
}

func build(target string) error {
	// On a bare machine the module cache is empty: the list would name no folder.
	if out, err := exec.Command("go", "mod", "download", library).CombinedOutput(); err != nil {
		return fmt.Errorf("%s cannot be fetched: %w: %s", library, err, strings.TrimSpace(string(out)))
	}
	origin, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}} {{.Version}}", library).Output()
	if err != nil {
		return fmt.Errorf("the module cache has no %s: %w", library, err)
	}
	source, version, _ := strings.Cut(strings.TrimSpace(string(origin)), " ")
	copied := filepath.Join(target, "whatsmeow")
	if err := os.RemoveAll(copied); err != nil {
		return err
	}
	patch, count, err := copyHardened(source, copied)
	if err != nil {
		return err
	}
	if count < leastStatements {
		return fmt.Errorf("%d go statements found in %s %s, expected at least %d: look at what has changed", count, library, version, leastStatements)
	}
	if err := write(filepath.Join(copied, "contained", "contained.go"), recovering); err != nil {
		return err
	}
	patch = fmt.Sprintf("Made by Holdfast's engine/harden from %s %s, under the Mozilla Public License 2.0.\nApply with `patch -p1`.\n\n", library, version) +
		patch + created("contained/contained.go", recovering)
	if err := write(filepath.Join(target, "whatsmeow.patch"), patch); err != nil {
		return err
	}
	return modfile(target)
}

// copyHardened copies the module's source, tests left out, and returns the patch and how many goroutines it guards.
func copyHardened(source, target string) (string, int, error) {
	patch, total := "", 0
	err := filepath.WalkDir(source, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(source, path)
		if err != nil {
			return err
		}
		text, count := string(content), 0
		if strings.HasSuffix(name, ".go") {
			if text, count, err = harden(filepath.ToSlash(name), content); err != nil {
				return err
			}
			if text, err = amend(filepath.ToSlash(name), text); err != nil {
				return err
			}
		}
		if text != string(content) {
			patch += difference(filepath.ToSlash(name), string(content), text)
		}
		total += count
		return write(filepath.Join(target, name), text)
	})
	return patch, total, err
}

// modfile is the engine's go.mod with the copy in the library's place.
func modfile(target string) error {
	for _, name := range []string{"go.mod", "go.sum"} {
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		text := string(content)
		if name == "go.mod" {
			text += fmt.Sprintf("\nreplace %s => ./%s\n", library, filepath.ToSlash(filepath.Join(target, "whatsmeow")))
		}
		if err := write(filepath.Join(target, name), text); err != nil {
			return err
		}
	}
	return nil
}

func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644)
}
