package saml

import (
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"
)

// Condition is a condition key with its values.
type Condition struct {
	Key    string
	Values []string
	Multi  bool // multi-valued, whatever the number of values
}

// attributeKeys are the condition keys of attributes, by the name of the
// attribute without "urn:oid:". The guide prints some OIDs with slips; the
// correct ones mean the same.
var attributeKeys = map[string][]Condition{
	"1.3.6.1.4.1.5923.1.1.1.1":  many("saml:edupersonaffiliation"),
	"1.3.6.1.4.1.5923.1.1.1.2":  many("saml:edupersonnickname"),
	"1.3.6.1.4.1.5923.1.1.1.3":  first("saml:edupersonorgdn"),
	"1.3.6.1.4.1.5923.1.1.1.4":  many("saml:edupersonorgunitdn"),
	"1.3.6.1.4.1.5923.1.1.1.5":  first("saml:edupersonprimaryaffiliation"),
	"1.3.6.1.4.1.5923.1.1.1.6":  first("saml:edupersonprincipalname"),
	"1.3.6.1.4.1.5923.1.1.1.7":  many("saml:edupersonentitlement"),
	"1.3.6.1.4.1.5923.1.1.1.8":  first("saml:edupersonprimaryorgunitdn"),
	"1.3.6.1.4.1.5923.1.1.1.9":  many("saml:edupersonscopedaffiliation"),
	"1.3.6.1.4.1.5923.1.1.1.10": many("saml:edupersontargetedid"),
	"1.3.6.1.4.1.5923.1.1.1.11": many("saml:edupersonassurance"),
	"1.3.6.1.4.1.5923.1.2.1.2":  many("saml:eduorghomepageuri"),
	"1.3.6.1.4.1.5923.1.2.1.3":  many("saml:eduorgidentityauthnpolicyuri"),
	"1.3.6.1.4.1.5923.1.2.1.4":  many("saml:eduorglegalname"),
	"1.3.6.1.4.1.5923.1.2.1.5":  many("saml:eduorgsuperioruri"),
	"1.3.6.1.4.1.5923.1.2.1.6":  many("saml:eduorgwhitepagesuri"),

	"2.5.4.3":                    append(many("saml:cn"), first("saml:commonName")...),
	"2.5.4.4":                    first("saml:surname"),
	"2.5.4.42":                   first("saml:givenName"),
	"2.4.5.42":                   first("saml:givenName"),
	"2.5.4.45":                   first("saml:x500UniqueIdentifier"),
	"0.9.2342.19200300.100.1.1":  first("saml:uid"),
	"0.9.2342.19200300100.1.1":   first("saml:uid"),
	"0.9.2342.19200300.100.1.3":  first("saml:mail"),
	"0.9.2342.19200300100.1.3":   first("saml:mail"),
	"0.9.2342.19200300.100.1.45": first("saml:organizationStatus"),
	"0.9.2342.19200300100.1.45":  first("saml:organizationStatus"),
	"http://schemas.xmlsoap.org/claims/CommonName": first("saml:commonName"),

	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name":              first("saml:name"),
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname":         first("saml:givenName"),
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname":           first("saml:surname"),
	"http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress":      first("saml:mail"),
	"http://schemas.microsoft.com/ws/2008/06/identity/claims/primarygroupsid": append(first("saml:uid"), first("saml:primaryGroupSID")...),
}

func many(key string) []Condition  { return []Condition{{Key: key, Multi: true}} }
func first(key string) []Condition { return []Condition{{Key: key}} }

// Conditions returns the condition keys of the attributes. When several
// attributes mean one key, the first in the assertion counts.
func (a *Assertion) Conditions() []Condition {
	var all []Condition
	for i := range a.Attributes {
		name := a.Attributes[i].Name
		values := a.Values(name)
		if len(values) == 0 {
			continue
		}
		for _, c := range attributeKeys[strings.TrimPrefix(name, "urn:oid:")] {
			if slices.ContainsFunc(all, func(have Condition) bool { return have.Key == c.Key }) {
				continue
			}
			if c.Values = values; !c.Multi {
				c.Values = values[:1]
			}
			all = append(all, c)
		}
	}
	return all
}

// SubjectType returns the format of the subject as answers and condition keys
// have it: "persistent". The formats of SAML 1.1 stay whole, but for
// "unspecified".
func (a *Assertion) SubjectType() string {
	if a.Format == unspecified {
		return "unspecified"
	}
	return strings.TrimPrefix(a.Format, "urn:oasis:names:tc:SAML:2.0:nameid-format:")
}

// NameQualifier tells equal subjects of different providers apart: a hash of
// issuer, account and the provider's name.
func NameQualifier(issuer, account, provider string) string {
	h := sha1.Sum([]byte(issuer + account + "/" + provider))
	return base64.StdEncoding.EncodeToString(h[:])
}
