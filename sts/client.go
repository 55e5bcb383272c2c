package sts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"runtime"
	"strings"
	"sync/atomic"
	"time"

	"github.com/daypass/daypass/credentials"
)

// Config says how a [Client] reaches the service. The zero value has no Region,
// which [New] refuses. [Load] makes one from the environment and the shared files,
// as every AWS tool reads them.
type Config struct {
	// Region and the three below choose the endpoint: see [ResolveEndpoint].
	Region    string
	Global    bool
	FIPS      bool
	DualStack bool

	// Endpoint is the URL of a service of one's own, such as a Daypass:
	// "http://127.0.0.1:7870". Requests are signed for Region.
	Endpoint string

	// Credentials sign. Without, only calls that need no signature can be made.
	Credentials credentials.Provider

	// Anonymous sends every call unsigned.
	Anonymous bool

	// HTTPClient sends. It never follows a redirect: signed headers are for the
	// endpoint alone. The default keeps up to 64 idle connections.
	HTTPClient *http.Client

	// MaxAttempts bounds how often a call is sent: 3 when zero, 1 for no retries.
	MaxAttempts int

	// AttemptTimeout bounds one attempt, to the last byte of its answer: a minute
	// when zero. The context bounds the whole call.
	AttemptTimeout time.Duration

	// Middleware is put around every call; the first is the outermost.
	Middleware []Middleware

	// JSON asks for answers in JSON. Callers see no difference.
	JSON bool

	// Log gets a record for each attempt, at level debug: operation, attempt,
	// status, code, request id and duration, never a parameter, header or answer.
	// The default logs nothing.
	Log *slog.Logger

	// AppID is added to the User-Agent header, as app/ID.
	AppID string

	// Now is the clock that signatures are made by; the default is time.Now. A
	// clock that is wrong corrects itself by the service's answers.
	Now func() time.Time
}

// Client calls the Security Token Service. It is safe for concurrent use, and
// meant to be kept: it reuses connections, and remembers what it learned of the
// clock and of the service's load.
type Client struct {
	cfg       Config
	endpoint  *url.URL
	region    string // to sign for
	http      *http.Client
	userAgent string
	call      Call // with the middleware around it

	skew  atomic.Int64 // what to add to the clock, in nanoseconds
	quota quota
}

// New returns a client. It fails when the configuration has no endpoint or is
// contradictory; it sends nothing.
func New(cfg Config) (*Client, error) {
	e, err := ResolveEndpoint(EndpointParams{
		Region: cfg.Region, Endpoint: cfg.Endpoint, Global: cfg.Global, FIPS: cfg.FIPS, DualStack: cfg.DualStack,
	})
	if err != nil {
		return nil, fmt.Errorf("sts: %w", err)
	}
	u, err := url.Parse(e.URL)
	if err != nil {
		return nil, fmt.Errorf("sts: %w", err)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	if cfg.MaxAttempts < 0 || cfg.AttemptTimeout < 0 {
		return nil, errors.New("sts: MaxAttempts and AttemptTimeout cannot be negative")
	}
	cfg.MaxAttempts = cmp.Or(cfg.MaxAttempts, 3)
	cfg.AttemptTimeout = cmp.Or(cfg.AttemptTimeout, time.Minute)
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Client{cfg: cfg, endpoint: u, region: e.SigningRegion, http: httpClient(cfg.HTTPClient), userAgent: userAgent(cfg.AppID)}
	c.quota.tokens = quotaSize
	c.call = c.send
	for i := len(cfg.Middleware) - 1; i >= 0; i-- {
		c.call = cfg.Middleware[i](c.call)
	}
	return c, nil
}

// httpClient returns a client that follows no redirects: the next host would be
// sent the session token.
func httpClient(given *http.Client) *http.Client {
	c := new(http.Client)
	if given != nil {
		*c = *given
	} else {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 64
		t.DisableCompression = true // answers have some kilobytes
		c.Transport = t
	}
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return c
}

func userAgent(appID string) string {
	ua := "daypass-go ua/2.1 os/" + runtime.GOOS + " lang/go#" + strings.TrimPrefix(runtime.Version(), "go") + " md/GOARCH#" + runtime.GOARCH + " api/sts"
	if appID == "" {
		return ua
	}
	return ua + " app/" + strings.Map(userAgentChar, appID[:min(len(appID), 50)])
}

// userAgentChar replaces what the header's tokens cannot hold.
func userAgentChar(r rune) rune {
	if r < 128 && (r == '-' || r == '.' || r == '_' || '0' <= r && r <= '9' || 'A' <= r && r <= 'Z' || 'a' <= r && r <= 'z') {
		return r
	}
	return '-'
}

// Endpoint returns where the client's calls go.
func (c *Client) Endpoint() Endpoint { return Endpoint{c.endpoint.String(), c.region} }

// now returns the time by the service's clock, as far as it is known.
func (c *Client) now() time.Time { return c.cfg.Now().Add(time.Duration(c.skew.Load())) }

// Request is a call on its way, as [Middleware] sees it.
type Request struct {
	Operation string      // "AssumeRole"
	Input     any         // *AssumeRoleInput; may be changed
	Header    http.Header // added to every attempt, and signed; may be nil
}

// Response is what came of a call.
type Response struct {
	Output    any // *AssumeRoleOutput
	RequestID string
	Status    int
	Header    http.Header
	Attempts  int // how often the call was sent
}

// Call makes a call. A call that was refused has the error of the client's
// methods.
type Call func(ctx context.Context, r *Request) (*Response, error)

// Middleware puts a function around a call, retries included: to count, to
// trace, to change parameters or headers, to answer in the service's place. What
// is to be done for each attempt belongs in the HTTP client's transport.
//
//	func timed(next sts.Call) sts.Call {
//		return func(ctx context.Context, r *sts.Request) (*sts.Response, error) {
//			defer record(r.Operation, time.Now())
//			return next(ctx, r)
//		}
//	}
type Middleware func(next Call) Call

// Call makes a call of an operation by its name. in is a pointer to the
// operation's input, or nil for one without parameters; the answer is a pointer to
// its output. It is for programs that learn the operation when they run.
func (c *Client) Call(ctx context.Context, operation string, in any) (any, error) {
	r, err := c.Do(ctx, operation, in)
	if err != nil {
		return nil, err
	}
	return r.Output, nil
}

// Do is [Client.Call] with what else came of the call.
func (c *Client) Do(ctx context.Context, operation string, in any) (*Response, error) {
	op := operationNamed(operation)
	if op == nil {
		return nil, fmt.Errorf("sts: no operation %q", operation)
	}
	if in == nil {
		in = reflect.New(op.Input).Interface()
	}
	return c.call(ctx, &Request{Operation: operation, Input: in})
}

// invoke makes a call with the types of its operation.
func invoke[In, Out any](ctx context.Context, c *Client, op *Operation, in *In) (*Out, error) {
	if in == nil {
		in = new(In)
	}
	r, err := c.call(ctx, &Request{Operation: op.Name, Input: in})
	if err != nil {
		return nil, err
	}
	out, ok := r.Output.(*Out)
	if !ok {
		return nil, fmt.Errorf("sts: %s: middleware answered a %T", op.Name, r.Output)
	}
	return out, nil
}
