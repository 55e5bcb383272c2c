package trailsvc

import (
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
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

// Tags of trails, which are addressed by ARN alone.

func tagActions() []pipeline.Handler {
	return []pipeline.Handler{
		change("AddTags", func(in *trailapi.AddTagsInput) string { return in.ResourceId },
			func(c *pipeline.Call, in *trailapi.AddTagsInput, t iam.Trail) (out *trailapi.AddTagsOutput, err error) {
				if t.Tags, err = addTags(t.Tags, in.TagsList); err != nil {
					return nil, err
				}
				return new(trailapi.AddTagsOutput), c.Tx.UpdateTrail(t)
			}, more[trailapi.AddTagsInput]{
				refer: parseARN, gone: noResource, away: true,
				keys: func(k *policy.Context, in *trailapi.AddTagsInput) { setRequestTags(k, in.TagsList) },
			}),
		change("RemoveTags", func(in *trailapi.RemoveTagsInput) string { return in.ResourceId },
			func(c *pipeline.Call, in *trailapi.RemoveTagsInput, t iam.Trail) (*trailapi.RemoveTagsOutput, error) {
				t.Tags = slices.DeleteFunc(slices.Clone(t.Tags), func(of iam.Tag) bool {
					return slices.ContainsFunc(in.TagsList, func(gone trailapi.Tag) bool { return gone.Key == of.Key })
				})
				return new(trailapi.RemoveTagsOutput), c.Tx.UpdateTrail(t)
			}, more[trailapi.RemoveTagsInput]{
				refer: parseARN, gone: noResource, away: true,
				keys: func(k *policy.Context, in *trailapi.RemoveTagsInput) { setRequestTags(k, in.TagsList) },
			}),
		pipeline.Action[trailapi.ListTagsInput, trailapi.ListTagsOutput]{
			Name: "ListTags", Tx: pipeline.ReadTx, ReadOnly: true, Check: checkListTags, Asks: asksListTags, Do: listTags,
		},
	}
}

func noResource(_ *pipeline.Call, r ref) error {
	return refusal("ResourceNotFoundException", "The resource %s is not found.", r.given)
}

// maxListedResources is how many resources one call lists the tags of.
const maxListedResources = 20

func checkListTags(c *pipeline.Call, in *trailapi.ListTagsInput) error {
	if n := len(in.ResourceIdList); n < 1 || n > maxListedResources {
		return refusal("InvalidParameterException", "The list of resources has 1 to %d elements.", maxListedResources)
	}
	for _, given := range in.ResourceIdList {
		if _, err := parseARN(c, given); err != nil {
			return err
		}
	}
	return noNextToken(in.NextToken)
}

// noNextToken refuses a token of a list that always has one page.
func noNextToken(token string) error {
	if token != "" {
		return refusal("InvalidTokenException", "The token is not valid.")
	}
	return nil
}

// asksListTags asks for the permission on each trail.
func asksListTags(c *pipeline.Call, in *trailapi.ListTagsInput) ([]authz.Question, error) {
	var all []authz.Question
	for _, given := range in.ResourceIdList {
		r, err := parseARN(c, given)
		if err != nil {
			return nil, err
		}
		t, err := r.find(c)
		if err := absent(err, nil); err != nil {
			return nil, err
		}
		all = append(all, authz.Question{Action: "cloudtrail:ListTags", Resource: r.arn(c), Owner: r.account, Keys: func(k *policy.Context) { setResourceTags(k, t) }})
	}
	return all, nil
}

func listTags(c *pipeline.Call, in *trailapi.ListTagsInput) (*trailapi.ListTagsOutput, error) {
	out := &trailapi.ListTagsOutput{ResourceTagList: []trailapi.ResourceTag{}}
	for _, given := range in.ResourceIdList {
		r, err := parseARN(c, given)
		if err != nil {
			return nil, err
		}
		t, err := r.find(c)
		if err != nil {
			return nil, absent(err, noResource(c, r))
		}
		if !seen(t, c.Region) {
			return nil, noResource(c, r)
		}
		tags := make([]trailapi.Tag, 0, len(t.Tags))
		for _, tag := range t.Tags {
			tags = append(tags, trailapi.Tag{Key: tag.Key, Value: tag.Value})
		}
		out.ResourceTagList = append(out.ResourceTagList, trailapi.ResourceTag{ResourceId: given, TagsList: tags})
	}
	return out, nil
}

// setResourceTags sets the condition keys of the tags that the trail has.
func setResourceTags(k *policy.Context, t iam.Trail) {
	for _, tag := range t.Tags {
		k.Set("aws:ResourceTag/"+tag.Key, tag.Value)
	}
}
