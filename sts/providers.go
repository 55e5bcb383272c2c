package sts

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/credentials"
)

// The providers here get credentials by a call. Each use is a call: put
// [credentials.NewCache] before them. None may be changed while it is used.

// RoleProvider provides the credentials of a role ([Client.AssumeRole]).
type RoleProvider struct {
	Client *Client
	Input  AssumeRoleInput // RoleSessionName may be left out: a name is made for each session

	// TokenCode is asked for the code of Input.SerialNumber, when that is set.
	TokenCode func(ctx context.Context) (string, error)
}

// Retrieve assumes the role.
func (p *RoleProvider) Retrieve(ctx context.Context) (credentials.Credentials, error) {
	in := p.Input
	in.RoleSessionName = sessionName(in.RoleSessionName)
	if err := askCode(ctx, in.SerialNumber, p.TokenCode, &in.TokenCode); err != nil {
		return credentials.Credentials{}, err
	}
	out, err := p.Client.AssumeRole(ctx, &in)
	if err != nil {
		return credentials.Credentials{}, err
	}
	return out.Credentials.provided("AssumeRole", out.AssumedRoleUser.Arn)
}

// WebIdentityProvider provides the credentials of a role to the holder of an
// identity provider's token ([Client.AssumeRoleWithWebIdentity]).
type WebIdentityProvider struct {
	Client *Client
	Input  AssumeRoleWithWebIdentityInput // RoleSessionName may be left out

	// Token returns the token, each time anew since tokens expire: [TokenFile] of a
	// file that is renewed. When nil, Input.WebIdentityToken is used.
	Token func(ctx context.Context) (string, error)
}

// Retrieve assumes the role with the token of now.
func (p *WebIdentityProvider) Retrieve(ctx context.Context) (credentials.Credentials, error) {
	in := p.Input
	in.RoleSessionName = sessionName(in.RoleSessionName)
	if p.Token != nil {
		var err error
		if in.WebIdentityToken, err = p.Token(ctx); err != nil {
			return credentials.Credentials{}, fmt.Errorf("web identity token: %w", err)
		}
	}
	out, err := p.Client.AssumeRoleWithWebIdentity(ctx, &in)
	if err != nil {
		return credentials.Credentials{}, err
	}
	return out.Credentials.provided("AssumeRoleWithWebIdentity", out.AssumedRoleUser.Arn)
}

// SAMLProvider provides the credentials of a role to the holder of a SAML response
// ([Client.AssumeRoleWithSAML]).
type SAMLProvider struct {
	Client *Client
	Input  AssumeRoleWithSAMLInput

	// Assertion returns the response in base64, each time anew: one is good for
	// five minutes. When nil, Input.SAMLAssertion is used.
	Assertion func(ctx context.Context) (string, error)
}

// Retrieve assumes the role with the response of now.
func (p *SAMLProvider) Retrieve(ctx context.Context) (credentials.Credentials, error) {
	in := p.Input
	if p.Assertion != nil {
		var err error
		if in.SAMLAssertion, err = p.Assertion(ctx); err != nil {
			return credentials.Credentials{}, fmt.Errorf("SAML response: %w", err)
		}
	}
	out, err := p.Client.AssumeRoleWithSAML(ctx, &in)
	if err != nil {
		return credentials.Credentials{}, err
	}
	return out.Credentials.provided("AssumeRoleWithSAML", out.AssumedRoleUser.Arn)
}

// SessionTokenProvider provides temporary credentials of the client's own identity
// ([Client.GetSessionToken]).
type SessionTokenProvider struct {
	Client *Client
	Input  GetSessionTokenInput

	// TokenCode is asked for the code of Input.SerialNumber, when that is set.
	TokenCode func(ctx context.Context) (string, error)
}

// Retrieve gets a session.
func (p *SessionTokenProvider) Retrieve(ctx context.Context) (credentials.Credentials, error) {
	in := p.Input
	if err := askCode(ctx, in.SerialNumber, p.TokenCode, &in.TokenCode); err != nil {
		return credentials.Credentials{}, err
	}
	out, err := p.Client.GetSessionToken(ctx, &in)
	if err != nil {
		return credentials.Credentials{}, err
	}
	return out.Credentials.provided("GetSessionToken", "")
}

// FederationTokenProvider provides the credentials of a federated user
// ([Client.GetFederationToken]).
type FederationTokenProvider struct {
	Client *Client
	Input  GetFederationTokenInput
}

// Retrieve gets a session of the federated user.
func (p *FederationTokenProvider) Retrieve(ctx context.Context) (credentials.Credentials, error) {
	in := p.Input
	out, err := p.Client.GetFederationToken(ctx, &in)
	if err != nil {
		return credentials.Credentials{}, err
	}
	return out.Credentials.provided("GetFederationToken", out.FederatedUser.Arn)
}

// provided turns an answer into what requests are signed with.
func (c Credentials) provided(source, identity string) (credentials.Credentials, error) {
	if c.AccessKeyId == "" || c.SecretAccessKey == "" || c.SessionToken == "" || c.Expiration.IsZero() {
		return credentials.Credentials{}, fmt.Errorf("sts: %s: the answer has incomplete credentials", source)
	}
	out := credentials.Credentials{
		AccessKeyID: c.AccessKeyId, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken, Expires: c.Expiration, Source: source,
	}
	if a, err := arn.Parse(identity); err == nil {
		out.Account = a.Account
	}
	return out, nil
}

// sessionName makes a name for a session that was given none.
func sessionName(given string) string {
	if given != "" {
		return given
	}
	return "daypass-" + strconv.FormatInt(time.Now().UnixNano(), 10)
}

// ErrNoMFA says that a device's code is needed and nobody can be asked.
var ErrNoMFA = errors.New("an MFA code is needed, and there is no way to ask for one")

func askCode(ctx context.Context, serial string, ask func(context.Context) (string, error), code *string) error {
	if serial == "" || *code != "" {
		return nil
	}
	if ask == nil {
		return ErrNoMFA
	}
	answer, err := ask(ctx)
	if err != nil {
		return fmt.Errorf("MFA code of %s: %w", serial, err)
	}
	*code = strings.TrimSpace(answer)
	return nil
}

// TokenFile returns a function that reads a token from a file, as it is then.
func TokenFile(path string) func(context.Context) (string, error) {
	return func(context.Context) (string, error) {
		f, err := os.Open(path)
		if err != nil {
			return "", err
		}
		defer f.Close()
		const most = 64 << 10 // the service takes 20,000 characters
		data, err := io.ReadAll(io.LimitReader(f, most+1))
		if err == nil && len(data) > most {
			err = ErrTooLarge
		}
		return strings.TrimSpace(string(data)), err
	}
}
