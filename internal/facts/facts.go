// Package facts answers, from memory, the questions that every request asks:
// whose access key is this, and which policies hold for that principal. It
// keeps what the store says in compiled form (secrets unwrapped, policies
// parsed), bounded, and drops exactly what a commit changes, before the commit
// is answered.
//
// Each entry is one row's worth: a key, a user, a role, a group, a managed
// policy. What a user may do is put together from them at use, so a change of
// a group or policy needs no list of who depends on it.
//
// Other processes change the database too, and their changes are read from its
// log. When that fails for some seconds, memory is not believed any more: each
// question ends with an error with [store.ErrUnavailable] until it succeeds.
//
// A document that cannot be read any more (which takes a damaged database)
// denies everything, since a policy that is left out might have been a Deny.
package facts

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

// Key is a long-term access key.
type Key struct {
	ID      string
	Account string
	UserID  string // "" is the root user
	Active  bool
	Secret  secret.String
}

// Principal is a user or a role with what belongs to it alone.
type Principal struct {
	Account, ID, Name, ARN string
	Tags                   []iam.Tag
	Boundary               string         // ARN; "" without
	Groups                 []string       // unique ids; users only
	MaxSession             int32          // seconds; roles only
	Trust                  *policy.Policy // roles only; nil when it cannot be read

	own      []policy.Attached // inline policies
	attached []string          // ARNs of managed policies
}

// group is a group with its policies.
type group struct {
	id       string
	own      []policy.Attached
	attached []string
}

// Config is what a [Cache] reads from.
type Config struct {
	DB    *store.DB
	Vault *keys.Vault
	Log   *slog.Logger // nil discards

	// Partition is that of the ARNs of users and roles: "aws".
	Partition string
	Size      int // entries of each kind; 0 is 100,000
}

// Cache holds the facts. It is safe for concurrent use.
type Cache struct {
	partition string

	db       *store.DB
	vault    *keys.Vault
	log      *slog.Logger
	keys     *entries[*Key]
	users    *entries[*Principal]
	roles    *entries[*Principal]
	roleIDs  *entries[string] // account/folded name → unique id
	groups   *entries[*group]
	policies *entries[policy.Attached]   // by ARN
	oidc     *entries[*iam.OIDCProvider] // by ARN
	texts    *entries[SessionPolicy]     // by text
	saml     *entries[*SAMLProvider]     // by ARN
	aliases  *entries[string]            // by account

	hits, misses atomic.Int64
}

// Lookups returns how many facts were found in memory and how many were read
// from the store.
func (c *Cache) Lookups() (hits, misses int64) { return c.hits.Load(), c.misses.Load() }

// New returns a Cache that follows the changes of cfg.DB.
func New(cfg Config) *Cache {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	size := cfg.Size
	if size == 0 {
		size = 100_000
	}
	c := &Cache{
		partition: cfg.Partition,
		db:        cfg.DB, vault: cfg.Vault, log: cfg.Log,
		keys:  newEntries[*Key](size),
		users: newEntries[*Principal](size), roles: newEntries[*Principal](size), roleIDs: newEntries[string](size),
		groups: newEntries[*group](size), policies: newEntries[policy.Attached](size),
		oidc:  newEntries[*iam.OIDCProvider](size),
		texts: newEntries[SessionPolicy](1000),
		saml:  newEntries[*SAMLProvider](min(size, 10_000)), aliases: newEntries[string](size),
	}
	cfg.DB.Subscribe(c.forget)
	return c
}

// Fresh returns nil while what is in memory may be believed; see
// [store.DB.Fresh].
func (c *Cache) Fresh() error { return c.db.Fresh() }

// forget drops what a commit changed.
func (c *Cache) forget(changes []store.Change) {
	for _, ch := range changes {
		switch ch.Kind {
		case store.AccessKeyChange:
			c.keys.drop(ch.ID)
		case store.UserChange:
			c.users.drop(ch.ID)
		case store.RoleChange:
			c.roles.drop(ch.ID)
			c.roleIDs.drop(roleKey(ch.Account, ch.Name))
		case store.GroupChange:
			c.groups.drop(ch.ID)
		case store.PolicyChange:
			c.policies.drop(ch.ID)
		case store.OIDCProviderChange:
			c.oidc.drop(ch.ID)
		case store.SAMLProviderChange:
			c.saml.drop(ch.ID)
		case store.AccountChange:
			c.aliases.drop(ch.ID)
		case store.Everything:
			c.keys.clear()
			c.users.clear()
			c.roles.clear()
			c.roleIDs.clear()
			c.groups.clear()
			c.policies.clear()
			c.oidc.clear()
			c.saml.clear()
			c.aliases.clear()
		}
	}
}

