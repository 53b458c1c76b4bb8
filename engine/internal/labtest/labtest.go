// Package labtest runs the simulator for tests. It is the real program, built once per test binary.
package labtest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Binary returns the path of the simulator. HOLDFAST_WASIM_BIN names one that is built already; otherwise the Go tool
// builds it, which takes a moment only when something changed.
var Binary = sync.OnceValues(build) //nolint:gochecknoglobals // one build per process

// Remove deletes what Binary built. For TestMain.
func Remove() {
	if os.Getenv("HOLDFAST_WASIM_BIN") == "" {
		if binary, err := Binary(); err == nil {
			_ = os.RemoveAll(filepath.Dir(binary))
		}
	}
}

func build() (string, error) {
	if built := os.Getenv("HOLDFAST_WASIM_BIN"); built != "" {
		return built, nil
	}
	folder, err := os.MkdirTemp("", "holdfast-wasim-")
	if err != nil {
		return "", err
	}
	binary := filepath.Join(folder, "wasim")
	cmd := exec.Command("go", "build", "-o", binary, "holdfast/simulator")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if output, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build simulator: %w\n%s", err, output)
	}
	return binary, nil
}

// Simulator is a running wasim.
type Simulator struct {
	t       *testing.T
	Address string
	Trust   string // path of the trust file
	http    *http.Client
	stop    func()
}

func Start(t *testing.T) *Simulator {
	t.Helper()
	binary, err := Binary()
	if err != nil {
		t.Fatal(err)
	}
	trust := filepath.Join(t.TempDir(), "trust.json")
	cmd := exec.Command(binary, "--listen", "127.0.0.1:0", "--seed", "7", "--trust-file", trust,
		"--parent-pid", fmt.Sprint(os.Getpid()))
	cmd.Stderr = NewLines(t, "wasim")
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop := sync.OnceFunc(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	t.Cleanup(stop)
	var ready struct {
		Address string `json:"address"`
		CAPEM   string `json:"ca_pem"`
	}
	line, err := bufio.NewReaderSize(stdout, 64<<10).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &ready) != nil || ready.Address == "" {
		t.Fatalf("simulator's ready line: %v %q", err, line)
	}
	go func() { _, _ = io.Copy(io.Discard, stdout) }()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(ready.CAPEM))
	return &Simulator{t: t, stop: stop, Address: ready.Address, Trust: trust, http: &http.Client{
		Timeout:   Patience,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "web.whatsapp.com"}},
	}}
}

// Stop ends the simulator: from now on nobody can be reached.
func (s *Simulator) Stop() { s.stop() }

// Call does one admin request and decodes the answer into out.
func (s *Simulator) Call(method, path string, body any, out any) error {
	var reader io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(b)
	default:
		encoded, err := json.Marshal(b)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, "https://"+s.Address+path, reader)
	if err != nil {
		return err
	}
	response, err := s.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close() //nolint:errcheck // read to the end below
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, content)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(content, out)
}

// Must is Call that fails the test.
func (s *Simulator) Must(method, path string, body any, out any) {
	s.t.Helper()
	if err := s.Call(method, path, body, out); err != nil {
		s.t.Fatal(err)
	}
}

// Phone is a simulated phone.
type Phone struct {
	sim    *Simulator
	Number string `json:"phone"`
	LID    string `json:"lid"`
}

// Phone makes a phone.
func (s *Simulator) Phone(name string) *Phone {
	s.t.Helper()
	p := &Phone{sim: s}
	s.Must("POST", "/admin/phones", map[string]string{"name": name}, p)
	return p
}

// Say lets the phone write to another number and answers the message's id.
func (p *Phone) Say(to, text string) string {
	p.sim.t.Helper()
	var sent struct {
		ID string `json:"id"`
	}
	p.sim.Must("POST", "/admin/phones/"+p.Number+"/send", map[string]string{"to": to, "text": text}, &sent)
	return sent.ID
}

// Received is a message that a phone decrypted.
type Received struct {
	Seq        int    `json:"seq"`
	ID         string `json:"id"`
	Text       string `json:"text"`
	Duplicates int    `json:"duplicates"`
	FromMe     bool   `json:"from_me"`
	Raw        []byte `json:"raw_base64"`
}

