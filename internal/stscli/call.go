package stscli

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/internal/ordered"
	"github.com/daypass/daypass/internal/output"
	"github.com/daypass/daypass/internal/terminal"
	"github.com/daypass/daypass/sts"
)

// call calls the operation with in and prints what it answers.
func (c *command) call(ctx context.Context, in *ordered.Object, g *globals, e Env) error {
	s, err := newSettings(g, e)
	if err != nil {
		return err
	}
	stamp, err := stamps(s.profile.Get("cli_timestamp_format"))
	if err != nil {
		return err
	}
	k := &keeper{roles: e.Roles}
	cfg, err := s.config(g, e, k)
	if err != nil {
		return err
	}
	if err := validate(in, c.input); err != nil {
		return err
	}
	input := reflect.New(c.op.Input)
	assign(input.Elem(), in, c.input)
	got, url, err := send(ctx, cfg, c.op.Name, input.Interface())
	if k.forget(err) {
		if cfg, err = s.config(g, e, k); err == nil {
			got, url, err = send(ctx, cfg, c.op.Name, input.Interface())
		}
	}
	if err != nil {
		return explain(err, url)
	}
	return c.print(answer(reflect.ValueOf(got), stamp), s.format(g, e), g, e)
}

// send makes a call, and tells where.
func send(ctx context.Context, cfg sts.Config, operation string, in any) (got any, url string, err error) {
	client, err := sts.New(cfg)
	if err != nil {
		return nil, "", err
	}
	got, err = client.Call(ctx, operation, in)
	return got, client.Endpoint().URL, err
}

// printSample prints what an answer looks like, when the parameters are good.
func (c *command) printSample(in *ordered.Object, g *globals, e Env) error {
	if err := validate(in, c.input); err != nil {
		return err
	}
	s, err := newSettings(g, e)
	if err != nil {
		return err
	}
	return c.print(sample(shapeOf(c.op.Output), "", true), s.format(g, e), g, e)
}

// print prints what the query finds in an answer.
func (c *command) print(v any, format string, g *globals, e Env) (err error) {
	if g.query != nil {
		if v, err = g.query.Search(v); err != nil {
			return err
		}
	}
	width, isTerminal := terminal.Width(e.Out)
	return output.Print(e.Out, format, v, output.Options{
		Title: c.op.Name, Width: width, Color: g.color == "on" || g.color != "off" && isTerminal,
	})
}

// settings are what the shared files say.
type settings struct {
	files   *credentials.Files
	profile credentials.Profile
}

func newSettings(g *globals, e Env) (*settings, error) {
	files, err := credentials.ReadFiles(e.Getenv)
	if err != nil {
		return nil, err
	}
	name := cmp.Or(g.profile, e.Getenv("AWS_PROFILE"), e.Getenv("AWS_DEFAULT_PROFILE"))
	profile, ok := files.Profile(cmp.Or(name, "default"))
	if !ok && name != "" {
		return nil, awsErrorf("The config profile (%s) could not be found", name)
	}
	return &settings{files, profile}, nil
}

func (s *settings) format(g *globals, e Env) string {
	return cmp.Or(g.output, e.Getenv("AWS_DEFAULT_OUTPUT"), s.profile.Get("output"), "json")
}

// config makes the configuration of the client.
func (s *settings) config(g *globals, e Env, k *keeper) (sts.Config, error) {
	client, err := s.httpClient(g, e)
	if err != nil {
		return sts.Config{}, err
	}
	level := slog.LevelError
	if g.debug {
		level = slog.LevelDebug
	}
	cfg, err := sts.Load(sts.LoadOptions{
		Profile: g.profile, Region: g.region, Getenv: e.Getenv, Files: s.files, HTTPClient: client, MFACode: e.askCode, Keep: k.keep, NoInstanceRegion: true,
		Log: slog.New(slog.NewTextHandler(e.Err, &slog.HandlerOptions{Level: level})),
	})
	if err != nil {
		return sts.Config{}, err
	}
	cfg.Endpoint = cmp.Or(g.endpoint, cfg.Endpoint)
	cfg.Anonymous = g.unsigned
	cfg.AttemptTimeout = maxTimeout * time.Second
	if g.connect > 0 && g.read > 0 {
		cfg.AttemptTimeout = g.connect + g.read
	}
	switch {
	case cfg.Region == "" && cfg.Endpoint != "":
		return sts.Config{}, hintError(`You must specify a region. You can also configure your region by running "aws configure".`)
	case cfg.Region == "":
		cfg.Region = "aws-global"
	case !isRegion(cfg.Region):
		return sts.Config{}, awsErrorf("Provided region_name '%s' doesn't match a supported format.", cfg.Region)
	}
	return cfg, nil
}

// isRegion reports whether s can be part of a host name.
func isRegion(s string) bool {
	ok := len(s) <= 63 && !strings.HasPrefix(s, "-") && !strings.HasSuffix(s, "-")
	return ok && !strings.ContainsFunc(s, func(r rune) bool { return r != '-' && !isAlphanumeric(r) })
}

// httpClient makes the client that all calls go through.
func (s *settings) httpClient(g *globals, e Env) (*http.Client, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: g.connect}).DialContext
	t.TLSHandshakeTimeout = g.connect
	t.ResponseHeaderTimeout = g.read
	t.TLSClientConfig = &tls.Config{InsecureSkipVerify: g.insecure} //nolint:gosec // on demand
	path := cmp.Or(g.caBundle, e.Getenv("AWS_CA_BUNDLE"), s.profile.Get("ca_bundle"))
	if path != "" && !g.insecure {
		pem, err := readParam(files{e.Getenv}.expand(path))
		if err != nil {
			return nil, awsErrorf("Could not find a suitable TLS CA certificate bundle, invalid path: %s", path)
		}
		t.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !t.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, awsErrorf("Could not find a certificate in the TLS CA certificate bundle %s", path)
		}
	}
	return &http.Client{Transport: t}, nil
}

// maxCode is the longest line that is read as an MFA code where there is no terminal,
// in bytes.
const maxCode = 100

// askCode asks for the code of an MFA device: at the terminal, where it does not show,
// and on standard input where there is none.
func (e Env) askCode(ctx context.Context, serial string) (string, error) {
	prompt := fmt.Sprintf("Enter MFA code for %s: ", serial)
	code, err := "", terminal.ErrNone
	if e.Person != nil {
		code, err = e.Person.Ask(ctx, prompt)
	}
	if errors.Is(err, terminal.ErrNone) {
		fmt.Fprint(e.Err, prompt)
		code, err = bufio.NewReader(io.LimitReader(e.In, maxCode)).ReadString('\n')
		code = strings.TrimSpace(code)
	}
	if code != "" {
		return code, nil
	}
	if err == nil || err == io.EOF { //nolint:errorlint // the end as it is
		err = os.ErrInvalid
	}
	return "", fmt.Errorf("no MFA code was entered: %w", err)
}
