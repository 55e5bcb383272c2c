package credentials

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// InstanceOptions are the options of [Instance].
type InstanceOptions struct {
	Getenv     func(string) string // os.Getenv when nil
	HTTPClient *http.Client        // the default uses no proxy
	Timeout    time.Duration       // for each of at most three tries of a request: a second when zero
}

// Instance returns a provider that asks the metadata service of an EC2 instance for
// the credentials of its role, by version 2 of its protocol only. Where no such
// service answers, or the instance has no role, it has nothing.
//
// While the service fails, or answers credentials that have expired, the last ones stay
// in use: they are answered as good for another five to ten minutes, so that a cache
// asks again by then, and whether they are is for those to say who are shown them.
//
// AWS_EC2_METADATA_DISABLED=true turns it off; AWS_EC2_METADATA_SERVICE_ENDPOINT
// and AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE (IPv4, IPv6) say where it is.
func Instance(opts InstanceOptions) Provider { return newInstance(opts) }

func newInstance(opts InstanceOptions) *instance {
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	return &instance{get: opts.Getenv, http: localClient(opts.HTTPClient), timeout: cmp.Or(opts.Timeout, time.Second)}
}

// InstanceRegion asks the metadata service of an EC2 instance for its Region. The error
// is [ErrNotFound] where no such service answers.
func InstanceRegion(ctx context.Context, opts InstanceOptions) (string, error) {
	s, _, err := newInstance(opts).session(ctx)
	if err != nil {
		return "", err
	}
	region, err := s.get(ctx, regionPath)
	if err != nil {
		return "", fmt.Errorf("instance metadata: Region: %w", err)
	}
	return strings.TrimSpace(string(region)), nil
}

type instance struct {
	get     func(string) string
	http    *http.Client
	timeout time.Duration

	mu   sync.Mutex
	last Credentials // guarded by mu; the last that came
}

// Format writes what it is, whatever the verb, and not the credentials.
func (i *instance) Format(f fmt.State, _ rune) { fmt.Fprint(f, "credentials.Instance") }

const (
	rolePath   = "/latest/meta-data/iam/security-credentials/"
	regionPath = "/latest/meta-data/placement/region"
)

// switchedOff are the answers of a metadata service that is not for this machine,
// and of what else may be at its address.
var switchedOff = []int{http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed}

func (i *instance) Retrieve(ctx context.Context) (Credentials, error) {
	got, gone, err := i.ask(ctx)
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case err == nil:
		i.last = got
	case gone || i.last.AccessKeyID == "" || ctx.Err() != nil:
		return Credentials{}, err
	}
	return i.last.stretched(time.Now(), err != nil), nil
}

// longer is for how long credentials stay in use that could not be renewed.
const longer = 5 * time.Minute

// stretched are the credentials with more time, when they have expired, or stale is
// true and they soon will.
func (c Credentials) stretched(now time.Time, stale bool) Credentials {
	if until := now.Add(longer + upTo(longer)); c.Expired(now) || stale && !c.Expires.IsZero() && c.Expires.Before(until) {
		c.Expires = until.UTC()
	}
	return c
}

// ask asks for credentials. gone tells that the service, or who set it up, says that
// there are none.
func (i *instance) ask(ctx context.Context) (c Credentials, gone bool, err error) {
	s, gone, err := i.session(ctx)
	if err != nil {
		return Credentials{}, gone, err
	}
	roles, err := s.get(ctx, rolePath)
	if status, ok := errors.AsType[*statusError](err); ok && status.status == http.StatusNotFound {
		return Credentials{}, true, notFound("the instance has no role")
	}
	if err != nil {
		return Credentials{}, false, fmt.Errorf("instance metadata: role: %w", err)
	}
	role, _, _ := strings.Cut(strings.TrimSpace(string(roles)), "\n")
	body, err := s.get(ctx, rolePath+url.PathEscape(strings.TrimSpace(role)))
	if err != nil {
		return Credentials{}, false, fmt.Errorf("instance metadata: credentials: %w", err)
	}
	var doc struct {
		Code string
		document
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return Credentials{}, false, errors.New("instance metadata: the answer is not a JSON object")
	}
	if doc.Code != "" && doc.Code != "Success" {
		return Credentials{}, false, fmt.Errorf("instance metadata: %.100s", doc.Code)
	}
	c, err = doc.credentials(doc.Token, "instance")
	return c, false, err
}

// session is the permission to ask a metadata service.
type session struct {
	i               *instance
	endpoint, token string
}

// session opens a session; gone is that of ask.
func (i *instance) session(ctx context.Context) (s session, gone bool, err error) {
	endpoint, err := i.endpoint()
	if err != nil {
		return session{}, true, err
	}
	token, err := i.fetch(ctx, http.MethodPut, endpoint+"/latest/api/token", "X-Aws-Ec2-Metadata-Token-Ttl-Seconds", "300")
	status, answered := errors.AsType[*statusError](err)
	switch {
	case err == nil:
		return session{i, endpoint, string(token)}, false, nil
	case !answered:
		return session{}, false, notFound("no instance metadata: %v", err)
	case slices.Contains(switchedOff, status.status):
		return session{}, true, notFound("no instance metadata: %v", status)
	}
	return session{}, false, fmt.Errorf("instance metadata: token: %w", status)
}

func (s session) get(ctx context.Context, path string) ([]byte, error) {
	return s.i.fetch(ctx, http.MethodGet, s.endpoint+path, "X-Aws-Ec2-Metadata-Token", s.token)
}

func (i *instance) endpoint() (string, error) {
	if strings.EqualFold(i.get("AWS_EC2_METADATA_DISABLED"), "true") {
		return "", notFound("instance metadata is disabled")
	}
	if e := i.get("AWS_EC2_METADATA_SERVICE_ENDPOINT"); e != "" {
		u, err := url.Parse(e)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			return "", errors.New("AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL")
		}
		return strings.TrimSuffix(e, "/"), nil
	}
	switch mode := strings.ToLower(i.get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")); mode {
	case "", "ipv4":
		return "http://169.254.169.254", nil
	case "ipv6":
		return "http://[fd00:ec2::254]", nil
	default:
		return "", fmt.Errorf("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE is %q, not IPv4 or IPv6", mode)
	}
}

func (i *instance) fetch(ctx context.Context, method, url, header, value string) ([]byte, error) {
	return fetch(ctx, i.http, i.timeout, func(ctx context.Context) (*http.Request, error) {
		r, err := http.NewRequestWithContext(ctx, method, url, nil)
		if err == nil {
			r.Header.Set(header, value)
		}
		return r, err
	})
}
