package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/internal/rolecache"
	"github.com/daypass/daypass/internal/signin"
	"github.com/daypass/daypass/internal/terminal"
	"github.com/daypass/daypass/sts"
)

// sourceFlags say whose credentials a command gets.
type sourceFlags struct {
	login, profile             string
	role, session, externalID  string
	serial, code               string
	seconds                    int32
	endpoint, region, caBundle string
	noCache                    bool
}

func (f *sourceFlags) register(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.SetInterspersed(false) // what follows the command is its own
	flags.StringVar(&f.login, "login", "", "use the credentials of this sign-in (see 'daypass login')")
	flags.StringVar(&f.profile, "profile", "", "use this profile of the shared AWS files")
	flags.StringVar(&f.role, "role", "", "ARN of a role to assume")
	flags.StringVar(&f.session, "session-name", "", "name of the role's session (default: the user's)")
	flags.StringVar(&f.externalID, "external-id", "", "what the role's owner has agreed on")
	flags.StringVar(&f.serial, "serial-number", "", "ARN of the MFA device to show a code of")
	flags.StringVar(&f.code, "token-code", "", "the code (default: asked for on the terminal)")
	flags.Int32Var(&f.seconds, "duration", 0, "seconds that the role's session lasts (default: the service's)")
	flags.StringVar(&f.endpoint, "endpoint-url", "", "URL of the service (default: AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL)")
	flags.StringVar(&f.region, "region", "", "Region of the service (default: AWS_REGION, AWS_DEFAULT_REGION, the profile's)")
	flags.StringVar(&f.caBundle, "ca-bundle", "", "PEM file of authorities to trust in addition")
	flags.BoolVar(&f.noCache, "no-cache", false, "neither use nor keep credentials of roles from one run to the next")
	flags.String("config", "", "YAML file with settings, named like the flags")
}

// source is where a command gets credentials, and the service they are for.
type source struct {
	credentials.Provider
	region, endpoint string
}

// provider returns where the credentials come from: a sign-in or what every AWS
// tool finds in the environment and the shared files, and on top of that a role.
// They are kept and renewed.
func (f *sourceFlags) provider(cmd *cobra.Command, std Streams, env Env) (*source, error) {
	if err := settle(cmd, env); err != nil {
		return nil, err
	}
	if f.login != "" && f.profile != "" {
		return nil, badUsage("--login and --profile are two identities: which one?")
	}
	client, err := httpClient(f.caBundle)
	if err != nil {
		return nil, err
	}
	cache := roleCache(env, f.noCache)
	cfg, err := f.load(std, env, client, cache)
	if err != nil {
		return nil, err
	}
	if f.login != "" {
		if err := f.signedIn(&cfg, env); err != nil {
			return nil, err
		}
	}
	p := &source{cfg.Credentials, cfg.Region, cfg.Endpoint}
	if f.role == "" {
		return p, nil
	}
	service, err := sts.New(cfg)
	if err != nil {
		return nil, err
	}
	in := sts.AssumeRoleInput{
		RoleArn: f.role, RoleSessionName: cmp.Or(f.session, userSession(env)), ExternalId: f.externalID,
		DurationSeconds: f.seconds, SerialNumber: f.serial,
	}
	if f.serial != "" {
		in.TokenCode = f.code
	}
	var role credentials.Provider = &sts.RoleProvider{
		Client: service, Input: in,
		TokenCode: func(ctx context.Context) (string, error) { return askCode(ctx, std, f.serial) },
	}
	if cache != nil {
		role = keepRole(cache, service, cfg.Credentials, in, role)
	}
	p.Provider = credentials.NewCache(role, credentials.CacheOptions{})
	return p, nil
}

// load reads the environment and the shared files.
func (f *sourceFlags) load(std Streams, env Env, client *http.Client, cache *rolecache.Dir) (sts.Config, error) {
	opts := sts.LoadOptions{
		Profile: f.profile, Region: f.region, Endpoint: f.endpoint, HTTPClient: client,
		Getenv: func(name string) string { v, _ := env(name); return v },
		MFACode: func(ctx context.Context, serial string) (string, error) {
			if f.code != "" && f.serial == "" {
				return f.code, nil // of the profile's device: there is no other
			}
			return askCode(ctx, std, serial)
		},
	}
	if cache != nil {
		opts.Keep = cache.Keep
	}
	opts.NoInstanceRegion = true
	cfg, err := sts.Load(opts)
	if err != nil || cfg.Region != "" || f.login != "" {
		return cfg, err
	}
	opts.NoInstanceRegion = false
	if cfg.Endpoint != "" {
		opts.Region = "us-east-1" // one's own service need not have a Region
	}
	return sts.Load(opts)
}

// keepRole keeps the credentials of the role that the flags name.
func keepRole(cache *rolecache.Dir, service *sts.Client, by credentials.Provider, in sts.AssumeRoleInput, role credentials.Provider) credentials.Provider {
	return credentials.ProviderFunc(func(ctx context.Context) (credentials.Credentials, error) {
		caller, err := by.Retrieve(ctx)
		if err != nil {
			return caller, err
		}
		at := service.Endpoint()
		id := rolecache.ID(caller.AccessKeyID, at.URL, at.SigningRegion, in.RoleArn, in.RoleSessionName, in.ExternalId, in.SerialNumber, strconv.Itoa(int(in.DurationSeconds)))
		return cache.Keep(id, role).Retrieve(ctx)
	})
}

// signedIn has the credentials of a sign-in, and where it was made, in cfg.
func (f *sourceFlags) signedIn(cfg *sts.Config, env Env) error {
	file, err := keptFile(env, f.login)
	if err != nil {
		return err
	}
	k, err := signin.Load(file)
	if errors.Is(err, signin.ErrNone) {
		return fmt.Errorf("there is no sign-in %q: run 'daypass login --name %[1]s'", f.login)
	}
	if err != nil {
		return err
	}
	cfg.Credentials = credentials.NewCache(signedIn{f.login, file}, credentials.CacheOptions{})
	cfg.Region, cfg.Endpoint = cmp.Or(cfg.Region, k.Region), cmp.Or(cfg.Endpoint, k.Endpoint)
	if f.caBundle == "" && cfg.HTTPClient == nil {
		cfg.HTTPClient, err = httpClient(k.CABundle)
	}
	return err
}

// userSession names a session after who runs the command.
func userSession(env Env) string {
	for _, name := range []string{"USER", "LOGNAME", "USERNAME"} {
		if v, _ := env(name); v != "" {
			return sessionName(v)
		}
	}
	return "daypass"
}

// askCode asks a person for the code of an MFA device, at the terminal: standard
// input is for the command that is run.
func askCode(ctx context.Context, std Streams, serial string) (string, error) {
	code, err := std.person.Ask(ctx, fmt.Sprintf("Enter MFA code for %s: ", serial))
	if errors.Is(err, terminal.ErrNone) {
		return "", fmt.Errorf("a code of the MFA device %s is needed, and there is no terminal to ask on: give --token-code", serial)
	}
	if err == nil && code == "" {
		err = errors.New("no code was entered")
	}
	return code, err
}

// get returns credentials of now.
func (f *sourceFlags) get(cmd *cobra.Command, std Streams, env Env) (credentials.Credentials, *source, error) {
	p, err := f.provider(cmd, std, env)
	if err != nil {
		return credentials.Credentials{}, nil, err
	}
	c, err := p.Retrieve(cmd.Context())
	if errors.Is(err, credentials.ErrNotFound) {
		err = fmt.Errorf("%w; sign in with 'daypass login', name a --profile, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", err)
	}
	return c, p, err
}
