package trailapi

import "time"

// LookupAttribute is what the events looked for have in common.
type LookupAttribute struct {
	AttributeKey   string `q:"required"`
	AttributeValue string `q:"required,len=1..2000"`
}

// LookupEventsInput looks for events of the last 90 days.
type LookupEventsInput struct {
	LookupAttributes []LookupAttribute
	StartTime        time.Time
	EndTime          time.Time
	EventCategory    string
	MaxResults       *int32
	NextToken        string
}

// LookupEventsOutput is a page of events, the newest first.
type LookupEventsOutput struct {
	Events    []Event
	NextToken string
}

// Event is one of those found.
type Event struct {
	EventId         string
	EventName       string
	ReadOnly        string
	AccessKeyId     string
	EventTime       time.Time
	EventSource     string
	Username        string
	Resources       []Resource `q:"keep"`
	CloudTrailEvent string
}

// Resource is what an event was about.
type Resource struct{ ResourceType, ResourceName string }

// ListPublicKeysInput asks for the keys that signed digests in a time.
type ListPublicKeysInput struct {
	StartTime time.Time
	EndTime   time.Time
	NextToken string
}

// ListPublicKeysOutput is a list of keys.
type ListPublicKeysOutput struct {
	PublicKeyList []PublicKey
	NextToken     string
}

// PublicKey is the public part of a key that signed digests.
type PublicKey struct {
	Value             []byte // PKCS #1
	ValidityStartTime time.Time
	ValidityEndTime   time.Time
	Fingerprint       string // MD5 of Value, in hexadecimal
}
