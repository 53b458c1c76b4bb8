package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	pb "holdfast/engine/enginepb"
	"holdfast/engine/internal/labtest"
)

// attempt runs a command line to its end and answers its exit code and what it printed on standard error.
func attempt(t *testing.T, as *syscall.Credential, args ...string) (int, string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asEngine+"=1")
	if as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
	}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(labtest.Patience, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode(), stderr.String()
}

func wantOneLine(t *testing.T, name, stderr string) {
	t.Helper()
	if strings.Count(stderr, "\n") != 1 || !strings.HasPrefix(stderr, "holdfast-engine: ") || !strings.Contains(stderr, "next step") {
		t.Errorf("%s: not one clear line with the next step: %q", name, stderr)
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"unknown command":  {"dance"},
		"no data":          {"serve"},
		"unknown switch":   {"serve", "--data", "x", "--colour", "blue"},
		"stray word":       {"serve", "--data", "x", "y"},
		"no grace":         {"serve", "--data", "x", "--grace", "0s"},
		"haste in earnest": {"serve", "--data", "x", "--pace", "2"},
		"slower than life": {"serve", "--data", "x", "--lab", "x", "--pace", "0.5"},
	} {
		code, stderr := attempt(t, nil, args...)
		if code != exitUsage {
			t.Errorf("%s: exit code %d", name, code)
		}
		if strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %q", name, stderr)
		}
	}
	if code, stderr := attempt(t, nil); code != exitUsage || !strings.Contains(stderr, "serve --data DIR") {
		t.Errorf("no command: %d, %q", code, stderr)
	}
	var stdout, stderr bytes.Buffer
	if code := run([]string{"--help"}, &stdout, &stderr); code != exitOK || !strings.Contains(stdout.String(), "--park-limit") {
		t.Errorf("help: %d", code)
	}
	stdout.Reset()
	if code := run([]string{"version"}, &stdout, &stderr); code != exitOK || len(strings.Fields(stdout.String())) != 4 || !strings.HasSuffix(stdout.String(), "protocol 2\n") {
		t.Errorf("version: %d %q", code, stdout.String())
	}
	if len(build()) != buildLength {
		t.Errorf("build %q", build())
	}
}

func TestOneEnginePerFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := startEngine(t, dir)
	g := dial(t, dir)
	code, stderr := attempt(t, nil, "serve", "--data", dir)
	if code != exitLocked || !strings.Contains(stderr, fmt.Sprintf("pid %d", first.cmd.Process.Pid)) {
		t.Errorf("second engine: %d %q", code, stderr)
	}
	wantOneLine(t, "second engine", stderr)
	if g.must("", &pb.Command{Command: &pb.Command_List{List: &pb.List{}}}).GetList() == nil {
		t.Error("the first engine was disturbed")
	}
	pid, err := os.ReadFile(filepath.Join(dir, "run", "engine.pid"))
	if err != nil || strings.TrimSpace(string(pid)) != fmt.Sprint(first.cmd.Process.Pid) {
		t.Errorf("engine.pid: %q %v", pid, err)
	}
	// A kill leaves socket, pid and lock file behind; the next engine takes over at once.
	first.kill()
	startEngine(t, dir)
	dial(t, dir)
}

func TestUnusableFolders(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	code, stderr := attempt(t, nil, "serve", "--data", file)
	if code != exitFailed {
		t.Errorf("a file as folder: %d", code)
	}
	wantOneLine(t, "a file as folder", stderr)
	code, stderr = attempt(t, nil, "serve", "--data", t.TempDir(), "--log", filepath.Join(file, "log"))
	if code != exitFailed {
		t.Errorf("impossible log file: %d", code)
	}
	wantOneLine(t, "impossible log file", stderr)
}

// Root may write everywhere: the refusal is seen as another user.
func TestAFolderThatMayNotBeWritten(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var as *syscall.Credential
	if os.Getuid() == 0 {
		as = &syscall.Credential{Uid: 65534, Gid: 65534}
		openUp(t, os.Args[0])
		openUp(t, dir)
	} else if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	code, stderr := attempt(t, as, "serve", "--data", dir)
	if code != exitFailed || !strings.Contains(stderr, "permission denied") {
		t.Errorf("read-only folder: %d %q", code, stderr)
	}
	wantOneLine(t, "read-only folder", stderr)
}

