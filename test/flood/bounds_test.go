package flood_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/daypass/daypass/test/process"
)

func open(t *testing.T, p *process.Process) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(p.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// asks makes a call on connections of its own and returns its status.
func asks(t *testing.T, p *process.Process) int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 20 * time.Second}
	a, err := process.Call(t.Context(), client, p.URL, process.Root, "sts", "GetCallerIdentity")
	if err != nil {
		t.Error(err)
	}
	return a.Status
}

// trickle sends text, then a byte every now and then, and returns after how
// long the server has ended the connection.
func trickle(t *testing.T, c net.Conn, text string) time.Duration {
	t.Helper()
	begin := time.Now()
	go func() {
		_, err := io.WriteString(c, text)
		for err == nil {
			time.Sleep(100 * time.Millisecond)
			_, err = io.WriteString(c, "a")
		}
	}()
	_ = c.SetReadDeadline(begin.Add(time.Minute))
	_, _ = io.Copy(io.Discard, c)
	return time.Since(begin)
}

func TestSlowRequestsAreCut(t *testing.T) {
	t.Parallel()
	p := serve(t)
	for _, tt := range []struct {
		name, text string
		limit      time.Duration
		long       bool
	}{
		{"a head", "POST / HTTP/1.1\r\nHost: x\r\nX-Slow: ", 10 * time.Second, false},
		{"a connection that says nothing but a letter", "P", 10 * time.Second, false},
		{"a body", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", 30 * time.Second, true},
		{"a body in chunks", "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n8000\r\n", 30 * time.Second, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.long && os.Getenv("DAYPASS_FLOOD") == "" && os.Getenv("DAYPASS_SOAK") == "" {
				t.Skip("takes 30 seconds; DAYPASS_FLOOD=1 runs it")
			}
			if took := trickle(t, open(t, p), tt.text); took < tt.limit-time.Second || took > tt.limit+10*time.Second {
				t.Errorf("cut after %v, want %v", took, tt.limit)
			}
		})
	}
}

