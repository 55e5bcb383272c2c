package oidc

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/proof"
)

// Provider is what somebody registered about an issuer. The zero value trusts
// no token.
type Provider struct {
	URL         string   // of the issuer, without "https://"
	Clients     []string // the client ids that tokens may be for
	AnyClient   bool     // tokens may be for anyone: the trust policy of the role looks at it
	Thumbprints []string // SHA-1 of the last certificate that the issuer's servers show, in hexadecimal
}

// Scheme begins the URL of every issuer.
const Scheme = "https://"

// Google is the issuer that names itself without the scheme too.
const Google = "accounts.google.com"

// Allowances for clocks that differ, and the age at which a token is of no use
// whatever its exp says (reference, federation 7 and sts-api 3.3).
const (
	skew   = 60 * time.Second
	oldest = 24 * time.Hour
)

// maxTries is how many keys a token is tried with that names none, or one that
// several keys have.
const maxTries = 8

// Identity is what a token proves.
type Identity struct {
	Subject   string
	Audience  string   // azp, or else the registered one of the audiences
	Audiences []string // the aud claim
	AMR       []string // how they proved who they are
	Email     string

	Tags       []Tag
	Transitive []string // keys of tags
	Source     string   // source identity; "" without
	Roles      []string // ARNs of the only roles that the token is for
	HasRoles   bool     // whether it names any
	Thumbprint bool     // the issuer's keys come from a server that a thumbprint of the provider vouches for, and no authority

	claims value
}

// Tag is a session tag of a token.
type Tag struct{ Key, Value string }

// Verify is Parse and [Token.Verify] in one.
func Verify(token string, p Provider, keys *KeySet, now time.Time, r *proof.Report) (*Identity, error) {
	t, err := Parse(token, r)
	if err != nil {
		return nil, err
	}
	return t.Verify(p, keys, now, r)
}

// Verify proves the token with the keys of its provider, and reads its claims.
func (t *Token) Verify(p Provider, keys *KeySet, now time.Time, r *proof.Report) (*Identity, error) {
	if t.Issuer != Scheme+p.URL && !(p.URL == Google && t.Issuer == Google) {
		return nil, UnknownIssuer(t.Issuer)
	}
	r.Pass("issuer", p.URL)
	if err := t.checkSignature(keys, r); err != nil {
		return nil, err
	}
	id := &Identity{claims: t.claims}
	if err := id.readAudience(p, r); err != nil {
		return nil, err
	}
	if err := id.checkTimes(now, r); err != nil {
		return nil, err
	}
	for _, read := range []func() error{id.readSubject, id.readAMR, id.readTags, id.readSource, id.readRoles} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	if r.On() {
		r.Pass("subject", proof.Quote(id.Subject))
	}
	if email, ok := id.claims.get("email"); ok && email.kind == isText {
		id.Email = email.text
	}
	return id, nil
}

func (t *Token) checkSignature(keys *KeySet, r *proof.Report) error {
	if count := keys.countOf(t.alg); count > maxKeys {
		return noKey("key set", strconv.Itoa(count)+" keys of the token's type", strconv.Itoa(maxKeys)+" at most")
	}
	if !keys.has(t) {
		return noKey("key id", proof.Quote(t.kid), "one of the provider's keys")
	}
	tried := 0
	for i := range keys.keys {
		k := &keys.keys[i]
		if t.hasKid && !(k.hasID && k.id == t.kid) || !k.fits(t.alg) {
			continue
		}
		if tried++; tried > maxTries {
			break
		}
		if k.verify(t.alg, t.signed, t.signature) {
			r.Pass("signature", t.alg.name)
			return nil
		}
	}
	if tried == 0 {
		return noKey("key "+proof.Quote(t.kid), "none for "+t.alg.name, "one")
	}
	return refuse(saysSignature, &proof.Failure{
		Check: "signature", Saw: fmt.Sprintf("%s that none of %d keys verifies", t.alg.name, min(tried, maxTries)), Want: "one by the provider's key",
	})
}

func (s *KeySet) countOf(alg algorithm) int {
	if alg.curve == nil {
		return s.rsa
	}
	return s.ec
}

// readAudience finds whom the token is for: azp decides when it is there.
func (id *Identity) readAudience(p Provider, r *proof.Report) error {
	aud, ok := id.claims.get("aud")
	if !ok {
		return missingClaim("aud")
	}
	if id.Audiences, ok = aud.texts(); !ok {
		return badClaim("aud", "a text or a list of texts")
	}
	candidates := id.Audiences
	if azp, ok := id.claims.get("azp"); ok {
		if azp.kind != isText {
			return badClaim("azp", "a text")
		}
		candidates = []string{azp.text}
	}
	i := slices.IndexFunc(candidates, func(c string) bool { return c != "" && (p.AnyClient || slices.Contains(p.Clients, c)) })
	if i < 0 {
		return refuse(saysAudience, &proof.Failure{Check: "audience", Saw: proof.QuoteAll(candidates), Want: proof.QuoteAll(p.Clients)})
	}
	id.Audience = candidates[i]
	if r.On() {
		r.Pass("audience", proof.Quote(id.Audience))
	}
	return nil
}

// checkTimes looks at exp, iat and nbf.
func (id *Identity) checkTimes(now time.Time, r *proof.Report) error {
	exp, err := id.seconds("exp", true)
	if err != nil {
		return err
	}
	if now.Unix() >= exp {
		return expired(fmt.Sprintf("Token expired: current date/time %d must be before the expiration date/time %d", now.Unix(), exp),
			&proof.Failure{Check: "exp", Saw: strconv.FormatInt(exp, 10), Want: "later than " + unix(now)})
	}
	iat, err := id.seconds("iat", true)
	if err != nil {
		return err
	}
	if iat > now.Add(skew).Unix() {
		return refuse(fmt.Sprintf("Token not yet valid: current date/time %d must not be before the issue date/time %d", now.Unix(), iat),
			&proof.Failure{Check: "iat", Saw: strconv.FormatInt(iat, 10), Want: unix(now) + " at most, give or take a minute"})
	}
	if age := now.Unix() - iat; age > int64(oldest.Seconds()) {
		return expired(fmt.Sprintf("Token too old: %d", age),
			&proof.Failure{Check: "age", Saw: strconv.FormatInt(age, 10) + " seconds", Want: "a day at most"})
	}
	nbf, err := id.seconds("nbf", false)
	if err != nil {
		return err
	}
	if nbf > now.Add(skew).Unix() {
		return refuse(fmt.Sprintf("Token not yet valid: current date/time %d must not be before the not-before date/time %d", now.Unix(), nbf),
			&proof.Failure{Check: "nbf", Saw: strconv.FormatInt(nbf, 10), Want: unix(now) + " at most, give or take a minute"})
	}
	if r.On() {
		r.Pass("times", fmt.Sprintf("issued %d, expires %d", iat, exp))
	}
	return nil
}

// seconds returns a claim that is a time; 0 for an optional one that is not
// there.
func (id *Identity) seconds(name string, required bool) (int64, error) {
	v, ok := id.claims.get(name)
	if !ok {
		if required {
			return 0, missingClaim(name)
		}
		return 0, nil
	}
	n, ok := v.seconds()
	if !ok {
		return 0, badClaim(name, "a whole number of seconds since 1970")
	}
	return n, nil
}
