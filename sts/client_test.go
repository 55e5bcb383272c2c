package sts

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/internal/apimodel"
	"github.com/daypass/daypass/sigv4"
)

func TestCallIsSignedAndDecoded(t *testing.T) {
	c := client(t, func(r *http.Request) (*http.Response, error) {
		body := bodyOf(t, r)
		if r.Method != "POST" || r.URL.String() != "https://sts.eu-west-1.amazonaws.com/" || body != "Action=GetCallerIdentity&Version=2011-06-15" {
			t.Errorf("sent %s %s %q", r.Method, r.URL, body)
		}
		sig, err := sigv4.Parse(r)
		if err == nil {
			err = sig.Check(time.Now(), sigv4.Scope{Regions: []string{"eu-west-1"}, Service: "sts"})
		}
		if err == nil {
			err = sig.Verify(r, sigv4.DeriveKey(testSecret, sig.ScopeDate, sig.Region, sig.Service), sha256.Sum256([]byte(body)))
		}
		if err != nil || sig.Token != testToken {
			t.Errorf("signature: %v, token %q", err, sig.Token)
		}
		return answer(200, identityXML), nil
	})
	got, err := c.GetCallerIdentity(t.Context(), nil)
	want := &GetCallerIdentityOutput{UserId: "AIDARZPUZDIKEXAMPLE01", Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/R&D"}
	if d := cmp.Diff(want, got); err != nil || d != "" {
		t.Errorf("GetCallerIdentity: %v\n%s", err, d)
	}
}

func TestEveryParameterIsSentUnderItsName(t *testing.T) {
	in := &AssumeRoleInput{
		RoleArn: "arn:aws:iam::123456789012:role/r", RoleSessionName: "a b+c~*é", PolicyArns: []PolicyDescriptor{{Arn: "arn:1"}}, DurationSeconds: 900,
		Tags: []Tag{{Key: "k", Value: ""}, {Key: "l", Value: "v/="}}, TransitiveTagKeys: []string{"k"}, ProvidedContexts: []ProvidedContext{{ProviderArn: "p", ContextAssertion: "c"}},
	}
	body, err := encode(assumeRole, in)
	want := "Action=AssumeRole&DurationSeconds=900&PolicyArns.member.1.arn=arn%3A1&ProvidedContexts.member.1.ContextAssertion=c&ProvidedContexts.member.1.ProviderArn=p" +
		"&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&RoleSessionName=a+b%2Bc~%2A%C3%A9&Tags.member.1.Key=k&Tags.member.1.Value=&Tags.member.2.Key=l&Tags.member.2.Value=v%2F%3D" +
		"&TransitiveTagKeys.member.1=k&Version=2011-06-15"
	if err != nil || string(body) != want {
		t.Errorf("encode: %v\n got %s\nwant %s", err, body, want)
	}
}

func TestRequiredParametersAreNotLeftOut(t *testing.T) {
	c := client(t, func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return answer(200, ""), nil
	})
	_, err := c.AssumeRole(t.Context(), &AssumeRoleInput{RoleSessionName: "s", Tags: []Tag{{Value: "v"}}})
	if e, ok := errors.AsType[*ParamError](err); !ok || !slices.Equal(e.Missing, []string{"RoleArn", "Tags.member.1.Key"}) {
		t.Errorf("AssumeRole = %v", err)
	}
	_, err = c.AssumeRoot(t.Context(), &AssumeRootInput{TargetPrincipal: "123456789012"})
	if e, ok := errors.AsType[*ParamError](err); !ok || !slices.Equal(e.Missing, []string{"TaskPolicyArn.arn"}) {
		t.Errorf("AssumeRoot = %v", err)
	}
	_, err = c.GetWebIdentityToken(t.Context(), nil)
	if want := "sts: GetWebIdentityToken: missing required parameter: Audience, SigningAlgorithm"; err == nil || err.Error() != want {
		t.Errorf("GetWebIdentityToken = %v, want %s", err, want)
	}
}

