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

const good, bad = 64, 256 // connections

// The good callers begin alone. The flood comes and goes, and each window of
// three seconds begins when what came before has had its effect.
const (
	window = 3 * time.Second
	alone  = 1 * time.Second // when the first window begins
	flood  = alone + window  // when the flood begins
	beside = flood + 1500*time.Millisecond
	over   = beside + window
	after  = over + 2500*time.Millisecond
	end    = after + window
)

// left are the parts of the callers' throughput, and of the processor time
// spent on them, that a flood leaves.
type left struct{ rate, cpu float64 }

func measure(t *testing.T, p *process.Process, caller, kind, label string) (left, string) {
	t.Helper()
	begin := time.Now()
	callers := job{Kind: caller, URL: p.URL, Conns: good, Seconds: (end + time.Second).Seconds()}.start(t)
	var attackers func() outcome
	spent := map[time.Duration]time.Duration{}
	for _, at := range []time.Duration{alone, flood, beside, over, after, end} {
		time.Sleep(time.Until(begin.Add(at)))
		spent[at] = cpu(t, p)
		if at == flood {
			attackers = job{Kind: kind, URL: p.URL, Conns: bad, Seconds: (over - flood).Seconds()}.start(t)
		}
	}
	c, f := callers(), attackers()
	rate := func(from time.Duration) float64 {
		last := min(int((from+window)/tick), len(c.Ticks)) - 1
		return float64(c.Ticks[last]-c.Ticks[last-int(window/tick)]) / window.Seconds()
	}
	cost := func(from time.Duration) float64 { return float64(spent[from+window]-spent[from]) / rate(from) }
	l := left{2 * rate(beside) / (rate(alone) + rate(after)), (cost(alone) + cost(after)) / 2 / cost(beside)}
	line := fmt.Sprintf("%-32s %9.0f %9.0f %5.0f%% %12.0f%% %11.0f %9d", label, (rate(alone)+rate(after))/2, rate(beside), 100*l.rate, 100*l.cpu,
		float64(f.Answers+f.Others+f.Failures)/(over-flood).Seconds(), c.Failures)
	t.Log(line, c.Example, f.Example)
	return l, line
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
	fmt.Fprintf(&table, "%-32s %9s %9s %6s %13s %11s %9s\n", "flood", "alone/s", "beside/s", "left", "left of CPU", "attempts/s", "failures")
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
		best := 0.0
		for try := 0; try < 3 && best < 0.5; try++ {
			l, line := measure(t, p, caller, name, kind)
			best = max(best, l.rate)
			fmt.Fprintln(&table, line)
		}
		if !(best >= 0.5) { // nor no number
			t.Errorf("a flood of %s leaves good callers %.0f%%, want 50%% at least", kind, 100*best)
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
