package trailapi

// EventSelector says which events a trail takes.
type EventSelector struct {
	ReadWriteType                 string
	IncludeManagementEvents       *bool
	DataResources                 []DataResource `q:"keep"`
	ExcludeManagementEventSources []string       `q:"keep"`
}

// DataResource names resources whose data events a trail takes.
type DataResource struct {
	Type   string
	Values []string
}

// AdvancedEventSelector takes the events that all of its conditions hold for.
type AdvancedEventSelector struct {
	Name           *string                 `q:"len=..1000,pattern=any"`
	FieldSelectors []AdvancedFieldSelector `q:"required,items=1.."`
}

// AdvancedFieldSelector is a condition on a member of an event.
type AdvancedFieldSelector struct {
	Field         string   `q:"required,len=1..1000,pattern=selector-field"`
	Equals        []string `q:"items=1..,each-len=1..2048,each-pattern=any-text"`
	StartsWith    []string `q:"items=1..,each-len=1..2048,each-pattern=any-text"`
	EndsWith      []string `q:"items=1..,each-len=1..2048,each-pattern=any-text"`
	NotEquals     []string `q:"items=1..,each-len=1..2048,each-pattern=any-text"`
	NotStartsWith []string `q:"items=1..,each-len=1..2048,each-pattern=any-text"`
	NotEndsWith   []string `q:"items=1..,each-len=1..2048,each-pattern=any-text"`
}

// PutEventSelectorsInput replaces a trail's selectors by those of one kind.
type PutEventSelectorsInput struct {
	TrailName              string `q:"required"`
	EventSelectors         []EventSelector
	AdvancedEventSelectors []AdvancedEventSelector
}

// PutEventSelectorsOutput are the trail's selectors.
type PutEventSelectorsOutput struct {
	TrailARN               string
	EventSelectors         []EventSelector
	AdvancedEventSelectors []AdvancedEventSelector
}

// GetEventSelectorsInput asks for a trail's selectors.
type GetEventSelectorsInput struct {
	TrailName string `q:"required"`
}

// GetEventSelectorsOutput are the trail's selectors.
type GetEventSelectorsOutput struct {
	TrailARN               string
	EventSelectors         []EventSelector
	AdvancedEventSelectors []AdvancedEventSelector
}

// GetInsightSelectorsInput asks for the insights of a trail or a data store.
type GetInsightSelectorsInput struct {
	TrailName      string
	EventDataStore string `q:"len=3..256,pattern=store-arn"`
}

// GetInsightSelectorsOutput are insights; there are none.
type GetInsightSelectorsOutput struct {
	TrailARN            string
	InsightSelectors    []InsightSelector
	EventDataStoreArn   string
	InsightsDestination string
}

// InsightSelector is a kind of insight.
type InsightSelector struct {
	InsightType     string
	EventCategories []string
}
