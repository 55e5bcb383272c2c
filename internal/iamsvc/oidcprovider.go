package iamsvc

import (
	"encoding/hex"
	"slices"
	"strings"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/oidc"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
)

func (s *service) oidcProviderActions() []pipeline.Handler {
	return []pipeline.Handler{
		createAhead("CreateOpenIDConnectProvider", asksCreateOIDCProvider, s.findThumbprint, createOIDCProvider),
		read("GetOpenIDConnectProvider", oidcProviders, func(in *iamapi.GetOpenIDConnectProviderInput) string { return in.OpenIDConnectProviderArn }, getOIDCProvider),
		onAccount("ListOpenIDConnectProviders", pipeline.ReadTx, listOIDCProviders),
		write("DeleteOpenIDConnectProvider", oidcProviders, func(in *iamapi.DeleteOpenIDConnectProviderInput) string { return in.OpenIDConnectProviderArn },
			deleteOIDCProvider, more[iamapi.DeleteOpenIDConnectProviderInput, iam.OIDCProvider]{gone: goneOIDCProvider}),
		write("AddClientIDToOpenIDConnectProvider", oidcProviders,
			func(in *iamapi.AddClientIDToOpenIDConnectProviderInput) string { return in.OpenIDConnectProviderArn }, addClientID),
		write("RemoveClientIDFromOpenIDConnectProvider", oidcProviders,
			func(in *iamapi.RemoveClientIDFromOpenIDConnectProviderInput) string {
				return in.OpenIDConnectProviderArn
			}, removeClientID),
		write("UpdateOpenIDConnectProviderThumbprint", oidcProviders,
			func(in *iamapi.UpdateOpenIDConnectProviderThumbprintInput) string { return in.OpenIDConnectProviderArn }, updateThumbprint),
		write("TagOpenIDConnectProvider", oidcProviders, func(in *iamapi.TagOpenIDConnectProviderInput) string { return in.OpenIDConnectProviderArn },
			func(c *pipeline.Call, in *iamapi.TagOpenIDConnectProviderInput, p iam.OIDCProvider) (*query.NoResult, error) {
				return retag(exactTags, p.Tags, in.Tags, func(tags []iam.Tag) error { return saveOIDCTags(c, p, tags) })
			}, tagging[iam.OIDCProvider](func(in *iamapi.TagOpenIDConnectProviderInput) []iamapi.Tag { return in.Tags })),
		write("UntagOpenIDConnectProvider", oidcProviders, func(in *iamapi.UntagOpenIDConnectProviderInput) string { return in.OpenIDConnectProviderArn },
			func(c *pipeline.Call, in *iamapi.UntagOpenIDConnectProviderInput, p iam.OIDCProvider) (*query.NoResult, error) {
				return new(query.NoResult), saveOIDCTags(c, p, exactTags.without(p.Tags, in.TagKeys))
			}, untagging[iam.OIDCProvider](func(in *iamapi.UntagOpenIDConnectProviderInput) []string { return in.TagKeys })),
		read("ListOpenIDConnectProviderTags", oidcProviders,
			func(in *iamapi.ListOpenIDConnectProviderTagsInput) string { return in.OpenIDConnectProviderArn }, listOIDCTags),
	}
}

// oidcProviders are OpenID Connect providers, addressed by ARN.
var oidcProviders = noun[iam.OIDCProvider]{
	word:    "OpenIDConnect provider",
	missing: "OpenIDConnect Provider not found for arn %s",
	check: func(_ *pipeline.Call, text string) error {
		a, err := arn.Parse(text)
		if err != nil {
			return awserr.Validation("ARN %s is not valid.", text)
		}
		if a.Service != "iam" || a.ResourceType() != "oidc-provider" {
			return invalidInput("ARN %s is not valid.", text)
		}
		return nil
	},
	load: func(c *pipeline.Call, text string) (iam.OIDCProvider, error) {
		p, err := c.Tx.OIDCProvider(text)
		if err == nil && p.Account != c.Account {
			return iam.OIDCProvider{}, store.ErrNotFound
		}
		return p, err
	},
	arn:   func(_ *pipeline.Call, p iam.OIDCProvider) string { return p.ARN },
	guess: func(_ *pipeline.Call, text string) string { return text },
	tags:  func(p iam.OIDCProvider) []iam.Tag { return p.Tags },
	text:  func(_ *pipeline.Call, text string) string { return text },
	owner: policies.owner,
}