func roleKey(account, name string) string { return account + "/" + iam.Fold(name) }

// ErrDeleted is store.ErrNotFound for an access key that there was once.
var ErrDeleted = fmt.Errorf("deleted access key: %w", store.ErrNotFound)

// Key returns the access key with the id, or store.ErrNotFound, or ErrDeleted,
// which is the former too.
func (c *Cache) Key(ctx context.Context, id string) (*Key, error) {
	return load(ctx, c, c.keys, id, func(tx *store.Tx) (*Key, error) {
		k, err := tx.AccessKey(id)
		if errors.Is(err, store.ErrNotFound) {
			if deleted, e := tx.AccessKeyDeleted(id); deleted || e != nil {
				return nil, errors.Join(e, ErrDeleted)
			}
		}
		if err != nil {
			return nil, err
		}
		plain, err := c.vault.Open(k.Sealed, SecretContext(id))
		if err != nil {
			return nil, fmt.Errorf("unwrapping the secret of %s: %w", id, err)
		}
		return &Key{ID: k.ID, Account: k.Account, UserID: k.UserID, Active: k.Status == iam.Active, Secret: secret.New(string(plain))}, nil
	})
}

// Alias returns the alias of the account, "" when it has none, or
// store.ErrNotFound when there is no such account.
func (c *Cache) Alias(ctx context.Context, account string) (string, error) {
	return load(ctx, c, c.aliases, account, func(tx *store.Tx) (string, error) {
		a, err := tx.Account(account)
		return a.Alias, err
	})
}

// SecretContext is what the secret of an access key is bound to at rest.
func SecretContext(accessKeyID string) string { return "access-key/" + accessKeyID }

// SeedContext is what the seed of an MFA device is bound to at rest.
func SeedContext(serial string) string { return "mfa-device/" + serial }

// User returns the user with the unique id, or store.ErrNotFound.
func (c *Cache) User(ctx context.Context, id string) (*Principal, error) {
	return load(ctx, c, c.users, id, func(tx *store.Tx) (*Principal, error) {
		u, err := tx.UserByID(id)
		if err != nil {
			return nil, err
		}
		p := &Principal{
			Account: u.Account, ID: u.ID, Name: u.Name, Tags: u.Tags, Boundary: u.Boundary,
			ARN: arn.User(c.partition, u.Account, u.Path, u.Name).String(),
		}
		groups, err := tx.GroupsOf(id)
		if err != nil {
			return nil, err
		}
		for _, g := range groups {
			p.Groups = append(p.Groups, g.ID)
		}
		p.own, p.attached, err = c.policiesOf(tx, id)
		return p, err
	})
}

// Role returns the role with the unique id, or store.ErrNotFound.
func (c *Cache) Role(ctx context.Context, id string) (*Principal, error) {
	return load(ctx, c, c.roles, id, func(tx *store.Tx) (*Principal, error) {
		r, err := tx.RoleByID(id)
		if err != nil {
			return nil, err
		}
		p := &Principal{
			Account: r.Account, ID: r.ID, Name: r.Name, Tags: r.Tags, Boundary: r.Boundary,
			ARN:        arn.Role(c.partition, r.Account, r.Path, r.Name).String(),
			MaxSession: int32(r.MaxSession.Seconds()),
			Trust:      c.parse(policy.StoredTrust, r.Trust, "trust policy of "+r.ID),
		}
		p.own, p.attached, err = c.policiesOf(tx, id)
		return p, err
	})
}

