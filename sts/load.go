package sts

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/daypass/daypass/credentials"
)

// LoadOptions change what [Load] finds. The zero value is that of a program whose
// user decides everything.
type LoadOptions struct {
	Profile  string // before AWS_PROFILE; credentials in the environment do not count then
	Region   string // before AWS_REGION
	Endpoint string // before AWS_ENDPOINT_URL_STS; also where the roles of profiles are assumed

	// NoInstanceRegion keeps Load from asking the metadata service of an EC2 instance
	// for the Region, when nothing else names one.
	NoInstanceRegion bool

	Getenv func(string) string // os.Getenv when nil
	Files  *credentials.Files  // what the shared files say; they are read when nil

	// MFACode is asked for the code of a profile's mfa_serial.
	MFACode func(ctx context.Context, serial string) (string, error)

	// Keep is put around the provider of each role that a profile names, to keep its
	// credentials from one run of a program to the next. id is a digest of all that
	// decides whose they are: the role and the parameters, the endpoint, and the keys
	// or the profiles that it is assumed with. Roles that come of web identity tokens
	// are not kept: the next token may be somebody else's.
	Keep func(id string, role credentials.Provider) credentials.Provider

	// HTTPClient makes all requests to the service. The default trusts what ca_bundle
	// names, when that is set.
	HTTPClient *http.Client

	Log *slog.Logger
}

// Load makes a configuration from the environment and the shared files, as every
// AWS tool reads them. The credentials are found when the first request is signed,
// and kept by a [credentials.Cache].
//
// They come from the first of: AWS_ACCESS_KEY_ID with its companions;
// AWS_WEB_IDENTITY_TOKEN_FILE with AWS_ROLE_ARN; the profile (AWS_PROFILE, or
// default); the container's endpoint; the instance's role. A profile that is named
// must exist. In a profile: role_arn with source_profile, credential_source or
// web_identity_token_file, and duration_seconds, external_id, mfa_serial and
// role_session_name; keys; credential_process. Profiles of IAM Identity Center are
// an error that says so.
//
// The Region comes from AWS_REGION, AWS_DEFAULT_REGION or region. Where none of them
// names one, and only then, Load makes a call: to the instance's metadata, for a second
// at most, unless AWS_EC2_METADATA_DISABLED is true. The endpoint comes from
// AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, the services section, or endpoint_url,
// unless AWS_IGNORE_CONFIGURED_ENDPOINT_URLS or ignore_configured_endpoint_urls is
// true. Also read: AWS_STS_REGIONAL_ENDPOINTS, AWS_USE_FIPS_ENDPOINT,
// AWS_USE_DUALSTACK_ENDPOINT, AWS_MAX_ATTEMPTS, AWS_SDK_UA_APP_ID and AWS_CA_BUNDLE,
// each before the profile's setting of the same meaning.
func Load(opts LoadOptions) (Config, error) {
	l := loader{opts: opts, getenv: opts.Getenv, files: opts.Files}
	if l.getenv == nil {
		l.getenv = os.Getenv
	}
	if l.files == nil {
		var err error
		if l.files, err = credentials.ReadFiles(l.getenv); err != nil {
			return Config{}, fmt.Errorf("sts: %w", err)
		}
	}
	cfg, err := l.load()
	if err != nil {
		return Config{}, fmt.Errorf("sts: %w", err)
	}
	return cfg, nil
}

type loader struct {
	opts    LoadOptions
	getenv  func(string) string
	files   *credentials.Files
	profile credentials.Profile
	cfg     Config
}

func (l *loader) load() (Config, error) {
	name := cmp.Or(l.opts.Profile, l.getenv("AWS_PROFILE"), l.getenv("AWS_DEFAULT_PROFILE"))
	var ok bool
	if l.profile, ok = l.files.Profile(cmp.Or(name, "default")); !ok && name != "" {
		return Config{}, fmt.Errorf("profile %q does not exist", name)
	}
	l.cfg = Config{
		Region: cmp.Or(l.opts.Region, l.setting("AWS_REGION", ""), l.setting("AWS_DEFAULT_REGION", "region")),
		AppID:  l.setting("AWS_SDK_UA_APP_ID", "sdk_ua_app_id"), HTTPClient: l.opts.HTTPClient, Log: l.opts.Log,
	}
	for _, step := range []func() error{l.endpoint, l.attempts, l.trust} {
		if err := step(); err != nil {
			return Config{}, err
		}
	}
	if l.cfg.Region == "" && !l.opts.NoInstanceRegion {
		l.cfg.Region = l.instanceRegion()
	}
	l.cfg.Credentials = credentials.NewCache(l.chain(name), credentials.CacheOptions{})
	return l.cfg, nil
}

// instanceRegionTime is for how long the metadata service is asked for the Region.
const instanceRegionTime = time.Second

// instanceRegion asks the metadata service for the Region, "" when it does not say.
func (l *loader) instanceRegion() string {
	ctx, cancel := context.WithTimeout(context.Background(), instanceRegionTime)
	defer cancel()
	region, err := credentials.InstanceRegion(ctx, credentials.InstanceOptions{Getenv: l.getenv})
	if err != nil || !isHostLabel(region) {
		return ""
	}
	return region
}

// setting returns a variable of the environment or a setting of the profile.
func (l *loader) setting(variable, setting string) string {
	if v := l.getenv(variable); v != "" || setting == "" {
		return v
	}
	return l.profile.Get(setting)
}

