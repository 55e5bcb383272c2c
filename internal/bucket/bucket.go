package bucket

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/logging"
)

// ErrExists is an object that is there already and is another.
var ErrExists = errors.New("bucket: another object is there already")

// Config says where the store is.
type Config struct {
	Endpoint string // "https://s3.example.com"; buckets are in the path
	Region   string // that requests are signed for
	ACL      string // sent with each object; "" or "none" sends none
	KeyNames bool   // keys are named to the store by what follows "key/" or "alias/" in their ARNs
	Env      func(name string) (string, bool)
	Roots    *x509.CertPool // nil is the machine's
}

// Client puts objects into buckets of one store. It follows no redirect, knows
// no proxy, waits for nothing longer than its limits, and reads no more of an
// answer than is of use. It is safe for concurrent use.
type Client struct {
	s3  *s3.Client
	acl types.ObjectCannedACL

	keyNames bool

	noCondition atomic.Bool // the store knows no "only if there is none"
}

// Limits of a request.
const (
	connectTime   = 5 * time.Second
	handshakeTime = 5 * time.Second
	headerTime    = 30 * time.Second // from the last byte sent to the answer
	requestTime   = 2 * time.Minute  // all in all
	maxHeader     = 64 << 10         // bytes
	maxAnswer     = 1 << 20          // bytes of a body
)

// New returns a client. It connects to nothing but what gives the credentials.
// That there can be none is an error; that they cannot be had now is none: the
// profile may name a role of the very installation that is starting.
func New(cfg Config) (*Client, error) {
	endpoint, err := parseEndpoint(cfg.Endpoint)
	if err != nil {
		return nil, err
	}
	source := newSource(cfg.Env)
	ctx, stop := context.WithTimeout(context.Background(), firstTime)
	defer stop()
	if _, err := source.Retrieve(ctx); err != nil && !isAway(err) {
		return nil, err
	}
	c := &Client{keyNames: cfg.KeyNames}
	if cfg.ACL != "none" {
		c.acl = types.ObjectCannedACL(cfg.ACL)
	}
	c.s3 = s3.New(s3.Options{
		BaseEndpoint: aws.String(endpoint), UsePathStyle: true,
		Region:      cfg.Region,
		Credentials: aws.NewCredentialsCache(source),
		HTTPClient:  &http.Client{Transport: newTransport(cfg.Roots), CheckRedirect: noRedirect, Timeout: requestTime},
		Retryer:     aws.NopRetryer{}, // who calls tries again, and knows when
		Logger:      logging.Nop{},
		// Not every store knows the newer checksums; TLS and the digests see to the content.
		RequestChecksumCalculation:  aws.RequestChecksumCalculationWhenRequired,
		ResponseChecksumValidation:  aws.ResponseChecksumValidationWhenRequired,
		DisableS3ExpressSessionAuth: aws.Bool(true),
	})
	return c, nil
}

func parseEndpoint(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", errors.New("the endpoint of a bucket is not a URL such as https://s3.example.com")
	}
	return strings.TrimSuffix(u.String(), "/"), nil
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func newTransport(roots *x509.CertPool) http.RoundTripper {
	return bounded{&http.Transport{
		DialContext:            (&net.Dialer{Timeout: connectTime}).DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    handshakeTime,
		ResponseHeaderTimeout:  headerTime,
		IdleConnTimeout:        time.Minute,
		MaxIdleConnsPerHost:    4,
		MaxResponseHeaderBytes: maxHeader,
		DisableCompression:     true,
	}}
}

// bounded cuts the bodies of answers.
type bounded struct{ http.RoundTripper }

// RoundTrip implements [http.RoundTripper].
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, maxAnswer), response.Body}
	}
	return response, err
}

// Object is what is put into a bucket.
type Object struct {
	Bucket, Key string
	Body        []byte
	Type        string            // "application/json"; "" for none
	Encoding    string            // "gzip"; "" for none
	Meta        map[string]string // names in lower case
	KMSKey      string            // ARN of the key that the store is to encrypt it under; "" leaves it to the bucket
}

// Put puts an object, also over one that is there.
func (c *Client) Put(ctx context.Context, o Object) error { return c.put(ctx, o, false) }

