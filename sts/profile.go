package sts

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/daypass/daypass/credentials"
)

// maxChain bounds a chain of profiles that name each other.
const maxChain = 10

// provider returns the provider that a profile describes. by are the profiles that
// led here, by source_profile.
func (l *loader) provider(p credentials.Profile, by []string) (credentials.Provider, error) {
	if p.Get("role_arn") != "" {
		return l.roleOf(p, by)
	}
	return l.keysOf(p)
}

// keysOf returns the provider of a profile that has credentials of its own.
func (l *loader) keysOf(p credentials.Profile) (credentials.Provider, error) {
	id, secret := p.Get("aws_access_key_id"), p.Get("aws_secret_access_key")
	switch {
	case id != "" && secret != "":
		return credentials.Fixed(credentials.Credentials{
			AccessKeyID: id, SecretAccessKey: secret, SessionToken: p.Get("aws_session_token"),
			Account: p.Get("aws_account_id"), Source: "profile " + p.Name,
		}), nil
	case id != "" || secret != "":
		return nil, errors.New("it has one of aws_access_key_id and aws_secret_access_key, and needs both")
	case p.Get("web_identity_token_file") != "":
		return nil, errors.New("web_identity_token_file needs role_arn")
	case p.Get("credential_process") != "":
		return credentials.Process(p.Get("credential_process")), nil
	}
	for _, setting := range []string{"sso_session", "sso_start_url", "sso_account_id", "login_session"} {
		if p.Get(setting) != "" {
			return nil, fmt.Errorf("%s: profiles that sign in by a browser are not supported; "+
				"credential_process = aws configure export-credentials --profile %s passes their credentials on", setting, p.Name)
		}
	}
	return nil, fmt.Errorf("%w: there are none in it", credentials.ErrNotFound)
}

// roleOf returns the provider of a profile that names a role.
func (l *loader) roleOf(p credentials.Profile, by []string) (credentials.Provider, error) {
	if slices.Contains(by, p.Name) {
		return nil, fmt.Errorf("source_profile goes in a circle: %s", strings.Join(append(by, p.Name), ", "))
	}
	if len(by) == maxChain {
		return nil, fmt.Errorf("source_profile goes through more than %d profiles", maxChain)
	}
	source, from, token := p.Get("source_profile"), p.Get("credential_source"), p.Get("web_identity_token_file")
	given := 0
	for _, s := range []string{source, from, token} {
		if s != "" {
			given++
		}
	}
	if given != 1 {
		return nil, errors.New("role_arn needs one of source_profile, credential_source and web_identity_token_file")
	}
	seconds, err := durationOf(p)
	if err != nil {
		return nil, err
	}
	if token != "" {
		client, err := New(l.cfg)
		return &WebIdentityProvider{Client: client, Token: TokenFile(token), Input: AssumeRoleWithWebIdentityInput{
			RoleArn: p.Get("role_arn"), RoleSessionName: p.Get("role_session_name"), DurationSeconds: seconds,
		}}, err
	}
	var base credentials.Provider
	if source != "" {
		base, err = l.sourceOf(p, source, append(slices.Clone(by), p.Name))
	} else {
		base, err = l.sourceNamed(from)
	}
	if err != nil {
		return nil, err
	}
	cfg := l.cfg
	cfg.Credentials = base
	client, err := New(cfg)
	role := &RoleProvider{Client: client, Input: AssumeRoleInput{
		RoleArn: p.Get("role_arn"), RoleSessionName: p.Get("role_session_name"), DurationSeconds: seconds,
		ExternalId: p.Get("external_id"), SerialNumber: p.Get("mfa_serial"),
	}}
	if ask := l.opts.MFACode; ask != nil {
		role.TokenCode = func(ctx context.Context) (string, error) { return ask(ctx, role.Input.SerialNumber) }
	}
	return role, err
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
func (l *loader) sourceOf(p credentials.Profile, source string, by []string) (credentials.Provider, error) {
	if source == p.Name {
		return l.keysOf(p)
	}
	next, ok := l.files.Profile(source)
	if !ok {
		return nil, fmt.Errorf("source_profile %q does not exist", source)
	}
	// A source with keys of its own is these keys, also when it has a role.
	find := func() (credentials.Provider, error) { return l.provider(next, by) }
	if next.Get("aws_access_key_id") != "" {
		find = func() (credentials.Provider, error) { return l.keysOf(next) }
	}
	base, err := find()
	if err != nil {
		return nil, fmt.Errorf("source_profile %s: %w", source, err)
	}
	return base, nil
}

// sourceNamed returns the provider that credential_source names.
func (l *loader) sourceNamed(name string) (credentials.Provider, error) {
	switch name {
	case "Environment":
		return credentials.EnvironmentOf(l.getenv), nil
	case "EcsContainer":
		return credentials.Container(credentials.ContainerOptions{Getenv: l.getenv}), nil
	case "Ec2InstanceMetadata":
		return credentials.Instance(credentials.InstanceOptions{Getenv: l.getenv}), nil
	}
	return nil, fmt.Errorf("credential_source is %q, not Environment, EcsContainer or Ec2InstanceMetadata", name)
}
