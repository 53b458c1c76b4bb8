package world_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestManyPairAtOnce(t *testing.T) {
	l := newLab(t)
	const clients = 16
	phones := make([]string, clients)
	for i := range phones {
		phones[i] = l.newPhone()
	}
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			c := l.linkLight(phones[i])
			l.send(phones[(i+1)%clients], phones[i], "hello")
			c.receive(1)
		})
	}
	all.Wait()
	for _, phone := range phones {
		l.idle(phone)
	}
}

// outside is a wasim process of its own, so that its memory and processor time can be told from the clients'.
type outside struct {
	*lab
	pid int
}

// The extra environment limits it, where a figure is for one core.
func startOutside(b *testing.B, environment ...string) *outside {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "wasim")
	if out, err := exec.Command("go", "build", "-o", binary, "holdfast/simulator").CombinedOutput(); err != nil {
		b.Fatalf("building: %v %s", err, out)
	}
	command := exec.Command(binary, "--listen", "127.0.0.1:0", "--seed", fmt.Sprint(testSeed), "--transcript", "0",
		"--log-level", "WARN", "--parent-pid", fmt.Sprint(os.Getpid()))
	command.Env = append(os.Environ(), environment...)
	stdout, err := command.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err = command.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt)
		_ = command.Wait()
	})
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		b.Fatal(err)
	}
	var ready struct {
		Address string `json:"address"`
		CAPEM   string `json:"ca_pem"`
	}
	if err = json.Unmarshal(line, &ready); err != nil {
		b.Fatal(err)
	}
	return &outside{lab: &lab{t: b, http: trusting(ready.Address, ready.CAPEM)}, pid: command.Process.Pid}
}

// memory is the process's resident size in KiB.
func (o *outside) memory() float64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", o.pid))
	for _, line := range strings.Split(string(status), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			size, _ := strconv.ParseFloat(fields[1], 64)
			return size
		}
	}
	return 0
}

// processor is the time that the process has used.
func (o *outside) processor() time.Duration {
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", o.pid))
	fields := strings.Fields(string(stat)[strings.LastIndex(string(stat), ")")+1:])
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	const tick = 10 * time.Millisecond
	return time.Duration(user+system) * tick
}

// BenchmarkIdleCompanions measures what a connected companion costs the server that does nothing.
func BenchmarkIdleCompanions(b *testing.B) {
	o := startOutside(b)
	count := 1000
	if wanted, err := strconv.Atoi(os.Getenv("WASIM_COMPANIONS")); err == nil {
		count = wanted
	}
	for b.Loop() {
		o.newPhone()
		before, start := o.memory(), time.Now()
		for range count {
			o.linkLight(o.newPhone())
		}
		b.ReportMetric(time.Since(start).Seconds()*1000/float64(count), "ms/pairing")
		time.Sleep(2 * time.Second)
		b.ReportMetric((o.memory()-before)/float64(count), "KiB/companion")
		idle := o.processor()
		time.Sleep(5 * time.Second)
		b.ReportMetric((o.processor()-idle).Seconds()/5*100, "%cpu-idle")
	}
}

// BenchmarkPairAtOnce measures sixteen clients that show their codes at the same moment, until the last one is logged in.
func BenchmarkPairAtOnce(b *testing.B) {
	o := startOutside(b)
	const clients = 16
	for b.Loop() {
		phones := make([]string, clients)
		for i := range phones {
			phones[i] = o.newPhone()
		}
		start := time.Now()
		var all sync.WaitGroup
		for _, phone := range phones {
			all.Go(func() { o.linkLight(phone) })
		}
		all.Wait()
		b.ReportMetric(time.Since(start).Seconds(), "s/16-pairings")
	}
}

// BenchmarkMessages measures messages that a phone seals for another account, its own phone's copy included,
// until a companion has confirmed them. The simulator has one core.
func BenchmarkMessages(b *testing.B) {
	o := startOutside(b, "GOMAXPROCS=1")
	const batch, batches = 500, 10
	friend, own := o.newPhone(), o.newPhone()
	c := o.linkLight(own)
	orders := make([]map[string]string, batch)
	for i := range orders {
		orders[i] = map[string]string{"to": own, "text": fmt.Sprint("message ", i)}
	}
	used, start, sent := o.processor(), time.Now(), 0
	for b.Loop() {
		for range batches {
			o.must("POST", "/admin/phones/"+friend+"/send-batch", map[string]any{"messages": orders}, nil)
			c.receive(batch)
			sent += batch
		}
	}
	b.ReportMetric(float64(sent)/time.Since(start).Seconds(), "msg/s")
	b.ReportMetric((o.processor()-used).Seconds()*1000/float64(sent), "cpu-ms/msg")
}
