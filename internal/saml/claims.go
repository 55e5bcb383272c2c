package saml

import (
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/proof"
)

// AttributePrefix opens the names of the attributes that say what a session is
// to be.
const AttributePrefix = "https://aws.amazon.com/SAML/Attributes/"

// Claims are what the assertion says of the session that it is for.
type Claims struct {
	SessionName string
	Source      string // source identity; "" without
	Tags        []Tag
	Transitive  []string
	Longest     time.Duration // SessionDuration; 0 without
	roles       []string
}

// Tag is a session tag.
type Tag struct{ Key, Value string }

// The limits of session tags and of SessionDuration, in seconds.
const (
	mostTags          = 50
	shortest, longest = 900, 43_200
)

var sessionName = regexp.MustCompile(`^[a-zA-Z_0-9+=,.@-]{2,64}$`)

// isTagText reports whether a text is of what tags may hold, of at most this
// many characters. A regexp that counts so far takes megabytes.
func isTagText(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", r)
	})
}

func isTagKey(s string) bool   { return s != "" && isTagText(s, 128) }
func isTagValue(s string) bool { return isTagText(s, 256) }

// Claims reads the attributes that say what the session is to be. The error is
// an [*Error].
func (a *Assertion) Claims(r *proof.Report) (*Claims, error) {
	c := &Claims{roles: a.Values(AttributePrefix + "Role"), Transitive: a.Values(AttributePrefix + "TransitiveTagKeys")}
	if len(c.roles) == 0 {
		return nil, refuse(NoRole, "Role", "none", "an attribute "+AttributePrefix+"Role")
	}
	for _, read := range []func(*Assertion) error{c.readSessionName, c.readSource, c.readDuration, c.readTags} {
		if err := read(a); err != nil {
			return nil, err
		}
	}
	r.Pass("RoleSessionName", proof.Quote(c.SessionName))
	return c, nil
}

func (c *Claims) readSessionName(a *Assertion) error {
	names := a.Values(AttributePrefix + "RoleSessionName")
	if len(names) == 0 {
		return refuse(NoSessionName, "RoleSessionName", "none", "an attribute "+AttributePrefix+"RoleSessionName")
	}
	if len(names) > 1 || !sessionName.MatchString(names[0]) {
		return refuse(BadSessionName, "RoleSessionName", proof.QuoteAll(names), "one value of 2 to 64 of the legal characters")
	}
	c.SessionName = names[0]
	return nil
}

func (c *Claims) readSource(a *Assertion) error {
	sources := a.Values(AttributePrefix + "SourceIdentity")
	if len(sources) == 0 {
		return nil
	}
	if len(sources) > 1 || !sessionName.MatchString(sources[0]) || strings.HasPrefix(strings.ToLower(sources[0]), "aws:") {
		return refuse(BadSource, "SourceIdentity", proof.QuoteAll(sources), "one value of 2 to 64 of the legal characters")
	}
	c.Source = sources[0]
	return nil
}

func (c *Claims) readDuration(a *Assertion) error {
	texts := a.Values(AttributePrefix + "SessionDuration")
	if len(texts) == 0 {
		return nil
	}
	seconds, err := strconv.Atoi(texts[0])
	if err != nil || len(texts) > 1 || seconds < shortest || seconds > longest {
		return refuse(BadClaims, "SessionDuration", proof.QuoteAll(texts), "one number from 900 to 43200")
	}
	c.Longest = time.Duration(seconds) * time.Second
	return nil
}

func (c *Claims) readTags(a *Assertion) error {
	const check = "PrincipalTag"
	for i := range a.Attributes {
		key, ok := strings.CutPrefix(a.Attributes[i].Name, AttributePrefix+"PrincipalTag:")
		if !ok {
			continue
		}
		values := a.Attributes[i].Values
		if !isTagKey(key) || len(values) != 1 || !isTagValue(values[0]) {
			return refuse(BadClaims, check, proof.Quote(key)+": "+proof.QuoteAll(values), "a tag's key, and one value of a tag")
		}
		if c.Tags = append(c.Tags, Tag{key, values[0]}); len(c.Tags) > mostTags {
			return refuse(BadClaims, check, "more than 50", "at most 50 tags")
		}
	}
	for _, key := range c.Transitive {
		if !isTagKey(key) {
			return refuse(BadClaims, "TransitiveTagKeys", proof.Quote(key), "keys of tags")
		}
	}
	return nil
}

// MayAssume reports whether the assertion names the role and the provider as a
// pair, in either order.
func (c *Claims) MayAssume(role, provider string) bool {
	for _, pair := range c.roles {
		if pair == role+","+provider || pair == provider+","+role {
			return true
		}
	}
	return false
}

// Roles are the pairs of role and provider, for who is told why a pair is
// missing.
func (c *Claims) Roles() []string { return c.roles }
