package trailsvc

import (
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/trailapi"
)

// Logging: whether trails log, and how their deliveries fare.

func loggingActions() []pipeline.Handler {
	return []pipeline.Handler{
		change("StartLogging", func(in *trailapi.StartLoggingInput) string { return in.Name }, startLogging),
		change("StopLogging", func(in *trailapi.StopLoggingInput) string { return in.Name }, stopLogging),
		read("GetTrailStatus", func(in *trailapi.GetTrailStatusInput) string { return in.Name }, getTrailStatus),
	}
}

// startLogging changes nothing of a trail that logs.
func startLogging(c *pipeline.Call, _ *trailapi.StartLoggingInput, t iam.Trail) (*trailapi.StartLoggingOutput, error) {
	if t.Logging {
		return new(trailapi.StartLoggingOutput), nil
	}
	t.Logging, t.Started = true, c.Now
	return new(trailapi.StartLoggingOutput), c.Tx.UpdateTrail(t)
}

// stopLogging changes nothing of a trail that does not log.
func stopLogging(c *pipeline.Call, _ *trailapi.StopLoggingInput, t iam.Trail) (*trailapi.StopLoggingOutput, error) {
	if !t.Logging {
		return new(trailapi.StopLoggingOutput), nil
	}
	t.Logging, t.Stopped = false, c.Now
	return new(trailapi.StopLoggingOutput), c.Tx.UpdateTrail(t)
}

func getTrailStatus(c *pipeline.Call, _ *trailapi.GetTrailStatusInput, t iam.Trail) (*trailapi.GetTrailStatusOutput, error) {
	s, err := c.Tx.TrailStatus(t.ARN)
	if err != nil {
		return nil, err
	}
	return &trailapi.GetTrailStatusOutput{
		IsLogging: t.Logging, StartLoggingTime: t.Started, StopLoggingTime: t.Stopped,
		LatestDeliveryTime: s.Delivered, LatestDeliveryError: s.Error,
		LatestDigestDeliveryTime: s.DigestDone, LatestDigestDeliveryError: s.DigestError,
		LatestDeliveryAttemptTime: old(s.Attempt), LatestDeliveryAttemptSucceeded: old(s.Delivered),
		TimeLoggingStarted: old(t.Started), TimeLoggingStopped: old(t.Stopped),
	}, nil
}

// old writes a time as the older members have it, "" for what never happened.
func old(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}