// PutNew puts an object where there is none. One that is there and has the same
// value of a metadata member is this one, put by an earlier try: no error.
// Another is left as it is: [ErrExists], which is also the answer when it may
// not be looked at.
//
// A store that can neither be asked nor told not to replace an object replaces
// it.
func (c *Client) PutNew(ctx context.Context, o Object, member string) error {
	switch there, same, err := c.look(ctx, o, member); {
	case there && same:
		return nil
	case there:
		return ErrExists
	case err != nil && !errors.Is(err, ErrDenied): // who may only put cannot know
		return err
	}
	err := c.put(ctx, o, !c.noCondition.Load())
	switch code := Code(err); {
	case code == "PreconditionFailed":
		if there, same, _ := c.look(ctx, o, member); there && same {
			return nil // another process was first
		}
		return ErrExists
	case (code == "NotImplemented" || code == "InvalidArgument") && !c.noCondition.Swap(true):
		err = c.put(ctx, o, false)
	}
	return err
}

// look reports whether an object is there, and has o's value of a metadata
// member.
func (c *Client) look(ctx context.Context, o Object, member string) (there, same bool, err error) {
	if !isName(o.Bucket) {
		return false, false, ErrNoSuchBucket
	}
	out, err := c.s3.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &o.Bucket, Key: &o.Key})
	switch {
	case err == nil:
		return true, out.Metadata[member] == o.Meta[member], nil
	case Code(err) == "NotFound", Code(err) == "NoSuchKey":
		return false, false, nil
	}
	return false, false, understood(err)
}

func (c *Client) put(ctx context.Context, o Object, onlyNew bool) error {
	if !isName(o.Bucket) {
		return ErrNoSuchBucket
	}
	in := &s3.PutObjectInput{
		Bucket: &o.Bucket, Key: &o.Key, Body: bytes.NewReader(o.Body), ContentLength: aws.Int64(int64(len(o.Body))),
		ACL: c.acl, Metadata: o.Meta,
	}
	if o.Type != "" {
		in.ContentType = &o.Type
	}
	if o.Encoding != "" {
		in.ContentEncoding = &o.Encoding
	}
	if onlyNew {
		in.IfNoneMatch = aws.String("*")
	}
	c.encrypt(in, o.KMSKey)
	out, err := c.s3.PutObject(ctx, in)
	if err != nil {
		return understood(err)
	}
	return encrypted(out, o.KMSKey)
}

// Check reports whether records of an account may be put into a bucket,
// encrypted under a key unless that is "": [ErrNoSuchBucket], [ErrDenied],
// [ErrKey]. It does what delivery will do, and leaves an empty object where the
// records will be, as the real service does.
func (c *Client) Check(ctx context.Context, bucket, root, key string) error {
	ctx, stop := context.WithTimeout(ctx, checkTime)
	defer stop()
	o := Object{Bucket: bucket, Key: root + "CloudTrail/", KMSKey: key}
	err := c.Put(ctx, o)
	if key == "" || !refused(err) || errors.Is(err, ErrNoSuchBucket) {
		return err
	}
	o.KMSKey = ""
	if err := c.Put(ctx, o); err != nil {
		return err // it is not for the key
	}
	return fmt.Errorf("%w: %w", ErrKey, err)
}

// checkTime is for [Client.Check]: a caller waits for it.
const checkTime = 10 * time.Second

// names are those that a bucket can have; they are safe in a path.
var names = regexp.MustCompile(`^[a-zA-Z0-9][a-zA-Z0-9._-]{1,253}[a-zA-Z0-9]$`)

func isName(bucket string) bool { return names.MatchString(bucket) && !strings.Contains(bucket, "..") }

// answer is an error whose text a store may have made long.
type answer struct{ error }

// Error implements error.
func (a answer) Error() string {
	text := a.error.Error()
	return text[:min(len(text), maxText)]
}

// Unwrap returns the error itself.
func (a answer) Unwrap() error { return a.error }

// maxText bounds what a store's words take in a log.
const maxText = 500

// understood makes of an error one of this package, if it is one.
func understood(err error) error {
	switch Code(err) {
	case "NoSuchBucket":
		return fmt.Errorf("%w: %w", ErrNoSuchBucket, answer{err})
	case "AccessDenied", "Forbidden", "InvalidAccessKeyId", "SignatureDoesNotMatch", "AllAccessDisabled", "AccountProblem", "ExpiredToken":
		return fmt.Errorf("%w: %w", ErrDenied, answer{err})
	}
	return answer{err}
}

// maxCode bounds what a store calls an error.
const maxCode = 64

// Code returns what the store calls an error, "" when it is not the store's.
func Code(err error) string {
	e, ok := errors.AsType[smithy.APIError](err)
	if !ok {
		return ""
	}
	code := e.ErrorCode()
	return code[:min(len(code), maxCode)]
}