// TestStrangersDoNotLockCallersOut has strangers hold every connection there
// may be: a caller gets one nevertheless, again and again, and goroutines and
// files are bounded.
func TestStrangersDoNotLockCallersOut(t *testing.T) {
	t.Parallel()
	p := serve(t, "--max-connections", "50")
	before := metrics(t, p)
	var all []net.Conn
	for i := range 200 {
		c := open(t, p)
		all = append(all, c)
		switch i % 3 {
		case 1:
			_, _ = io.WriteString(c, "POST / HTTP/1.1\r\n")
		case 2:
			_, _ = io.WriteString(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\nabc")
		}
	}
	for range 20 {
		if got := asks(t, p); got != 200 {
			t.Errorf("a caller gets %d", got)
		}
	}
	m := metrics(t, p)
	if n := m["daypass_connections"]; n > 50 {
		t.Errorf("%v connections", n)
	}
	if n := m["go_goroutines"]; n > before["go_goroutines"]+2*50+20 {
		t.Errorf("%v goroutines for 50 connections, %v before", n, before["go_goroutines"])
	}
	if m["daypass_connections_dropped_total"] < 150 {
		t.Errorf("%v connections were dropped", m["daypass_connections_dropped_total"])
	}
	for _, c := range all {
		_ = c.Close()
	}
	settled(t, p, before)
}

// TestFloodsPass has a little of every kind of flood: good callers are answered
// beside it, and nothing is left behind.
func TestFloodsPass(t *testing.T) {
	t.Parallel()
	cert, key := certificate(t)
	p, secure := serve(t), serve(t, "--tls-cert", cert, "--tls-key", key)
	before, beforeSecure := metrics(t, p), metrics(t, secure)
	var floods []func() outcome
	for kind := range attacks {
		if kind == "large body, left early" {
			continue // what is left in sockets is read slowly, for half a minute
		}
		j := job{Kind: kind, URL: p.URL, Conns: 4, Seconds: 3}
		if strings.HasPrefix(kind, "HTTP/2") {
			j.URL, j.Conns = secure.URL, 1
		}
		floods = append(floods, j.start(t))
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Second)
	defer stop()
	client := &http.Client{Transport: &http.Transport{}}
	calls := 0
	for ctx.Err() == nil {
		a, err := process.Call(t.Context(), client, p.URL, process.Root, "sts", "GetCallerIdentity")
		if err != nil || !a.OK() {
			t.Errorf("a caller: %v, status %d", err, a.Status)
			break
		}
		calls++
	}
	for _, wait := range floods {
		wait()
	}
	client.CloseIdleConnections()
	t.Logf("%d calls beside the floods", calls)
	settled(t, p, before)
	settled(t, secure, beforeSecure)
	if n := metrics(t, p)["process_resident_memory_bytes"]; n > 512<<20 {
		t.Errorf("%v bytes of memory", n)
	}
}

// TestARefusalOfAStrangerWaitsAboveTheBudget and a caller's does not.
func TestARefusalOfAStrangerWaitsAboveTheBudget(t *testing.T) {
	t.Parallel()
	p := serve(t, "--refusals-per-second", "10")
	job{Kind: "wrong signature", URL: p.URL, Conns: 50, Seconds: 2}.start(t)()
	if n := metrics(t, p)["daypass_refusals_delayed_total"]; n < 20 {
		t.Errorf("%v refusals were late", n)
	}
	o := job{Kind: "good", URL: p.URL, Conns: 2, Seconds: 1}.start(t)()
	if o.Answers < 100 || o.Others > 0 {
		t.Errorf("callers: %+v", o)
	}
}

// TestASlowReaderIsCut has a caller who does not read his answers. When he hears
// of the end depends on his own kernel, which asks for room less and less often:
// what counts is when the server is rid of him.
func TestASlowReaderIsCut(t *testing.T) {
	if os.Getenv("DAYPASS_FLOOD") == "" && os.Getenv("DAYPASS_SOAK") == "" {
		t.Skip("takes a minute; DAYPASS_FLOOD=1 runs it")
	}
	t.Parallel()
	p := serve(t)
	before := metrics(t, p)
	c := open(t, p)
	_ = c.(*net.TCPConn).SetReadBuffer(4096)
	j := job{URL: p.URL}
	request := signed(j, process.Root, whoami, nil)
	begin := time.Now()
	for err := error(nil); err == nil; { // until neither side takes any more
		_ = c.SetWriteDeadline(time.Now().Add(5 * time.Second))
		_, err = c.Write(request)
	}
	if metrics(t, p)["daypass_connections"] == 0 {
		t.Errorf("cut after %v, want a minute", time.Since(begin))
	}
	for metrics(t, p)["daypass_connections"] > 0 {
		if time.Since(begin) > 90*time.Second {
			t.Fatalf("not cut after %v, want a minute", time.Since(begin))
		}
		time.Sleep(500 * time.Millisecond)
	}
	t.Logf("cut after %v", time.Since(begin))
	settled(t, p, before)
}

// TestAStderrThatNobodyReads stops the process's log, not its service.
func TestAStderrThatNobodyReads(t *testing.T) {
	t.Parallel()
	p := serve(t, "--log-format", "text")
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	_ = p.Stop(t.Context())
	second := startWithStderr(t, w)
	_ = w.Close()
	client := &http.Client{Timeout: 20 * time.Second}
	url := firstAddress(t, r)
	for range 2000 { // 64 KiB of pipe and more
		a, err := process.Call(t.Context(), client, url, process.Root, "sts", "GetCallerIdentity")
		if err != nil || !a.OK() {
			t.Fatalf("a caller: %v %d", err, a.Status)
		}
	}
	begin := time.Now()
	_ = second.Signal(syscall.SIGTERM)
	if state, err := second.Wait(); err != nil || !state.Success() || time.Since(begin) > 15*time.Second {
		t.Errorf("it ends after %v: %v %v", time.Since(begin), state, err)
	}
}

// startWithStderr starts a server whose log goes to w.
func startWithStderr(t *testing.T, w *os.File) *os.Process {
	t.Helper()
	null, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	path := process.Binary(t)
	p, err := os.StartProcess(path, []string{path, "serve", "--data-dir", t.TempDir(), "--listen", "127.0.0.1:0", "--admin-listen", "off"}, &os.ProcAttr{
		Env: []string{
			"DAYPASS_ACCOUNT_ID=" + process.Account, "DAYPASS_ROOT_ACCESS_KEY_ID=" + process.RootKey, "DAYPASS_ROOT_SECRET_ACCESS_KEY=" + process.RootSecret,
		},
		Files: []*os.File{null, null, w},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	return p
}

// firstAddress reads the log up to the line that says where the service is.
func firstAddress(t *testing.T, r io.Reader) string {
	t.Helper()
	in := bufio.NewScanner(r)
	for in.Scan() {
		if _, rest, ok := strings.Cut(in.Text(), "msg=ready address="); ok {
			url, _, _ := strings.Cut(rest, " ")
			return url
		}
	}
	t.Fatal("it does not become ready")
	return ""
}

func TestConnectionsAreClampedToFiles(t *testing.T) {
	t.Parallel()
	p := serve(t, "--max-connections", strconv.Itoa(1<<30))
	if !strings.Contains(p.Log.String(), "fewer connections than --max-connections") {
		t.Error("nothing is said about it")
	}
	for _, args := range [][]string{{"--max-connections", "0"}, {"--refusals-per-second", "-1"}} {
		if _, err := process.TryStart(t, process.Config{Dir: t.TempDir(), Args: args}); err == nil {
			t.Errorf("%v is accepted", fmt.Sprint(args))
		}
	}
}
