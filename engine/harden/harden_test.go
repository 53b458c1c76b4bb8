package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const sample = `package whatsmeow

import "context"

func (cli *Client) one(ctx context.Context, texts ...string) {
	go cli.two(ctx, 0, nil, true, len(texts))
	go func() {
		cli.three()
	}()
	go four(texts...)
}

func four(texts ...string) {
	go five()
}
`

const hardened = `package whatsmeow

import "go.mau.fi/whatsmeow/contained"

import "context"

func (cli *Client) one(ctx context.Context, texts ...string) {
	{ called, with0, with4 := cli.two, ctx, len(texts); go func() { defer contained.Recover(cli.Log, "sample.go:6"); called(with0, 0, nil, true, with4) }() }
	go func() { defer contained.Recover(cli.Log, "sample.go:7");
		cli.three()
	}()
	{ called, with0 := four, texts; go func() { defer contained.Recover(cli.Log, "sample.go:10"); called(with0...) }() }
}

func four(texts ...string) {
	{ called := five; go func() { defer contained.Recover(nil, "sample.go:14"); called() }() }
}
`

func TestEveryGoStatementGetsARecover(t *testing.T) {
	text, count, err := harden("sample.go", []byte(sample))
	if err != nil || count != 4 || text != hardened {
		t.Errorf("%d, %v:\n%s", count, err, text)
	}
	same, count, err := harden("none.go", []byte("package none\n"))
	if err != nil || count != 0 || same != "package none\n" {
		t.Errorf("%d, %v: %s", count, err, same)
	}
	if _, _, err := harden("broken.go", []byte("package")); err == nil {
		t.Error("what cannot be read was taken")
	}
}

func TestThePatchMakesTheOneFromTheOther(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "sample.go")
	if err := os.WriteFile(path, []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	apply := exec.Command("patch", "-p1", "--silent")
	apply.Dir, apply.Stdin = folder, strings.NewReader(difference("sample.go", sample, hardened))
	if out, err := apply.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != hardened {
		t.Errorf("%v:\n%s", err, got)
	}
}

// The same program with the library as it is and as it is built in: the one dies of a panic in a goroutine of the library.
func TestAPanicInAGoroutineOfTheLibraryEndsNoProcess(t *testing.T) {
	t.Chdir("../..")
	const folder = "build/hardened-test" // always the same, so that the compiler's cache knows it
	if err := build(folder); err != nil {
		t.Fatal(err)
	}
	const program = "./engine/harden/testdata/dies"
	if out, err := exec.Command("go", "run", program).CombinedOutput(); err == nil || !strings.Contains(string(out), "panic: what the library calls has a fault") {
		t.Errorf("the library as it is: %v\n%s", err, out)
	}
	out, err := exec.Command("go", "run", "-modfile", folder+"/go.mod", program).CombinedOutput()
	if err != nil || !strings.Contains(string(out), "alive") || !strings.Contains(string(out), "contained a panic in a goroutine of socket/") {
		t.Errorf("the hardened one: %v\n%s", err, out)
	}
	if patch, err := os.ReadFile(folder + "/whatsmeow.patch"); err != nil || !strings.Contains(string(patch), "+++ b/contained/contained.go") {
		t.Errorf("patch: %v", err)
	}
}

func TestAnAmendmentIsMadeOnceOrFails(t *testing.T) {
	before, after := map[string]string{}, map[string]string{}
	for _, it := range amendments() {
		before[it.file] += "if " + it.from + " {}\n"
		after[it.file] += "if " + it.to + " {}\n"
	}
	for name, text := range before {
		if got, err := amend(name, text); err != nil || got != after[name] {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		for _, wrong := range []string{"", text + text} {
			if _, err := amend(name, wrong); err == nil {
				t.Errorf("%s: %q was taken", name, wrong)
			}
		}
	}
	if text, err := amend("other.go", "as it is"); err != nil || text != "as it is" {
		t.Errorf("%q, %v", text, err)
	}
}