// RoleNamed returns the role of an account by its name, letter case ignored, or
// store.ErrNotFound.
func (c *Cache) RoleNamed(ctx context.Context, account, name string) (*Principal, error) {
	id, err := load(ctx, c, c.roleIDs, roleKey(account, name), func(tx *store.Tx) (string, error) {
		r, err := tx.Role(account, name)
		return r.ID, err
	})
	if err != nil {
		return nil, err
	}
	return c.Role(ctx, id)
}

// policiesOf returns the inline policies of an owner, parsed, and the ARNs of
// what is attached to it.
func (c *Cache) policiesOf(tx *store.Tx, owner string) (own []policy.Attached, attached []string, err error) {
	inline, err := tx.InlinePolicies(owner)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range inline {
		own = append(own, policy.Attached{
			Policy: c.parse(policy.Inline, p.Document, "inline policy "+p.Name+" of "+owner),
			ID:     p.Name, OwnerID: owner,
		})
	}
	managed, err := tx.AttachedPolicies(owner)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range managed {
		attached = append(attached, a.ARN)
	}
	return own, attached, nil
}

func (c *Cache) group(ctx context.Context, id string) (*group, error) {
	return load(ctx, c, c.groups, id, func(tx *store.Tx) (*group, error) {
		g := &group{id: id}
		var err error
		g.own, g.attached, err = c.policiesOf(tx, id)
		return g, err
	})
}

// Policy returns the version in force of the managed policy with the ARN, or
// store.ErrNotFound.
func (c *Cache) Policy(ctx context.Context, policyARN string) (policy.Attached, error) {
	return load(ctx, c, c.policies, policyARN, func(tx *store.Tx) (policy.Attached, error) {
		document, err := tx.PolicyDefaultDocument(policyARN)
		if err != nil {
			return policy.Attached{}, err
		}
		a, err := arn.Parse(policyARN)
		if err != nil {
			return policy.Attached{}, err
		}
		return policy.Attached{
			Policy: c.parse(policy.Managed, document, policyARN),
			ID:     a.Name(), ARN: policyARN,
		}, nil
	})
}

// SessionPolicy is an inline session policy.
type SessionPolicy struct {
	Policy  *policy.Policy
	Compact string // its text without the space between tokens, as a token carries it
}

// SessionPolicy returns the inline session policy of a text. An error is a
// *policy.Error.
func (c *Cache) SessionPolicy(text string) (SessionPolicy, error) {
	if p, ok := c.texts.get(text); ok {
		return p, nil
	}
	parsed, err := policy.Parse(policy.Session, text)
	if err != nil {
		return SessionPolicy{}, err
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, []byte(text)); err != nil {
		return SessionPolicy{}, fmt.Errorf("a session policy that parses is no JSON: %w", err)
	}
	p := SessionPolicy{Policy: parsed, Compact: compact.String()}
	c.texts.put(text, p)
	return p, nil
}

// parse compiles a stored document; nil, which denies, when it is not one.
func (c *Cache) parse(kind policy.Kind, text, what string) *policy.Policy {
	p, err := policy.Parse(kind, text)
	if err != nil {
		c.log.Error("a stored policy cannot be read and denies everything", "policy", what, "err", err)
		return nil
	}
	return p
}

// Identity returns the identity policies of p: its own, those attached, and
// those of its groups. A policy or group that was deleted meanwhile is left out.
// The list is shared: it is not to be changed.
func (c *Cache) Identity(ctx context.Context, p *Principal) ([]policy.Attached, error) {
	if len(p.attached) == 0 && len(p.Groups) == 0 {
		return p.own, nil
	}
	all := make([]policy.Attached, 0, len(p.own)+len(p.attached)+4*len(p.Groups))
	all = append(all, p.own...)
	all, err := c.appendAttached(ctx, all, p.attached, p.ID)
	for _, id := range p.Groups {
		if err != nil {
			break
		}
		var g *group
		if g, err = c.group(ctx, id); err == nil {
			all, err = c.appendAttached(ctx, append(all, g.own...), g.attached, id)
		}
	}
	return all, err
}

func (c *Cache) appendAttached(ctx context.Context, all []policy.Attached, arns []string, owner string) ([]policy.Attached, error) {
	for _, policyARN := range arns {
		a, err := c.Policy(ctx, policyARN)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		a.OwnerID = owner
		all = append(all, a)
	}
	return all, nil
}
