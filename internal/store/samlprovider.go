package store

import "github.com/daypass/daypass/internal/iam"

const samlColumns = "arn, account, name, uuid, created, valid_until, metadata, encryption, tags"

func scanSAML(r scanner) (p iam.SAMLProvider, err error) {
	var created, until int64
	var tags string
	if err = r.Scan(&p.ARN, &p.Account, &p.Name, &p.UUID, &created, &until, &p.Metadata, &p.Encryption, &tags); err != nil {
		return p, err
	}
	p.Created, p.ValidUntil = fromMillis(created), fromMillis(until)
	p.Tags, err = decodeTags(tags)
	return p, err
}

// CreateSAMLProvider adds a provider; ErrExists if the account has one of the
// name.
func (tx *Tx) CreateSAMLProvider(p iam.SAMLProvider) error {
	tx.touch(SAMLProviderChange, p.Account, p.ARN, p.Name)
	err := tx.insert(`insert into saml_provider (`+samlColumns+`, fold) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`,
		p.ARN, p.Account, p.Name, p.UUID, millis(p.Created), millis(p.ValidUntil), p.Metadata, p.Encryption, encodeTags(p.Tags), iam.Fold(p.Name))
	return missing(err, "SAML provider", p.Name)
}

// SAMLProvider returns the provider with exactly this ARN.
func (tx *Tx) SAMLProvider(arn string) (iam.SAMLProvider, error) {
	p, err := one(tx, scanSAML, "select "+samlColumns+" from saml_provider where arn = $1", arn)
	return p, missing(err, "SAML provider", arn)
}

// SAMLProviders returns the account's providers by name, without their metadata.
func (tx *Tx) SAMLProviders(account string) ([]iam.SAMLProvider, error) {
	return list(tx, scanSAML, "select arn, account, name, uuid, created, valid_until, '', encryption, tags from saml_provider where account = $1 order by fold", account)
}

// CountSAMLProviders returns how many providers the account has.
func (tx *Tx) CountSAMLProviders(account string) (int, error) {
	return tx.count("select count(*) from saml_provider where account = $1", account)
}

// UpdateSAMLProvider stores the provider's metadata, encryption mode and tags.
func (tx *Tx) UpdateSAMLProvider(p iam.SAMLProvider) error {
	tx.touch(SAMLProviderChange, p.Account, p.ARN, p.Name)
	err := tx.must("update saml_provider set metadata = $2, encryption = $3, tags = $4 where arn = $1", p.ARN, p.Metadata, p.Encryption, encodeTags(p.Tags))
	return missing(err, "SAML provider", p.Name)
}

// DeleteSAMLProvider removes the provider and its private keys.
func (tx *Tx) DeleteSAMLProvider(p iam.SAMLProvider) error {
	tx.touch(SAMLProviderChange, p.Account, p.ARN, p.Name)
	if _, err := tx.change("delete from saml_key where provider = $1", p.ARN); err != nil {
		return err
	}
	return missing(tx.must("delete from saml_provider where arn = $1", p.ARN), "SAML provider", p.Name)
}

const samlKeyColumns = "id, account, provider, created, sealed"

func scanSAMLKey(r scanner) (k iam.SAMLKey, err error) {
	var created int64
	err = r.Scan(&k.ID, &k.Account, &k.Provider, &created, &k.Sealed)
	k.Created = fromMillis(created)
	return k, err
}

// SAMLKeys returns the private keys for a provider, the newest first.
func (tx *Tx) SAMLKeys(provider string) ([]iam.SAMLKey, error) {
	return list(tx, scanSAMLKey, "select "+samlKeyColumns+" from saml_key where provider = $1 order by created desc, id", provider)
}

// AddSAMLKey adds a private key to a provider.
func (tx *Tx) AddSAMLKey(k iam.SAMLKey) error {
	tx.touch(SAMLProviderChange, k.Account, k.Provider, "")
	err := tx.insert("insert into saml_key ("+samlKeyColumns+") values ($1, $2, $3, $4, $5) on conflict do nothing",
		k.ID, k.Account, k.Provider, millis(k.Created), k.Sealed)
	return missing(err, "private key", k.ID)
}

// RemoveSAMLKey takes a private key from a provider.
func (tx *Tx) RemoveSAMLKey(k iam.SAMLKey) error {
	tx.touch(SAMLProviderChange, k.Account, k.Provider, "")
	return missing(tx.must("delete from saml_key where id = $1 and provider = $2", k.ID, k.Provider), "private key", k.ID)
}
