// Package stssvc is the Security Token Service: its eleven actions, each in a
// file of its own, in the terms of package pipeline.
//
// What they share: callers.go says who may call what at all, duration.go how
// long a session may be, tags.go and sessionpolicy.go what may be passed to it,
// and issue.go makes the credentials.
package stssvc

import (
	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/oidc"
	"github.com/daypass/daypass/internal/outbound"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/store"
)

// Config is what the service works with.
type Config struct {
	DB        *store.DB
	Vault     *keys.Vault // unwraps the seeds of MFA devices
	Facts     *facts.Cache
	Ring      *keys.Ring
	Authz     *authz.Authorizer
	Partition string
	OIDC      *oidc.Source // has the keys of OpenID Connect providers
	SAML      saml.Site    // for whom and where to SAML responses must be meant
	SAMLOnce  bool         // each assertion is redeemed once
	Outbound  *outbound.Issuer
}

type service struct{ Config }

// New returns the service with all of its actions.
func New(cfg Config) *pipeline.Service {
	s := &service{cfg}
	p := &pipeline.Service{API: query.STS, Echo: true}
	p.Register(
		s.assumeRole(),
		s.assumeRoleWithSAML(),
		s.assumeRoleWithWebIdentity(),
		s.assumeRoot(),
		s.decodeAuthorizationMessage(),
		s.getAccessKeyInfo(),
		s.getCallerIdentity(),
		s.getDelegatedAccessToken(),
		s.getFederationToken(),
		s.getSessionToken(),
		s.getWebIdentityToken(),
	)
	return p
}
