package authn

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
	"github.com/daypass/daypass/sigv4"
)

// Authenticator verifies signed requests. Its fields are set once; it is safe
// for concurrent use.
type Authenticator struct {
	Facts     *facts.Cache
	Ring      *keys.Ring
	Partition string

	// Reload is called when a token names a key that the ring does not hold,
	// which another replica may have added; it reports whether the ring has
	// changed. Nil: never.
	Reload func(context.Context) bool

	derived sigv4.KeyCache
}

// The refusals, with the period or without as the real service has them
// (reference 2.3). Which check refused is in the cause, for the operator.
func invalidToken(cause error) error {
	return &awserr.Error{
		Code: "InvalidClientTokenId", Status: http.StatusForbidden,
		Message: "The security token included in the request is invalid", Err: cause,
	}
}

func invalidKey(cause error) error {
	return &awserr.Error{
		Code: "InvalidClientTokenId", Status: http.StatusForbidden,
		Message: "The security token included in the request is invalid.", Err: cause,
	}
}

func deletedKey(cause error) error {
	return &awserr.Error{
		Code: "InvalidClientTokenId", Status: http.StatusForbidden,
		Message: "The AWS access key provided does not exist in our records.", Err: cause,
	}
}

func expired(cause error) error {
	return &awserr.Error{
		Code: "ExpiredToken", Status: http.StatusForbidden,
		Message: "The security token included in the request is expired", Err: cause,
	}
}

// Authenticate returns who signed r, whose body has the given SHA-256.
// Refusals are *sigv4.Error and *awserr.Error.
func (a *Authenticator) Authenticate(ctx context.Context, r *http.Request, bodyHash [32]byte, scope sigv4.Scope, now time.Time) (*Caller, error) {
	sig, err := sigv4.Parse(r)
	if err != nil {
		return nil, err
	}
	if err := sig.Check(now, scope); err != nil {
		return nil, err
	}
	if err := a.Facts.Fresh(); err != nil {
		return nil, err // it is not to be known whether the key, or a token's, still holds
	}
	caller, secretKey, err := a.identify(ctx, sig, now)
	if err != nil {
		return nil, err
	}
	key := a.derived.Key(sig.AccessKeyID, secretKey.Reveal(), sig.ScopeDate, sig.Region, sig.Service)
	if err := sig.Verify(r, key, bodyHash); err != nil {
		return nil, err
	}
	return caller, nil
}

// Claimed reports whether r claims to be signed, now and for the scope, with
// credentials that are somebody's. It proves nothing: the signature is not looked
// at, for want of the body.
func (a *Authenticator) Claimed(ctx context.Context, r *http.Request, scope sigv4.Scope, now time.Time) bool {
	sig, err := sigv4.Parse(r)
	if err != nil || sig.Check(now, scope) != nil || a.Facts.Fresh() != nil {
		return false
	}
	_, _, err = a.identify(ctx, sig, now)
	return err == nil
}

// identify returns the caller that the signature claims to be, with the secret
// that the signature has to prove.
func (a *Authenticator) identify(ctx context.Context, sig *sigv4.Signature, now time.Time) (*Caller, secret.String, error) {
	if sig.Token != "" {
		return a.fromToken(ctx, sig, now)
	}
	return a.fromKey(ctx, sig.AccessKeyID)
}

func (a *Authenticator) fromKey(ctx context.Context, id string) (*Caller, secret.String, error) {
	key, err := a.Facts.Key(ctx, id)
	switch {
	case errors.Is(err, facts.ErrDeleted):
		return nil, secret.String{}, deletedKey(fmt.Errorf("deleted access key %s", id))
	case errors.Is(err, store.ErrNotFound):
		return nil, secret.String{}, invalidKey(fmt.Errorf("unknown access key %s", id))
	case err != nil:
		return nil, secret.String{}, err
	case !key.Active:
		return nil, secret.String{}, invalidKey(fmt.Errorf("inactive access key %s", id))
	}
	caller := &Caller{Account: key.Account, AccessKeyID: id}
	if key.UserID == "" {
		caller.Principal = rootPrincipal(a.Partition, key.Account)
		if caller.Alias, err = a.Facts.Alias(ctx, key.Account); err != nil {
			return nil, secret.String{}, gone(err, invalidKey)
		}
		return caller, key.Secret, nil
	}
	if caller.Entity, err = a.Facts.User(ctx, key.UserID); err != nil {
		return nil, secret.String{}, gone(err, invalidKey)
	}
	caller.Principal = userPrincipal(caller.Entity)
	return caller, key.Secret, nil
}

// gone makes a missing user or role the refusal of its credentials.
func gone(err error, refuse func(error) error) error {
	if errors.Is(err, store.ErrNotFound) {
		return refuse(err)
	}
	return err
}

func (a *Authenticator) fromToken(ctx context.Context, sig *sigv4.Signature, now time.Time) (*Caller, secret.String, error) {
	s, err := session.Open(a.Ring, sig.Token, sig.AccessKeyID, now)
	if errors.Is(err, keys.ErrUnknownKey) && a.Reload != nil && a.Reload(ctx) {
		s, err = session.Open(a.Ring, sig.Token, sig.AccessKeyID, now)
	}
	switch {
	case errors.Is(err, session.ErrExpired):
		return nil, secret.String{}, expired(err)
	case err != nil:
		return nil, secret.String{}, invalidToken(err)
	}
	caller := &Caller{Account: s.Account, AccessKeyID: s.AccessKeyID, Session: s}
	if err := a.resolve(ctx, caller); err != nil {
		return nil, secret.String{}, gone(err, invalidKey)
	}
	return caller, s.Secret, nil
}

// resolve finds who stands behind the caller's session today. The error wraps
// store.ErrNotFound when nobody does any more.
func (a *Authenticator) resolve(ctx context.Context, c *Caller) (err error) {
	s := c.Session
	switch {
	case s.Kind == session.Role:
		if c.Entity, err = a.Facts.Role(ctx, s.EntityID); err != nil {
			return err
		}
		c.Principal = policy.Principal{
			Type: policy.RoleSession, Account: s.Account, EntityID: s.EntityID, EntityARN: c.Entity.ARN,
			ARN: arn.AssumedRole(a.Partition, s.Account, c.Entity.Name, s.Name).String(),
		}
		return nil
	case s.EntityID == "":
		c.Principal = rootPrincipal(a.Partition, s.Account)
		if c.Alias, err = a.Facts.Alias(ctx, s.Account); err != nil {
			return err
		}
	default:
		if c.Entity, err = a.Facts.User(ctx, s.EntityID); err != nil {
			return err
		}
		c.Principal = userPrincipal(c.Entity)
	}
	if s.Kind == session.Federated {
		c.Principal = policy.Principal{
			Type: policy.FederatedUser, Account: s.Account, EntityID: s.EntityID, EntityARN: c.Principal.ARN,
			ARN: arn.FederatedUser(a.Partition, s.Account, s.Name).String(),
		}
	}
	return nil
}
