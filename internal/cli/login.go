package cli

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/signin"
	"github.com/daypass/daypass/sts"
)

// loginFlags are the settings of 'daypass login'.
type loginFlags struct {
	name     string
	kept     signin.Kept
	device   bool
	port     int
	noBrowse bool
}

func newLogin(std Streams, env Env) *cobra.Command {
	var f loginFlags
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in at your identity provider and get credentials of a role",
		Long: `Sign in at an OpenID Connect provider, in the browser or with a code typed in on
another device, and exchange what it vouches for credentials of a role
(AssumeRoleWithWebIdentity). They are kept in a file of mode 0600, and renewed
without you while the provider allows it: ask it for a refresh token with
--scope offline_access.

What is kept under a name is used by 'daypass exec', 'env', 'credential-process'
and 'agent' with --login NAME. To sign in again, the name alone will do.`,
		Example: `  daypass login --issuer https://sso.example.com --client-id daypass --role arn:aws:iam::111122223333:role/developer --scope offline_access
  daypass login --name build --device
  daypass exec --login default -- aws s3 ls`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := settle(cmd, env); err != nil {
				return err
			}
			return f.run(cmd.Context(), std, env)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "default", "name of the sign-in")
	flags.StringVar(&f.kept.Issuer, "issuer", "", "URL of the identity provider")
	flags.StringVar(&f.kept.ClientID, "client-id", "", "id of this client at the identity provider")
	flags.StringSliceVar(&f.kept.Scopes, "scope", nil, "scope to ask for beside openid; repeatable")
	flags.StringVar(&f.kept.RoleARN, "role", "", "ARN of the role to assume")
	flags.StringVar(&f.kept.SessionName, "session-name", "", "name of the session (default: who signed in)")
	flags.Int32Var(&f.kept.Seconds, "duration", 0, "seconds that credentials last (default: the service's)")
	flags.StringVar(&f.kept.Endpoint, "endpoint-url", "", "URL of the service (default: AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL)")
	flags.StringVar(&f.kept.Region, "region", "", "Region of the service (default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1)")
	flags.StringVar(&f.kept.CABundle, "ca-bundle", "", "PEM file of authorities to trust in addition")
	flags.BoolVar(&f.device, "device", false, "show a code to type in on another device instead of opening a browser")
	flags.BoolVar(&f.noBrowse, "no-browser", false, "print the address instead of opening a browser")
	flags.IntVar(&f.port, "callback-port", 0, "loopback port that the browser comes back to (default: any)")
	flags.String("config", "", "configuration file, YAML")
	return cmd
}

