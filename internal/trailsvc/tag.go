package trailsvc

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/trailapi"
	"github.com/daypass/daypass/policy"
)

// addTags returns the tags of a trail after a request adds to them. Keys compare
// exactly.
func addTags(old []iam.Tag, in []trailapi.Tag) ([]iam.Tag, error) {
	tags := slices.Clone(old)
	seen := make(map[string]bool, len(in))
	for _, t := range in {
		switch {
		case seen[t.Key]:
			return nil, refusal("InvalidTagParameterException", "The tag key %s is there twice.", t.Key)
		case strings.HasPrefix(strings.ToLower(t.Key), "aws:"):
			return nil, refusal("InvalidTagParameterException", "Tag keys that begin with aws: are reserved for system use.")
		case !isPlain(t.Key) || !isPlain(t.Value):
			return nil, refusal("InvalidTagParameterException", "Tag keys and values cannot contain control characters.")
		}
		seen[t.Key] = true
		tag := iam.Tag{Key: t.Key, Value: t.Value}
		if i := slices.IndexFunc(tags, func(of iam.Tag) bool { return of.Key == t.Key }); i >= 0 {
			tags[i] = tag
		} else {
			tags = append(tags, tag)
		}
	}
	if len(tags) > iam.TagsQuota {
		return nil, refusal("TagsLimitExceededException", "A trail can have at most %d tags.", iam.TagsQuota)
	}
	return tags, nil
}

// setRequestTags sets the condition keys of the tags that a call passes.
func setRequestTags(k *policy.Context, tags []trailapi.Tag) {
	if len(tags) == 0 {
		return
	}
	keys := make([]string, 0, len(tags))
	for _, t := range tags {
		k.Set("aws:RequestTag/"+t.Key, t.Value)
		keys = append(keys, t.Key)
	}
	k.SetList("aws:TagKeys", keys)
}
