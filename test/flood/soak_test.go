package flood_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/process"
)

// metrics reads the metrics of a process, those without labels.
func metrics(t *testing.T, p *process.Process) map[string]float64 {
	t.Helper()
	response, err := http.Get(p.Admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]float64{}
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name != "#" {
			if f, err := strconv.ParseFloat(value, 64); err == nil {
				m[name] = f
			}
		}
	}
	return m
}

// settled waits until the process has at most as many goroutines and files as
// before; some are left to what runs by itself.
func settled(t *testing.T, p *process.Process, before map[string]float64) {
	t.Helper()
	var now map[string]float64
	for range 200 {
		now = metrics(t, p)
		if now["go_goroutines"] <= before["go_goroutines"]+8 && now["process_open_fds"] <= before["process_open_fds"]+8 && now["daypass_requests_under_way"] == 0 && now["daypass_body_bytes"] == 0 {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	for _, name := range slices.Sorted(maps.Keys(before)) {
		if strings.HasPrefix(name, "daypass_") || name == "go_goroutines" || name == "process_open_fds" {
			t.Logf("%s: %v before, %v after", name, before[name], now[name])
		}
	}
	t.Error("something is left behind")
}

// soaker makes calls until its context ends.
type soaker struct {
	url    string
	client *http.Client
	calls  atomic.Int64
	busy   atomic.Int64           // answers of 503
	wrong  atomic.Pointer[string] // the first answer that is not as it should be
}

func (s *soaker) call(ctx context.Context, as sigv4.Credentials, want int, service, action string, params ...string) process.Answer {
	a, err := process.Call(ctx, s.client, s.url, as, service, action, params...)
	if ctx.Err() != nil {
		return a
	}
	s.calls.Add(1)
	if a.Status == http.StatusServiceUnavailable {
		s.busy.Add(1)
		return a
	}
	if err != nil || a.Status != want {
		text := fmt.Sprintf("%s: %v %d %s", action, err, a.Status, a.Body)
		s.wrong.CompareAndSwap(nil, &text)
	}
	return a
}

const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::` + process.Account + `:root"},"Action":["sts:AssumeRole","sts:TagSession"]}}`

// worker is one caller of the mix: reads, sessions that are used, changes that
// are undone, refusals of a caller and of a stranger.
func (s *soaker) worker(ctx context.Context, ann sigv4.Credentials, i int) {
	for n := 0; ctx.Err() == nil; n++ {
		name := fmt.Sprintf("s%d-%d", i, n)
		s.call(ctx, process.Root, 200, "sts", "GetCallerIdentity")
		session := s.call(ctx, ann, 200, "sts", "AssumeRole", "RoleArn", "arn:aws:iam::"+process.Account+":role/soak", "RoleSessionName", name,
			"Policy", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::`+name+`"}}`,
			"Tags.member.1.Key", "run", "Tags.member.1.Value", name)
		if session.OK() {
			s.call(ctx, session.Credentials(), 200, "sts", "GetCallerIdentity")
		}
		if n%8 == 0 {
			s.call(ctx, process.Root, 200, "iam", "CreateUser", "UserName", name)
			s.call(ctx, process.Root, 200, "iam", "CreateAccessKey", "UserName", name)
			key := s.call(ctx, process.Root, 200, "iam", "ListAccessKeys", "UserName", name)
			s.call(ctx, process.Root, 200, "iam", "DeleteAccessKey", "UserName", name, "AccessKeyId", key.Text("AccessKeyId"))
			s.call(ctx, process.Root, 200, "iam", "DeleteUser", "UserName", name)
		}
		s.call(ctx, ann, 403, "iam", "ListUsers")
		s.call(ctx, sigv4.Credentials{AccessKeyID: "AKIA" + strings.Repeat("A", 8) + fmt.Sprintf("%08d", n), SecretAccessKey: "wrong"}, 403, "sts", "GetCallerIdentity")
	}
}

// TestSoak runs the server at full load. Memory, files and goroutines must
// stay what they are; DAYPASS_SOAK=10m takes that long and prints a table.
func TestSoak(t *testing.T) {
	length := 4 * time.Second
	if text := os.Getenv("DAYPASS_SOAK"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	p := process.Start(t, process.Config{Dir: t.TempDir(), Args: []string{"--spool-keep", strconv.Itoa(256 << 20)}})
	transport := &http.Transport{MaxIdleConnsPerHost: 64, MaxConnsPerHost: 64}
	s := &soaker{url: p.URL, client: &http.Client{Transport: transport}}
	ctx := t.Context()
	s.call(ctx, process.Root, 200, "iam", "CreateUser", "UserName", "ann")
	s.call(ctx, process.Root, 200, "iam", "PutUserPolicy", "UserName", "ann", "PolicyName", "p",
		"PolicyDocument", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}`)
	ann := s.call(ctx, process.Root, 200, "iam", "CreateAccessKey", "UserName", "ann").Credentials()
	s.call(ctx, process.Root, 200, "iam", "CreateRole", "RoleName", "soak", "AssumeRolePolicyDocument", trust)
	before := metrics(t, p)

	run, stop := context.WithTimeout(ctx, length)
	defer stop()
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() { s.worker(run, ann, i) })
	}
	samples := soak(t, run, p, s, length)
	wg.Wait()
	transport.CloseIdleConnections()
	if wrong := s.wrong.Load(); wrong != nil {
		t.Error(*wrong)
	}
	// A machine that others use up may be too slow now and then, and says so.
	if busy := s.busy.Load(); busy > s.calls.Load()/1000+1 {
		t.Errorf("%d of %d calls were answered 503", busy, s.calls.Load())
	}
	for line := range strings.Lines(p.Log.String()) {
		if strings.Contains(line, "level=ERROR") {
			t.Log(line)
			break
		}
	}
	settled(t, p, before)
	grows(t, samples)
}

// soak takes ten samples or one a minute, and prints them.
func soak(t *testing.T, run context.Context, p *process.Process, s *soaker, length time.Duration) []map[string]float64 {
	t.Helper()
	every := min(length/10, time.Minute)
	var samples []map[string]float64
	var table strings.Builder
	fmt.Fprintf(&table, "%8s %10s %9s %9s %7s %11s\n", "after", "calls", "RSS MiB", "heap MiB", "files", "goroutines")
	tick := time.NewTicker(every)
	defer tick.Stop()
	for begin := time.Now(); ; {
		select {
		case <-run.Done():
			t.Logf("\n%s", &table)
			return samples
		case <-tick.C:
			m := metrics(t, p)
			samples = append(samples, m)
			fmt.Fprintf(&table, "%8s %10d %9.0f %9.0f %7.0f %11.0f\n", time.Since(begin).Round(time.Second/10), s.calls.Load(),
				m["process_resident_memory_bytes"]/(1<<20), m["go_memstats_heap_inuse_bytes"]/(1<<20), m["process_open_fds"], m["go_goroutines"])
		}
	}
}

// grows fails when the second half of the samples has more of anything than
// the first had, beyond what chance does.
func grows(t *testing.T, samples []map[string]float64) {
	t.Helper()
	if len(samples) < 6 {
		t.Fatalf("%d samples", len(samples))
	}
	for name, slack := range map[string]float64{"process_resident_memory_bytes": 32 << 20, "process_open_fds": 8, "go_goroutines": 32} {
		var peaks [2]float64
		for i, m := range samples[1:] { // the first is of the start
			half := 2 * i / (len(samples) - 1)
			peaks[half] = max(peaks[half], m[name])
		}
		if peaks[1] > 1.15*peaks[0]+slack {
			t.Errorf("%s grows: at most %.0f in the first half, %.0f in the second", name, peaks[0], peaks[1])
		}
	}
}
