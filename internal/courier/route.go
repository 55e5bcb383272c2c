package courier

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/iam"
)

// head is what decides to which trails a record belongs.
type head struct {
	Account    string    `json:"recipientAccountId"`
	Time       time.Time `json:"eventTime"`
	Source     string    `json:"eventSource"`
	Region     string    `json:"awsRegion"`
	ReadOnly   bool      `json:"readOnly"`
	Additional struct {
		Details struct {
			Type string `json:"endpointType"`
		} `json:"RequestDetails"`
	} `json:"additionalEventData"`
}

// readHead reads it off a record; ok is false for what is no record.
func readHead(record []byte) (h head, ok bool) {
	err := json.Unmarshal(record, &h)
	return h, err == nil && h.Account != "" && !h.Time.IsZero() && endpoint.IsRegion(h.Region)
}

// global reports whether the record is of a service, or an endpoint, that
// stands for all Regions.
func (h *head) global() bool {
	return h.Source == "iam.amazonaws.com" || h.Source == "sts.amazonaws.com" && h.Additional.Details.Type == "global"
}

// clocksApart is by how much the clocks of replicas may differ.
const clocksApart = 5 * time.Second

// takes reports whether a record belongs to the trail: to what it takes now, or
// took at the time or since. Nobody erases his last minutes by having the trail
// take less.
func takes(t *iam.Trail, h *head) bool {
	switch {
	case h.Account != t.Account:
		return false
	case !t.Logging && h.Time.After(t.Stopped):
		return false
	case inSelection(t.Region, iam.Selection{GlobalEvents: t.GlobalEvents, AllRegions: t.AllRegions, Selectors: t.Selectors}, h):
		return true
	}
	return slices.ContainsFunc(t.Earlier, func(s iam.Selection) bool {
		return !h.Time.After(s.Until.Add(clocksApart)) && inSelection(t.Region, s, h)
	})
}

// inSelection reports whether a record is among what a trail takes, whose home is
// the Region.
func inSelection(home string, s iam.Selection, h *head) bool {
	switch {
	case h.global() && !s.GlobalEvents:
		return false
	case !h.global() && !s.AllRegions && h.Region != home:
		return false
	case len(s.Selectors) == 0:
		return true
	}
	return slices.ContainsFunc(s.Selectors, func(s iam.EventSelector) bool { return selects(s, h) })
}

func selects(s iam.EventSelector, h *head) bool {
	switch {
	case s.None, slices.Contains(s.Excluded, h.Source):
		return false
	case s.Events == iam.ReadEvents:
		return h.ReadOnly
	case s.Events == iam.WriteEvents:
		return !h.ReadOnly
	}
	return true
}
