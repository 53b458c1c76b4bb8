package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// The test binary plays the program when this is set.
const playProgram = "WASIM_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(playProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

type program struct {
	*exec.Cmd
	ready  trust
	stderr *strings.Builder
}

// start runs the program until it is ready, or has ended.
func start(t *testing.T, arguments ...string) *program {
	t.Helper()
	p := &program{Cmd: exec.Command(os.Args[0], arguments...), stderr: &strings.Builder{}}
	p.Env = append(os.Environ(), playProgram+"=1")
	p.Stderr = p.stderr
	stdout, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err = p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Process.Kill() })
	if line, err := bufio.NewReader(stdout).ReadBytes('\n'); err == nil {
		if err = json.Unmarshal(line, &p.ready); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
	}
	return p
}

// ends waits for the end and returns the exit code.
func (p *program) ends(t *testing.T) int {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- p.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return exit.ExitCode()
		}
		return 0
	case <-time.After(2 * time.Minute):
		t.Fatal("the program does not end")
		return -1
	}
}

func TestItAnnouncesItselfAndStopsCleanly(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "trust.json")
	state := filepath.Join(folder, "state")
	p := start(t, "--listen", "127.0.0.1:0", "--seed", "4", "--trust-file", file, "--state", state)
	if p.ready.Event != "wasim.ready" || len(p.ready.RootKey) != 64 || !strings.Contains(p.ready.CAPEM, "CERTIFICATE") {
		t.Fatalf("ready: %+v, %s", p.ready, p.stderr)
	}
	encoded, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var written trust
	if err = json.Unmarshal(encoded, &written); err != nil || written.Address != p.ready.Address || written.RootKey != p.ready.RootKey || written.Event != "" {
		t.Errorf("the trust file says %+v, %v", written, err)
	}
	if err = p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if code := p.ends(t); code != 0 {
		t.Errorf("exit code %d, %s", code, p.stderr)
	}
	again := start(t, "--listen", p.ready.Address, "--seed", "5", "--state", state)
	if again.ready.RootKey != p.ready.RootKey || again.ready.CAPEM != p.ready.CAPEM {
		t.Error("after a restart on its state it wants other trust")
	}
}

// Each mistake is one line that says what to do, and an exit code.
func TestMistakes(t *testing.T) {
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "wasim.state"), []byte("nonsense"), 0o600); err != nil {
		t.Fatal(err)
	}
	taken := start(t, "--listen", "127.0.0.1:0").ready.Address
	for name, test := range map[string]struct {
		arguments []string
		says      string
	}{
		"port taken":        {[]string{"--listen", taken}, "--listen"},
		"no such flag":      {[]string{"--sed", "1"}, "sed"},
		"stray argument":    {[]string{"start"}, "--help"},
		"damaged state":     {[]string{"--listen", "127.0.0.1:0", "--state", folder}, "move the file away"},
		"no trust folder":   {[]string{"--listen", "127.0.0.1:0", "--trust-file", filepath.Join(folder, "no", "trust")}, "trust file"},
		"seed not a number": {[]string{"--seed", "x"}, "--help"},
	} {
		p := start(t, test.arguments...)
		if code := p.ends(t); code == 0 || !strings.Contains(p.stderr.String(), test.says) || strings.Count(p.stderr.String(), "wasim: ") != 1 || strings.Contains(p.stderr.String(), "usage") {
			t.Errorf("%s: exit code %d, %s", name, code, p.stderr)
		}
	}
}

// Whoever asks for help gets it on stdout, complete, with every default.
func TestHelpIsCompleteAndNoMistake(t *testing.T) {
	asked := exec.Command(os.Args[0], "--help")
	asked.Env = append(os.Environ(), playProgram+"=1")
	shown, err := asked.Output()
	if err != nil || string(shown) != help {
		t.Fatalf("%v, %s", err, shown)
	}
	new(options).flags().VisitAll(func(option *flag.Flag) {
		_, text, found := strings.Cut(help, "  --"+option.Name+" ")
		line, _, _ := strings.Cut(text, "\n  --")
		if !found {
			t.Errorf("--%s is not explained", option.Name)
		}
		if value := option.DefValue; value != "" && value != "0" && !strings.Contains(line, "("+value+")") {
			t.Errorf("--%s: the default %s is not told in %q", option.Name, value, line)
		}
	})
	for _, line := range strings.Split(help, "\n") {
		if len(line) > 110 {
			t.Errorf("too wide: %s", line)
		}
	}
}

// It never outlives the process that it was started for.
func TestItEndsWithItsParent(t *testing.T) {
	parent := exec.Command("sleep", "60")
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	p := start(t, "--listen", "127.0.0.1:0", "--parent-pid", strconv.Itoa(parent.Process.Pid))
	if p.ready.Address == "" {
		t.Fatal(p.stderr)
	}
	_ = parent.Process.Kill()
	_ = parent.Wait()
	if code := p.ends(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
}
