package trailsvc

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/trailapi"
)

// Events, and the keys that vouch for the files they are in.

func (s *service) eventActions() []pipeline.Handler {
	return []pipeline.Handler{
		pipeline.Action[trailapi.LookupEventsInput, trailapi.LookupEventsOutput]{
			Name: "LookupEvents", ReadOnly: true, Check: checkLookup,
			Asks: everything[trailapi.LookupEventsInput]("LookupEvents"), Do: s.lookupEvents,
		},
		pipeline.Action[trailapi.ListPublicKeysInput, trailapi.ListPublicKeysOutput]{
			Name: "ListPublicKeys", Tx: pipeline.ReadTx, ReadOnly: true,
			Check: func(_ *pipeline.Call, in *trailapi.ListPublicKeysInput) error { return noNextToken(in.NextToken) },
			Asks:  everything[trailapi.ListPublicKeysInput]("ListPublicKeys"), Do: listPublicKeys,
		},
	}
}

// maxEvents is how many events a page has at most, and unless asked otherwise.
const maxEvents = 50

// attributes are what events can be looked up by.
var attributes = []string{"EventId", "EventName", "ReadOnly", "Username", "ResourceType", "ResourceName", "EventSource", "AccessKeyId"}

func checkLookup(_ *pipeline.Call, in *trailapi.LookupEventsInput) error {
	if len(in.LookupAttributes) > 1 {
		return refusal("InvalidLookupAttributesException", "You can specify at most one lookup attribute.")
	}
	for _, a := range in.LookupAttributes {
		switch {
		case !slices.Contains(attributes, a.AttributeKey):
			return refusal("InvalidLookupAttributesException", "The attribute key is not valid: %s", clip(a.AttributeKey))
		case a.AttributeKey == "ReadOnly" && a.AttributeValue != "true" && a.AttributeValue != "false":
			return refusal("InvalidLookupAttributesException", "The value of ReadOnly is true or false.")
		}
	}
	switch {
	case in.MaxResults != nil && (*in.MaxResults < 1 || *in.MaxResults > maxEvents):
		return refusal("InvalidMaxResultsException", "The value of MaxResults is 1 to %d.", maxEvents)
	case !in.StartTime.IsZero() && !in.EndTime.IsZero() && in.EndTime.Before(in.StartTime):
		return refusal("InvalidTimeRangeException", "The start time is after the end time.")
	case in.EventCategory != "" && in.EventCategory != "insight":
		return refusal("InvalidEventCategoryException", "The event category is not valid: %s", clip(in.EventCategory))
	case len(in.NextToken) > maxToken:
		return invalidNextToken()
	}
	return nil
}

// maxToken bounds what is looked at as a token, in bytes.
const maxToken = 4096

func invalidNextToken() error {
	return refusal("InvalidNextTokenException", "The token is not valid, or was given for other parameters.")
}

func (s *service) lookupEvents(c *pipeline.Call, in *trailapi.LookupEventsInput) (*trailapi.LookupEventsOutput, error) {
	out := &trailapi.LookupEventsOutput{Events: []trailapi.Event{}}
	if s.Events == nil || in.EventCategory == "insight" { // there are no insights
		return out, nil
	}
	q := history.Query{Account: c.Account, Region: c.Region, Start: in.StartTime, End: in.EndTime, Max: maxEvents, Token: in.NextToken}
	for _, a := range in.LookupAttributes {
		q.Key, q.Value = a.AttributeKey, a.AttributeValue
	}
	if in.MaxResults != nil {
		q.Max = int(*in.MaxResults)
	}
	page, err := s.Events(c.Ctx, q)
	if errors.Is(err, history.ErrToken) {
		return nil, invalidNextToken()
	}
	if err != nil {
		return nil, err
	}
	out.NextToken = page.Token
	for _, e := range page.Events {
		out.Events = append(out.Events, showEvent(e))
	}
	return out, nil
}

func showEvent(e history.Event) trailapi.Event {
	out := trailapi.Event{
		EventId: e.ID, EventName: e.Name, ReadOnly: strconv.FormatBool(e.ReadOnly), AccessKeyId: e.AccessKeyID,
		EventTime: e.Time, EventSource: e.Source, Username: e.Username, CloudTrailEvent: e.Record,
	}
	for _, r := range e.Resources {
		out.Resources = append(out.Resources, trailapi.Resource{ResourceType: r.Type, ResourceName: r.Name})
	}
	return out
}

// listPublicKeys lists the keys of the Region. A bound that is not given is the
// present.
func listPublicKeys(c *pipeline.Call, in *trailapi.ListPublicKeysInput) (*trailapi.ListPublicKeysOutput, error) {
	start, end := orNow(c, in.StartTime), orNow(c, in.EndTime)
	if end.Before(start) {
		return nil, refusal("InvalidTimeRangeException", "The start time is after the end time.")
	}
	all, err := c.Tx.TrailKeys(c.Region, start, end)
	if err != nil {
		return nil, err
	}
	out := &trailapi.ListPublicKeysOutput{PublicKeyList: []trailapi.PublicKey{}}
	for _, k := range all {
		out.PublicKeyList = append(out.PublicKeyList, trailapi.PublicKey{
			Value: k.Public, ValidityStartTime: k.Starts, ValidityEndTime: k.Ends, Fingerprint: k.Fingerprint,
		})
	}
	return out, nil
}

func orNow(c *pipeline.Call, t time.Time) time.Time {
	if t.IsZero() {
		return c.Now
	}
	return t
}
