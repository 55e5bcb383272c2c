package sts

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/daypass/daypass/sigv4"
)

const service = "sts"

// sending is a call while it is being sent.
type sending struct {
	c          *Client
	op         *Operation
	body       []byte
	hash       [sha256.Size]byte
	header     http.Header // of the middleware
	invocation string      // names the call, whatever the attempt
}

// send is the innermost [Call]: it sends a call until it is answered, or until
// sending it again is of no use.
func (c *Client) send(ctx context.Context, r *Request) (*Response, error) {
	op := operationNamed(r.Operation)
	if op == nil {
		return nil, fmt.Errorf("sts: no operation %q", r.Operation)
	}
	if reflect.TypeOf(r.Input) != reflect.PointerTo(op.Input) || reflect.ValueOf(r.Input).IsNil() {
		return nil, fmt.Errorf("sts: %s: the input is a %T, not a *%s", op.Name, r.Input, op.Input.Name())
	}
	body, err := encode(op, r.Input)
	if err != nil {
		return nil, err
	}
	s := &sending{c: c, op: op, body: body, hash: sha256.Sum256(body), header: r.Header, invocation: newUUID()}
	spent := 0 // tokens of the quota that the last retry took
	for n := 1; ; n++ {
		o := s.attempt(ctx, n)
		if o.err == nil {
			c.quota.succeeded(spent)
			o.response.Attempts = n
			return o.response, nil
		}
		reason := o.reason(ctx)
		if reason == clockSkew {
			c.skew.Store(int64(o.measured)) // also for the calls that follow
		}
		delay := reason.delay(n, o.retryAfter)
		if deadline, ok := ctx.Deadline(); reason == noRetry || n >= c.cfg.MaxAttempts || ok && time.Until(deadline) < delay {
			return nil, o.final(op, n)
		}
		if spent = reason.cost(); !c.quota.take(spent) {
			return nil, fmt.Errorf("%w; not tried again: too many calls have failed", o.final(op, n))
		}
		if err := wait(ctx, delay); err != nil {
			return nil, fmt.Errorf("%w; not tried again: %w", o.final(op, n), err)
		}
	}
}

// outcome is what came of an attempt.
type outcome struct {
	response *Response
	err      error

	refusal    *APIError     // what err is when the service answered
	retryAfter time.Duration // as the service asked; 0 when it did not
	used       time.Duration // the skew that the attempt was signed with
	measured   time.Duration // the skew by the answer's Date header
	dated      bool          // there was one
}

// final returns the error of a call whose last attempt, the n-th, this is.
func (o *outcome) final(op *Operation, n int) error {
	switch {
	case o.refusal != nil:
		o.refusal.Attempts = n
		return o.refusal.typed()
	case n > 1:
		return fmt.Errorf("sts: %s: %w (%d attempts)", op.Name, o.err, n)
	}
	return fmt.Errorf("sts: %s: %w", op.Name, o.err)
}

// attempt sends the call once.
func (s *sending) attempt(ctx context.Context, n int) (o outcome) {
	started := time.Now()
	ctx, cancel := context.WithTimeout(ctx, s.c.cfg.AttemptTimeout)
	defer cancel()
	o.used = time.Duration(s.c.skew.Load())
	var answer *http.Response
	r, err := s.request(ctx, n, o.used)
	if err == nil {
		answer, err = s.c.http.Do(r)
	}
	if err == nil {
		defer answer.Body.Close()
		o.readHeader(answer.Header, s.c.cfg.Now())
		s.read(answer, &o)
	} else {
		o.err = err
	}
	s.log(ctx, n, &o, answer, time.Since(started))
	return o
}

// read reads the answer to its end, so that the connection can be used again.
func (s *sending) read(answer *http.Response, o *outcome) {
	body, err := readBody(answer)
	switch {
	case err != nil:
		o.err = fmt.Errorf("reading the answer: %w", err)
	case answer.StatusCode != http.StatusOK:
		o.refusal = decodeError(s.op.Name, answer, body)
		o.err = o.refusal
	default:
		out := reflect.New(s.op.Output).Interface()
		id, err := decode(s.op, body, isJSON(answer.Header), out)
		if err != nil {
			o.err = fmt.Errorf("decoding the answer: %w", err)
			return
		}
		if id == "" {
			id = requestIDOf(answer.Header)
		}
		o.response = &Response{Output: out, RequestID: id, Status: answer.StatusCode, Header: answer.Header}
	}
}

