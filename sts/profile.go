package sts

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/daypass/daypass/credentials"
)

// maxChain bounds a chain of profiles that name each other.
const maxChain = 10

// source is a provider, with what decides whose credentials it answers; "" when that
// may be another each time.
type source struct {
	credentials.Provider
	id string
}

// provider returns the provider that a profile describes. by are the profiles that
// led here, by source_profile.
func (l *loader) provider(p credentials.Profile, by []string) (source, error) {
	if p.Get("role_arn") != "" {
		return l.roleOf(p, by)
	}
	return l.keysOf(p)
}

// keysOf returns the provider of a profile that has credentials of its own.
func (l *loader) keysOf(p credentials.Profile) (source, error) {
	id, secret := p.Get("aws_access_key_id"), p.Get("aws_secret_access_key")
	switch {
	case id != "" && secret != "":
		return source{credentials.Fixed(credentials.Credentials{
			AccessKeyID: id, SecretAccessKey: secret, SessionToken: p.Get("aws_session_token"),
			Account: p.Get("aws_account_id"), Source: "profile " + p.Name,
		}), "key " + id}, nil
	case id != "" || secret != "":
		return source{}, errors.New("it has one of aws_access_key_id and aws_secret_access_key, and needs both")
	case p.Get("web_identity_token_file") != "":
		return source{}, errors.New("web_identity_token_file needs role_arn")
	case p.Get("credential_process") != "":
		return source{credentials.Process(p.Get("credential_process")), "process " + p.Get("credential_process")}, nil
	}
	for _, setting := range []string{"sso_session", "sso_start_url", "sso_account_id", "login_session"} {
		if p.Get(setting) != "" {
			return source{}, fmt.Errorf("%s: profiles that sign in by a browser are not supported; "+
				"credential_process = aws configure export-credentials --profile %s passes their credentials on", setting, p.Name)
		}
	}
	return source{}, fmt.Errorf("%w: there are none in it", credentials.ErrNotFound)
}

// roleOf returns the provider of a profile that names a role.
func (l *loader) roleOf(p credentials.Profile, by []string) (source, error) {
	if slices.Contains(by, p.Name) {
		return source{}, fmt.Errorf("source_profile goes in a circle: %s", strings.Join(append(by, p.Name), ", "))
	}
	if len(by) == maxChain {
		return source{}, fmt.Errorf("source_profile goes through more than %d profiles", maxChain)
	}
	other, from, token := p.Get("source_profile"), p.Get("credential_source"), p.Get("web_identity_token_file")
	given := 0
	for _, s := range []string{other, from, token} {
		if s != "" {
			given++
		}
	}
	if given != 1 {
		return source{}, errors.New("role_arn needs one of source_profile, credential_source and web_identity_token_file")
	}
	seconds, err := durationOf(p)
	if err != nil {
		return source{}, err
	}
	if token != "" {
		client, err := New(l.cfg)
		if err != nil {
			return source{}, err
		}
		return source{&WebIdentityProvider{Client: client, Token: TokenFile(token), Input: AssumeRoleWithWebIdentityInput{
			RoleArn: p.Get("role_arn"), RoleSessionName: p.Get("role_session_name"), DurationSeconds: seconds,
		}}, ""}, nil // the next token in the file may be somebody else's
	}
	var base source
	if other != "" {
		base, err = l.sourceOf(p, other, append(slices.Clone(by), p.Name))
	} else {
		base, err = l.sourceNamed(from)
	}
	if err != nil {
		return source{}, err
	}
	cfg := l.cfg
	cfg.Credentials = base
	client, err := New(cfg)
	if err != nil {
		return source{}, err
	}
	role := &RoleProvider{Client: client, Input: AssumeRoleInput{
		RoleArn: p.Get("role_arn"), RoleSessionName: p.Get("role_session_name"), DurationSeconds: seconds,
		ExternalId: p.Get("external_id"), SerialNumber: p.Get("mfa_serial"),
	}}
	if ask := l.opts.MFACode; ask != nil {
		role.TokenCode = func(ctx context.Context) (string, error) { return ask(ctx, role.Input.SerialNumber) }
	}
	return l.kept(p, client, base.id, role), nil
}

// kept has the credentials of a profile's role kept, where the options say so.
func (l *loader) kept(p credentials.Profile, client *Client, base string, role credentials.Provider) source {
	if base == "" {
		return source{role, ""}
	}
	at := client.Endpoint()
	said := []string{base, at.URL, at.SigningRegion}
	for _, setting := range []string{"role_arn", "role_session_name", "duration_seconds", "external_id", "mfa_serial"} {
		said = append(said, p.Get(setting))
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", said))
	id := hex.EncodeToString(sum[:])
	if l.opts.Keep != nil {
		role = l.opts.Keep(id, role)
	}
	return source{role, id}
}

func durationOf(p credentials.Profile) (int32, error) {
	v := p.Get("duration_seconds")
	if v == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(v, 10, 32)
	if err != nil || n < 1 {
		return 0, fmt.Errorf("duration_seconds is %q, not a positive number", v)
	}
	return int32(n), nil
}

// sourceOf returns the provider that source_profile names. A profile may name
// itself: the role is then assumed with its own keys.
func (l *loader) sourceOf(p credentials.Profile, other string, by []string) (source, error) {
	if other == p.Name {
		return l.keysOf(p)
	}
	next, ok := l.files.Profile(other)
	if !ok {
		return source{}, fmt.Errorf("source_profile %q does not exist", other)
	}
	// A source with keys of its own is these keys, also when it has a role.
	find := func() (source, error) { return l.provider(next, by) }
	if next.Get("aws_access_key_id") != "" {
		find = func() (source, error) { return l.keysOf(next) }
	}
	base, err := find()
	if err != nil {
		return source{}, fmt.Errorf("source_profile %s: %w", other, err)
	}
	return base, nil
}

// sourceNamed returns the provider that credential_source names.
func (l *loader) sourceNamed(name string) (source, error) {
	switch name {
	case "Environment":
		return source{credentials.EnvironmentOf(l.getenv), "key " + cmp.Or(l.getenv("AWS_ACCESS_KEY_ID"), l.getenv("AWS_ACCESS_KEY"))}, nil
	case "EcsContainer":
		return source{
			credentials.Container(credentials.ContainerOptions{Getenv: l.getenv}),
			"container " + l.getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") + " " + l.getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
		}, nil
	case "Ec2InstanceMetadata":
		return source{credentials.Instance(credentials.InstanceOptions{Getenv: l.getenv}), "instance"}, nil
	}
	return source{}, fmt.Errorf("credential_source is %q, not Environment, EcsContainer or Ec2InstanceMetadata", name)
}
