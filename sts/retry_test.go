package sts

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// script answers requests from a list, in turn; the last again and again.
func script(sent *int, answers ...func() (*http.Response, error)) transport {
	return func(r *http.Request) (*http.Response, error) {
		*sent++
		return answers[min(*sent, len(answers))-1]()
	}
}

func refuse(status int, code string, headers ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) { return answer(status, refusalXML(code), headers...), nil }
}

func fails(err error) func() (*http.Response, error) {
	return func() (*http.Response, error) { return nil, err }
}

func succeed() (*http.Response, error) { return answer(200, identityXML), nil }

func TestWhatIsTriedAgain(t *testing.T) {
	for _, tt := range []struct {
		name  string
		first func() (*http.Response, error)
		want  int // requests
	}{
		{"throttling", refuse(400, "Throttling"), 2},
		{"throttling by its other name", refuse(400, "ThrottlingException"), 2},
		{"429", refuse(429, "Odd"), 2},
		{"500", refuse(500, "InternalFailure"), 2},
		{"503", refuse(503, "ServiceUnavailable"), 2},
		{"502 of a proxy", func() (*http.Response, error) { return answer(502, "<html>", "Content-Type", "text/html"), nil }, 2},
		{"504", refuse(504, "X"), 2},
		{"the identity provider did not answer", refuse(400, "IDPCommunicationError"), 2},
		{"connection refused", fails(&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}), 2},
		{"connection reset", fails(syscall.ECONNRESET), 2},
		{"cut off", fails(io.ErrUnexpectedEOF), 2},
		{"a name that cannot be looked up now", fails(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "timeout", IsTimeout: true}}), 2},
		{"an answer cut short", func() (*http.Response, error) {
			r := answer(200, identityXML)
			r.ContentLength++
			return r, nil
		}, 2},

		{"a refusal", refuse(403, "AccessDenied"), 1},
		{"an invalid parameter", refuse(400, "ValidationError"), 1},
		{"501", refuse(501, "X"), 1},
		{"a name that does not exist", fails(&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}), 1},
		{"an error of no known kind", fails(errors.New("odd")), 1},
		{"a wrong signature by a right clock", refuse(403, "SignatureDoesNotMatch", "Date", "Sat, 01 Jan 2000 00:03:00 GMT"), 1},
		{"an answer that is none", func() (*http.Response, error) { return answer(200, "<a>"), nil }, 1},
		{"an answer that is too large", func() (*http.Response, error) {
			r := answer(200, "")
			r.Body, r.ContentLength = io.NopCloser(io.LimitReader(zeros{}, MaxAnswer+1)), -1
			return r, nil
		}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				c := client(t, script(&sent, tt.first, succeed))
				_, err := c.GetCallerIdentity(t.Context(), nil)
				if sent != tt.want || (err == nil) != (tt.want == 2) {
					t.Errorf("%d requests, error %v; want %d requests", sent, err, tt.want)
				}
			})
		})
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestAttemptsAreLimited(t *testing.T) {
	for attempts, want := range map[int]int{0: 3, 1: 1, 5: 5} {
		synctest.Test(t, func(t *testing.T) {
			sent := 0
			c := client(t, script(&sent, refuse(500, "InternalFailure")), func(c *Config) { c.MaxAttempts = attempts })
			_, err := c.GetCallerIdentity(t.Context(), nil)
			if e, ok := errors.AsType[*APIError](err); !ok || sent != want || e.Attempts != want {
				t.Errorf("MaxAttempts %d: %d requests, %v; want %d", attempts, sent, err, want)
			}
		})
	}
}

func TestAttemptsOfOneCallAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ids, requests []string
		c := client(t, func(r *http.Request) (*http.Response, error) {
			ids, requests = append(ids, r.Header.Get("Amz-Sdk-Invocation-Id")), append(requests, r.Header.Get("Amz-Sdk-Request"))
			return refuse(500, "X")()
		})
		c.GetCallerIdentity(t.Context(), nil)
		if len(ids) != 3 || ids[0] != ids[2] || len(ids[0]) != 36 || requests[2] != "attempt=3; max=3" {
			t.Errorf("ids %q, requests %q", ids, requests)
		}
	})
}

