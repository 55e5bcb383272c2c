// Package authn turns a signed request into a [Caller]: it finds the key that
// signed it, opens the session token that came with it, verifies the signature,
// and makes sure that who stands behind it still exists.
//
// The order of checks is that of the real front end (reference 2.3): form,
// time and scope of the signature, then the token, then the key, and the
// signature itself last. Failures that would tell a stranger which keys exist
// have one sentence.
package authn

import (
	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// Caller is who signed a request.
type Caller struct {
	Principal   policy.Principal
	Account     string
	AccessKeyID string

	// Entity is the user or role behind the caller; nil for the root user and
	// for what the root user federated.
	Entity *facts.Principal

	// Alias is the alias of the account, by which records name its root user;
	// "" when it has none, and when the root user is not behind the caller.
	Alias string

	// Session is what the caller's session token asserts; nil with long-term
	// credentials.
	Session *session.Session
}

// IsRoot reports whether the caller is the root user, also with credentials of
// GetSessionToken.
func (c *Caller) IsRoot() bool { return c.Principal.Type == policy.Root }

// IsUser reports whether the caller is an IAM user, also with credentials of
// GetSessionToken.
func (c *Caller) IsUser() bool { return c.Principal.Type == policy.User }

// UserName returns the name of an IAM user; "" for anyone else.
func (c *Caller) UserName() string {
	if !c.IsUser() {
		return ""
	}
	return c.Entity.Name
}

// UserID returns the value of aws:userid (reference 4.5): the account of root,
// the unique id of a user, AROA…:session of a role session, account:name of a
// federated user.
func (c *Caller) UserID() string {
	switch c.Principal.Type {
	case policy.Root:
		return c.Account
	case policy.RoleSession:
		return c.Principal.EntityID + ":" + c.Session.Name
	case policy.FederatedUser:
		return c.Account + ":" + c.Session.Name
	default:
		return c.Principal.EntityID
	}
}

// rootPrincipal is the root user of an account.
func rootPrincipal(partition, account string) policy.Principal {
	return policy.Principal{Type: policy.Root, Account: account, ARN: arn.Root(partition, account).String()}
}

// userPrincipal is an IAM user.
func userPrincipal(u *facts.Principal) policy.Principal {
	return policy.Principal{Type: policy.User, Account: u.Account, ARN: u.ARN, EntityID: u.ID}
}
