package iamsvc

import (
	"errors"
	"net/http"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/store"
)

func (s *service) samlProviderActions() []pipeline.Handler {
	return []pipeline.Handler{
		createAhead("CreateSAMLProvider", asksCreateSAMLProvider, func(c *pipeline.Call, in *iamapi.CreateSAMLProviderInput) error {
			c.Found = checkMetadata(in.SAMLMetadataDocument)
			return nil
		}, s.createSAMLProvider),
		write("UpdateSAMLProvider", samlProviders, func(in *iamapi.UpdateSAMLProviderInput) string { return in.SAMLProviderArn }, s.updateSAMLProvider,
			more[iamapi.UpdateSAMLProviderInput, iam.SAMLProvider]{ahead: func(c *pipeline.Call, in *iamapi.UpdateSAMLProviderInput) error {
				c.Found = checkMetadata(in.SAMLMetadataDocument)
				return nil
			}}),
		read("GetSAMLProvider", samlProviders, func(in *iamapi.GetSAMLProviderInput) string { return in.SAMLProviderArn }, getSAMLProvider),
		write("DeleteSAMLProvider", samlProviders, func(in *iamapi.DeleteSAMLProviderInput) string { return in.SAMLProviderArn }, deleteSAMLProvider),
		onAccount("ListSAMLProviders", pipeline.ReadTx, listSAMLProviders),
		write("TagSAMLProvider", samlProviders, func(in *iamapi.TagSAMLProviderInput) string { return in.SAMLProviderArn },
			func(c *pipeline.Call, in *iamapi.TagSAMLProviderInput, p iam.SAMLProvider) (*query.NoResult, error) {
				return retag(exactTags, p.Tags, in.Tags, func(tags []iam.Tag) error { return saveSAMLTags(c, p, tags) })
			}, tagging[iam.SAMLProvider](func(in *iamapi.TagSAMLProviderInput) []iamapi.Tag { return in.Tags })),
		write("UntagSAMLProvider", samlProviders, func(in *iamapi.UntagSAMLProviderInput) string { return in.SAMLProviderArn },
			func(c *pipeline.Call, in *iamapi.UntagSAMLProviderInput, p iam.SAMLProvider) (*query.NoResult, error) {
				return new(query.NoResult), saveSAMLTags(c, p, exactTags.without(p.Tags, in.TagKeys))
			}, untagging[iam.SAMLProvider](func(in *iamapi.UntagSAMLProviderInput) []string { return in.TagKeys })),
		read("ListSAMLProviderTags", samlProviders, func(in *iamapi.ListSAMLProviderTagsInput) string { return in.SAMLProviderArn }, listSAMLProviderTags),
	}
}

// samlProviders are addressed by ARN.
var samlProviders = noun[iam.SAMLProvider]{
	missing: "Manifest not found for arn %s",
	check: func(_ *pipeline.Call, name string) error {
		if a, err := arn.Parse(name); err != nil || a.Service != "iam" || a.ResourceType() != "saml-provider" {
			return invalidInput("Invalid SAML provider ARN: %s", name)
		}
		return nil
	},
	load: func(c *pipeline.Call, name string) (iam.SAMLProvider, error) {
		p, err := c.Tx.SAMLProvider(name)
		if err == nil && p.Account != c.Account {
			return iam.SAMLProvider{}, store.ErrNotFound
		}
		return p, err
	},
	arn:   func(_ *pipeline.Call, p iam.SAMLProvider) string { return p.ARN },
	guess: func(_ *pipeline.Call, name string) string { return name },
	tags:  func(p iam.SAMLProvider) []iam.Tag { return p.Tags },
	text:  func(_ *pipeline.Call, name string) string { return name },
	owner: policies.owner,
}

func asksCreateSAMLProvider(c *pipeline.Call, in *iamapi.CreateSAMLProviderInput) creation {
	return creation{noun: "SAMLProvider", arn: arn.SAMLProvider(c.Partition, c.Account, in.Name).String(), tags: in.Tags}
}

// providerYears is how long a provider says that it is valid. Nothing happens
// when that is over.
const providerYears = 100

