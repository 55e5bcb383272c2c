package trailsvc

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/trailapi"
)

// Selectors: which events a trail takes. Of a trail that has advanced ones, the
// plain ones that they come to are kept beside them (advanced.go).

func selectorActions() []pipeline.Handler {
	return []pipeline.Handler{
		change("PutEventSelectors", func(in *trailapi.PutEventSelectorsInput) string { return in.TrailName }, putEventSelectors,
			more[trailapi.PutEventSelectorsInput]{check: func(_ *pipeline.Call, in *trailapi.PutEventSelectorsInput) error {
				_, err := settingsOf(in)
				return err
			}}),
		read("GetEventSelectors", func(in *trailapi.GetEventSelectorsInput) string { return in.TrailName }, getEventSelectors),
		read("GetInsightSelectors", func(in *trailapi.GetInsightSelectorsInput) string { return in.TrailName }, getInsightSelectors,
			more[trailapi.GetInsightSelectorsInput]{refer: func(c *pipeline.Call, given string) (ref, error) {
				if given == "" {
					return ref{}, refusal("InvalidParameterCombinationException", "You must specify the name of a trail. There are no event data stores.")
				}
				return parseRef(c, given)
			}}),
	}
}

// The bounds of plain selectors.
const (
	maxSelectors     = 5
	maxDataResources = 250 // of a trail
)

// settingsOf returns the part of a trail's settings that a request replaces.
func settingsOf(in *trailapi.PutEventSelectorsInput) (s iam.TrailSettings, err error) {
	switch {
	case (in.EventSelectors == nil) == (in.AdvancedEventSelectors == nil):
		return s, invalidSelectors("You must specify either event selectors or advanced event selectors.")
	case in.AdvancedEventSelectors != nil:
		if s.Selectors, err = plain(in.AdvancedEventSelectors); err != nil {
			return s, err
		}
		text, err := json.Marshal(in.AdvancedEventSelectors)
		s.Advanced = string(text)
		return s, err
	case len(in.EventSelectors) == 0 || len(in.EventSelectors) > maxSelectors:
		return s, invalidSelectors("A trail has 1 to %d event selectors.", maxSelectors)
	}
	values := 0
	for _, of := range in.EventSelectors {
		one, err := selectorOf(of)
		if err != nil {
			return s, err
		}
		for _, d := range one.Data {
			values += len(d.Values)
		}
		s.Selectors = append(s.Selectors, one)
	}
	if values > maxDataResources {
		return s, invalidSelectors("A trail has at most %d data resources.", maxDataResources)
	}
	return s, nil
}

// dataTypes are the types of the resources that plain selectors name.
var dataTypes = []string{"AWS::S3::Object", "AWS::Lambda::Function", "AWS::DynamoDB::Table"}

// excludable are the sources of management events that can be left out.
var excludable = []string{"kms.amazonaws.com", "rdsdata.amazonaws.com"}

func selectorOf(in trailapi.EventSelector) (s iam.EventSelector, err error) {
	s.Events = iam.AllEvents
	if in.ReadWriteType != "" {
		s.Events = in.ReadWriteType
	}
	if s.Events != iam.AllEvents && s.Events != iam.ReadEvents && s.Events != iam.WriteEvents {
		return s, invalidSelectors("The value of ReadWriteType is not valid: %s. It is ReadOnly, WriteOnly or All.", clip(s.Events))
	}
	s.None = in.IncludeManagementEvents != nil && !*in.IncludeManagementEvents
	for _, source := range in.ExcludeManagementEventSources {
		if s.None || !slices.Contains(excludable, source) || slices.Contains(s.Excluded, source) {
			return s, invalidSelectors("The value of ExcludeManagementEventSources is not valid: %s", clip(source))
		}
		s.Excluded = append(s.Excluded, source)
	}
	for _, d := range in.DataResources {
		switch {
		case !slices.Contains(dataTypes, d.Type):
			return s, invalidSelectors("The type of a data resource is not valid: %s", clip(d.Type))
		case len(d.Values) == 0:
			return s, invalidSelectors("A data resource of type %s names no resources.", d.Type)
		}
		for _, v := range d.Values {
			if v == "" || len(v) > 2048 || !isPlain(v) {
				return s, invalidSelectors("The value of a data resource is not valid: %s", clip(v))
			}
		}
		s.Data = append(s.Data, iam.DataResource{Type: d.Type, Values: d.Values})
	}
	return s, nil
}

func putEventSelectors(c *pipeline.Call, in *trailapi.PutEventSelectorsInput, was iam.Trail) (*trailapi.PutEventSelectorsOutput, error) {
	s, err := settingsOf(in)
	if err != nil {
		return nil, err
	}
	t := was
	t.Selectors, t.Advanced = s.Selectors, s.Advanced
	t.Remember(was, c.Now)
	plain, advanced, err := showSelectors(t)
	if err != nil {
		return nil, err
	}
	return &trailapi.PutEventSelectorsOutput{TrailARN: t.ARN, EventSelectors: plain, AdvancedEventSelectors: advanced}, c.Tx.UpdateTrail(t)
}

func getEventSelectors(_ *pipeline.Call, _ *trailapi.GetEventSelectorsInput, t iam.Trail) (*trailapi.GetEventSelectorsOutput, error) {
	plain, advanced, err := showSelectors(t)
	return &trailapi.GetEventSelectorsOutput{TrailARN: t.ARN, EventSelectors: plain, AdvancedEventSelectors: advanced}, err
}

// showSelectors returns the trail's selectors of the kind that it has; without
// any, that which stands for having none.
func showSelectors(t iam.Trail) (plain []trailapi.EventSelector, advanced []trailapi.AdvancedEventSelector, err error) {
	if t.Advanced != "" {
		if err := json.Unmarshal([]byte(t.Advanced), &advanced); err != nil {
			return nil, nil, fmt.Errorf("advanced event selectors of %s: %w", t.ARN, err)
		}
		return nil, advanced, nil
	}
	selectors := t.Selectors
	if len(selectors) == 0 {
		selectors = []iam.EventSelector{{Events: iam.AllEvents}}
	}
	for _, s := range selectors {
		out := trailapi.EventSelector{ReadWriteType: s.Events, IncludeManagementEvents: new(!s.None), ExcludeManagementEventSources: s.Excluded}
		for _, d := range s.Data {
			out.DataResources = append(out.DataResources, trailapi.DataResource{Type: d.Type, Values: d.Values})
		}
		plain = append(plain, out)
	}
	return plain, nil, nil
}

// hasCustomSelectors reports whether a trail takes anything but all management
// events.
func hasCustomSelectors(t iam.Trail) bool {
	if t.Advanced != "" || len(t.Selectors) > 1 {
		return true
	}
	for _, s := range t.Selectors {
		if s.Events != iam.AllEvents || s.None || len(s.Excluded) > 0 || len(s.Data) > 0 {
			return true
		}
	}
	return false
}

// getInsightSelectors finds none: there are no insights.
func getInsightSelectors(_ *pipeline.Call, _ *trailapi.GetInsightSelectorsInput, t iam.Trail) (*trailapi.GetInsightSelectorsOutput, error) {
	return nil, refusal("InsightNotEnabledException", "Insights are not enabled on the trail %s.", t.ARN)
}
