package sts

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// The figures of the standard retry mode, as the AWS SDKs have it.
const (
	quotaSize   = 500 // tokens
	retryCost   = 5
	timeoutCost = 10

	baseDelay = time.Second
	maxDelay  = 20 * time.Second

	// maxRetryAfter bounds what a service may have its clients wait.
	maxRetryAfter = 5 * time.Minute

	// skewThreshold is what a clock must be wrong by to be the cause of a refusal:
	// signatures are good for 15 minutes.
	skewThreshold = 4 * time.Minute
)

// reason says why a call is sent again. The zero value says that it is not.
type reason uint8

const (
	noRetry   reason = iota
	transient        // the service or the network failed
	timeout          // nothing came in time
	throttled
	clockSkew // the clock was wrong, and is no more
)

func (r reason) cost() int {
	if r == timeout {
		return timeoutCost
	}
	return retryCost
}

// delay returns how long to wait after the n-th attempt: a random part of a
// second that doubles with each, and at least what the service asked for.
func (r reason) delay(n int, retryAfter time.Duration) time.Duration {
	if r == clockSkew {
		return 0
	}
	limit := min(baseDelay<<min(n-1, 10), maxDelay)
	return max(time.Duration(rand.Int64N(int64(limit))), min(retryAfter, maxRetryAfter))
}

// retryable are the codes that are worth another attempt, whatever the status.
var retryable = map[string]reason{
	"RequestTimeout": transient, "RequestTimeoutException": transient,
	"IDPCommunicationError": transient, // of this service: its identity provider did not answer

	"Throttling": throttled, "ThrottlingException": throttled, "ThrottledException": throttled, "RequestThrottledException": throttled,
	"TooManyRequestsException": throttled, "ProvisionedThroughputExceededException": throttled, "TransactionInProgressException": throttled,
	"RequestLimitExceeded": throttled, "BandwidthLimitExceeded": throttled, "LimitExceededException": throttled, "RequestThrottled": throttled,
	"SlowDown": throttled, "PriorRequestNotComplete": throttled, "EC2ThrottledException": throttled,
}

// skewCodes may come of a wrong clock.
var skewCodes = map[string]bool{
	"RequestTimeTooSkewed": true, "RequestExpired": true, "RequestInTheFuture": true, "InvalidSignatureException": true,
	"SignatureDoesNotMatch": true, "AuthFailure": true,
}

// reason says whether a failed attempt is worth another one. ctx is the call's.
func (o *outcome) reason(ctx context.Context) reason {
	if ctx.Err() != nil {
		return noRetry
	}
	if e := o.refusal; e != nil {
		if skewCodes[e.Code] && o.dated && (o.measured-o.used).Abs() > skewThreshold {
			return clockSkew
		}
		if r := retryable[e.Code]; r != noRetry {
			return r
		}
		switch e.Status {
		case http.StatusTooManyRequests:
			return throttled
		case http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return transient
		}
		return noRetry
	}
	return networkReason(o.err)
}

// networkReason tells faults of the network, which pass, from those of the
// configuration, which do not.
func networkReason(err error) reason {
	if _, ok := errors.AsType[*credentialsError](err); ok || errors.Is(err, ErrTooLarge) {
		return noRetry
	}
	if e, ok := errors.AsType[*net.DNSError](err); ok && e.IsNotFound {
		return noRetry
	}
	if isCertificate(err) {
		return noRetry
	}
	if e, ok := errors.AsType[net.Error](err); ok && e.Timeout() {
		return timeout
	}
	if _, ok := errors.AsType[*net.OpError](err); ok {
		return transient
	}
	for _, passing := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.ECONNREFUSED, syscall.EPIPE, net.ErrClosed} {
		if errors.Is(err, passing) {
			return transient
		}
	}
	return noRetry
}

func isCertificate(err error) bool {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	if _, ok := errors.AsType[x509.HostnameError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.UnknownAuthorityError](err)
	return ok
}

// readHeader takes from an answer what the next attempt needs. now is by the
// client's own clock.
func (o *outcome) readHeader(h http.Header, now time.Time) {
	o.retryAfter = retryAfter(h, now)
	if h.Get("Age") != "" {
		return // from a cache: its date is of another time
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		o.measured, o.dated = date.Sub(now), true
	}
}

// retryAfter reads x-amz-retry-after (milliseconds) or Retry-After (seconds, or a
// date).
func retryAfter(h http.Header, now time.Time) time.Duration {
	if ms, err := strconv.ParseUint(h.Get("X-Amz-Retry-After"), 10, 31); err == nil {
		return time.Duration(ms) * time.Millisecond
	}
	value := h.Get("Retry-After")
	if s, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(s) * time.Second
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(h.Get("Date")); err == nil {
		now = date // by the same clock
	}
	return max(until.Sub(now), 0)
}

// wait waits, but not beyond the context's end.
func wait(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// quota keeps the clients of a service in trouble from adding to it: a retry
// takes tokens, success gives some back.
type quota struct {
	mu     sync.Mutex
	tokens int // guarded by mu
}

// take takes n tokens, and reports whether there were as many.
func (q *quota) take(n int) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.tokens < n {
		return false
	}
	q.tokens -= n
	return true
}

// succeeded gives back what the last retry of a call took, or a token to a call
// that needed none.
func (q *quota) succeeded(spent int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tokens = min(q.tokens+max(spent, 1), quotaSize)
}