// TestOperationsAreThoseOfTheServiceModel: names, limits, patterns and required
// parameters, and which operations are unsigned, which errors they have.
func TestOperationsAreThoseOfTheServiceModel(t *testing.T) {
	m := apimodel.Load(t, "sts", "2011-06-15")
	operations := make(map[string]apimodel.Operation)
	for _, op := range Operations() {
		operations[op.Name] = apimodel.Operation{In: op.Input, Out: op.Output}
		if op.Doc == "" {
			t.Errorf("%s has no documentation", op.Name)
		}
	}
	for name := range m.Operations {
		if _, ok := operations[name]; !ok {
			t.Errorf("operation %s of the model is missing", name)
		}
	}
	meant := []apimodel.Divergence{{Difference: "GetWebIdentityToken().SigningAlgorithm: values are [RS256 ES384], in the model []"}}
	for _, path := range []string{
		"AssumeRole().PolicyArns[]", "AssumeRoleWithSAML().PolicyArns[]", "AssumeRoleWithWebIdentity().PolicyArns[]",
		"GetFederationToken().PolicyArns[]", "AssumeRoot().TaskPolicyArn",
	} {
		meant = append(meant, apimodel.Divergence{Difference: path + ".arn: required is true, in the model false"})
	}
	for _, name := range []string{"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetFederationToken", "GetSessionToken"} {
		for _, member := range []string{"().MinimumSessionTokenSize", ".SessionTokenSize", ".SessionTokenUtilization"} {
			meant = append(meant, apimodel.Divergence{Difference: name + member + ": not in the model"}) // newer than it
		}
	}
	for _, name := range []string{"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetFederationToken", "GetSessionToken", "GetWebIdentityToken"} {
		// The client leaves out what is zero, and no duration may be.
		meant = append(meant, apimodel.Divergence{Difference: name + "().DurationSeconds: is no pointer: what is left out looks like a zero, and is recorded as one"})
	}
	m.Check(t, operations, meant)
}

func TestEveryParameterIsDocumented(t *testing.T) {
	var look func(t *testing.T, s reflect.Type)
	look = func(t *testing.T, s reflect.Type) {
		for i := range s.NumField() {
			f := s.Field(i)
			if doc := f.Tag.Get("doc"); !strings.HasSuffix(doc, ".") {
				t.Errorf("%v.%s is documented as %q, want a sentence", s, f.Name, doc)
			}
			ft := f.Type
			if ft.Kind() == reflect.Slice {
				ft = ft.Elem()
			}
			if ft.Kind() == reflect.Struct {
				look(t, ft)
			}
		}
	}
	for _, op := range Operations() {
		look(t, op.Input)
	}
}

func TestUnsignedCallsCarryNoCredentials(t *testing.T) {
	var sent http.Header
	c := client(t, func(r *http.Request) (*http.Response, error) {
		sent = r.Header
		return answer(403, refusalXML("AccessDenied")), nil
	}, func(cfg *Config) {
		cfg.Credentials = credentials.ProviderFunc(func(context.Context) (credentials.Credentials, error) {
			t.Error("credentials were asked for")
			return credentials.Credentials{}, nil
		})
	})
	c.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{RoleArn: "r", RoleSessionName: "s", WebIdentityToken: "t"})
	c.AssumeRoleWithSAML(t.Context(), &AssumeRoleWithSAMLInput{RoleArn: "r", PrincipalArn: "p", SAMLAssertion: "a"})
	for _, name := range []string{"Authorization", "X-Amz-Date", "X-Amz-Security-Token"} {
		if sent.Get(name) != "" {
			t.Errorf("%s: %s was sent", name, sent.Get(name))
		}
	}
	anonymous := client(t, func(r *http.Request) (*http.Response, error) {
		sent = r.Header
		return answer(200, identityXML), nil
	}, func(cfg *Config) { cfg.Anonymous = true })
	if _, err := anonymous.GetCallerIdentity(t.Context(), nil); err != nil || sent.Get("Authorization") != "" {
		t.Errorf("anonymous call: %v, Authorization %q", err, sent.Get("Authorization"))
	}
}

