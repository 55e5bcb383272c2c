package flood_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/sigv4"
	"github.com/daypass/daypass/test/process"
)

// job is what a process of load does: this test binary, started again.
type job struct {
	Kind    string // "good", or a kind of attack
	URL     string
	Conns   int
	Seconds float64
}

// outcome is what a job prints at its end.
type outcome struct {
	Answers  int64 // those with the status that the kind expects
	Others   int64 // other answers
	Failures int64 // of connections
	Example  string
	Ticks    []int64 // the answers so far, every tick
}

// tick is how often a job counts its answers.
const tick = 100 * time.Millisecond

const jobVariable = "DAYPASS_FLOOD_JOB"

func TestMain(m *testing.M) {
	if text := os.Getenv(jobVariable); text != "" {
		os.Exit(work(text))
	}
	code := m.Run()
	process.Clean()
	os.Exit(code)
}

func work(text string) int {
	var j job
	if err := json.Unmarshal([]byte(text), &j); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	ctx, stop := context.WithTimeout(context.Background(), time.Duration(j.Seconds*float64(time.Second)))
	defer stop()
	out := j.run(ctx)
	_ = json.NewEncoder(os.Stdout).Encode(out)
	return 0
}

// start runs a job in a process of its own, away from the server's core when
// there are two, and returns what waits for its outcome. An attack has the
// lowest priority: it may use what the good callers leave of their core.
func (j job) start(t *testing.T) func() outcome {
	t.Helper()
	text, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	args := []string{self}
	if j.Kind != "good" {
		args = append([]string{"nice", "-n", "19"}, args...)
	}
	if pinning() {
		args = append([]string{"taskset", "-c", "1"}, args...)
	}
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Env = append(os.Environ(), jobVariable+"="+string(text), "GODEBUG=")
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return func() outcome {
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%s: %v\n%s", j.Kind, err, &stderr)
		}
		var o outcome
		if err := json.Unmarshal(stdout.Bytes(), &o); err != nil {
			t.Fatalf("%s: %v in %q", j.Kind, err, &stdout)
		}
		return o
	}
}

// run runs the job until its time is over.
func (j job) run(ctx context.Context) outcome {
	u, err := url.Parse(j.URL)
	if err != nil {
		return outcome{Example: err.Error()}
	}
	a := attacks[j.Kind]
	l := &load{job: j, attack: a, addr: u.Host, secure: u.Scheme == "https"}
	if a.prepare != nil {
		l.requests = a.prepare(j)
	}
	var ticks []int64
	ticking := make(chan struct{})
	go func() {
		defer close(ticking)
		for every := time.Tick(tick); ; {
			select {
			case <-every:
				ticks = append(ticks, l.answers.Load())
			case <-ctx.Done():
				return
			}
		}
	}()
	var wg sync.WaitGroup
	for i := range j.Conns {
		wg.Go(func() {
			switch {
			case a.client != nil:
				a.client(ctx, l, i)
			default:
				l.loop(ctx, i)
			}
		})
	}
	wg.Wait()
	<-ticking
	return outcome{Answers: l.answers.Load(), Others: l.others.Load(), Failures: l.failures.Load(), Example: l.example(), Ticks: ticks}
}

// attack is a kind of load. The zero value sends the prepared requests on
// connections that stay open, and waits for each answer.
type attack struct {
	want    int                // the status of an answer as it should be
	prepare func(job) [][]byte // the requests
	pieces  time.Duration      // a byte at a time, with this pause between
	leave   bool               // close without waiting for the answer
	ahead   int                // send so many before the first answer is read
	fresh   bool               // a connection for each
	client  func(context.Context, *load, int)
}

type load struct {
	job
	attack
	addr                      string
	secure                    bool
	requests                  [][]byte
	answers, others, failures atomic.Int64
	first                     atomic.Pointer[string]
}

func (l *load) example() string {
	if s := l.first.Load(); s != nil {
		return *s
	}
	return ""
}

