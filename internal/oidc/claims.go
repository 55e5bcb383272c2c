package oidc

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/proof"
)

// The claims of AWS (reference, federation 7). Tags come nested, or flattened
// with the whole path as the name of the claim.
const (
	claimTags       = "https://aws.amazon.com/tags"
	claimTag        = claimTags + "/principal_tags/"
	claimTransitive = claimTags + "/transitive_tag_keys"
	claimSource     = "https://aws.amazon.com/source_identity"
	claimRoles      = "https://aws.amazon.com/roles"
)

// Bounds of the claims.
const (
	minSubject, maxSubject = 6, 255
	maxTags                = 50
	maxTagKey, maxTagValue = 128, 256
	minSource, maxSource   = 2, 64
)

func (id *Identity) readSubject() error {
	sub, ok := id.claims.get("sub")
	if !ok {
		return missingClaim("sub")
	}
	if sub.kind != isText {
		return badClaim("sub", "a text")
	}
	if n := utf8.RuneCountInString(sub.text); n < minSubject || n > maxSubject {
		return refuse(saysSubject, &proof.Failure{Check: "claim sub", Saw: strconv.Itoa(n) + " characters", Want: "6 to 255"})
	}
	id.Subject = sub.text
	return nil
}

func (id *Identity) readAMR() error {
	amr, ok := id.claims.get("amr")
	if !ok {
		return nil
	}
	if id.AMR, ok = amr.texts(); !ok {
		return badClaim("amr", "a text or a list of texts")
	}
	return nil
}

// readTags reads both forms of the session tags.
func (id *Identity) readTags() error {
	if tags, ok := id.claims.get(claimTags); ok {
		if err := id.readNested(tags); err != nil {
			return err
		}
	}
	for i := range id.claims.members {
		m := &id.claims.members[i]
		if key, ok := strings.CutPrefix(m.name, claimTag); ok {
			if err := id.addTag(key, &m.value); err != nil {
				return err
			}
		}
	}
	if keys, ok := id.claims.get(claimTransitive); ok {
		if err := id.addTransitive(keys); err != nil {
			return err
		}
	}
	if len(id.Tags) > maxTags || len(id.Transitive) > maxTags {
		return badTags("more than 50")
	}
	return nil
}

func (id *Identity) readNested(tags *value) error {
	if tags.kind != isObject {
		return badTags("no object")
	}
	if principal, ok := tags.get("principal_tags"); ok {
		if principal.kind != isObject {
			return badTags("principal_tags that are no object")
		}
		for i := range principal.members {
			if err := id.addTag(principal.members[i].name, &principal.members[i].value); err != nil {
				return err
			}
		}
	}
	if keys, ok := tags.get("transitive_tag_keys"); ok {
		return id.addTransitive(keys)
	}
	return nil
}

// addTag adds a tag, whose value is a text or a list of one.
func (id *Identity) addTag(key string, v *value) error {
	list, ok := v.texts()
	if !ok || len(list) != 1 {
		return badTags("a tag without exactly one value")
	}
	if key == "" || !tagText(key, maxTagKey) || !tagText(list[0], maxTagValue) {
		return badTags("a key or value that tags cannot have, under " + proof.Quote(key))
	}
	id.Tags = append(id.Tags, Tag{key, list[0]})
	return nil
}

func (id *Identity) addTransitive(v *value) error {
	keys, ok := v.texts()
	if !ok {
		return badTags("transitive_tag_keys that are no list of texts")
	}
	for _, key := range keys {
		if key == "" || !tagText(key, maxTagKey) {
			return badTags("a transitive key that tags cannot have")
		}
	}
	id.Transitive = append(id.Transitive, keys...)
	return nil
}

func badTags(saw string) error {
	return refuse(saysTags, &proof.Failure{Check: "session tags", Saw: saw, Want: "50 tags at most, each of one value, as AssumeRole takes them"})
}

// tagText reports whether s can be a tag's key or value: [\p{L}\p{Z}\p{N}_.:/=+\-@]*.
func tagText(s string, most int) bool {
	return utf8.RuneCountInString(s) <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.Z, unicode.N) && !strings.ContainsRune("_.:/=+-@", r)
	})
}

func (id *Identity) readSource() error {
	source, ok := id.claims.get(claimSource)
	if !ok {
		return nil
	}
	if source.kind != isText || !isSource(source.text) {
		return refuse(saysSource, &proof.Failure{Check: "claim " + claimSource, Saw: proof.Quote(source.text), Want: "a source identity"})
	}
	id.Source = source.text
	return nil
}

// isSource reports whether s is a source identity. It holds no colon, so that it
// does not begin with "aws:" either.
func isSource(s string) bool {
	return len(s) >= minSource && len(s) <= maxSource && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_+=,.@-", r))
	})
}

// readRoles reads the roles that the provider limits the token to: a list of
// ARNs, or one text with semicolons between them.
func (id *Identity) readRoles() error {
	roles, ok := id.claims.get(claimRoles)
	if !ok {
		return nil
	}
	id.HasRoles = true
	if roles.kind == isText {
		id.Roles = strings.Split(roles.text, ";")
		return nil
	}
	if id.Roles, ok = roles.texts(); !ok {
		return badClaim(claimRoles, "a text or a list of texts")
	}
	return nil
}

// RoleRefused is the refusal of a token whose provider limits it to other roles.
func (id *Identity) RoleRefused(arn string) error {
	return refuse(saysRoles, &proof.Failure{Check: "claim " + claimRoles, Saw: proof.QuoteAll(id.Roles), Want: proof.Quote(arn)})
}
