// Package daypasstest runs a Daypass inside a Go test: the real service on a
// loopback port, with its own empty account, gone when the test ends.
//
//	func TestDeploy(t *testing.T) {
//		aws := daypasstest.New(t)
//		ann := aws.User("ann", `{"Version":"2012-10-17","Statement":{…}}`)
//		role := aws.Role("deployer", daypasstest.Trust(aws.UserARN("ann")))
//		… point any AWS SDK at aws.URL with ann's credentials …
//		aws.Advance(2 * time.Hour) // and see its session expire
//	}
//
// Nothing is waved through: signatures, policies, sessions and errors are those
// of the service. The clock is the test's: it stands still until [Server.Advance]
// or [Server.SetTime] moves it. Answers carry it in their Date header, by which
// the AWS SDKs correct theirs.
package daypasstest

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/server"
	"github.com/daypass/daypass/sigv4"
)

// Credentials are what a client signs with.
type Credentials = sigv4.Credentials

// DefaultAccount is the account that a [Server] starts with.
const DefaultAccount = "123456789012"

// Server is a running Daypass. Its methods fail the test when they cannot do
// what they say. It is safe for concurrent use.
type Server struct {
	URL     string      // of the endpoint, http://127.0.0.1:port, or https
	Region  string      // to sign for: us-east-1
	Account string      // the account id
	Root    Credentials // the root user's

	t      testing.TB
	in     *installation.Installation
	client *http.Client

	mu  sync.Mutex
	now time.Time
}

// An Option changes what [New] makes.
type Option func(*options)

type options struct {
	dir    string
	region string
	start  time.Time
	log    *slog.Logger

	issuers map[string]http.Handler // by URL
	tls     bool
	public  string
	store   string
}

// WithDir sets the data directory, for a test that looks into it. The default
// is a temporary one.
func WithDir(dir string) Option { return func(o *options) { o.dir = dir } }

// WithRegion sets the Region that the server stands for.
func WithRegion(region string) Option { return func(o *options) { o.region = region } }

// WithTime sets the time at which the server's clock starts. The default is
// the present.
func WithTime(t time.Time) Option { return func(o *options) { o.start = t } }

// WithLog has the server log its requests. The default logs nothing.
func WithLog(log *slog.Logger) Option { return func(o *options) { o.log = log } }

// WithIssuer stands in for an OpenID Connect issuer: the documents of its URL
// (/.well-known/openid-configuration, and its keys where that says) are those
// that h answers, without a network. Other issuers cannot be reached then.
func WithIssuer(issuerURL string, h http.Handler) Option {
	return func(o *options) {
		if o.issuers == nil {
			o.issuers = map[string]http.Handler{}
		}
		o.issuers[issuerURL] = h
	}
}

// WithTLS has the server speak TLS, with a certificate that [Server.Client]
// trusts.
func WithTLS() Option { return func(o *options) { o.tls = true } }

// WithPublicURL says what the server is known as outside, which begins the
// issuers of its web identity tokens. The default is its URL.
func WithPublicURL(url string) Option { return func(o *options) { o.public = url } }

// WithTrailStore has the records of trails delivered to the buckets of an
// S3-compatible store, by its URL, with credentials of no account. Without it
// trails can name any bucket, and nothing is delivered.
func WithTrailStore(endpoint string) Option { return func(o *options) { o.store = endpoint } }

// storeCredentials are those that a store gets to see.
func storeCredentials(name string) (string, bool) {
	v, ok := map[string]string{"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "daypasstest"}[name]
	return v, ok
}

// New starts a Daypass that ends with the test.
func New(t testing.TB, opts ...Option) *Server {
	t.Helper()
	o := options{region: "us-east-1", start: time.Now(), log: slog.New(slog.DiscardHandler)}
	for _, opt := range opts {
		opt(&o)
	}
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	s := &Server{t: t, Region: o.region, now: o.start}
	ctx := context.Background()
	in, err := installation.Open(ctx, installation.Config{
		Dir: o.dir, Region: o.region, MasterKey: secret.New(keys.NewMaster()),
		Serving: true, Ephemeral: true, Now: s.Now, Log: o.log, FetchOIDC: o.fetch(), Thumbprint: noThumbprint,
		Delivery: installation.Delivery{Endpoint: o.store, Region: o.region, Env: storeCredentials},
	})
	if err != nil {
		t.Fatalf("starting Daypass: %v", err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Errorf("closing Daypass: %v", err)
		}
	})
	root, err := in.EnsureFirstAccount(ctx, installation.Root{
		Account: DefaultAccount, AccessKeyID: "AKIARZPUZDIKROOTROOT", Secret: secret.New("daypasstestRootSecretAccessKey0000000000"),
	})
	if err != nil {
		t.Fatalf("starting Daypass: %v", err)
	}
	s.in, s.Account, s.Root = in, root.Account, credentials(root)
	web := httptest.NewUnstartedServer(server.New(server.Config{
		Pipeline: in.Pipeline, Services: in.Services, Region: o.region, Now: s.Now, Log: o.log, Documents: in.Outbound,
		SAMLMetadata: new(saml.Site).ServiceMetadata(),
	}))
	if o.tls {
		web.StartTLS()
	} else {
		web.Start()
	}
	t.Cleanup(web.Close)
	s.URL, s.client = web.URL, web.Client()
	s.client.Timeout, s.client.CheckRedirect = 30*time.Second, noRedirects
	in.Outbound.SetURL(cmp.Or(o.public, s.URL))
	return s
}

