package iamsvc

import (
	"cmp"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/policy"
)

// newTags checks the tags of a request.
func newTags(in []iamapi.Tag) ([]iam.Tag, error) { return mergeTags(nil, in) }

// mergeTags returns the tags of a thing after a request adds to them. A key that
// is there gets the new value, and the new spelling of the key.
func mergeTags(old []iam.Tag, in []iamapi.Tag) ([]iam.Tag, error) {
	tags := slices.Clone(old)
	seen := make(map[string]bool, len(in))
	for _, t := range in {
		key := iam.Fold(t.Key)
		switch {
		case seen[key]:
			return nil, invalidInput("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case strings.HasPrefix(key, "aws:"):
			return nil, invalidInput("Tag keys beginning with aws: are reserved for system use.")
		}
		seen[key] = true
		tag := iam.Tag{Key: t.Key, Value: t.Value}
		if i := indexTag(tags, t.Key); i >= 0 {
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

// withoutTags returns the tags of a thing after a request removes some; keys
// that are not there do not matter.
func withoutTags(old []iam.Tag, keys []string) []iam.Tag {
	gone := make(map[string]bool, len(keys))
	for _, k := range keys {
		gone[iam.Fold(k)] = true
	}
	return slices.DeleteFunc(slices.Clone(old), func(t iam.Tag) bool { return gone[iam.Fold(t.Key)] })
}

func indexTag(tags []iam.Tag, key string) int {
	fold := iam.Fold(key)
	return slices.IndexFunc(tags, func(t iam.Tag) bool { return iam.Fold(t.Key) == fold })
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

// sortedTags returns tags for a list of them, which is sorted by key.
func sortedTags(tags []iam.Tag) []iamapi.Tag {
	sorted := slices.SortedFunc(slices.Values(tags), func(a, b iam.Tag) int { return cmp.Compare(a.Key, b.Key) })
	return convert(sorted, showTag)
}

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
