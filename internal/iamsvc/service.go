// Package iamsvc is IAM: the actions that manage users, groups, roles, policies
// and what belongs to them, in the terms of package pipeline.
//
// Most actions are about one thing that exists and has a name. They are made by
// [read] and [write] from the kind of thing ([noun]), the place of its name in
// the input, and the work; the permission on the right ARN, the condition keys
// of its tags and the refusal when it is not there follow from that. What every
// action of a kind shares is in the file of the kind:
//
//	func (s *service) groupActions() []pipeline.Handler {
//		return []pipeline.Handler{
//			write("DeleteGroup", groups, func(in *iamapi.DeleteGroupInput) string { return in.GroupName }, deleteGroup),
//			...
//
// A caller is told that something is absent only after it is known that the
// caller may ask.
//
// Names are looked up ignoring case; policies, which are addressed by ARN,
// exactly.
package iamsvc

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/outbound"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/session"
)

// Config is what the service works with.
type Config struct {
	Vault *keys.Vault // wraps the secrets of new access keys and MFA devices

	Outbound *outbound.Issuer // of the account's tokens for other parties

	// Thumbprint finds out the thumbprint of an issuer; nil finds none.
	Thumbprint func(ctx context.Context, issuer string, now time.Time) (string, error)
}

type service struct {
	vault *keys.Vault

	outbound *outbound.Issuer

	thumbprint func(ctx context.Context, issuer string, now time.Time) (string, error)
}

// New returns the service with all of its actions.
func New(cfg Config) *pipeline.Service {
	p := &pipeline.Service{API: query.IAM, Global: true, Explain: true, Admit: admit}
	p.Register(Actions(cfg)...)
	return p
}

// Actions returns the actions by themselves.
func Actions(cfg Config) []pipeline.Handler {
	s := &service{cfg.Vault, cfg.Outbound, cfg.Thumbprint}
	return slices.Concat(
		userActions(),
		groupActions(),
		membershipActions(),
		roleActions(),
		serviceLinkedRoleActions(),
		policyActions(),
		versionActions(),
		inlineActions(),
		attachmentActions(),
		boundaryActions(),
		tagActions(),
		instanceProfileActions(),
		s.accessKeyActions(),
		s.mfaActions(),
		s.samlProviderActions(),
		accountActions(),
		s.outboundActions(),
		summaryActions(),
		passwordActions(),
		s.loginActions(),
		reportActions(),
		detailActions(),
		simulationActions(),
		grantingActions(),
		s.oidcProviderActions(),
		absentActions(),
	)
}

// admit refuses the sessions that cannot call IAM at all (policy, E8):
// GetFederationToken's, and GetSessionToken's without MFA.
func admit(c *pipeline.Call) error {
	s := c.Caller.Session
	if s == nil || s.Kind == session.Role || s.Kind == session.User && !s.MFA.IsZero() {
		return nil
	}
	return awserr.New(http.StatusForbidden, "InvalidClientTokenId", "The security token included in the request is invalid")
}