func readBody(r *http.Response) ([]byte, error) {
	if r.ContentLength > MaxAnswer {
		return nil, ErrTooLarge
	}
	if r.ContentLength >= 0 {
		body := make([]byte, r.ContentLength)
		_, err := io.ReadFull(r.Body, body)
		return body, err
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxAnswer+1))
	if err == nil && len(body) > MaxAnswer {
		err = ErrTooLarge
	}
	return body, err
}

// request makes the HTTP request of an attempt, signed.
func (s *sending) request(ctx context.Context, n int, skew time.Duration) (*http.Request, error) {
	c := s.c
	h := make(http.Header, 10+len(s.header))
	for key, values := range s.header {
		h[http.CanonicalHeaderKey(key)] = slices.Clone(values)
	}
	h["Content-Type"] = contentType
	h["User-Agent"] = []string{c.userAgent}
	h["Amz-Sdk-Invocation-Id"] = []string{s.invocation}
	h["Amz-Sdk-Request"] = []string{"attempt=" + strconv.Itoa(n) + "; max=" + strconv.Itoa(c.cfg.MaxAttempts)}
	if c.cfg.JSON {
		h["Accept"] = acceptJSON
	}
	r := (&http.Request{
		Method: http.MethodPost, URL: c.endpoint, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h,
		Body: io.NopCloser(bytes.NewReader(s.body)), ContentLength: int64(len(s.body)),
		GetBody: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(s.body)), nil },
	}).WithContext(ctx)
	if s.op.Unsigned || c.cfg.Anonymous {
		return r, nil
	}
	keys, err := c.retrieve(ctx)
	if err != nil {
		return nil, err
	}
	sigv4.Sign(r, s.hash, keys, c.region, service, c.cfg.Now().Add(skew))
	return r, nil
}

var (
	contentType = []string{"application/x-www-form-urlencoded"}
	acceptJSON  = []string{"application/json"}
)

// credentialsError is an error of the credentials provider, which is none of the
// network's: it is not tried again.
type credentialsError struct{ err error }

func (e *credentialsError) Error() string { return "credentials: " + e.err.Error() }
func (e *credentialsError) Unwrap() error { return e.err }

// retrieve returns what to sign with.
func (c *Client) retrieve(ctx context.Context) (sigv4.Credentials, error) {
	if c.cfg.Credentials == nil {
		return sigv4.Credentials{}, &credentialsError{ErrNoCredentials}
	}
	if c.region == "" {
		return sigv4.Credentials{}, &credentialsError{errors.New("no Region to sign for is configured")}
	}
	k, err := c.cfg.Credentials.Retrieve(ctx)
	if err == nil && (k.AccessKeyID == "" || k.SecretAccessKey == "") {
		err = errors.New("the provider answered none")
	}
	if err != nil {
		return sigv4.Credentials{}, &credentialsError{err}
	}
	return sigv4.Credentials{AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, SessionToken: k.SessionToken}, nil
}

// log writes a record of an attempt. It has nothing of the parameters, the
// headers or the answer but code and request id.
func (s *sending) log(ctx context.Context, n int, o *outcome, answer *http.Response, took time.Duration) {
	if !s.c.cfg.Log.Enabled(ctx, slog.LevelDebug) {
		return
	}
	attrs := []slog.Attr{slog.String("operation", s.op.Name), slog.Int("attempt", n), slog.String("endpoint", s.c.endpoint.String()), slog.Duration("took", took)}
	if answer != nil {
		attrs = append(attrs, slog.Int("status", answer.StatusCode), slog.String("request_id", requestIDOf(answer.Header)))
	}
	switch {
	case o.refusal != nil:
		attrs = append(attrs, slog.String("code", o.refusal.Code))
	case o.err != nil:
		attrs = append(attrs, slog.String("error", o.err.Error()))
	}
	s.c.cfg.Log.LogAttrs(ctx, slog.LevelDebug, "sts call", attrs...)
}

// newUUID returns a random UUID (version 4).
func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	text := make([]byte, 0, 36)
	for i, end := range []int{4, 6, 8, 10, 16} {
		if i > 0 {
			text = append(text, '-')
		}
		text = hex.AppendEncode(text, b[(len(text)-i)/2:end])
	}
	return string(text)
}