func TestCredentialsAreNeededAndTheirErrorsAreFinal(t *testing.T) {
	sent := 0
	count := func(*http.Request) (*http.Response, error) { sent++; return answer(200, identityXML), nil }
	without := client(t, count, func(c *Config) { c.Credentials = nil })
	if _, err := without.GetCallerIdentity(t.Context(), nil); !errors.Is(err, ErrNoCredentials) {
		t.Errorf("without a provider: %v", err)
	}
	empty := client(t, count, func(c *Config) {
		c.Credentials = credentials.ProviderFunc(func(context.Context) (credentials.Credentials, error) { return credentials.Credentials{}, nil })
	})
	if _, err := empty.GetCallerIdentity(t.Context(), nil); err == nil {
		t.Error("empty credentials signed a request")
	}
	asked := 0
	failing := client(t, count, func(c *Config) {
		c.Credentials = credentials.ProviderFunc(func(context.Context) (credentials.Credentials, error) {
			asked++
			return credentials.Credentials{}, credentials.ErrNotFound
		})
	})
	if _, err := failing.GetCallerIdentity(t.Context(), nil); !errors.Is(err, credentials.ErrNotFound) || asked != 1 {
		t.Errorf("failing provider: %v, asked %d times", err, asked)
	}
	nowhere := client(t, count, func(c *Config) { c.Region, c.Endpoint = "", "http://127.0.0.1:1" })
	if _, err := nowhere.GetCallerIdentity(t.Context(), nil); err == nil {
		t.Error("signed without a Region")
	}
	if sent != 0 {
		t.Errorf("%d requests were sent", sent)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var elsewhere int
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere++ }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	c, err := New(Config{Region: "us-east-1", Endpoint: server.URL, Credentials: credentials.Static(testKey, testSecret, testToken), HTTPClient: server.Client()})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.GetCallerIdentity(t.Context(), nil)
	if e, ok := errors.AsType[*APIError](err); !ok || e.Code != UnknownError || e.Status != 307 || elsewhere != 0 {
		t.Errorf("GetCallerIdentity = %v, %d requests elsewhere", err, elsewhere)
	}
}

func TestConnectionsAreReused(t *testing.T) {
	var mu sync.Mutex
	from := make(map[string]bool)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		from[r.RemoteAddr] = true
		w.Header().Set("Content-Type", "text/xml")
		if len(from) == 1 && r.ContentLength%2 == 0 {
			w.WriteHeader(400)
			w.(http.Flusher).Flush() // of no known length
			fmt.Fprint(w, refusalXML("AccessDenied"))
			return
		}
		fmt.Fprint(w, identityXML)
	}))
	defer server.Close()
	c, err := New(Config{Region: "us-east-1", Endpoint: server.URL, Credentials: credentials.Static(testKey, testSecret, "")})
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		c.GetCallerIdentity(t.Context(), nil)
		c.GetAccessKeyInfo(t.Context(), &GetAccessKeyInfoInput{AccessKeyId: testKey})
	}
	if len(from) != 1 {
		t.Errorf("%d connections, want 1", len(from))
	}
}

