package facts

import (
	"context"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

// OIDCProvider returns the account's OpenID Connect provider with exactly this
// URL, which is without scheme, or store.ErrNotFound.
func (c *Cache) OIDCProvider(ctx context.Context, account, url string) (*iam.OIDCProvider, error) {
	return load(ctx, c, c.oidc, arn.OIDCProvider(c.partition, account, url).String(), func(tx *store.Tx) (*iam.OIDCProvider, error) {
		p, err := tx.OIDCProvider(arn.OIDCProvider(c.partition, account, url).String())
		if err != nil {
			return nil, err
		}
		return &p, nil
	})
}