func TestDelaysGrowAndAreRandom(t *testing.T) {
	for n, limit := range map[int]time.Duration{1: time.Second, 2: 2 * time.Second, 3: 4 * time.Second, 5: 16 * time.Second, 6: 20 * time.Second, 100: 20 * time.Second} {
		var least, most time.Duration = time.Hour, 0
		for range 2000 {
			d := transient.delay(n, 0)
			least, most = min(least, d), max(most, d)
		}
		if least > limit/20 || most >= limit || most < limit*19/20 {
			t.Errorf("after attempt %d the delays are %v to %v, want 0 to %v", n, least, most, limit)
		}
	}
}

func TestServiceSaysHowLongToWait(t *testing.T) {
	for _, tt := range []struct {
		name        string
		headers     []string
		least, most time.Duration
	}{
		{"seconds", []string{"Retry-After", "7"}, 7 * time.Second, 8 * time.Second},
		{"a date", []string{"Retry-After", "Sat, 01 Jan 2000 00:00:09 GMT", "Date", "Sat, 01 Jan 2000 00:00:00 GMT"}, 9 * time.Second, 10 * time.Second},
		{"a date by a wrong clock", []string{"Retry-After", "Sat, 01 Jan 2000 02:00:09 GMT", "Date", "Sat, 01 Jan 2000 02:00:00 GMT"}, 9 * time.Second, 10 * time.Second},
		{"milliseconds", []string{"X-Amz-Retry-After", "6500", "Retry-After", "60"}, 6500 * time.Millisecond, 8 * time.Second},
		{"a year is five minutes", []string{"Retry-After", "31536000"}, 5 * time.Minute, 5*time.Minute + time.Second},
		{"nonsense", []string{"Retry-After", "soon"}, 0, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				sent, started := 0, time.Now()
				c := client(t, script(&sent, refuse(503, "ServiceUnavailable", tt.headers...), succeed))
				if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(started); took < tt.least || took > tt.most {
					t.Errorf("waited %v, want %v to %v", took, tt.least, tt.most)
				}
			})
		})
	}
}

func TestContextEndsACall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent, started := 0, time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		c := client(t, script(&sent, refuse(503, "ServiceUnavailable", "Retry-After", "60")))
		_, err := c.GetCallerIdentity(ctx, nil)
		if e, ok := errors.AsType[*APIError](err); !ok || e.Status != 503 || time.Since(started) != 0 || sent != 1 {
			t.Errorf("deadline before the retry: %v after %v, want the refusal at once", err, time.Since(started))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(5*time.Second, cancel)
		c := client(t, script(&sent, refuse(503, "ServiceUnavailable", "Retry-After", "60")))
		_, err := c.GetCallerIdentity(ctx, nil)
		if e, ok := errors.AsType[*APIError](err); !ok || e.Status != 503 || !errors.Is(err, context.Canceled) || sent != 1 {
			t.Errorf("cancelled while waiting: %v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		c := client(t, func(r *http.Request) (*http.Response, error) {
			sent++
			<-r.Context().Done()
			return nil, r.Context().Err()
		})
		_, err := c.GetCallerIdentity(ctx, nil)
		if !errors.Is(err, context.DeadlineExceeded) || sent != 1 {
			t.Errorf("no answer until the deadline: %v, %d requests", err, sent)
		}
	})
}

func TestAttemptsThatHangAreGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent, started := 0, time.Now()
		c := client(t, func(r *http.Request) (*http.Response, error) {
			if sent++; sent == 1 {
				<-r.Context().Done()
				return nil, r.Context().Err()
			}
			return succeed()
		})
		if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil || sent != 2 {
			t.Errorf("%v after %d requests", err, sent)
		}
		if took := time.Since(started); took < time.Minute || took > time.Minute+time.Second {
			t.Errorf("took %v, want a minute and a delay", took)
		}
		if c.quota.tokens != quotaSize {
			t.Errorf("%d tokens are left, want all given back", c.quota.tokens)
		}
	})
}

func TestRetriesHaveAQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent, broken := 0, true
		c := client(t, func(*http.Request) (*http.Response, error) {
			if sent++; broken {
				return refuse(500, "InternalFailure")()
			}
			return succeed()
		})
		for range 50 { // two retries of 5 tokens each
			c.GetCallerIdentity(t.Context(), nil)
		}
		if sent != 150 || c.quota.tokens != 0 {
			t.Fatalf("%d requests, %d tokens left, want 150 and 0", sent, c.quota.tokens)
		}
		_, err := c.GetCallerIdentity(t.Context(), nil)
		if e, ok := errors.AsType[*APIError](err); !ok || e.Attempts != 1 || !strings.Contains(err.Error(), "not tried again") {
			t.Errorf("without tokens: %v", err)
		}
		broken = false
		for range 7 {
			c.GetCallerIdentity(t.Context(), nil)
		}
		if c.quota.tokens != 7 {
			t.Errorf("%d tokens after 7 calls that needed no retry, want 7", c.quota.tokens)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		c := client(t, script(&sent, fails(&net.OpError{Op: "read", Err: timeoutError{}})), func(c *Config) { c.MaxAttempts = 2 })
		c.GetCallerIdentity(t.Context(), nil)
		if c.quota.tokens != quotaSize-timeoutCost {
			t.Errorf("a retry after a timeout took %d tokens, want %d", quotaSize-c.quota.tokens, timeoutCost)
		}
	})
}

type timeoutError struct{}

func (timeoutError) Error() string   { return "timeout" }
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// TestAWrongClockIsCorrected: the service's clock is two hours ahead, later it is
// right.
func TestAWrongClockIsCorrected(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ahead := 2 * time.Hour
		var dates []string
		c := client(t, func(r *http.Request) (*http.Response, error) {
			now := time.Now().Add(ahead)
			date := r.Header.Get("X-Amz-Date")
			dates = append(dates, date)
			signed, err := time.Parse("20060102T150405Z", date)
			if err != nil {
				t.Error(err)
			}
			if now.Sub(signed).Abs() > 15*time.Minute {
				return refuse(403, "SignatureDoesNotMatch", "Date", now.UTC().Format(http.TimeFormat))()
			}
			return succeed()
		})
		started := time.Now()
		for range 2 {
			if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
		if len(dates) != 3 || dates[0] != "20000101T000000Z" || dates[1] != "20000101T020000Z" || dates[2] != dates[1] || time.Since(started) != 0 {
			t.Errorf("signed at %q over %v", dates, time.Since(started))
		}
		p, err := c.PresignGetCallerIdentity(t.Context(), PresignOptions{})
		if err != nil || !strings.Contains(p.URL, "X-Amz-Date=20000101T020000Z") {
			t.Errorf("presigned: %s, %v", p.URL, err)
		}
		ahead = 0
		if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil || dates[len(dates)-1] != "20000101T000000Z" {
			t.Errorf("after the clocks agree: %v, signed at %q", err, dates)
		}
	})
}

func TestADateFromACacheIsNoClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		sent := 0
		c := client(t, script(&sent, refuse(403, "SignatureDoesNotMatch", "Date", "Sat, 01 Jan 2000 09:00:00 GMT", "Age", "32400"), succeed))
		if _, err := c.GetCallerIdentity(t.Context(), nil); err == nil || sent != 1 || c.skew.Load() != 0 {
			t.Errorf("%v, %d requests, skew %d", err, sent, c.skew.Load())
		}
	})
}