// asksCreateOIDCProvider asks for the ARN that the URL makes, whether or not it
// is a URL: refusals of the URL come after the permission.
func asksCreateOIDCProvider(c *pipeline.Call, in *iamapi.CreateOpenIDConnectProviderInput) creation {
	issuer, err := oidc.ParseIssuer(in.Url)
	if err != nil {
		issuer = "*"
	}
	return creation{noun: "OpenIDConnectProvider", arn: arn.OIDCProvider(c.Partition, c.Account, issuer).String(), tags: in.Tags}
}

// findThumbprint asks the issuer for its thumbprint when none is given. There is
// none to be found of an issuer that cannot be reached, or that the authorities
// that are trusted anyway do not vouch for.
func (s *service) findThumbprint(c *pipeline.Call, in *iamapi.CreateOpenIDConnectProviderInput) error {
	issuer, err := oidc.ParseIssuer(in.Url)
	if err != nil || len(in.ThumbprintList) > 0 || s.thumbprint == nil {
		return nil // a URL that is none is refused in its turn
	}
	if found, err := s.thumbprint(c.Ctx, issuer, c.Now); err == nil {
		c.Found = []string{found}
	}
	return nil
}

func createOIDCProvider(c *pipeline.Call, in *iamapi.CreateOpenIDConnectProviderInput) (*iamapi.CreateOpenIDConnectProviderOutput, error) {
	issuer, err := oidc.ParseIssuer(in.Url)
	if err != nil {
		return nil, &awserr.Error{Code: "ValidationError", Message: "Invalid Open ID Connect Provider URL", Err: err}
	}
	if err := checkThumbprints(in.ThumbprintList); err != nil {
		return nil, err
	}
	p := iam.OIDCProvider{
		ARN: arn.OIDCProvider(c.Partition, c.Account, issuer).String(), Account: c.Account, URL: issuer, Created: c.Now,
		Thumbprints: in.ThumbprintList,
	}
	if found, ok := c.Found.([]string); ok {
		p.Thumbprints = found
	}
	for _, id := range in.ClientIDList {
		if !slices.Contains(p.Clients, id) {
			p.Clients = append(p.Clients, id)
		}
	}
	if len(p.Clients) > iam.ClientIDsPerOIDCProviderQuota {
		return nil, quota("ClientIdsPerOpenIdConnectProvider", iam.ClientIDsPerOIDCProviderQuota)
	}
	if p.Tags, err = exactTags.merge(nil, in.Tags); err != nil {
		return nil, err
	}
	n, err := c.Tx.CountOIDCProviders(c.Account)
	if err != nil {
		return nil, err
	}
	if _, err := c.Tx.OIDCProvider(p.ARN); n >= iam.OIDCProvidersQuota && err != nil {
		return nil, absent(err, quota("OpenIdConnectProvidersPerAccount", iam.OIDCProvidersQuota))
	}
	if err := c.Tx.CreateOIDCProvider(p); err != nil {
		return nil, taken(err, alreadyExists("Provider with url %s already exists.", in.Url))
	}
	return &iamapi.CreateOpenIDConnectProviderOutput{OpenIDConnectProviderArn: p.ARN, Tags: showTags(p.Tags)}, nil
}

func checkThumbprints(list []string) error {
	if len(list) > iam.ThumbprintsPerOIDCProviderQuota {
		return invalidInput("Thumbprint list must contain fewer than %d entries.", iam.ThumbprintsPerOIDCProviderQuota)
	}
	for _, t := range list {
		if b, err := hex.DecodeString(t); err != nil || len(b) != 20 {
			return invalidInput("Thumbprint must be 40 hexadecimal characters.")
		}
	}
	return nil
}

