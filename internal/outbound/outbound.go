// Package outbound makes the tokens by which principals of an account prove who
// they are to other parties, and the documents by which those parties verify
// them: Daypass as an OpenID Connect issuer.
//
// Each account that switches this on has an issuer of its own, for good:
//
//	https://aws.example.com/oidc/3f0c…                                    iss of its tokens
//	https://aws.example.com/oidc/3f0c…/.well-known/openid-configuration   says where the keys are
//	https://aws.example.com/oidc/3f0c…/.well-known/jwks.json              the keys
//
// The first part is what the installation is known as outside. The keys are the
// installation's: an RSA and an elliptic one at a time, and those that come
// before and after. They are kept as the other keys are, wrapped under the
// master key, and read again when another process changes them.
package outbound

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/store"
)

// Failures of the switch.
var (
	ErrOn  = errors.New("outbound web identity is switched on")
	ErrOff = errors.New("outbound web identity is switched off")
)

// Config is what an [Issuer] works with.
type Config struct {
	DB    *store.DB
	Vault *keys.Vault
	Log   *slog.Logger // nil discards
}

// Issuer is the issuer of every account. It is safe for concurrent use.
type Issuer struct {
	db    *store.DB
	vault *keys.Vault
	log   *slog.Logger
	url   atomic.Pointer[string]
	ring  ring
	known sync.Map // ids of issuers that are there
}

// New returns the issuer of the installation whose database it is.
func New(cfg Config) *Issuer {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	i := &Issuer{db: cfg.DB, vault: cfg.Vault, log: cfg.Log}
	i.ring.stale.Store(true)
	i.SetURL("")
	cfg.DB.Subscribe(i.changed)
	return i
}

// SetURL says what the installation is known as outside: "https://host:port".
func (i *Issuer) SetURL(url string) { i.url.Store(&url) }

// changed forgets what a commit changed.
func (i *Issuer) changed(changes []store.Change) {
	for _, c := range changes {
		switch {
		case c.Kind == store.KeyRingChange && strings.HasPrefix(c.ID, purposePrefix):
			i.ring.stale.Store(true)
		case c.Kind == store.Everything: // such as a restore, after which an issuer may be gone
			i.ring.stale.Store(true)
			i.known.Clear()
		}
	}
}

// Settings of an account: the id of its issuer, which stays, and the switch.
const (
	idSetting     = "outbound-issuer"
	switchSetting = "outbound"
	on            = "on"
)

// issuerMeta names the account of an issuer's id.
func issuerMeta(id string) string { return "issuer/" + id }

// Enable switches the account on and returns its issuer. ErrOn says that it was.
func (i *Issuer) Enable(tx *store.Tx, account string) (issuer string, err error) {
	id, enabled, err := state(tx, account)
	switch {
	case err != nil:
		return "", err
	case enabled:
		return "", ErrOn
	case id == "":
		id = newUUID()
		if err := errors.Join(tx.SetAccountSetting(account, idSetting, id), tx.SetMeta(issuerMeta(id), account)); err != nil {
			return "", err
		}
	}
	return i.identifier(id), tx.SetAccountSetting(account, switchSetting, on)
}

// Disable switches the account off. Tokens that are out stay good: its documents
// are still served. ErrOff says that it was.
func (i *Issuer) Disable(tx *store.Tx, account string) error {
	if _, err := i.Of(tx, account); err != nil {
		return err
	}
	return tx.DeleteAccountSetting(account, switchSetting)
}

// Of returns the account's issuer, or ErrOff.
func (i *Issuer) Of(tx *store.Tx, account string) (issuer string, err error) {
	id, enabled, err := state(tx, account)
	switch {
	case err != nil:
		return "", err
	case !enabled:
		return "", ErrOff
	}
	return i.identifier(id), nil
}

// state returns the id of the account's issuer, "" while it never had one, and
// whether it is switched on.
func state(tx *store.Tx, account string) (id string, enabled bool, err error) {
	if id, err = tx.AccountSetting(account, idSetting); err != nil {
		return "", false, absent(err)
	}
	v, err := tx.AccountSetting(account, switchSetting)
	return id, v == on, absent(err)
}

func absent(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

const pathPrefix = "/oidc/"

func (i *Issuer) identifier(id string) string { return *i.url.Load() + pathPrefix + id }

// Owns reports whether a text is the identifier of one of the installation's own
// issuers, or would be.
func (i *Issuer) Owns(issuer string) bool {
	return strings.HasPrefix(issuer, *i.url.Load()+pathPrefix)
}

// exists reports whether there is an issuer of the id. Those that are there are
// remembered; whoever makes ids up costs a look at the database.
func (i *Issuer) exists(ctx context.Context, id string) (bool, error) {
	if _, ok := i.known.Load(id); ok {
		return true, nil
	}
	err := i.db.View(ctx, func(tx *store.Tx) error {
		_, err := tx.Meta(issuerMeta(id))
		return err
	})
	if err != nil {
		return false, absent(err)
	}
	i.known.Store(id, struct{}{})
	return true, nil
}

// newUUID returns a random (version 4) UUID.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