// flag is a setting that is true or false.
func (l *loader) flag(variable, setting string) (bool, error) {
	switch v := l.setting(variable, setting); strings.ToLower(v) {
	case "true":
		return true, nil
	case "false", "":
		return false, nil
	default:
		return false, fmt.Errorf("%s (or %s) is %q, not true or false", variable, setting, v)
	}
}

func (l *loader) endpoint() (err error) {
	switch mode := l.setting("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints"); strings.ToLower(mode) {
	case "", "regional":
	case "legacy":
		l.cfg.Global = true
	default:
		return fmt.Errorf("AWS_STS_REGIONAL_ENDPOINTS (or sts_regional_endpoints) is %q, not regional or legacy", mode)
	}
	if l.cfg.FIPS, err = l.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint"); err != nil {
		return err
	}
	if l.cfg.DualStack, err = l.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint"); err != nil {
		return err
	}
	if region, ok := fipsPseudoRegion(l.cfg.Region); ok {
		l.cfg.Region, l.cfg.FIPS = region, true
	}
	if l.cfg.Endpoint = l.opts.Endpoint; l.cfg.Endpoint != "" {
		return nil
	}
	ignore, err := l.flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls")
	if ignore || err != nil {
		return err
	}
	if l.cfg.Endpoint = cmp.Or(l.getenv("AWS_ENDPOINT_URL_STS"), l.getenv("AWS_ENDPOINT_URL")); l.cfg.Endpoint != "" {
		return nil
	}
	if l.cfg.Endpoint, err = l.files.Service(l.profile, "sts", "endpoint_url"); l.cfg.Endpoint == "" && err == nil {
		l.cfg.Endpoint = l.profile.Get("endpoint_url")
	}
	return err
}

// fipsPseudoRegion reads the names that once stood for a Region's FIPS endpoints.
func fipsPseudoRegion(region string) (string, bool) {
	if r, ok := strings.CutPrefix(region, "fips-"); ok {
		return r, true
	}
	return strings.CutSuffix(region, "-fips")
}

func (l *loader) attempts() error {
	v := l.setting("AWS_MAX_ATTEMPTS", "max_attempts")
	if v == "" {
		return nil
	}
	n, err := strconv.Atoi(v)
	if err != nil || n < 1 {
		return fmt.Errorf("AWS_MAX_ATTEMPTS (or max_attempts) is %q, not a positive number", v)
	}
	l.cfg.MaxAttempts = n
	return nil
}

// trust has the client trust the authorities of a file, and no others.
func (l *loader) trust() error {
	path := l.setting("AWS_CA_BUNDLE", "ca_bundle")
	if path == "" || l.cfg.HTTPClient != nil {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("AWS_CA_BUNDLE (or ca_bundle): %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(data) {
		return errors.New("AWS_CA_BUNDLE (or ca_bundle): the file has no certificate")
	}
	c := httpClient(nil)
	c.Transport.(*http.Transport).TLSClientConfig = &tls.Config{RootCAs: pool}
	l.cfg.HTTPClient = c
	return nil
}

// chain returns where credentials are looked for. Naming a profile in code leaves
// no choice; naming one in the environment leaves the keys that are beside it.
func (l *loader) chain(name string) credentials.Provider {
	var chain credentials.Chain
	if l.opts.Profile == "" {
		chain = append(chain, credentials.EnvironmentOf(l.getenv), l.webIdentityFromEnvironment())
	}
	visible := l.profile
	find := sync.OnceValues(func() (source, error) { return l.provider(visible, nil) }) // providers remember
	chain = append(chain, credentials.ProviderFunc(func(ctx context.Context) (credentials.Credentials, error) {
		p, err := find()
		var got credentials.Credentials
		if err == nil {
			got, err = p.Retrieve(ctx)
		}
		if errors.Is(err, credentials.ErrNotFound) && visible.Get("role_arn") != "" {
			err = errors.New(err.Error()) // a role is configured: nobody else's identity will do
		}
		if err != nil {
			return credentials.Credentials{}, fmt.Errorf("profile %s: %w", visible.Name, err)
		}
		return got, nil
	}))
	if l.opts.Profile == "" {
		chain = append(chain,
			credentials.Container(credentials.ContainerOptions{Getenv: l.getenv}),
			credentials.Instance(credentials.InstanceOptions{Getenv: l.getenv}))
	}
	return chain
}

func (l *loader) webIdentityFromEnvironment() credentials.Provider {
	return credentials.ProviderFunc(func(ctx context.Context) (credentials.Credentials, error) {
		path, role := l.getenv("AWS_WEB_IDENTITY_TOKEN_FILE"), l.getenv("AWS_ROLE_ARN")
		if path == "" {
			return credentials.Credentials{}, fmt.Errorf("%w: AWS_WEB_IDENTITY_TOKEN_FILE is not set", credentials.ErrNotFound)
		}
		if role == "" {
			return credentials.Credentials{}, errors.New("AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not")
		}
		c, err := New(l.cfg)
		if err != nil {
			return credentials.Credentials{}, err
		}
		p := &WebIdentityProvider{Client: c, Token: TokenFile(path), Input: AssumeRoleWithWebIdentityInput{
			RoleArn: role, RoleSessionName: l.getenv("AWS_ROLE_SESSION_NAME"),
		}}
		return p.Retrieve(ctx)
	})
}
