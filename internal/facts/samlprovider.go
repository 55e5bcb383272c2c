package facts

import (
	"context"
	"fmt"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/store"
)

// SAMLProvider is a SAML provider with its metadata read and its keys open.
type SAMLProvider struct {
	Account, Name, ARN, UUID string
	Metadata                 *saml.Metadata
	Keys                     []*saml.PrivateKey // the newest first
	Required                 bool               // assertions must be encrypted
}

// SAMLProvider returns the provider with exactly this ARN, or
// store.ErrNotFound.
func (c *Cache) SAMLProvider(ctx context.Context, providerARN string) (*SAMLProvider, error) {
	return load(ctx, c, c.saml, providerARN, func(tx *store.Tx) (*SAMLProvider, error) {
		p, err := tx.SAMLProvider(providerARN)
		if err != nil {
			return nil, err
		}
		m, err := saml.ParseMetadata([]byte(p.Metadata))
		if err != nil {
			return nil, fmt.Errorf("the metadata of %s: %w", providerARN, err)
		}
		out := &SAMLProvider{
			Account: p.Account, Name: p.Name, ARN: p.ARN, UUID: p.UUID, Metadata: m, Required: p.Encryption == iam.EncryptionRequired,
		}
		sealed, err := tx.SAMLKeys(providerARN)
		if err != nil {
			return nil, err
		}
		for _, k := range sealed {
			key, err := c.openSAMLKey(k)
			if err != nil {
				return nil, fmt.Errorf("unwrapping the private key %s: %w", k.ID, err)
			}
			out.Keys = append(out.Keys, key)
		}
		return out, nil
	})
}

func (c *Cache) openSAMLKey(k iam.SAMLKey) (*saml.PrivateKey, error) {
	der, err := c.vault.Open(k.Sealed, SAMLKeyContext(k.ID))
	if err != nil {
		return nil, err
	}
	return saml.UnmarshalPrivateKey(der)
}

// SAMLKeyContext is what a private key of a SAML provider is bound to at rest.
func SAMLKeyContext(keyID string) string { return "saml-key/" + keyID }
