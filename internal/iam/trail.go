package iam

import (
	"reflect"
	"slices"
	"time"
)

// Trail says which records of an account are delivered to which bucket.
type Trail struct {
	ARN     string
	Account string
	Region  string // its home: where it was made, and alone can be changed
	Name    string
	Created time.Time
	Bucket  string
	Prefix  string // of the keys in the bucket; "" for none
	TrailSettings
	Logging bool
	Started time.Time // when it last began to log; zero for never
	Stopped time.Time // when it last ceased to; zero for never
	Tags    []Tag
	Gone    bool // it was deleted, and what it had is not delivered yet; only who delivers meets such
}

// TrailSettings are what can be chosen for a trail, as they are stored: a change
// of a name here is a change of the schema.
type TrailSettings struct {
	GlobalEvents bool            `json:"globalEvents,omitempty"` // takes the records of IAM and of the global endpoint
	AllRegions   bool            `json:"allRegions,omitempty"`
	Digests      bool            `json:"digests,omitempty"` // signs what it delivers
	Topic        string          `json:"topic,omitempty"`   // name or ARN of what would be notified; nothing is
	LogGroup     string          `json:"logGroup,omitempty"`
	LogRole      string          `json:"logRole,omitempty"`
	Key          string          `json:"key,omitempty"` // ARN of the key that the store is to encrypt log files under; "" leaves it to the bucket
	Selectors    []EventSelector `json:"selectors,omitempty"`
	Advanced     string          `json:"advanced,omitempty"` // advanced event selectors as they were given, in JSON; Selectors is what they come to
	Earlier      []Selection     `json:"earlier,omitempty"`  // what it took before, the oldest first
}

// Selection is what a trail took until it was changed: what was recorded then is
// still delivered, though the trail would not take it any more.
type Selection struct {
	Until        time.Time       `json:"until"`
	GlobalEvents bool            `json:"globalEvents,omitempty"`
	AllRegions   bool            `json:"allRegions,omitempty"`
	Selectors    []EventSelector `json:"selectors,omitempty"`
}

// maxEarlier is how many selections a trail remembers. Two that are older are
// remembered as one that took everything.
const maxEarlier = 8

// Remember notes what the trail took until now, if it was another and took
// something else.
func (t *Trail) Remember(was Trail, now time.Time) {
	if t.GlobalEvents == was.GlobalEvents && t.AllRegions == was.AllRegions && reflect.DeepEqual(t.Selectors, was.Selectors) {
		return
	}
	last := Selection{Until: now, GlobalEvents: was.GlobalEvents, AllRegions: was.AllRegions, Selectors: slices.Clone(was.Selectors)}
	for i := range last.Selectors {
		last.Selectors[i].Data = nil
	}
	t.Earlier = append(slices.Clone(t.Earlier), last)
	if len(t.Earlier) > maxEarlier {
		t.Earlier = t.Earlier[1:]
		t.Earlier[0] = Selection{Until: t.Earlier[0].Until, GlobalEvents: true, AllRegions: true}
	}
}

// The management events that a selector takes.
const (
	AllEvents   = "All"
	ReadEvents  = "ReadOnly"
	WriteEvents = "WriteOnly"
)

// EventSelector says which management events a trail takes. Without any it
// takes all.
type EventSelector struct {
	Events   string   `json:"events"`             // AllEvents, ReadEvents or WriteEvents
	None     bool     `json:"none,omitempty"`     // no management events at all
	Excluded []string `json:"excluded,omitempty"` // sources whose events are left out, such as "kms.amazonaws.com"

	// Data are the resources whose data events it would take: there are none, and
	// they are only read back.
	Data []DataResource `json:"data,omitempty"`
}

// DataResource names resources of one type.
type DataResource struct {
	Type   string   `json:"type"`
	Values []string `json:"values,omitempty"`
}

// TrailStatus is what became of the last attempts to deliver, as it is stored.
// The zero times are of what never happened.
type TrailStatus struct {
	Attempt       time.Time `json:"attempt,omitzero"`
	Delivered     time.Time `json:"delivered,omitzero"`
	Error         string    `json:"error,omitempty"` // of the last attempt; "" if it went well
	DigestAttempt time.Time `json:"digestAttempt,omitzero"`
	DigestDone    time.Time `json:"digestDone,omitzero"`
	DigestError   string    `json:"digestError,omitempty"`
}

// TrailsPerRegionQuota is how many trails an account has in a Region at most.
const TrailsPerRegionQuota = 5
