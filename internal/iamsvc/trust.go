package iamsvc

import (
	"errors"
	"strings"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

// A stored trust policy names users and roles by unique id, so that one who is
// made anew under the same name does not inherit the trust (policy 2.4):
//
//	sent    "AWS": ["111122223333", "arn:aws:iam::111122223333:user/dana"]
//	stored  "AWS": ["arn:aws:iam::111122223333:root", "AIDARTX3GSDSQ7K2MPQZA"]
//	shown   "AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:user/dana"]
//
// and the bare id once dana is gone.

// bindTrust checks a trust policy and returns what to store.
func bindTrust(c *pipeline.Call, text string) (string, error) {
	p, err := policy.Parse(policy.Trust, text)
	if err != nil {
		return "", malformed(err)
	}
	if policy.SizeWithoutSpace(text) > iam.AssumeRolePolicySizeQuota {
		return "", quota("ACLSizePerRole", iam.AssumeRolePolicySizeQuota)
	}
	bound, err := p.RewritePrincipals(func(kind, value string) (string, error) {
		if kind != "AWS" {
			return value, nil
		}
		bound, err := bindPrincipal(c, value)
		return bound, absent(err, policy.InvalidPrincipal(kind, value))
	})
	return bound, malformed(err)
}

// bindPrincipal returns what stands for an AWS principal in a stored policy, or
// store.ErrNotFound when nobody is meant.
func bindPrincipal(c *pipeline.Call, value string) (string, error) {
	if arn.IsAccount(value) {
		return arn.Root(c.Partition, value).String(), nil
	}
	a, err := arn.Parse(value)
	switch {
	case err != nil && strings.HasPrefix(value, string(iam.UserPrefix)):
		_, err := c.Tx.UserByID(value)
		return value, err
	case err != nil && strings.HasPrefix(value, string(iam.RolePrefix)):
		_, err := c.Tx.RoleByID(value)
		return value, err
	case err != nil:
		return value, nil // "*"
	case a.Partition != c.Partition:
		return "", store.ErrNotFound
	case a.IsUser(), a.IsRole():
		return bindEntity(c, a, value)
	default:
		return value, nil // a root user, a session
	}
}

// bindEntity returns the unique id of a user or role. Those of accounts that
// are not of this installation cannot be looked up: their ARN stays.
func bindEntity(c *pipeline.Call, a arn.ARN, value string) (string, error) {
	if _, err := c.Tx.Account(a.Account); err != nil {
		if errors.Is(err, store.ErrNotFound) {
			return value, nil
		}
		return "", err
	}
	var id, exact string
	if a.IsUser() {
		u, err := c.Tx.User(a.Account, a.Name())
		if err != nil {
			return "", err
		}
		id, exact = u.ID, userARN(c, u)
	} else {
		r, err := c.Tx.Role(a.Account, a.Name())
		if err != nil {
			return "", err
		}
		id, exact = r.ID, roleARN(c, r)
	}
	if exact != value {
		return "", store.ErrNotFound // ARNs compare exactly
	}
	return id, nil
}

// showTrust returns a stored trust policy with the ARNs of today.
func showTrust(c *pipeline.Call, stored string) (string, error) {
	p, err := policy.Parse(policy.StoredTrust, stored)
	if err != nil {
		return stored, nil // a rule that came later; the author must still see the text
	}
	return p.RewritePrincipals(func(kind, value string) (string, error) {
		switch {
		case kind != "AWS":
			return value, nil
		case strings.HasPrefix(value, string(iam.UserPrefix)):
			u, err := c.Tx.UserByID(value)
			return orBareID(userARN(c, u), value, err)
		case strings.HasPrefix(value, string(iam.RolePrefix)):
			r, err := c.Tx.RoleByID(value)
			return orBareID(roleARN(c, r), value, err)
		}
		return value, nil
	})
}

func orBareID(arn, id string, err error) (string, error) {
	switch {
	case errors.Is(err, store.ErrNotFound):
		return id, nil
	case err != nil:
		return "", err
	}
	return arn, nil
}
