package trailapi_test

import (
	"reflect"
	"testing"

	"github.com/daypass/daypass/internal/apimodel"
	"github.com/daypass/daypass/internal/trailapi"
)

func op[In, Out any]() apimodel.Operation {
	return apimodel.Operation{In: reflect.TypeFor[In](), Out: reflect.TypeFor[Out]()}
}

func TestInputsAndOutputsAreThoseOfTheServiceModel(t *testing.T) {
	m := apimodel.Load(t, "cloudtrail", "2013-11-01")
	const own = "refused in a sentence of the service's own, with an error of its own"
	m.Check(t, map[string]apimodel.Operation{
		// trail.go
		"CreateTrail":    op[trailapi.CreateTrailInput, trailapi.CreateTrailOutput](),
		"UpdateTrail":    op[trailapi.UpdateTrailInput, trailapi.CreateTrailOutput](),
		"DeleteTrail":    op[trailapi.DeleteTrailInput, trailapi.DeleteTrailOutput](),
		"GetTrail":       op[trailapi.GetTrailInput, trailapi.GetTrailOutput](),
		"DescribeTrails": op[trailapi.DescribeTrailsInput, trailapi.DescribeTrailsOutput](),
		"ListTrails":     op[trailapi.ListTrailsInput, trailapi.ListTrailsOutput](),
		"StartLogging":   op[trailapi.StartLoggingInput, trailapi.StartLoggingOutput](),
		"StopLogging":    op[trailapi.StopLoggingInput, trailapi.StopLoggingOutput](),
		"GetTrailStatus": op[trailapi.GetTrailStatusInput, trailapi.GetTrailStatusOutput](),
		// selectors.go
		"PutEventSelectors":   op[trailapi.PutEventSelectorsInput, trailapi.PutEventSelectorsOutput](),
		"GetEventSelectors":   op[trailapi.GetEventSelectorsInput, trailapi.GetEventSelectorsOutput](),
		"GetInsightSelectors": op[trailapi.GetInsightSelectorsInput, trailapi.GetInsightSelectorsOutput](),
		// tag.go
		"AddTags":    op[trailapi.AddTagsInput, trailapi.AddTagsOutput](),
		"RemoveTags": op[trailapi.RemoveTagsInput, trailapi.RemoveTagsOutput](),
		"ListTags":   op[trailapi.ListTagsInput, trailapi.ListTagsOutput](),
		// event.go
		"LookupEvents":   op[trailapi.LookupEventsInput, trailapi.LookupEventsOutput](),
		"ListPublicKeys": op[trailapi.ListPublicKeysInput, trailapi.ListPublicKeysOutput](),
	}, []apimodel.Divergence{
		{
			Difference: `PutEventSelectors().EventSelectors[].ReadWriteType: values are [], in the model [ReadOnly WriteOnly All]`,
			Reason:     own + ", InvalidEventSelectorsException",
		},
		{
			Difference: `LookupEvents().LookupAttributes[].AttributeKey: values are [], in the model [EventId EventName ReadOnly Username ResourceType ResourceName EventSource AccessKeyId]`,
			Reason:     own + ", InvalidLookupAttributesException",
		},
		{
			Difference: `LookupEvents().EventCategory: values are [], in the model [insight]`,
			Reason:     own + ", InvalidEventCategoryException",
		},
		{
			Difference: `LookupEvents().MaxResults: bounds are .., in the model 1..50`,
			Reason:     own + ", InvalidMaxResultsException",
		},
	})
}