func (l *load) dial(ctx context.Context) (net.Conn, error) {
	c, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", l.addr)
	if err != nil || !l.secure {
		return c, err
	}
	t := tls.Client(c, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	if err := t.HandshakeContext(ctx); err != nil {
		_ = c.Close()
		return nil, err
	}
	return t, nil
}

func (l *load) loop(ctx context.Context, i int) {
	var c net.Conn
	var in *bufio.Reader
	lose := func() {
		if c != nil {
			_ = c.Close()
			c = nil
		}
	}
	defer lose()
	for n := i * 17; ctx.Err() == nil; n++ {
		if c == nil {
			var err error
			if c, err = l.dial(ctx); err != nil {
				l.failures.Add(1)
				c = nil
				time.Sleep(time.Millisecond)
				continue
			}
			_ = c.SetDeadline(deadline(ctx))
			in = bufio.NewReaderSize(c, 8<<10)
		}
		err := l.send(ctx, c, n)
		if err != nil || l.leave {
			l.answers.Add(1) // an attempt
			lose()
			continue
		}
		for range max(l.ahead, 1) {
			status, err := readAnswer(in)
			switch {
			case err != nil:
				if ctx.Err() == nil {
					l.failures.Add(1)
				}
				lose()
			case status == l.want:
				l.answers.Add(1)
			default:
				l.others.Add(1)
				text := fmt.Sprint("status ", status)
				l.first.CompareAndSwap(nil, &text)
			}
			if c == nil {
				break
			}
		}
		if l.fresh {
			lose()
		}
	}
}

func deadline(ctx context.Context) time.Time {
	d, _ := ctx.Deadline()
	return d
}

func (l *load) send(ctx context.Context, c net.Conn, n int) error {
	if len(l.requests) == 0 {
		if !l.leave {
			<-ctx.Done() // a connection that says nothing
		}
		return nil
	}
	for k := range max(l.ahead, 1) {
		request := l.requests[(n+k)%len(l.requests)]
		if l.pieces == 0 {
			if _, err := c.Write(request); err != nil {
				return err
			}
			continue
		}
		for i := range request {
			if _, err := c.Write(request[i : i+1]); err != nil {
				return err
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(l.pieces):
			}
		}
	}
	return nil
}

var errAnswer = errors.New("not an answer")

// readAnswer reads an answer and returns its status.
func readAnswer(in *bufio.Reader) (int, error) {
	line, err := in.ReadSlice('\n')
	if err != nil {
		return 0, err
	}
	if len(line) < 12 {
		return 0, errAnswer
	}
	status, err := strconv.Atoi(string(line[9:12]))
	if err != nil {
		return 0, errAnswer
	}
	length, closing := 0, false
	for {
		if line, err = in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
				return 0, errAnswer
			}
		case bytes.EqualFold(name, []byte("Connection")):
			closing = bytes.Contains(value, []byte("close"))
		}
	}
	if _, err := in.Discard(length); err != nil {
		return 0, err
	}
	if closing {
		return status, nil // the next read says that it is closed
	}
	return status, nil
}

const formType = "application/x-www-form-urlencoded; charset=utf-8"

// signed makes the bytes of a signed request.
func signed(j job, as sigv4.Credentials, body string, change func(*http.Request)) []byte {
	r, err := http.NewRequest(http.MethodPost, j.URL+"/", strings.NewReader(body))
	if err != nil {
		panic(err)
	}
	r.Header.Set("Content-Type", formType)
	r.Header.Set("User-Agent", "flood")
	sigv4.Sign(r, sha256.Sum256([]byte(body)), as, "us-east-1", "sts", time.Now())
	if change != nil {
		change(r)
	}
	var text bytes.Buffer
	if err := r.Write(&text); err != nil {
		panic(err)
	}
	return text.Bytes()
}

const whoami = "Action=GetCallerIdentity&Version=2011-06-15"

// many makes n requests.
func many(n int, f func(i int) []byte) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = f(i)
	}
	return list
}

func wrong() sigv4.Credentials {
	return sigv4.Credentials{AccessKeyID: process.RootKey, SecretAccessKey: "wrong" + process.RootSecret[5:]}
}

func badSignatures(j job) [][]byte {
	return many(64, func(i int) []byte { return signed(j, wrong(), whoami+"&n="+strconv.Itoa(i), nil) })
}

// hugeBody is a body of n bytes of short escaped parameters, which take long to
// read.
func hugeBody(n int) string {
	return whoami + "&x=" + strings.Repeat("%41", (n-len(whoami)-3)/3)
}

func manyHeaders(j job) [][]byte {
	return many(1, func(int) []byte {
		return signed(j, wrong(), whoami, func(r *http.Request) {
			for i := range 2800 {
				r.Header["H"+strconv.Itoa(i)] = []string{"a"}
			}
		})
	})
}

