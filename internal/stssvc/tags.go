package stssvc

import (
	"strings"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

// The refusals of tag rules (reference 3.1, 5.3).
func badTags(text string) error { return awserr.New(400, "InvalidParameterValue", "%s", text) }

// inherited returns the tags of the calling session that pass on.
func inherited(s *session.Session) []session.Tag {
	if s == nil {
		return nil
	}
	var tags []session.Tag
	for _, t := range s.Tags {
		if t.Transitive {
			tags = append(tags, t)
		}
	}
	return tags
}

// sessionTags returns the tags of a new session: those inherited, then those
// passed. Keys compare ignoring case.
func sessionTags(passed []tag, transitive []string, inherits []session.Tag) ([]session.Tag, error) {
	handedDown := make(map[string]bool, len(inherits))
	for _, t := range inherits {
		handedDown[iam.Fold(t.Key)] = true
	}
	passes := make(map[string]bool, len(transitive)) // folded key → not yet seen among the tags
	for _, key := range transitive {
		passes[iam.Fold(key)] = true
	}
	tags := append(make([]session.Tag, 0, len(inherits)+len(passed)), inherits...)
	seen := make(map[string]bool, len(passed))
	for _, t := range passed {
		key := iam.Fold(t.Key)
		switch {
		case seen[key]:
			return nil, badTags("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		case strings.HasPrefix(key, iam.Fold("aws:")):
			return nil, badTags("Tag keys beginning with aws: are reserved for system use.")
		}
		seen[key] = true
		tags = append(tags, session.Tag{Key: t.Key, Value: t.Value, Transitive: passes[key]})
	}
	for key := range passes {
		if !seen[key] {
			return nil, badTags("The specified transitive tag key must be included in the requested tags.")
		}
	}
	for key := range seen {
		if handedDown[key] {
			return nil, badTags("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
	}
	return tags, nil
}

// setRequestTags sets the condition keys of the tags that a call passes.
func setRequestTags(k *policy.Context, passed []tag) {
	keys := make([]string, 0, len(passed))
	for _, t := range passed {
		k.Set("aws:RequestTag/"+t.Key, t.Value)
		keys = append(keys, t.Key)
	}
	k.SetList("aws:TagKeys", keys)
}