func (s *service) createSAMLProvider(c *pipeline.Call, in *iamapi.CreateSAMLProviderInput) (*iamapi.CreateSAMLProviderOutput, error) {
	tags, err := exactTags.merge(nil, in.Tags)
	if err != nil {
		return nil, err
	}
	if err, bad := c.Found.(error); bad {
		return nil, err
	}
	if in.AssertionEncryptionMode == iam.EncryptionRequired && in.AddPrivateKey == "" {
		return nil, errNoPrivateKey
	}
	switch n, err := c.Tx.CountSAMLProviders(c.Account); {
	case err != nil:
		return nil, err
	case n >= iam.SAMLProvidersQuota:
		return nil, quota("SAMLProvidersPerAccount", iam.SAMLProvidersQuota)
	}
	p := iam.SAMLProvider{
		ARN: arn.SAMLProvider(c.Partition, c.Account, in.Name).String(), Account: c.Account, Name: in.Name,
		UUID: iam.NewSAMLID(iam.SAMLProviderPrefix), Created: c.Now, ValidUntil: c.Now.AddDate(providerYears, 0, 0),
		Metadata: in.SAMLMetadataDocument, Encryption: in.AssertionEncryptionMode, Tags: tags,
	}
	if err := c.Tx.CreateSAMLProvider(p); err != nil {
		return nil, taken(err, alreadyExists("Provider with name %s already exists.", in.Name))
	}
	if in.AddPrivateKey != "" {
		if err := s.addSAMLKey(c, p, in.AddPrivateKey); err != nil {
			return nil, err
		}
	}
	return &iamapi.CreateSAMLProviderOutput{SAMLProviderArn: p.ARN, Tags: showTags(tags)}, nil
}

// errNoPrivateKey refuses the mode Required of a provider without a key.
var errNoPrivateKey = invalidInput("Unable to set assertion encryption mode to Required because no private key is provided.")

// checkMetadata refuses a document that no response could be checked by. It
// takes long for a long one, which the transaction must not wait for.
func checkMetadata(document string) error {
	if document == "" {
		return nil // of an update of something else
	}
	if _, err := saml.ParseMetadata([]byte(document)); err != nil {
		return &awserr.Error{Code: "InvalidInput", Status: http.StatusBadRequest, Message: "Could not parse metadata", Err: err}
	}
	return nil
}

// addSAMLKey seals a private key and adds it to the provider.
func (s *service) addSAMLKey(c *pipeline.Call, p iam.SAMLProvider, text string) error {
	key, err := saml.ParsePrivateKey(text)
	switch {
	case errors.Is(err, saml.ErrKeyEncrypted):
		return invalidInput("Invalid private key. The private key is encrypted.")
	case errors.Is(err, saml.ErrKeyFormat):
		return invalidInput("Invalid private key. The format of the private key is not recognized.")
	case err != nil:
		return &awserr.Error{Code: "InvalidInput", Status: http.StatusBadRequest, Message: "Invalid private key.", Err: err}
	}
	has, err := c.Tx.SAMLKeys(p.ARN)
	if err != nil {
		return err
	}
	if len(has) >= iam.SAMLKeysPerProviderQuota {
		return limitExceeded("Private key limit of %d is reached.", iam.SAMLKeysPerProviderQuota)
	}
	der, err := key.Marshal()
	if err != nil {
		return err
	}
	id := iam.NewSAMLID(iam.SAMLKeyPrefix)
	return c.Tx.AddSAMLKey(iam.SAMLKey{
		ID: id, Account: c.Account, Provider: p.ARN, Created: c.Now, Sealed: s.vault.Seal(der, facts.SAMLKeyContext(id)),
	})
}