// attacks are the kinds of load.
var attacks = map[string]attack{
	"good": {want: 200, prepare: func(j job) [][]byte {
		return many(64, func(i int) []byte { return signed(j, process.Root, whoami+"&n="+strconv.Itoa(i), nil) })
	}},
	"good, many connections": {want: 200, fresh: true, prepare: func(j job) [][]byte {
		return many(64, func(i int) []byte { return signed(j, process.Root, whoami+"&n="+strconv.Itoa(i), nil) })
	}},
	"unknown key": {want: 403, prepare: func(j job) [][]byte {
		return many(1024, func(int) []byte {
			return signed(j, sigv4.Credentials{AccessKeyID: iam.NewKeyID(iam.KeyPrefix, process.Account), SecretAccessKey: iam.NewSecret()}, whoami, nil)
		})
	}},
	"wrong signature": {want: 403, prepare: badSignatures},
	"malformed Authorization": {want: 400, prepare: func(j job) [][]byte {
		return many(1, func(int) []byte {
			return signed(j, process.Root, whoami, func(r *http.Request) {
				r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=x, SignedHeaders="+strings.Repeat("a;", 2000)+", Signature=z")
			})
		})
	}},
	"garbage token": {want: 403, prepare: func(j job) [][]byte {
		return many(256, func(int) []byte {
			token := make([]byte, 600)
			_, _ = rand.Read(token)
			return signed(j, sigv4.Credentials{
				AccessKeyID: iam.NewKeyID(iam.SessionKeyPrefix, process.Account), SecretAccessKey: iam.NewSecret(),
				SessionToken: base64.StdEncoding.EncodeToString(token),
			}, whoami, nil)
		})
	}},
	"unsigned": {want: 403, prepare: func(j job) [][]byte {
		return many(1, func(int) []byte {
			return signed(j, process.Root, whoami, func(r *http.Request) { r.Header.Del("Authorization") })
		})
	}},
	"no such action": {want: 400, prepare: func(j job) [][]byte {
		return many(1, func(int) []byte { return signed(j, process.Root, "Action=Nothing&Version=2011-06-15", nil) })
	}},
	"many headers": {want: 403, prepare: manyHeaders},
	"many parameters": {want: 403, prepare: func(j job) [][]byte {
		return many(1, func(int) []byte { return signed(j, wrong(), whoami+strings.Repeat("&a=b", 9_990), nil) })
	}},
	"large body": {want: 403, prepare: func(j job) [][]byte {
		return many(1, func(int) []byte { return signed(j, wrong(), hugeBody(500<<10), nil) })
	}},
	"large body, left early": {leave: true, prepare: func(j job) [][]byte {
		return many(1, func(int) []byte { return signed(j, wrong(), hugeBody(500<<10), nil) })
	}},
	"body of 1 MiB": {want: 413, prepare: func(j job) [][]byte {
		return many(1, func(int) []byte { return signed(j, wrong(), hugeBody(1<<20), nil) })
	}},
	"chunked without end": {want: 413, prepare: func(job) [][]byte {
		head := "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: " + formType + "\r\nTransfer-Encoding: chunked\r\n\r\n"
		return [][]byte{[]byte(head + strings.Repeat("8000\r\n"+strings.Repeat("a", 0x8000)+"\r\n", 20))}
	}},
	"slow head": {pieces: 200 * time.Millisecond, prepare: badSignatures},
	"slow body": {pieces: 200 * time.Millisecond, prepare: func(job) [][]byte {
		return [][]byte{[]byte("POST / HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + strings.Repeat("a", 1000))}
	}},
	"says nothing":             {},
	"connect and close":        {leave: true},
	"garbage, left early":      {leave: true, prepare: func(job) [][]byte { return [][]byte{[]byte("\x16\x03 no HTTP\r\n\r\n")} }},
	"garbage":                  {want: 400, fresh: true, prepare: func(job) [][]byte { return [][]byte{[]byte("no HTTP\r\n\r\n")} }},
	"head over the limit":      {want: 431, fresh: true, prepare: func(job) [][]byte { return [][]byte{[]byte("GET / HTTP/1.1\r\nX: " + strings.Repeat("a", 1<<20))} }},
	"wrong, new connections":   {want: 403, fresh: true, prepare: badSignatures},
	"wrong, left early":        {leave: true, prepare: badSignatures},
	"many headers, left early": {leave: true, prepare: manyHeaders},
	"pipelined":                {want: 403, ahead: 100, prepare: badSignatures},
	"bare GET":                 {want: 302, prepare: func(job) [][]byte { return [][]byte{[]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")} }},
	"HTTP/2 streams":           {want: 403, client: func(ctx context.Context, l *load, i int) { l.streams(ctx, i, false) }},
	"HTTP/2 resets":            {want: 403, client: func(ctx context.Context, l *load, i int) { l.streams(ctx, i, true) }},
}

// streams sends bad requests over HTTP/2, 50 at once on a connection; with
// reset, each is taken back as soon as it is sent.
func (l *load) streams(ctx context.Context, _ int, reset bool) {
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true, MaxConnsPerHost: 1,
	}}
	defer client.CloseIdleConnections()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			for ctx.Err() == nil {
				l.stream(ctx, client, reset)
			}
		})
	}
	wg.Wait()
}

func (l *load) stream(ctx context.Context, client *http.Client, reset bool) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, l.URL+"/", strings.NewReader(whoami))
	if err != nil {
		return
	}
	r.Header.Set("Content-Type", formType)
	sigv4.Sign(r, sha256.Sum256([]byte(whoami)), wrong(), "us-east-1", "sts", time.Now())
	if reset {
		time.AfterFunc(time.Millisecond, stop)
	}
	response, err := client.Do(r)
	if err != nil {
		l.failures.Add(1)
		text := err.Error()
		l.first.CompareAndSwap(nil, &text)
		if ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		return
	}
	_, _ = io.Copy(io.Discard, response.Body)
	_ = response.Body.Close()
	switch {
	case response.ProtoMajor != 2:
		l.others.Add(1)
	case response.StatusCode == l.want:
		l.answers.Add(1)
	default:
		l.others.Add(1)
	}
}
