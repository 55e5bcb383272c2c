package store

import (
	"encoding/json"
	"errors"

	"github.com/daypass/daypass/internal/iam"
)

const oidcColumns = "arn, account, url, created, clients, thumbprints, tags"

func scanOIDC(r scanner) (p iam.OIDCProvider, err error) {
	var created int64
	var clients, thumbprints, tags string
	if err = r.Scan(&p.ARN, &p.Account, &p.URL, &created, &clients, &thumbprints, &tags); err != nil {
		return p, err
	}
	p.Created = fromMillis(created)
	var bad error
	p.Tags, bad = decodeTags(tags)
	return p, errors.Join(bad, json.Unmarshal([]byte(clients), &p.Clients), json.Unmarshal([]byte(thumbprints), &p.Thumbprints))
}

func encodeTexts(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	text, err := json.Marshal(list)
	if err != nil {
		panic(err) // strings always marshal
	}
	return string(text)
}

// CreateOIDCProvider adds a provider; ErrExists if there is one with the ARN.
func (tx *Tx) CreateOIDCProvider(p iam.OIDCProvider) error {
	tx.touch(OIDCProviderChange, p.Account, p.ARN, p.URL)
	err := tx.insert("insert into oidc_provider ("+oidcColumns+") values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
		p.ARN, p.Account, p.URL, millis(p.Created), encodeTexts(p.Clients), encodeTexts(p.Thumbprints), encodeTags(p.Tags))
	return missing(err, "OpenID Connect provider", p.URL)
}

// OIDCProvider returns the provider with exactly this ARN.
func (tx *Tx) OIDCProvider(arn string) (iam.OIDCProvider, error) {
	p, err := one(tx, scanOIDC, "select "+oidcColumns+" from oidc_provider where arn = $1", arn)
	return p, missing(err, "OpenID Connect provider", arn)
}

// OIDCProviders returns the account's providers by ARN.
func (tx *Tx) OIDCProviders(account string) ([]iam.OIDCProvider, error) {
	return list(tx, scanOIDC, "select "+oidcColumns+" from oidc_provider where account = $1 order by arn", account)
}

// CountOIDCProviders returns how many providers the account has.
func (tx *Tx) CountOIDCProviders(account string) (int, error) {
	return tx.count("select count(*) from oidc_provider where account = $1", account)
}

// UpdateOIDCProvider stores the provider's client ids, thumbprints and tags.
func (tx *Tx) UpdateOIDCProvider(p iam.OIDCProvider) error {
	tx.touch(OIDCProviderChange, p.Account, p.ARN, p.URL)
	err := tx.must("update oidc_provider set clients = $2, thumbprints = $3, tags = $4 where arn = $1",
		p.ARN, encodeTexts(p.Clients), encodeTexts(p.Thumbprints), encodeTags(p.Tags))
	return missing(err, "OpenID Connect provider", p.URL)
}

// DeleteOIDCProvider removes the provider.
func (tx *Tx) DeleteOIDCProvider(p iam.OIDCProvider) error {
	tx.touch(OIDCProviderChange, p.Account, p.ARN, p.URL)
	return missing(tx.must("delete from oidc_provider where arn = $1", p.ARN), "OpenID Connect provider", p.URL)
}