// TestConcurrentUse is for the race detector: one client, all its state, many
// goroutines.
func TestConcurrentUse(t *testing.T) {
	var n sync.Map
	c := client(t, func(r *http.Request) (*http.Response, error) {
		id := r.Header.Get("Amz-Sdk-Invocation-Id")
		if _, again := n.LoadOrStore(id, true); !again && id[0]%2 == 0 {
			return answer(403, refusalXML("SignatureDoesNotMatch"), "Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)), nil
		}
		return answer(200, identityXML, "Date", time.Now().UTC().Format(http.TimeFormat)), nil
	}, func(c *Config) {
		c.JSON, c.Log = true, slog.New(slog.NewTextHandler(new(lockedBuffer), &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 20 {
				if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
					if e, ok := errors.AsType[*APIError](err); !ok || e.Code != "SignatureDoesNotMatch" {
						t.Error(err)
					}
				}
				if _, err := c.PresignGetCallerIdentity(t.Context(), PresignOptions{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestMiddlewareSeesAndChangesCalls(t *testing.T) {
	var order []string
	around := func(name string) Middleware {
		return func(next Call) Call {
			return func(ctx context.Context, r *Request) (*Response, error) {
				order = append(order, name+" "+r.Operation)
				if r.Header == nil {
					r.Header = make(http.Header)
				}
				r.Header.Add("x-team", name)
				response, err := next(ctx, r)
				if err == nil {
					order = append(order, name+" "+response.RequestID)
				}
				return response, err
			}
		}
	}
	c := client(t, func(r *http.Request) (*http.Response, error) {
		if got := r.Header["X-Team"]; !slices.Equal(got, []string{"a", "b"}) || !strings.Contains(r.Header.Get("Authorization"), ";x-team,") {
			t.Errorf("x-team = %q, Authorization %s", got, r.Header.Get("Authorization"))
		}
		return answer(200, identityXML), nil
	}, func(c *Config) { c.Middleware = []Middleware{around("a"), around("b")} })
	if _, err := c.GetCallerIdentity(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	id := "c6104cbe-af31-11e0-8154-cbc7ccf896c7"
	if d := cmp.Diff([]string{"a GetCallerIdentity", "b GetCallerIdentity", "b " + id, "a " + id}, order); d != "" {
		t.Error(d)
	}

	canned := client(t, nil, func(c *Config) {
		c.Middleware = []Middleware{func(Call) Call {
			return func(context.Context, *Request) (*Response, error) {
				return &Response{Output: new(GetSessionTokenOutput)}, nil
			}
		}}
	})
	if _, err := canned.GetSessionToken(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if _, err := canned.GetCallerIdentity(t.Context(), nil); err == nil {
		t.Error("an answer of another operation was taken")
	}
}

func TestCallByName(t *testing.T) {
	c := client(t, func(*http.Request) (*http.Response, error) { return answer(200, identityXML), nil })
	out, err := c.Call(t.Context(), "GetCallerIdentity", nil)
	if got, ok := out.(*GetCallerIdentityOutput); err != nil || !ok || got.Account != "123456789012" {
		t.Errorf("Call = %v, %v", out, err)
	}
	for name, in := range map[string]any{"GetNothing": nil, "GetCallerIdentity": &AssumeRoleInput{}, "AssumeRole": (*AssumeRoleInput)(nil)} {
		if _, err := c.Call(t.Context(), name, in); err == nil {
			t.Errorf("Call(%s, %T) was made", name, in)
		}
	}
}

func TestSecretsAreNotLogged(t *testing.T) {
	var log lockedBuffer
	c := client(t, func(r *http.Request) (*http.Response, error) {
		return answer(403, refusalXML("AccessDenied"), "X-Amzn-Requestid", "request-1"), nil
	}, func(c *Config) {
		c.Log = slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	c.AssumeRoleWithWebIdentity(t.Context(), &AssumeRoleWithWebIdentityInput{RoleArn: "r", RoleSessionName: "s", WebIdentityToken: "webtoken"})
	c.AssumeRole(t.Context(), &AssumeRoleInput{RoleArn: "r", RoleSessionName: "s", TokenCode: "987654"})
	text := log.String()
	for _, secret := range []string{testSecret, testToken, "webtoken", "987654", "Signature="} {
		if strings.Contains(text, secret) {
			t.Errorf("the log has %q:\n%s", secret, text)
		}
	}
	if strings.Count(text, `"status":403,"request_id":"request-1","code":"AccessDenied"`) != 2 {
		t.Errorf("the log is\n%s", text)
	}
}

func TestPresignedIdentity(t *testing.T) {
	now := time.Date(2026, 1, 31, 12, 0, 0, 500, time.UTC)
	c := client(t, nil, func(c *Config) { c.Now = func() time.Time { return now } })
	p, err := c.PresignGetCallerIdentity(t.Context(), PresignOptions{Header: http.Header{"x-k8s-aws-id": {"my-cluster"}}, Expires: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(p.Method, p.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header = p.Header
	sig, err := sigv4.Parse(r)
	if err == nil {
		err = sig.Check(now, sigv4.Scope{Regions: []string{"eu-west-1"}, Service: "sts"})
	}
	if err == nil {
		err = sig.Verify(r, sigv4.DeriveKey(testSecret, sig.ScopeDate, sig.Region, sig.Service), sha256.Sum256(nil))
	}
	if err != nil || !slices.Equal(sig.SignedHeaders, []string{"host", "x-k8s-aws-id"}) {
		t.Errorf("signature: %v, of headers %v", err, sig.SignedHeaders)
	}
	u, _ := url.Parse(p.URL)
	q := u.Query()
	if q.Get("Action") != "GetCallerIdentity" || q.Get("X-Amz-Expires") != "60" || q.Get("X-Amz-Security-Token") != testToken || u.Host != "sts.eu-west-1.amazonaws.com" {
		t.Errorf("URL = %s", p.URL)
	}
	if want := time.Date(2026, 1, 31, 12, 15, 0, 0, time.UTC); !p.Until.Equal(want) {
		t.Errorf("Until = %v, want %v", p.Until, want)
	}
	if _, err := c.PresignGetCallerIdentity(t.Context(), PresignOptions{Expires: 8 * 24 * time.Hour}); err == nil {
		t.Error("eight days were accepted")
	}
	without := client(t, nil, func(c *Config) { c.Credentials = nil })
	if _, err := without.PresignGetCallerIdentity(t.Context(), PresignOptions{}); !errors.Is(err, ErrNoCredentials) {
		t.Errorf("presigned without credentials: %v", err)
	}
}

func TestRequestsThatAreTooLargeAreNotSent(t *testing.T) {
	c := client(t, func(*http.Request) (*http.Response, error) {
		t.Error("a request was sent")
		return answer(200, ""), nil
	})
	for _, letter := range []string{"a", "+"} { // the second is three bytes on the wire
		long := strings.Repeat(letter, MaxRequest/2)
		_, err := c.AssumeRole(t.Context(), &AssumeRoleInput{RoleArn: long, RoleSessionName: long})
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("AssumeRole = %.100v", err)
		}
	}
	long := strings.Repeat("+", MaxRequest/2)
	if _, err := c.GetAccessKeyInfo(t.Context(), &GetAccessKeyInfoInput{AccessKeyId: long}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("GetAccessKeyInfo = %.100v", err)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no Region":          {},
		"negative attempts":  {Region: "us-east-1", MaxAttempts: -1},
		"negative timeout":   {Region: "us-east-1", AttemptTimeout: -1},
		"Region as a host":   {Region: "evil.example.com/"},
		"endpoint with user": {Region: "us-east-1", Endpoint: "https://u:p@example.com"},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		} else if strings.Contains(err.Error(), "u:p") {
			t.Errorf("%s: the error has the password: %v", name, err)
		}
	}
}

func TestUserAgentNamesTheApplication(t *testing.T) {
	for id, want := range map[string]string{"": "", "my-app": " app/my-app", "a b\r\nX: y": " app/a-b--X--y"} {
		_, got, _ := strings.Cut(userAgent(id), " api/sts")
		if got != want {
			t.Errorf("userAgent(%q) ends in %q, want %q", id, got, want)
		}
	}
}
