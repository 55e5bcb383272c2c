package flood_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/test/process"
)

// pinning reports whether server and load get a core each.
func pinning() bool {
	_, err := exec.LookPath("taskset")
	return err == nil && runtime.NumCPU() > 1 && os.Getenv("DAYPASS_FLOOD") != ""
}

// serve starts a server, on one core when it is measured.
func serve(t *testing.T, args ...string) *process.Process {
	t.Helper()
	p := process.Start(t, process.Config{Dir: t.TempDir(), Args: args, Env: []string{"GOMAXPROCS=1"}})
	if pinning() {
		pid := strconv.Itoa(p.Cmd.Process.Pid)
		if out, err := exec.Command("taskset", "-a", "-p", "-c", "0", pid).CombinedOutput(); err != nil {
			t.Fatalf("taskset: %v\n%s", err, out)
		}
	}
	return p
}

// cpu returns the processor time that a process has used.
func cpu(t *testing.T, p *process.Process) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.Cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+2:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

const good, bad, seconds = 64, 256, 3.0 // connections, and how long each run lasts

// sample is what good callers got, and what the server spent on each answer
// of theirs, whatever else it did.
type sample struct {
	rate float64
	cost time.Duration
	outcome
}

func measure(t *testing.T, p *process.Process, caller string) sample {
	t.Helper()
	before := cpu(t, p)
	o := job{Kind: caller, URL: p.URL, Conns: good, Seconds: seconds}.start(t)()
	spent := cpu(t, p) - before
	return sample{float64(o.Answers) / seconds, spent / time.Duration(max(o.Answers, 1)), o}
}

// TestFloods measures what each kind of flood, from the same address and with
// four times as many connections, leaves of the throughput of 64 good callers.
// The best of three runs counts: others may use the machine.
func TestFloods(t *testing.T) {
	if os.Getenv("DAYPASS_FLOOD") == "" {
		t.Skip("measures for some minutes; DAYPASS_FLOOD=1 runs it")
	}
	plain := serve(t)
	cert, key := certificate(t)
	secure := serve(t, "--tls-cert", cert, "--tls-key", key)
	kinds := kindsOfFlood()
	if only := os.Getenv("DAYPASS_FLOOD_KINDS"); only != "" {
		kinds = strings.Split(only, ";")
	}
	var table strings.Builder
	fmt.Fprintf(&table, "%-32s %9s %9s %6s %13s %11s\n", "flood", "alone/s", "beside/s", "left", "left of CPU", "attempts/s")
	for _, kind := range kinds {
		p, caller := plain, "good"
		name, tls := strings.CutSuffix(kind, " (TLS)")
		if tls {
			p = secure
		}
		name, fresh := strings.CutSuffix(name, " (fresh)")
		if fresh {
			caller = "good, many connections"
		}
		left := 0.0
		for try := 0; try < 3 && left < 0.5; try++ {
			before := measure(t, p, caller)
			flood := job{Kind: name, URL: p.URL, Conns: bad, Seconds: seconds + 2}.start(t)
			time.Sleep(1500 * time.Millisecond)
			during := measure(t, p, caller)
			f := flood()
			time.Sleep(2 * time.Second)
			after := measure(t, p, caller)
			alone := (before.rate + after.rate) / 2
			left = during.rate / alone
			line := fmt.Sprintf("%-32s %9.0f %9.0f %5.0f%% %12.0f%% %11.0f", kind, alone, during.rate, 100*left,
				50*float64(before.cost+after.cost)/float64(during.cost), float64(f.Answers+f.Others+f.Failures)/(seconds+2))
			fmt.Fprintln(&table, line)
			t.Log(line, during.Failures, during.Example, f.Failures, f.Example)
		}
		if !(left >= 0.5) { // nor no number
			t.Errorf("a flood of %s leaves good callers %.0f%%, want 50%% at least", kind, 100*left)
		}
	}
	fmt.Print(table.String())
}

// kindsOfFlood are all attacks, some of them over TLS too.
func kindsOfFlood() []string {
	var kinds []string
	for kind := range attacks {
		switch {
		case strings.HasPrefix(kind, "good"):
		case strings.HasPrefix(kind, "HTTP/2"):
			kinds = append(kinds, kind+" (TLS)")
		default:
			kinds = append(kinds, kind)
		}
	}
	kinds = append(kinds, "wrong signature (TLS)", "wrong, new connections (TLS)", "wrong, left early (TLS)", "connect and close (TLS)",
		"wrong signature (fresh)", "wrong, new connections (fresh)")
	slices.Sort(kinds)
	return kinds
}