// noThumbprint is that of issuers that are not asked: tests reach no network.
func noThumbprint(context.Context, string, time.Time) (string, error) {
	return "", errors.New("issuers are not asked in tests")
}

func credentials(r installation.Root) Credentials {
	return Credentials{AccessKeyID: r.AccessKeyID, SecretAccessKey: r.Secret.Reveal()}
}

// Now returns the time by the server's clock.
func (s *Server) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// SetTime sets the server's clock.
func (s *Server) SetTime(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = t
}

// Advance moves the server's clock on by d.
func (s *Server) Advance(d time.Duration) { s.SetTime(s.Now().Add(d)) }

// NewAccount adds an account and returns its id and its root credentials.
func (s *Server) NewAccount() (id string, root Credentials) {
	s.t.Helper()
	r, err := s.in.CreateAccount(context.Background(), "", "")
	if err != nil {
		s.t.Fatalf("creating an account: %v", err)
	}
	return r.Account, credentials(r)
}

// RotateKeys has session tokens sealed under a new key.
func (s *Server) RotateKeys() {
	s.t.Helper()
	if _, err := s.in.RotateKeys(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

// User makes an IAM user with inline policies and returns an access key of it.
func (s *Server) User(name string, policies ...string) Credentials {
	s.t.Helper()
	return s.UserIn(s.Root, name, policies...)
}

// UserIn is [Server.User] for the account of the given root credentials.
func (s *Server) UserIn(root Credentials, name string, policies ...string) Credentials {
	s.t.Helper()
	s.must(root, "iam", "CreateUser", "UserName", name)
	for i, p := range policies {
		s.must(root, "iam", "PutUserPolicy", "UserName", name, "PolicyName", fmt.Sprint("policy", i), "PolicyDocument", p)
	}
	key := s.must(root, "iam", "CreateAccessKey", "UserName", name)
	return Credentials{AccessKeyID: key.Element("AccessKeyId"), SecretAccessKey: key.Element("SecretAccessKey")}
}

// UserARN returns the ARN of a user that [Server.User] made.
func (s *Server) UserARN(name string) string { return arn.User("aws", s.Account, "/", name).String() }

// Role makes a role with inline policies and returns its ARN.
func (s *Server) Role(name, trust string, policies ...string) string {
	s.t.Helper()
	return s.RoleIn(s.Root, name, trust, policies...)
}

// RoleIn is [Server.Role] for the account of the given root credentials.
func (s *Server) RoleIn(root Credentials, name, trust string, policies ...string) string {
	s.t.Helper()
	role := s.must(root, "iam", "CreateRole", "RoleName", name, "AssumeRolePolicyDocument", trust)
	for i, p := range policies {
		s.must(root, "iam", "PutRolePolicy", "RoleName", name, "PolicyName", fmt.Sprint("policy", i), "PolicyDocument", p)
	}
	return role.Element("Arn")
}

// Trust returns a trust policy that lets the AWS principals (ARNs, account
// ids) assume the role, tag the session and set a source identity.
func Trust(principals ...string) string {
	quoted := make([]string, len(principals))
	for i, p := range principals {
		quoted[i] = fmt.Sprintf("%q", p)
	}
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":[` + strings.Join(quoted, ",") +
		`]},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}}`
}

// AssumeRole assumes a role and returns its credentials.
func (s *Server) AssumeRole(c Credentials, roleARN, session string) Credentials {
	s.t.Helper()
	return s.must(c, "sts", "AssumeRole", "RoleArn", roleARN, "RoleSessionName", session).Credentials()
}

func (s *Server) must(c Credentials, service, action string, params ...string) *Answer {
	s.t.Helper()
	a := s.Call(c, service, action, params...)
	if a.Status != http.StatusOK {
		s.t.Fatalf("%s %v: %d %s", action, params, a.Status, a.Body)
	}
	return a
}

// Answer is what the service answered.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Element returns the text of the first XML element of the name, unescaped;
// "" when there is none.
func (a *Answer) Element(name string) string { return element(a.Body, name) }

// Credentials returns the temporary credentials of an answer.
func (a *Answer) Credentials() Credentials {
	return Credentials{
		AccessKeyID: a.Element("AccessKeyId"), SecretAccessKey: a.Element("SecretAccessKey"), SessionToken: a.Element("SessionToken"),
	}
}

var versions = map[string]string{"sts": "2011-06-15", "iam": "2010-05-08"}

// Call signs and sends a request, by the server's clock. params are names and
// values in turn, as the Query protocol spells them. Empty credentials send it
// unsigned.
func (s *Server) Call(c Credentials, service, action string, params ...string) *Answer {
	s.t.Helper()
	form := url.Values{"Action": {action}, "Version": {versions[service]}}
	for i := 0; i+1 < len(params); i += 2 {
		form.Set(params[i], params[i+1])
	}
	body := form.Encode()
	r, err := http.NewRequest(http.MethodPost, s.URL+"/", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if c.AccessKeyID != "" {
		sigv4.Sign(r, sha256.Sum256([]byte(body)), c, s.Region, service, s.Now())
	}
	return s.Send(r)
}

// Send sends a request as it is.
func (s *Server) Send(r *http.Request) *Answer {
	s.t.Helper()
	response, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return &Answer{Status: response.StatusCode, Header: response.Header, Body: string(text)}
}

func noRedirects(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Client returns an HTTP client that trusts the server's certificate and follows
// no redirects.
func (s *Server) Client() *http.Client { return s.client }