// updateSAMLProvider changes what is given of metadata, mode and keys.
func (s *service) updateSAMLProvider(c *pipeline.Call, in *iamapi.UpdateSAMLProviderInput, p iam.SAMLProvider) (*iamapi.UpdateSAMLProviderOutput, error) {
	if in.SAMLMetadataDocument == "" && in.AssertionEncryptionMode == "" && in.AddPrivateKey == "" && in.RemovePrivateKey == "" {
		return nil, invalidInput("Unable to update identity provider. No updates are defined for metadata or encryption assertion.")
	}
	if in.AddPrivateKey != "" && in.RemovePrivateKey != "" {
		return nil, invalidInput("Unable to add and remove private keys in the same request. Set a value for only one of the two parameters.")
	}
	if in.SAMLMetadataDocument != "" {
		if err, bad := c.Found.(error); bad {
			return nil, err
		}
		p.Metadata = in.SAMLMetadataDocument
	}
	if in.AssertionEncryptionMode != "" {
		p.Encryption = in.AssertionEncryptionMode
	}
	if in.AddPrivateKey != "" {
		if err := s.addSAMLKey(c, p, in.AddPrivateKey); err != nil {
			return nil, err
		}
	}
	keys, err := c.Tx.SAMLKeys(p.ARN)
	if err != nil {
		return nil, err
	}
	if in.RemovePrivateKey != "" {
		if err := removeSAMLKey(c, p, keys, in.RemovePrivateKey); err != nil {
			return nil, err
		}
	} else if p.Encryption == iam.EncryptionRequired && len(keys) == 0 {
		return nil, errNoPrivateKey
	}
	return &iamapi.UpdateSAMLProviderOutput{SAMLProviderArn: p.ARN}, c.Tx.UpdateSAMLProvider(p)
}

// removeSAMLKey takes a key from the provider, unless assertions must be
// encrypted and no other key opens them.
func removeSAMLKey(c *pipeline.Call, p iam.SAMLProvider, keys []iam.SAMLKey, id string) error {
	for _, k := range keys {
		if k.ID != id {
			continue
		}
		if p.Encryption == iam.EncryptionRequired && len(keys) == 1 {
			return invalidInput("Failed to remove private key.")
		}
		return c.Tx.RemoveSAMLKey(k)
	}
	return invalidInput("Failed to remove private key because the Key ID does not match a private key.")
}

func getSAMLProvider(c *pipeline.Call, _ *iamapi.GetSAMLProviderInput, p iam.SAMLProvider) (*iamapi.GetSAMLProviderOutput, error) {
	keys, err := c.Tx.SAMLKeys(p.ARN)
	mode := p.Encryption
	if mode == "" {
		mode = iam.EncryptionAllowed
	}
	return &iamapi.GetSAMLProviderOutput{
		SAMLProviderUUID: p.UUID, SAMLMetadataDocument: p.Metadata, CreateDate: p.Created, ValidUntil: p.ValidUntil,
		Tags: convert(p.Tags, showTag), AssertionEncryptionMode: mode,
		PrivateKeyList: convert(keys, func(k iam.SAMLKey) iamapi.SAMLPrivateKey {
			return iamapi.SAMLPrivateKey{KeyId: k.ID, Timestamp: k.Created}
		}),
	}, err
}

func listSAMLProviders(c *pipeline.Call, _ *iamapi.ListSAMLProvidersInput) (*iamapi.ListSAMLProvidersOutput, error) {
	all, err := c.Tx.SAMLProviders(c.Account)
	return &iamapi.ListSAMLProvidersOutput{SAMLProviderList: convert(all, func(p iam.SAMLProvider) iamapi.SAMLProviderListEntry {
		return iamapi.SAMLProviderListEntry{Arn: p.ARN, ValidUntil: p.ValidUntil, CreateDate: p.Created}
	})}, err
}

func deleteSAMLProvider(c *pipeline.Call, _ *iamapi.DeleteSAMLProviderInput, p iam.SAMLProvider) (*query.NoResult, error) {
	return new(query.NoResult), c.Tx.DeleteSAMLProvider(p)
}

func saveSAMLTags(c *pipeline.Call, p iam.SAMLProvider, tags []iam.Tag) error {
	p.Tags = tags
	return c.Tx.UpdateSAMLProvider(p)
}

func listSAMLProviderTags(c *pipeline.Call, in *iamapi.ListSAMLProviderTagsInput, p iam.SAMLProvider) (out *iamapi.ListSAMLProviderTagsOutput, err error) {
	out = new(iamapi.ListSAMLProviderTagsOutput)
	out.Tags, out.IsTruncated, out.Marker, err = listTags(c, byKey, p.Tags, in.Marker, in.MaxItems)
	return out, err
}