func (f *loginFlags) run(ctx context.Context, std Streams, env Env) error {
	file, err := keptFile(env, f.name)
	if err != nil {
		return err
	}
	k, err := f.settings(file, env)
	if err != nil {
		return err
	}
	app, err := appOf(k)
	if err != nil {
		return err
	}
	// Not locked: what was kept before serves others while the person is away.
	tokens, err := f.signIn(ctx, app, std)
	if err != nil {
		return fmt.Errorf("signing in at %s: %w", k.Issuer, err)
	}
	err = signin.Locked(ctx, file, func() error {
		if err := exchange(ctx, k, tokens); err != nil {
			return err
		}
		return k.Store(file)
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(std.Err, "Signed in as %s: credentials of %s until %s.\nUse them: daypass exec --login %s -- COMMAND\n",
		k.Subject, k.RoleARN, k.Expires.Local().Format(time.DateTime), f.name)
	return nil
}

// settings are those of the flags, over those kept from the last time.
func (f *loginFlags) settings(file string, env Env) (*signin.Kept, error) {
	k, err := signin.Load(file)
	if err != nil {
		if !errors.Is(err, signin.ErrNone) && f.kept.Issuer == "" {
			return nil, err
		}
		k = new(signin.Kept)
	}
	over := func(to *string, values ...string) {
		for _, v := range values {
			if v != "" {
				*to = v
				return
			}
		}
	}
	from := func(name string) string { v, _ := env(name); return v }
	over(&k.Issuer, f.kept.Issuer)
	over(&k.ClientID, f.kept.ClientID)
	over(&k.RoleARN, f.kept.RoleARN)
	over(&k.SessionName, f.kept.SessionName)
	over(&k.Endpoint, f.kept.Endpoint, k.Endpoint, from("AWS_ENDPOINT_URL_STS"), from("AWS_ENDPOINT_URL"))
	over(&k.Region, f.kept.Region, k.Region, from("AWS_REGION"), from("AWS_DEFAULT_REGION"), "us-east-1")
	over(&k.CABundle, f.kept.CABundle)
	if f.kept.Scopes != nil {
		k.Scopes = f.kept.Scopes
	}
	if f.kept.Seconds != 0 {
		k.Seconds = f.kept.Seconds
	}
	for flag, value := range map[string]string{"--issuer": k.Issuer, "--client-id": k.ClientID, "--role": k.RoleARN} {
		if value == "" {
			return nil, badUsage("%s is needed to sign in for the first time; see 'daypass login --help'", flag)
		}
	}
	return k, nil
}

func (f *loginFlags) signIn(ctx context.Context, app *signin.App, std Streams) (*signin.Tokens, error) {
	if f.device {
		return app.Device(ctx, func(c signin.Code) error {
			fmt.Fprintf(std.Err, "Open %s and type in the code %s\n", c.Page, c.Code)
			if c.Whole != "" {
				fmt.Fprintf(std.Err, "or open %s\n", c.Whole)
			}
			return nil
		})
	}
	return app.Browser(ctx, f.port, func(url string) error {
		if f.noBrowse || openBrowser(ctx, url) != nil {
			fmt.Fprintf(std.Err, "Open this address in a browser on this machine:\n\n  %s\n\n", url)
		} else {
			fmt.Fprintln(std.Err, "Waiting for you to sign in in the browser.")
		}
		return nil
	})
}

// openBrowser has the desktop open a URL.
func openBrowser(ctx context.Context, url string) error {
	switch runtime.GOOS {
	case "darwin":
		return exec.CommandContext(ctx, "open", url).Start()
	case "windows":
		return exec.CommandContext(ctx, "rundll32", "url.dll,FileProtocolHandler", url).Start()
	}
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return errors.New("no desktop")
	}
	return exec.CommandContext(ctx, "xdg-open", url).Start()
}

var loginName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

// keptFile is where the sign-in of a name is kept.
func keptFile(env Env, name string) (string, error) {
	if !loginName.MatchString(name) {
		return "", badUsage("%q is no name of a sign-in: letters, digits and _.- make one", name)
	}
	dir, err := userDir(env)
	if err != nil {
		return "", fmt.Errorf("no place for the sign-in: %w; set DAYPASS_LOGIN_DIR", err)
	}
	return filepath.Join(dir, name+".json"), nil
}

// httpClient is one that trusts the authorities in a file too.
func httpClient(bundle string) (*http.Client, error) {
	if bundle == "" {
		return nil, nil
	}
	pem, err := os.ReadFile(bundle)
	if err != nil {
		return nil, fmt.Errorf("reading --ca-bundle: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, badUsage("--ca-bundle %s holds no certificate in PEM", bundle)
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.TLSClientConfig.RootCAs = roots
	return &http.Client{Transport: t}, nil
}

func appOf(k *signin.Kept) (*signin.App, error) {
	client, err := httpClient(k.CABundle)
	if err != nil {
		return nil, err
	}
	return &signin.App{Issuer: k.Issuer, ClientID: k.ClientID, Scopes: k.Scopes, Client: client}, nil
}

var notInSessionName = regexp.MustCompile(`[^A-Za-z0-9_=,.@-]+`)

// sessionName makes the name of a session of who signed in.
func sessionName(subject string) string {
	name := strings.Trim(notInSessionName.ReplaceAllString(subject, "-"), "-")
	if len(name) < 2 {
		return "daypass"
	}
	return name[:min(len(name), 64)]
}

// exchange gets credentials for tokens, and notes both.
func exchange(ctx context.Context, k *signin.Kept, tokens *signin.Tokens) error {
	k.Subject, k.Refresh = tokens.Subject, tokens.Refresh.Reveal()
	client, err := httpClient(k.CABundle)
	if err != nil {
		return err
	}
	service, err := sts.New(sts.Config{Region: k.Region, Endpoint: k.Endpoint, HTTPClient: client})
	if err != nil {
		return err
	}
	name := k.SessionName
	if name == "" {
		name = sessionName(tokens.Subject)
	}
	out, err := service.AssumeRoleWithWebIdentity(ctx, &sts.AssumeRoleWithWebIdentityInput{
		RoleArn: k.RoleARN, RoleSessionName: name, WebIdentityToken: tokens.ID.Reveal(), DurationSeconds: k.Seconds,
	})
	if err != nil {
		return err
	}
	if out.Credentials.AccessKeyId == "" {
		return errors.New("the service answered without credentials")
	}
	k.AccessKeyID, k.SecretAccessKey = out.Credentials.AccessKeyId, out.Credentials.SecretAccessKey
	k.SessionToken, k.Expires = out.Credentials.SessionToken, out.Credentials.Expiration
	return nil
}

// renewBefore is how long before they expire credentials are renewed.
const renewBefore = 5 * time.Minute

// signedIn is a provider of the credentials of a sign-in, which it renews.
type signedIn struct{ name, file string }

// Retrieve returns the credentials kept, renewed if they are about to expire.
// Those that still hold are returned when renewing fails.
func (s signedIn) Retrieve(ctx context.Context) (c credentials.Credentials, err error) {
	err = signin.Locked(ctx, s.file, func() error {
		k, err := signin.Load(s.file)
		if errors.Is(err, signin.ErrNone) {
			return fmt.Errorf("there is no sign-in %q: run 'daypass login --name %s'", s.name, s.name)
		}
		if err != nil {
			return err
		}
		if time.Until(k.Expires) < renewBefore {
			if err := s.renew(ctx, k); err != nil && time.Until(k.Expires) <= 0 {
				return fmt.Errorf("sign-in %q has expired: %w; run 'daypass login --name %s'", s.name, err, s.name)
			}
		}
		c = credentials.Credentials{
			AccessKeyID: k.AccessKeyID, SecretAccessKey: k.SecretAccessKey, SessionToken: k.SessionToken,
			Expires: k.Expires, Source: "sign-in " + s.name,
		}
		return nil
	})
	return c, err
}

func (s signedIn) renew(ctx context.Context, k *signin.Kept) error {
	if k.Refresh == "" {
		return errors.New("the identity provider gave no refresh token (--scope offline_access asks for one)")
	}
	app, err := appOf(k)
	if err != nil {
		return err
	}
	tokens, err := app.Refresh(ctx, secret.New(k.Refresh))
	if err != nil {
		return err
	}
	k.Refresh = tokens.Refresh.Reveal() // the old one may be worth nothing from now on
	if tokens.Subject == k.Subject {    // OpenID Connect Core, 12.2
		err = exchange(ctx, k, tokens)
	} else {
		err = errors.New("the identity provider answers with a token of somebody else")
	}
	return errors.Join(err, k.Store(s.file))
}