// Inbox waits until the phone holds at least n messages that others wrote.
func (p *Phone) Inbox(n int) []Received {
	p.sim.t.Helper()
	deadline := time.Now().Add(Patience)
	for {
		var page struct {
			Items []Received `json:"items"`
		}
		p.sim.Must("GET", "/admin/phones/"+p.Number+"/inbox?after=0&wait_s=0.2", nil, &page)
		var others []Received
		for _, item := range page.Items {
			if !item.FromMe {
				others = append(others, item)
			}
		}
		if len(others) >= n {
			return others
		}
		if time.Now().After(deadline) {
			p.sim.t.Fatalf("phone %s holds %d messages, want %d", p.Number, len(others), n)
		}
	}
}

// Companion is a linked device as WhatsApp's side sees it.
type Companion struct {
	Device    int  `json:"device"`
	Connected bool `json:"connected"`
	Queue     int  `json:"queue"`
	PreKeys   int  `json:"prekeys"`
	Logins    int  `json:"logins"`
}

// Account is what WhatsApp's side knows of a number.
type Account struct {
	Registrations int         `json:"registrations"`
	Companions    []Companion `json:"companions"`
}

// Account asks for the state of the phone's account.
func (p *Phone) Account() Account {
	p.sim.t.Helper()
	var a Account
	p.sim.Must("GET", "/admin/accounts/"+p.Number, nil, &a)
	return a
}

// Fault makes the simulator misbehave count times, to one account or to all.
func (s *Simulator) Fault(name, account string, count int) {
	s.t.Helper()
	s.Must("POST", "/admin/faults", map[string]any{"name": name, "account": account, "count": count}, nil)
}

// SayMany lets the phone write n messages at once.
func (p *Phone) SayMany(to string, n int) {
	p.sim.t.Helper()
	messages := make([]map[string]string, n)
	for i := range messages {
		messages[i] = map[string]string{"to": to, "text": fmt.Sprintf("message %d", i)}
	}
	p.sim.Must("POST", "/admin/phones/"+p.Number+"/send-batch", map[string]any{"messages": messages}, nil)
}

// Scan lets the phone scan a QR code.
func (p *Phone) Scan(code string) {
	p.sim.t.Helper()
	p.sim.Must("POST", "/admin/phones/"+p.Number+"/scan", code, nil)
}

// Queue returns how many stanzas wait for the phone's first companion.
func (p *Phone) Queue() int { p.sim.t.Helper(); return p.Account().Companions[0].Queue }

// greeting is how many messages a phone sends to a new companion: the app state key and three histories.
const greeting = 4

// Settled tells whether everything that the phone sends to its first companion is acknowledged: keys and history.
func (p *Phone) Settled() bool {
	p.sim.t.Helper()
	var page struct {
		Items []struct{ ID, From string } `json:"items"`
	}
	p.sim.Must("GET", "/admin/phones/"+p.Number+"/receipts", nil, &page)
	confirmed := map[string]bool{}
	for _, item := range page.Items {
		if item.From == p.Number {
			confirmed[item.ID] = true
		}
	}
	return len(confirmed) == greeting && p.Queue() == 0
}

// Lines writes what somebody says into the test's log, as long as the test runs.
type Lines struct {
	t    *testing.T
	name string
	lock sync.Mutex
	over bool
}

// NewLines makes a writer. What is said after the end of the test is dropped: to log it would end the whole binary.
func NewLines(t *testing.T, name string) *Lines {
	t.Helper()
	w := &Lines{t: t, name: name}
	t.Cleanup(func() {
		w.lock.Lock()
		defer w.lock.Unlock()
		w.over = true
	})
	return w
}

// Write implements io.Writer.
func (w *Lines) Write(p []byte) (int, error) {
	w.lock.Lock()
	defer w.lock.Unlock()
	if w.over {
		return len(p), nil
	}
	for _, line := range strings.Split(strings.TrimRight(string(p), "\n"), "\n") {
		w.t.Logf("%s: %s", w.name, line)
	}
	return len(p), nil
}

// Patience is how long a test waits for what must come. A busy machine may need most of it; only a failure needs all.
const Patience = 2 * time.Minute

// Eventually waits until check returns true.
func Eventually(t *testing.T, what string, check func() bool) {
	t.Helper()
	for deadline := time.Now().Add(Patience); !check(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within %s: %s", Patience, what)
		}
	}
}
