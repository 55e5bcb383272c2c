package iamsvc

import (
	"cmp"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/policy"
)

// tagRule says when two tag keys of a thing are the same.
type tagRule struct {
	key       func(string) string // the form under which keys compare
	duplicate string              // the refusal of a request that gives a key twice
}

var (
	// foldedTags are those of users, roles and instance profiles.
	foldedTags = tagRule{iam.Fold, "Duplicate tag keys found. Please note that Tag keys are case insensitive."}
	// exactTags are those of managed policies (recorded, answers 4).
	exactTags = tagRule{func(key string) string { return key }, "Duplicate tag keys found."}
)

// byKey is the order of most lists of tags.
func byKey(a, b iam.Tag) int { return cmp.Compare(a.Key, b.Key) }

// byLengthAndKey puts shorter keys first, as recorded of policies: a, b, z, abc.
func byLengthAndKey(a, b iam.Tag) int {
	return cmp.Or(cmp.Compare(len(a.Key), len(b.Key)), byKey(a, b))
}

// merge returns the tags of a thing after a request adds to them. A key that is
// there gets the new value, and the new spelling of the key.
func (r tagRule) merge(old []iam.Tag, in []iamapi.Tag) ([]iam.Tag, error) {
	tags := slices.Clone(old)
	seen := make(map[string]bool, len(in))
	for _, t := range in {
		key := r.key(t.Key)
		switch {
		case seen[key]:
			return nil, invalidInput("%s", r.duplicate)
		case strings.HasPrefix(iam.Fold(t.Key), "aws:"):
			return nil, invalidInput("Tag keys beginning with aws: are reserved for system use.")
		}
		seen[key] = true
		tag := iam.Tag{Key: t.Key, Value: t.Value}
		if i := slices.IndexFunc(tags, func(t iam.Tag) bool { return r.key(t.Key) == key }); i >= 0 {
			tags[i] = tag
		} else {
			tags = append(tags, tag)
		}
	}
	if len(tags) > iam.TagsQuota {
		return nil, limitExceeded("The number of tags has reached the maximum limit.")
	}
	return tags, nil
}

// without returns the tags of a thing after a request removes some; keys that
// are not there do not matter.
func (r tagRule) without(old []iam.Tag, keys []string) []iam.Tag {
	gone := make(map[string]bool, len(keys))
	for _, k := range keys {
		gone[r.key(k)] = true
	}
	return slices.DeleteFunc(slices.Clone(old), func(t iam.Tag) bool { return gone[r.key(t.Key)] })
}

// showTags returns tags for an answer: nil, which is left out, when there are
// none.
func showTags(tags []iam.Tag) []iamapi.Tag {
	if len(tags) == 0 {
		return nil
	}
	return convert(tags, showTag)
}

func showTag(t iam.Tag) iamapi.Tag { return iamapi.Tag{Key: t.Key, Value: t.Value} }

// setResourceTags sets the condition keys of the tags that the target has.
func setResourceTags(k *policy.Context, tags []iam.Tag) {
	for _, t := range tags {
		k.Set("aws:ResourceTag/"+t.Key, t.Value)
		k.Set("iam:ResourceTag/"+t.Key, t.Value)
	}
}

// setRequestTags sets the condition keys of the tags that a call passes.
func setRequestTags(k *policy.Context, tags []iamapi.Tag) {
	keys := make([]string, 0, len(tags))
	for _, t := range tags {
		k.Set("aws:RequestTag/"+t.Key, t.Value)
		keys = append(keys, t.Key)
	}
	k.SetList("aws:TagKeys", keys)
}
