package stssvc

import (
	"net/http"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/session"
)

// Some callers may not call an action whatever the policies say (reference,
// sts-api 5.4):
//
//	                     long-term   GetSessionToken   role   GetFederationToken
//	GetCallerIdentity    yes         yes               yes    yes
//	AssumeRole           not root    not root          yes    no
//	GetSessionToken      yes         no                no     no
//	GetFederationToken   yes         no                no     no
//	all others           yes         no                yes    no

// notByUserSession refuses sessions of GetSessionToken and GetFederationToken
// for the actions of the last row.
func notByUserSession(c *pipeline.Call, action string) error {
	if s := c.Caller.Session; s != nil && s.Kind != session.Role {
		return authz.Denied(c.Caller, action, "*")
	}
	return nil
}

// onlyLongTerm refuses every session, in the words of GetSessionToken and
// GetFederationToken.
func onlyLongTerm(c *pipeline.Call) error {
	if c.Caller.Session != nil {
		return awserr.New(http.StatusForbidden, "AccessDenied", "Cannot call %s with session credentials", c.Action)
	}
	return nil
}

// mayAssume refuses those who cannot assume any role.
func mayAssume(c *pipeline.Call, roleARN string) error {
	switch s := c.Caller.Session; {
	case c.Caller.IsRoot():
		return awserr.New(http.StatusForbidden, "AccessDenied", "Roles may not be assumed by root accounts.")
	case s != nil && s.Kind == session.Federated:
		return authz.Denied(c.Caller, "sts:AssumeRole", roleARN)
	}
	return nil
}
