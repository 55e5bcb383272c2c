package trailsvc

import (
	"slices"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/trailapi"
)

// maxConditions is how many values all conditions of a trail's advanced
// selectors have at most.
const maxConditions = 500

// plain returns what advanced selectors come to for management events, which
// are all that there are:
//
//	eventCategory  Equals     Management          required
//	readOnly       Equals     true, or false
//	eventSource    NotEquals  kms.amazonaws.com, rdsdata.amazonaws.com
//
// Any other condition on management events is refused, as a trail that took it
// and did not heed it would lack records, or have too many. The selectors of
// other categories take nothing.
func plain(in []trailapi.AdvancedEventSelector) ([]iam.EventSelector, error) {
	if len(in) == 0 {
		return nil, invalidSelectors("You must specify at least one advanced event selector.")
	}
	out, values := []iam.EventSelector{}, 0
	for _, s := range in {
		for _, f := range s.FieldSelectors {
			values += len(f.Equals) + len(f.StartsWith) + len(f.EndsWith) + len(f.NotEquals) + len(f.NotStartsWith) + len(f.NotEndsWith)
		}
		category, err := categoryOf(s)
		if err != nil {
			return nil, err
		}
		if category != "Management" {
			continue
		}
		one, err := managementEvents(s)
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	if values > maxConditions {
		return nil, invalidSelectors("The conditions of advanced event selectors have at most %d values.", maxConditions)
	}
	if len(out) == 0 {
		out = append(out, iam.EventSelector{Events: iam.AllEvents, None: true})
	}
	return out, nil
}

// categoryOf returns the category of the events that a selector takes.
func categoryOf(s trailapi.AdvancedEventSelector) (string, error) {
	category := ""
	var seen []string
	for _, f := range s.FieldSelectors {
		if slices.Contains(seen, f.Field) {
			return "", invalidSelectors("The field %s is there twice.", clip(f.Field))
		}
		seen = append(seen, f.Field)
		if f.Equals == nil && f.StartsWith == nil && f.EndsWith == nil && f.NotEquals == nil && f.NotStartsWith == nil && f.NotEndsWith == nil {
			return "", invalidSelectors("The field %s has no condition.", clip(f.Field))
		}
		if f.Field == "eventCategory" && onlyEquals(f) && len(f.Equals) == 1 {
			category = f.Equals[0]
		}
	}
	if !slices.Contains([]string{"Management", "Data", "NetworkActivity"}, category) {
		return "", invalidSelectors("An advanced event selector must have the field eventCategory, which equals Management, Data or NetworkActivity.")
	}
	return category, nil
}

func onlyEquals(f trailapi.AdvancedFieldSelector) bool {
	return f.StartsWith == nil && f.EndsWith == nil && f.NotEquals == nil && f.NotStartsWith == nil && f.NotEndsWith == nil
}

// managementEvents returns what a selector of management events takes.
func managementEvents(s trailapi.AdvancedEventSelector) (iam.EventSelector, error) {
	out := iam.EventSelector{Events: iam.AllEvents}
	for _, f := range s.FieldSelectors {
		switch {
		case f.Field == "eventCategory":
		case f.Field == "readOnly" && onlyEquals(f) && slices.Equal(f.Equals, []string{"true"}):
			out.Events = iam.ReadEvents
		case f.Field == "readOnly" && onlyEquals(f) && slices.Equal(f.Equals, []string{"false"}):
			out.Events = iam.WriteEvents
		case f.Field == "eventSource" && f.Equals == nil && f.StartsWith == nil && f.EndsWith == nil && f.NotStartsWith == nil && f.NotEndsWith == nil &&
			!slices.ContainsFunc(f.NotEquals, func(source string) bool { return !slices.Contains(excludable, source) }):
			out.Excluded = f.NotEquals
		default:
			return out, invalidSelectors("The condition on the field %s of management events is not supported.", clip(f.Field))
		}
	}
	return out, nil
}