// openUp lets everybody read a path of this test.
func openUp(t *testing.T, path string) {
	t.Helper()
	for path = filepath.Clean(path); path != os.TempDir() && path != "/"; path = filepath.Dir(path) {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(path, info.Mode().Perm()|0o055); err != nil {
			t.Fatal(err)
		}
	}
}

func TestASocketPathThatIsTooLong(t *testing.T) {
	runtime := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	dir := filepath.Join(t.TempDir(), strings.Repeat("long-", 20), "data")
	startEngine(t, dir)
	dial(t, dir)
	address, err := os.ReadFile(filepath.Join(dir, "run", "engine.addr"))
	if err != nil || !strings.HasPrefix(string(address), runtime) {
		t.Errorf("address %q, %v", address, err)
	}
	if info, err := os.Stat(filepath.Dir(strings.TrimSpace(string(address)))); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("socket folder: %v %v", info, err)
	}
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(runtime, strings.Repeat("x", 100)))
	code, stderr := attempt(t, nil, "serve", "--data", filepath.Join(dir, "other"))
	if code != exitFailed {
		t.Errorf("nowhere short: %d", code)
	}
	wantOneLine(t, "nowhere short", stderr)
}

func TestTheLabOnlyByATrustFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"empty": "", "not JSON": "x", "no address": `{"root_key":"00"}`,
		"short key": `{"address":"127.0.0.1:1","root_key":"00","ca_pem":"x"}`,
		"no CA":     `{"address":"127.0.0.1:1","root_key":"` + strings.Repeat("00", 32) + `","ca_pem":"x"}`,
	} {
		trust := filepath.Join(dir, "trust.json")
		if err := os.WriteFile(trust, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, stderr := attempt(t, nil, "serve", "--data", filepath.Join(dir, "data"), "--lab", trust); code != exitFailed || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: %d %q", name, code, stderr)
		}
	}
	data := filepath.Join(dir, "real")
	startEngine(t, data)
	if g := dial(t, data); g.welcome.Lab {
		t.Error("an engine without a trust file says that it is in the lab")
	}
}

func TestALabEngineEndsWithItsFolder(t *testing.T) {
	t.Parallel()
	sim := labtest.Start(t)
	dir := filepath.Join(t.TempDir(), "data")
	e := startEngine(t, dir, "--lab", sim.Trust)
	dial(t, dir)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	e.wait()
}

func TestTheLogIsJSONAndHoldsNoSecret(t *testing.T) {
	t.Parallel()
	sim, dir := labtest.Start(t), t.TempDir()
	log := filepath.Join(t.TempDir(), "engine.log")
	e := startEngine(t, dir, "--lab", sim.Trust, "--log", log)
	g := dial(t, dir)
	own, friend := sim.Phone("own"), sim.Phone("friend")
	g.online("s1", own)
	g.confirmAll()
	friend.Say(own.Number, "a secret body")
	g.message("a secret body")
	g.must("s1", sendText("3EB0ABCD01", friend.Number+"@s.whatsapp.net", "another secret body"))
	_ = e.cmd.Process.Signal(syscall.SIGTERM)
	e.wait()
	content, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	for _, line := range lines {
		var entry struct{ Time, Level, Msg string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.Msg == "" || entry.Level == "" {
			t.Errorf("not a JSON line: %q", line)
		}
	}
	code := g.fact("code", 1, func(f *pb.SessionFact) bool { return f.GetPairCode() != nil }).GetPairCode().Code
	for what, secret := range map[string]string{
		"a body": "secret body", "the QR": code[len(code)/2:], "the key": string(testKey), "the key in hex": strings.Repeat("07", 8),
		"the contact": friend.Number, "the contact's LID": friend.LID,
	} {
		if secret != "" && bytes.Contains(content, []byte(secret)) {
			t.Errorf("the log holds %s", what)
		}
	}
	if len(lines) < 5 || !bytes.Contains(content, []byte("engine.lab_mode")) {
		t.Errorf("%d lines: %s", len(lines), content)
	}
}
