package sts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/sigv4"
)

// loaded loads a configuration from the text of the files and an environment.
func loaded(t *testing.T, opts LoadOptions, config, keys string, env ...string) (Config, error) {
	t.Helper()
	files, err := credentials.ParseFiles([]byte(config), []byte(keys))
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]string{"AWS_EC2_METADATA_DISABLED": "true"}
	for i := 0; i < len(env); i += 2 {
		m[env[i]] = env[i+1]
	}
	opts.Files, opts.Getenv = files, func(name string) string { return m[name] }
	return Load(opts)
}

func TestEndpointSettings(t *testing.T) {
	const config = `[default]
region = eu-west-1
endpoint_url = http://profile
services = local
[profile plain]
endpoint_url = http://plain
[profile off]
endpoint_url = http://off
ignore_configured_endpoint_urls = true
region = eu-west-1
sts_regional_endpoints = legacy
use_fips_endpoint = true
use_dualstack_endpoint = true
max_attempts = 7
sdk_ua_app_id = app
[services local]
sts =
  endpoint_url = http://services
iam =
  endpoint_url = http://iam
`
	for _, tt := range []struct {
		name string
		env  []string
		want Config
	}{
		{"the services section", nil, Config{Region: "eu-west-1", Endpoint: "http://services"}},
		{"the profile's own", []string{"AWS_PROFILE", "plain"}, Config{Endpoint: "http://plain"}},
		{"the environment", []string{"AWS_ENDPOINT_URL", "http://env"}, Config{Region: "eu-west-1", Endpoint: "http://env"}},
		{"the environment for this service", []string{"AWS_ENDPOINT_URL", "http://env", "AWS_ENDPOINT_URL_STS", "http://sts"}, Config{Region: "eu-west-1", Endpoint: "http://sts"}},
		{"ignored by the environment", []string{"AWS_ENDPOINT_URL", "http://env", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "True"}, Config{Region: "eu-west-1"}},
		{
			"ignored by the profile, and all other settings of it",
			[]string{"AWS_PROFILE", "off", "AWS_ENDPOINT_URL_STS", "http://env"},
			Config{Region: "eu-west-1", Global: true, FIPS: true, DualStack: true, MaxAttempts: 7, AppID: "app"},
		},
		{
			"the environment goes before the profile",
			[]string{
				"AWS_PROFILE", "off", "AWS_REGION", "us-east-1", "AWS_DEFAULT_REGION", "us-east-2", "AWS_STS_REGIONAL_ENDPOINTS", "regional", "AWS_USE_FIPS_ENDPOINT", "false",
				"AWS_USE_DUALSTACK_ENDPOINT", "false", "AWS_MAX_ATTEMPTS", "2", "AWS_SDK_UA_APP_ID", "mine",
			},
			Config{Region: "us-east-1", MaxAttempts: 2, AppID: "mine"},
		},
		{"the other variable for the Region", []string{"AWS_DEFAULT_REGION", "us-east-2", "AWS_ENDPOINT_URL", "http://env"}, Config{Region: "us-east-2", Endpoint: "http://env"}},
		{"a Region that stands for FIPS", []string{"AWS_PROFILE", "plain", "AWS_REGION", "fips-us-west-2", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}, Config{Region: "us-west-2", FIPS: true}},
		{"and its other form", []string{"AWS_PROFILE", "plain", "AWS_REGION", "us-west-2-fips", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"}, Config{Region: "us-west-2", FIPS: true}},
	} {
		got, err := loaded(t, LoadOptions{}, config, "", tt.env...)
		got.Credentials = nil
		if err != nil || got.Region != tt.want.Region || got.Endpoint != tt.want.Endpoint || got.Global != tt.want.Global || got.FIPS != tt.want.FIPS ||
			got.DualStack != tt.want.DualStack || got.MaxAttempts != tt.want.MaxAttempts || got.AppID != tt.want.AppID {
			t.Errorf("%s: %+v, %v\nwant %+v", tt.name, got, err, tt.want)
		}
	}
	for _, env := range [][]string{
		{"AWS_STS_REGIONAL_ENDPOINTS", "both"},
		{"AWS_USE_FIPS_ENDPOINT", "yes"},
		{"AWS_USE_DUALSTACK_ENDPOINT", "1"},
		{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "x"},
		{"AWS_MAX_ATTEMPTS", "0"},
		{"AWS_MAX_ATTEMPTS", "many"},
		{"AWS_PROFILE", "gone"},
		{"AWS_CA_BUNDLE", "/gone"},
		{"AWS_CA_BUNDLE", os.DevNull},
	} {
		if _, err := loaded(t, LoadOptions{}, config, "", env...); err == nil {
			t.Errorf("%v was accepted", env)
		}
	}
	if _, err := loaded(t, LoadOptions{}, "[default]\nservices = gone\n", ""); err == nil {
		t.Error("a services section that does not exist was passed over")
	}
}

// roles answers AssumeRole and AssumeRoleWithWebIdentity, and remembers who asked
// for what. The key of a session is the name of its role.
type roles struct {
	t     *testing.T
	calls []string // "key: role parameter=…"
}

func (s *roles) RoundTrip(r *http.Request) (*http.Response, error) {
	form, err := url.ParseQuery(bodyOf(s.t, r))
	if err != nil {
		return nil, err
	}
	by := "nobody"
	if sig, err := sigv4.Parse(r); err == nil {
		by = sig.AccessKeyID
	}
	arn := form.Get("RoleArn")
	name := arn[strings.LastIndex(arn, "/")+1:]
	call := by + ": " + name
	for _, p := range []string{"DurationSeconds", "ExternalId", "SerialNumber", "TokenCode", "WebIdentityToken", "RoleSessionName"} {
		if v := form.Get(p); v != "" && !strings.HasPrefix(v, "daypass-") {
			call += " " + p + "=" + v
		}
	}
	s.calls = append(s.calls, call)
	action := form.Get("Action")
	return answer(200, `<`+action+`Response><`+action+`Result><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/`+name+`/s</Arn></AssumedRoleUser><Credentials><AccessKeyId>ASIA`+
		strings.ToUpper(name)+`</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>`+
		time.Now().Add(time.Hour).UTC().Format(time.RFC3339)+`</Expiration></Credentials></`+action+`Result></`+action+`Response>`), nil
}

func TestProfiles(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("the.web.token\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	config := `[default]
region = eu-west-1
aws_access_key_id = AKIADEFAULT
aws_secret_access_key = s
[profile one]
role_arn = arn:aws:iam::123456789012:role/one
source_profile = default
duration_seconds = 900
external_id = ext
role_session_name = me
[profile two]
role_arn = arn:aws:iam::123456789012:role/two
source_profile = one
[profile mfa]
role_arn = arn:aws:iam::123456789012:role/mfa
source_profile = default
mfa_serial = arn:aws:iam::123456789012:mfa/ann
[profile self]
role_arn = arn:aws:iam::123456789012:role/self
source_profile = self
aws_access_key_id = AKIASELF
aws_secret_access_key = s
[profile onself]
role_arn = arn:aws:iam::123456789012:role/onself
source_profile = self
[profile env]
role_arn = arn:aws:iam::123456789012:role/env
credential_source = Environment
[profile web]
role_arn = arn:aws:iam::123456789012:role/web
web_identity_token_file = ` + token + `
[profile process]
credential_process = printf '{"Version":1,"AccessKeyId":"AKIAPROCESS","SecretAccessKey":"s"}'
[profile onprocess]
role_arn = arn:aws:iam::123456789012:role/onprocess
source_profile = process
[profile circle]
role_arn = arn:aws:iam::123456789012:role/circle
source_profile = circle2
[profile circle2]
role_arn = arn:aws:iam::123456789012:role/circle2
source_profile = circle
[profile alone]
role_arn = arn:aws:iam::123456789012:role/alone
[profile both]
role_arn = arn:aws:iam::123456789012:role/both
source_profile = default
credential_source = Environment
[profile gone]
role_arn = arn:aws:iam::123456789012:role/gone
source_profile = nobody
[profile odd]
role_arn = arn:aws:iam::123456789012:role/odd
credential_source = Elsewhere
[profile seconds]
role_arn = arn:aws:iam::123456789012:role/seconds
source_profile = default
duration_seconds = long
[profile half]
aws_access_key_id = AKIAHALF
[profile norole]
web_identity_token_file = ` + token + `
[profile sso]
sso_session = corp
sso_account_id = 123456789012
[profile empty]
region = us-east-1
[profile onempty]
role_arn = arn:aws:iam::123456789012:role/onempty
source_profile = empty
[profile selfnokeys]
role_arn = arn:aws:iam::123456789012:role/s
source_profile = selfnokeys
`
	ask := func(_ context.Context, serial string) (string, error) { return " 123456\n", nil }
	for _, tt := range []struct {
		name, profile string
		env           []string
		key           string
		calls         []string
		refused       string
	}{
		{name: "keys", profile: "default", key: "AKIADEFAULT"},
		{name: "a role", profile: "one", key: "ASIAONE", calls: []string{"AKIADEFAULT: one DurationSeconds=900 ExternalId=ext RoleSessionName=me"}},
		{name: "a chain of roles", profile: "two", key: "ASIATWO", calls: []string{"AKIADEFAULT: one DurationSeconds=900 ExternalId=ext RoleSessionName=me", "ASIAONE: two"}},
		{name: "MFA", profile: "mfa", key: "ASIAMFA", calls: []string{"AKIADEFAULT: mfa SerialNumber=arn:aws:iam::123456789012:mfa/ann TokenCode=123456"}},
		{name: "its own keys", profile: "self", key: "ASIASELF", calls: []string{"AKIASELF: self"}},
		{name: "a source with keys is its keys", profile: "onself", key: "ASIAONSELF", calls: []string{"AKIASELF: onself"}},
		{name: "environment", profile: "env", env: []string{"AWS_ACCESS_KEY_ID", "AKIAENV", "AWS_SECRET_ACCESS_KEY", "s"}, key: "ASIAENV", calls: []string{"AKIAENV: env"}},
		{name: "web identity", profile: "web", key: "ASIAWEB", calls: []string{"nobody: web WebIdentityToken=the.web.token"}},
		{name: "process", profile: "process", key: "AKIAPROCESS"},
		{name: "a role on a process", profile: "onprocess", key: "ASIAONPROCESS", calls: []string{"AKIAPROCESS: onprocess"}},

		{name: "a circle", profile: "circle", refused: "circle, circle2, circle"},
		{name: "a role without a source", profile: "alone", refused: "role_arn needs one of"},
		{name: "two sources", profile: "both", refused: "role_arn needs one of"},
		{name: "a source that does not exist", profile: "gone", refused: `source_profile "nobody" does not exist`},
		{name: "a source of no known kind", profile: "odd", refused: "credential_source"},
		{name: "no number", profile: "seconds", refused: "duration_seconds"},
		{name: "half a key", profile: "half", refused: "needs both"},
		{name: "a token without a role", profile: "norole", refused: "web_identity_token_file needs role_arn"},
		{name: "Identity Center", profile: "sso", refused: "aws configure export-credentials --profile sso"},
		{name: "nothing in it", profile: "empty", refused: "no credentials found"},
		{name: "a source with nothing in it", profile: "onempty", refused: "source_profile empty: no credentials found"},
		{name: "itself without keys", profile: "selfnokeys", refused: "no credentials found"},
		{name: "an environment that is empty", profile: "env", refused: "AWS_ACCESS_KEY_ID is not set"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			service := &roles{t: t}
			cfg, err := loaded(t, LoadOptions{Profile: tt.profile, Region: "eu-west-1", MFACode: ask, HTTPClient: &http.Client{Transport: service}}, config, "", tt.env...)
			if err != nil {
				t.Fatal(err)
			}
			got, err := cfg.Credentials.Retrieve(t.Context())
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) || !strings.Contains(err.Error(), "profile "+tt.profile) {
					t.Errorf("%v, %v, want an error with %q", got, err, tt.refused)
				}
				return
			}
			if d := cmp.Diff(tt.calls, service.calls); err != nil || got.AccessKeyID != tt.key || d != "" {
				t.Errorf("%v, %v, want %s; calls\n%s", got, err, tt.key, d)
			}
			if again, err := cfg.Credentials.Retrieve(t.Context()); err != nil || again != got || len(service.calls) != len(tt.calls) {
				t.Errorf("the second time: %v, %v, calls %q", again, err, service.calls)
			}
		})
	}
}

// TestEachRoleOfAProfileCanBeKept by an id that all which decides whose credentials
// they are goes into.
func TestEachRoleOfAProfileCanBeKept(t *testing.T) {
	const base = "[default]\naws_access_key_id = AKIAONE\naws_secret_access_key = s\n[profile other]\naws_access_key_id = AKIATWO\naws_secret_access_key = s\n" +
		"[profile process]\ncredential_process = keys a\n[profile process2]\ncredential_process = keys b\n"
	role := func(settings ...string) string {
		return base + "[profile r]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/r\n" + strings.Join(settings, "\n") + "\n"
	}
	ids := func(config string, env ...string) (all []string) {
		t.Helper()
		opts := LoadOptions{Profile: "r", HTTPClient: &http.Client{Transport: &roles{t: t}}, Keep: func(id string, role credentials.Provider) credentials.Provider {
			all = append(all, id)
			return credentials.Static("AKIAKEPT", "s", "")
		}}
		cfg, err := loaded(t, opts, config, "", env...)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := cfg.Credentials.Retrieve(t.Context()); err != nil || c.AccessKeyID != "AKIAKEPT" {
			t.Errorf("%s: %v, %v: not what is kept", config, c, err)
		}
		return all
	}
	one := func(config string, env ...string) string {
		t.Helper()
		all := ids(config, env...)
		if len(all) != 1 || len(all[0]) != 64 {
			t.Fatalf("%s: kept as %q", config, all)
		}
		return all[0]
	}
	plain := role("source_profile = default")
	seen := map[string]string{one(plain): plain}
	if again := one(plain); seen[again] == "" {
		t.Errorf("the id changes from one run to the next: %s", again)
	}
	for _, tt := range []struct {
		config string
		env    []string
	}{
		{role("source_profile = other"), nil},
		{role("source_profile = process"), nil},
		{role("source_profile = process2"), nil},
		{role("source_profile = default", "role_session_name = me"), nil},
		{role("source_profile = default", "duration_seconds = 900"), nil},
		{role("source_profile = default", "external_id = me"), nil},
		{role("source_profile = default", "mfa_serial = GAHT12345678"), nil},
		{strings.ReplaceAll(plain, "role/r", "role/q"), nil},
		{strings.ReplaceAll(plain, "AKIAONE", "AKIANEW"), nil},
		{plain, []string{"AWS_REGION", "eu-west-2"}},
		{plain, []string{"AWS_ENDPOINT_URL", "http://127.0.0.1:7870"}},
		{role("credential_source = Environment"), []string{"AWS_ACCESS_KEY_ID", "AKIA1"}},
		{role("credential_source = Environment"), []string{"AWS_ACCESS_KEY_ID", "AKIA2"}},
		{role("credential_source = EcsContainer"), []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/a"}},
		{role("credential_source = EcsContainer"), []string{"AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1/b"}},
		{role("credential_source = Ec2InstanceMetadata"), nil},
	} {
		id := one(tt.config, tt.env...)
		if other := seen[id]; other != "" {
			t.Errorf("one id for\n%s%v\nand\n%s", tt.config, tt.env, other)
		}
		seen[id] = tt.config
	}
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("web"), 0o600); err != nil {
		t.Fatal(err)
	}
	web := "role_arn = arn:aws:iam::123456789012:role/w\nweb_identity_token_file = " + token + "\n"
	for _, config := range []string{"[profile r]\nregion = eu-west-1\n" + web, role("source_profile = web") + "[profile web]\n" + web} {
		opts := LoadOptions{Profile: "r", HTTPClient: &http.Client{Transport: &roles{t: t}}, Keep: func(id string, _ credentials.Provider) credentials.Provider {
			t.Errorf("what comes of a token is kept as %s", id)
			return credentials.Static("AKIAKEPT", "s", "")
		}}
		cfg, err := loaded(t, opts, config, "")
		if err != nil {
			t.Fatal(err)
		}
		if c, err := cfg.Credentials.Retrieve(t.Context()); err != nil || c.AccessKeyID == "AKIAKEPT" {
			t.Errorf("%s: %v, %v", config, c, err)
		}
	}
	chain := role("source_profile = middle") + "[profile middle]\nrole_arn = arn:aws:iam::123456789012:role/m\nsource_profile = default\n"
	first, second := ids(chain), ids(strings.ReplaceAll(chain, "AKIAONE", "AKIANEW"))
	if len(first) != 2 || first[0] == second[0] || first[1] == second[1] {
		t.Errorf("a chain: %q, and with another key %q", first, second)
	}
}

// TestTheRegionOfTheInstance is asked for when nothing else names one.
func TestTheRegionOfTheInstance(t *testing.T) {
	said, calls := "eu-west-3\n", 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls++
		if r.URL.Path == "/latest/meta-data/placement/region" {
			_, _ = io.WriteString(w, said)
		}
	}))
	defer server.Close()
	load := func(opts LoadOptions, config string, env ...string) string {
		t.Helper()
		cfg, err := loaded(t, opts, config, "", append([]string{"AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL, "AWS_EC2_METADATA_DISABLED", ""}, env...)...)
		if err != nil {
			t.Fatal(err)
		}
		return cfg.Region
	}
	for _, region := range []string{
		load(LoadOptions{Region: "us-east-2"}, ""),
		load(LoadOptions{}, "", "AWS_REGION", "us-east-2"),
		load(LoadOptions{}, "", "AWS_DEFAULT_REGION", "us-east-2"),
		load(LoadOptions{}, "[default]\nregion = us-east-2\n"),
	} {
		if region != "us-east-2" || calls != 0 {
			t.Errorf("Region %s, after %d calls", region, calls)
		}
	}
	if got := load(LoadOptions{NoInstanceRegion: true}, "") + load(LoadOptions{}, "", "AWS_EC2_METADATA_DISABLED", "true"); got != "" || calls != 0 {
		t.Errorf("not wanted: Region %q, after %d calls", got, calls)
	}
	if got := load(LoadOptions{}, ""); got != "eu-west-3" || calls != 2 {
		t.Errorf("Region %q, after %d calls", got, calls)
	}
	said = "<html>"
	if got := load(LoadOptions{}, ""); got != "" {
		t.Errorf("Region %q", got)
	}
	server.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }) // it is waited for no longer than a second
	if got := load(LoadOptions{}, ""); got != "" {
		t.Errorf("Region %q", got)
	}
}

// TestARoleOnAnInstance goes on with the instance's last credentials.
func TestARoleOnAnInstance(t *testing.T) {
	broken := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case broken:
			w.WriteHeader(http.StatusBadRequest)
		case strings.HasSuffix(r.URL.Path, "/deployer"):
			_, _ = io.WriteString(w, `{"AccessKeyId":"ASIAINSTANCE","SecretAccessKey":"s","Token":"t","Expiration":"2026-01-31T12:00:00Z"}`)
		default:
			_, _ = io.WriteString(w, "deployer")
		}
	}))
	defer server.Close()
	service := &roles{t: t}
	cfg, err := loaded(t, LoadOptions{Profile: "r", Region: "eu-west-1", HTTPClient: &http.Client{Transport: service}},
		"[profile r]\nrole_arn = arn:aws:iam::123456789012:role/r\ncredential_source = Ec2InstanceMetadata\n", "", "AWS_EC2_METADATA_DISABLED", "", "AWS_EC2_METADATA_SERVICE_ENDPOINT", server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if c, err := cfg.Credentials.Retrieve(t.Context()); err != nil || c.AccessKeyID != "ASIAR" {
			t.Errorf("%v, %v", c, err)
		}
		cfg.Credentials.(*credentials.Cache).Invalidate()
		broken = true
	}
	if d := cmp.Diff([]string{"ASIAINSTANCE: r", "ASIAINSTANCE: r"}, service.calls); d != "" {
		t.Error(d)
	}
}

func TestTheEndpointInCode(t *testing.T) {
	cfg, err := loaded(t, LoadOptions{Endpoint: "http://code"}, "[default]\nendpoint_url = http://profile\n", "", "AWS_ENDPOINT_URL_STS", "http://env", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
	if err != nil || cfg.Endpoint != "http://code" {
		t.Errorf("%q, %v", cfg.Endpoint, err)
	}
}

// TestRolesNeedARegion: where there is none to call, the profile is refused.
func TestRolesNeedARegion(t *testing.T) {
	for _, from := range []string{"source_profile = r\naws_access_key_id = AKIA\naws_secret_access_key = s", "web_identity_token_file = /gone"} {
		cfg, err := loaded(t, LoadOptions{Profile: "r"}, "[profile r]\nrole_arn = arn:aws:iam::123456789012:role/r\n"+from+"\n", "")
		if err != nil {
			t.Fatal(err)
		}
		if c, err := cfg.Credentials.Retrieve(t.Context()); err == nil || !strings.Contains(err.Error(), "no Region is configured") {
			t.Errorf("%s: %v, %v", from, c, err)
		}
	}
}

// TestLongChains of roles end: each role is a call.
func TestLongChains(t *testing.T) {
	config := "[profile p0]\nregion = eu-west-1\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n"
	for n := 1; n <= maxChain+1; n++ {
		config += fmt.Sprintf("[profile p%d]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/r%[1]d\nsource_profile = p%d\n", n, n-1)
	}
	for n, want := range map[int]string{5: "", maxChain: "", maxChain + 1: "more than 10 profiles"} {
		service := &roles{t: t}
		cfg, err := loaded(t, LoadOptions{Profile: fmt.Sprintf("p%d", n), HTTPClient: &http.Client{Transport: service}}, config, "")
		if err != nil {
			t.Fatal(err)
		}
		c, err := cfg.Credentials.Retrieve(t.Context())
		switch {
		case want == "" && (err != nil || len(service.calls) != n || c.AccessKeyID != fmt.Sprintf("ASIAR%d", n)):
			t.Errorf("%d roles: %v, %v after %q", n, c, err, service.calls)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want) || len(service.calls) != 0):
			t.Errorf("%d roles: %v after %q, want %q", n, err, service.calls, want)
		}
	}
}

func TestMFAWithoutAnybodyToAsk(t *testing.T) {
	cfg, err := loaded(t, LoadOptions{Profile: "m", Region: "eu-west-1", HTTPClient: &http.Client{Transport: &roles{t: t}}},
		"[profile m]\nrole_arn = arn:aws:iam::123456789012:role/m\nsource_profile = m\nmfa_serial = GAHT12345678\naws_access_key_id = a\naws_secret_access_key = s", "")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cfg.Credentials.Retrieve(t.Context()); !errors.Is(err, ErrNoMFA) {
		t.Errorf("%v, want %v", err, ErrNoMFA)
	}
}

// TestWhereCredentialsComeFrom: the order of the sources, and that one which is
// configured and broken is not passed over.
func TestWhereCredentialsComeFrom(t *testing.T) {
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("web"), 0o600); err != nil {
		t.Fatal(err)
	}
	const config = "[default]\naws_access_key_id = AKIAPROFILE\naws_secret_access_key = s\n[profile other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = s\n" +
		"[profile broken]\nrole_arn = arn:aws:iam::123456789012:role/b\ncredential_source = Environment\n[profile bare]\nregion = us-east-1\n"
	keys := []string{"AWS_ACCESS_KEY_ID", "AKIAENV", "AWS_SECRET_ACCESS_KEY", "s"}
	web := []string{"AWS_WEB_IDENTITY_TOKEN_FILE", token, "AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/web", "AWS_ROLE_SESSION_NAME", "pod"}
	for _, tt := range []struct {
		name string
		opts LoadOptions
		env  []string
		want string // the key, or part of the error
	}{
		{"the profile", LoadOptions{}, nil, "AKIAPROFILE"},
		{"the environment before the profile", LoadOptions{}, keys, "AKIAENV"},
		{"and before the environment's profile", LoadOptions{}, append(keys, "AWS_PROFILE", "other"), "AKIAENV"},
		{"a profile in code before the environment", LoadOptions{Profile: "other"}, append(keys, "AWS_PROFILE", "gone"), "AKIAOTHER"},
		{"the environment's profile", LoadOptions{}, []string{"AWS_PROFILE", "other"}, "AKIAOTHER"},
		{"a web identity before the profile", LoadOptions{}, web, "ASIAWEB"},
		{"keys before the web identity", LoadOptions{}, append(web, keys...), "AKIAENV"},
		{"half a web identity", LoadOptions{}, web[:2], "AWS_ROLE_ARN is not"},
		{"half a key", LoadOptions{}, keys[:2], "no secret access key"},
		{"a role that cannot be assumed", LoadOptions{}, []string{"AWS_PROFILE", "broken", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/"}, "profile broken"},
		{"then the container", LoadOptions{}, []string{"AWS_PROFILE", "bare", "AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://example.com/"}, "plain HTTP to a host"},
		{"nowhere", LoadOptions{}, []string{"AWS_PROFILE", "bare"}, "instance metadata is disabled"},
	} {
		tt.opts.Region, tt.opts.HTTPClient = "eu-west-1", &http.Client{Transport: &roles{t: t}}
		cfg, err := loaded(t, tt.opts, config, "", tt.env...)
		if err != nil {
			t.Fatal(err)
		}
		got, err := cfg.Credentials.Retrieve(t.Context())
		if got.AccessKeyID != tt.want && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v, %v, want %s", tt.name, got, err, tt.want)
		}
	}
}

func TestProvidersOfEveryKind(t *testing.T) {
	var sent url.Values
	const keys = `<Credentials><AccessKeyId>ASIA</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-01-31T12:00:00Z</Expiration></Credentials>`
	given := keys
	c := client(t, func(r *http.Request) (*http.Response, error) {
		sent, _ = url.ParseQuery(bodyOf(t, r))
		a := sent.Get("Action")
		return answer(200, `<`+a+`Response><`+a+`Result>`+given+`<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/r/s</Arn></AssumedRoleUser>`+
			`<FederatedUser><Arn>arn:aws:sts::123456789012:federated-user/f</Arn></FederatedUser></`+a+`Result></`+a+`Response>`), nil
	})
	text := func(s string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) {
			if s == "" {
				return "", errors.New("no idea")
			}
			return s, nil
		}
	}
	for _, tt := range []struct {
		action  string
		p, bad  credentials.Provider
		sent    string // parameter=value
		account string
	}{
		{"AssumeRole", &RoleProvider{Client: c, Input: AssumeRoleInput{RoleArn: "r", SerialNumber: "n"}, TokenCode: text("123456")}, &RoleProvider{Client: c, Input: AssumeRoleInput{RoleArn: "r", SerialNumber: "n"}, TokenCode: text("")}, "TokenCode=123456", "123456789012"},
		{"AssumeRoleWithWebIdentity", &WebIdentityProvider{Client: c, Input: AssumeRoleWithWebIdentityInput{RoleArn: "r"}, Token: text("w")}, &WebIdentityProvider{Client: c, Token: TokenFile("/gone")}, "WebIdentityToken=w", "123456789012"},
		{"AssumeRoleWithSAML", &SAMLProvider{Client: c, Input: AssumeRoleWithSAMLInput{RoleArn: "r", PrincipalArn: "p"}, Assertion: text("a")}, &SAMLProvider{Client: c, Assertion: text("")}, "SAMLAssertion=a", "123456789012"},
		{"GetSessionToken", &SessionTokenProvider{Client: c, Input: GetSessionTokenInput{SerialNumber: "n"}, TokenCode: text("654321")}, &SessionTokenProvider{Client: c, Input: GetSessionTokenInput{SerialNumber: "n"}}, "TokenCode=654321", ""},
		{"GetFederationToken", &FederationTokenProvider{Client: c, Input: GetFederationTokenInput{Name: "f"}}, &FederationTokenProvider{Client: c}, "Name=f", "123456789012"},
	} {
		given = keys
		got, err := tt.p.Retrieve(t.Context())
		want := credentials.Credentials{AccessKeyID: "ASIA", SecretAccessKey: "s", SessionToken: "t", Expires: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), Source: tt.action, Account: tt.account}
		name, value, _ := strings.Cut(tt.sent, "=")
		if err != nil || got != want || sent.Get("Action") != tt.action || sent.Get(name) != value {
			t.Errorf("%s: %#v %v, sent %v", tt.action, got, err, sent)
		}
		given = strings.Replace(keys, "<SessionToken>t</SessionToken>", "", 1)
		if _, err := tt.p.Retrieve(t.Context()); err == nil {
			t.Errorf("%s: credentials without a token were taken", tt.action)
		}
		given = keys
		if _, err := tt.bad.Retrieve(t.Context()); err == nil {
			t.Errorf("%s: made without what it needs", tt.action)
		}
	}
	large := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(large, make([]byte, 100<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := TokenFile(large)(t.Context()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("a token file of 100 KiB: %v", err)
	}
}
