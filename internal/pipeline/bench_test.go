package pipeline_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/sigv4"
)

// BenchmarkDurable is AssumeRole over 64 connections: without any record, with
// records that are on the disk before the answer, and with the event history that
// is made of them besides. They take turns in one run, so that what else the
// machine does falls on all of them; the metrics are ratios to the first.
func BenchmarkDurable(b *testing.B) {
	const connections, turn = 64, 3000
	kinds := []*benched{newBenched(b, -1, true), newBenched(b, -1, false), newBenched(b, 0, false)}
	var took, used [3]time.Duration
	for b.Loop() {
		for i, k := range kinds {
			before, start := processorTime(), time.Now()
			k.calls(b, connections, turn)
			took[i] += time.Since(start)
			k.settle()
			used[i] += processorTime() - before
		}
	}
	for i, name := range []string{"without", "durable", "durable+history"} {
		b.ReportMetric(float64(took[i].Microseconds())/float64(b.N*turn), name+"-us")
		if i > 0 {
			b.ReportMetric(float64(took[i])/float64(took[0]), name+"-time-ratio")
			b.ReportMetric(float64(used[i])/float64(max(used[0], 1)), name+"-cpu-ratio")
		}
	}
	s := kinds[1].in.Spool.Stats()
	b.ReportMetric(float64(s.Bytes)/float64(s.Records), "bytes/record")
	b.ReportMetric(float64(s.Records)/float64(s.Groups), "records/sync")
}

// benched is a Daypass on a real disk, behind a real listener.
type benched struct {
	in      *installation.Installation
	address string
	request []byte
}

func newBenched(b *testing.B, historyKeep int64, without bool) *benched {
	b.Helper()
	ctx := context.Background()
	in, err := installation.Open(ctx, installation.Config{Dir: b.TempDir(), Region: "us-east-1", Serving: true, HistoryKeep: historyKeep})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = in.Close() })
	root := installation.Root{Account: "123456789012", AccessKeyID: "AKIARZPUZDIKROOTROOT", Secret: secret.New("a/secret/of/forty/characters/000000000000")}
	if _, err := in.EnsureFirstAccount(ctx, root); err != nil {
		b.Fatal(err)
	}
	web := httptest.NewServer(server.New(server.Config{
		Pipeline: in.Pipeline, Services: in.Services, Region: "us-east-1", Now: time.Now, Log: slog.New(slog.DiscardHandler),
	}))
	b.Cleanup(web.Close)
	r := &benched{in: in, address: web.Listener.Addr().String()}
	admin := sigv4.Credentials{AccessKeyID: root.AccessKeyID, SecretAccessKey: root.Secret.Reveal()}
	r.one(b, r.signed(b, admin, "iam", "2010-05-08", "CreateUser", "UserName", "ann"))
	r.one(b, r.signed(b, admin, "iam", "2010-05-08", "PutUserPolicy", "UserName", "ann", "PolicyName", "p",
		"PolicyDocument", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}`))
	key := r.one(b, r.signed(b, admin, "iam", "2010-05-08", "CreateAccessKey", "UserName", "ann"))
	r.one(b, r.signed(b, admin, "iam", "2010-05-08", "CreateRole", "RoleName", "r", "AssumeRolePolicyDocument",
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/ann"},"Action":"sts:AssumeRole"}}`))
	ann := sigv4.Credentials{AccessKeyID: between(key, "<AccessKeyId>"), SecretAccessKey: between(key, "<SecretAccessKey>")}
	r.request = r.signed(b, ann, "sts", "2011-06-15", "AssumeRole", "RoleArn", "arn:aws:iam::123456789012:role/r", "RoleSessionName", "bench")
	in.Pipeline.WithoutRecords(without)
	return r
}

func between(text, start string) string {
	_, rest, _ := strings.Cut(text, start)
	value, _, _ := strings.Cut(rest, "<")
	return value
}

// signed is a request as it goes over the wire. It may be sent many times.
func (r *benched) signed(b *testing.B, c sigv4.Credentials, service, version, action string, params ...string) []byte {
	b.Helper()
	form := url.Values{"Action": {action}, "Version": {version}}
	for i := 0; i+1 < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	body := form.Encode()
	request := httptest.NewRequest(http.MethodPost, "http://"+r.address+"/", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	sigv4.Sign(request, sha256.Sum256([]byte(body)), c, "us-east-1", service, time.Now())
	var wire bytes.Buffer
	if err := request.Write(&wire); err != nil {
		b.Fatal(err)
	}
	return wire.Bytes()
}

func (r *benched) one(b *testing.B, request []byte) string {
	b.Helper()
	conn, err := net.Dial("tcp", r.address)
	if err != nil {
		b.Fatal(err)
	}
	defer conn.Close()
	answer, err := exchange(conn, bufio.NewReader(conn), request)
	if err != nil {
		b.Fatal(err)
	}
	return answer
}

func exchange(conn net.Conn, from *bufio.Reader, request []byte) (string, error) {
	if _, err := conn.Write(request); err != nil {
		return "", err
	}
	response, err := http.ReadResponse(from, nil)
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = io.ErrUnexpectedEOF
	}
	return string(text), err
}

// calls makes n calls over so many connections.
func (r *benched) calls(b *testing.B, connections, n int) {
	b.Helper()
	ended := make(chan error, connections)
	for range connections {
		go func() {
			conn, err := net.Dial("tcp", r.address)
			if err != nil {
				ended <- err
				return
			}
			defer conn.Close()
			from := bufio.NewReader(conn)
			for range n / connections {
				if _, err := exchange(conn, from, r.request); err != nil {
					ended <- err
					return
				}
			}
			ended <- nil
		}()
	}
	for range connections {
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
	}
}

// settle waits until the history has caught up: what it takes counts too.
func (r *benched) settle() {
	for r.in.History != nil && r.in.History.Stats().Behind > 0 {
		time.Sleep(10 * time.Millisecond)
		runtime.Gosched()
	}
}
