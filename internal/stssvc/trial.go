package stssvc

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/oidc"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/store"
)

// Trial tries what comes after a proof, for an operator: whether the role's trust
// policy admits who is vouched for. Nothing is issued, and nothing used up. What
// only a request has, such as the address that it comes from, is not there.
type Trial struct {
	Facts     *facts.Cache
	Authz     *authz.Authorizer
	Partition string
	Region    string
	Now       time.Time
	Role      string // ARN
}

// SAML tries the role for who a response of the provider vouches for.
func (t *Trial) SAML(ctx context.Context, provider *facts.SAMLProvider, a *saml.Assertion, claims *saml.Claims, r *proof.Report) error {
	s, c := t.set(ctx)
	if _, err := s.roleARN(t.Role); err != nil {
		return err
	}
	in := &assumeRoleWithSAMLInput{RoleArn: t.Role, PrincipalArn: provider.ARN}
	if err := mayAssumeBy(in, provider, claims); err != nil {
		return err
	}
	r.Pass("Role", t.Role)
	v, err := s.vouchedBySAML(c, provider, a, claims)
	if err != nil {
		return err
	}
	return t.trusts(s, c, assumeRoleWithSAMLAction, v, r)
}

// Token tries the role for who a token of the provider vouches for, as a session
// of the name. arn is the provider's.
func (t *Trial) Token(ctx context.Context, p oidc.Provider, arn, sessionName string, id *oidc.Identity, r *proof.Report) error {
	s, c := t.set(ctx)
	role, err := s.roleARN(t.Role)
	if err != nil {
		return err
	}
	if !strings.Contains(arn, ":"+role.Account+":") {
		return oidc.UnknownIssuer(oidc.Scheme + p.URL)
	}
	if id.HasRoles && !slices.Contains(id.Roles, t.Role) {
		return id.RoleRefused(t.Role)
	}
	v := vouchedByToken(&assumeRoleWithWebIdentityInput{RoleArn: t.Role, RoleSessionName: sessionName}, p, arn, id)
	return t.trusts(s, c, "sts:AssumeRoleWithWebIdentity", v, r)
}

func (t *Trial) set(ctx context.Context) (*service, *pipeline.Call) {
	return &service{Config{Facts: t.Facts, Authz: t.Authz, Partition: t.Partition}},
		&pipeline.Call{Ctx: ctx, Now: t.Now, HTTP: &http.Request{Header: http.Header{}}, Region: t.Region, Partition: t.Partition, Secure: true}
}

func (t *Trial) trusts(s *service, c *pipeline.Call, action string, v *vouched, r *proof.Report) error {
	role, err := s.role(c, t.Role)
	if errors.Is(err, store.ErrNotFound) {
		return notVouched(action, &proof.Failure{Check: "role", Saw: proof.Quote(t.Role), Want: "a role that exists"})
	}
	if err != nil {
		return fmt.Errorf("loading role %s: %w", t.Role, err)
	}
	v.Report = r
	if err := s.trusts(c, vouchedIn{Action: action, RoleArn: t.Role}, role, v); err != nil {
		return err
	}
	_, err = sessionTags(v.Tags, v.Transitive, nil)
	return err
}