func getOIDCProvider(_ *pipeline.Call, _ *iamapi.GetOpenIDConnectProviderInput, p iam.OIDCProvider) (*iamapi.GetOpenIDConnectProviderOutput, error) {
	return &iamapi.GetOpenIDConnectProviderOutput{
		Url: shownURL(p.URL), ClientIDList: p.Clients, ThumbprintList: p.Thumbprints, CreateDate: p.Created, Tags: convert(p.Tags, showTag),
	}, nil
}

// shownURL is the URL as GetOpenIDConnectProvider shows it: without scheme, but
// with it when there is a port. Terraform cannot compare "host:8443/path", which
// parses as no URL, and would make the provider anew each time.
func shownURL(issuer string) string {
	if host, _, _ := strings.Cut(issuer, "/"); strings.Contains(host, ":") {
		return oidc.Scheme + issuer
	}
	return issuer
}

func listOIDCProviders(c *pipeline.Call, _ *iamapi.ListOpenIDConnectProvidersInput) (*iamapi.ListOpenIDConnectProvidersOutput, error) {
	all, err := c.Tx.OIDCProviders(c.Account)
	return &iamapi.ListOpenIDConnectProvidersOutput{
		OpenIDConnectProviderList: convert(all, func(p iam.OIDCProvider) iamapi.OpenIDConnectProviderListEntry {
			return iamapi.OpenIDConnectProviderListEntry{Arn: p.ARN}
		}),
	}, err
}

// goneOIDCProvider words the absence as the deletion does (recorded, answers 4).
func goneOIDCProvider(_ *pipeline.Call, in *iamapi.DeleteOpenIDConnectProviderInput) error {
	return noSuchEntity("OpenId connect Provider %s cannot be found.", in.OpenIDConnectProviderArn)
}

func deleteOIDCProvider(c *pipeline.Call, _ *iamapi.DeleteOpenIDConnectProviderInput, p iam.OIDCProvider) (*query.NoResult, error) {
	return new(query.NoResult), c.Tx.DeleteOIDCProvider(p)
}

// addClientID adds a client id; one that is there already is no error.
func addClientID(c *pipeline.Call, in *iamapi.AddClientIDToOpenIDConnectProviderInput, p iam.OIDCProvider) (*query.NoResult, error) {
	if slices.Contains(p.Clients, in.ClientID) {
		return new(query.NoResult), nil
	}
	if len(p.Clients) >= iam.ClientIDsPerOIDCProviderQuota {
		return nil, quota("ClientIdsPerOpenIdConnectProvider", iam.ClientIDsPerOIDCProviderQuota)
	}
	p.Clients = append(p.Clients, in.ClientID)
	return new(query.NoResult), c.Tx.UpdateOIDCProvider(p)
}

// removeClientID removes a client id; one that is not there is no error.
func removeClientID(c *pipeline.Call, in *iamapi.RemoveClientIDFromOpenIDConnectProviderInput, p iam.OIDCProvider) (*query.NoResult, error) {
	p.Clients = slices.DeleteFunc(p.Clients, func(id string) bool { return id == in.ClientID })
	return new(query.NoResult), c.Tx.UpdateOIDCProvider(p)
}

func updateThumbprint(c *pipeline.Call, in *iamapi.UpdateOpenIDConnectProviderThumbprintInput, p iam.OIDCProvider) (*query.NoResult, error) {
	if err := checkThumbprints(in.ThumbprintList); err != nil {
		return nil, err
	}
	p.Thumbprints = in.ThumbprintList
	return new(query.NoResult), c.Tx.UpdateOIDCProvider(p)
}

func saveOIDCTags(c *pipeline.Call, p iam.OIDCProvider, tags []iam.Tag) error {
	p.Tags = tags
	return c.Tx.UpdateOIDCProvider(p)
}

func listOIDCTags(c *pipeline.Call, in *iamapi.ListOpenIDConnectProviderTagsInput, p iam.OIDCProvider) (out *iamapi.ListOpenIDConnectProviderTagsOutput, err error) {
	out = new(iamapi.ListOpenIDConnectProviderTagsOutput)
	out.Tags, out.IsTruncated, out.Marker, err = listTags(c, byKey, p.Tags, in.Marker, in.MaxItems)
	return out, err
}
