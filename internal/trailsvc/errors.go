package trailsvc

import (
	"errors"
	"net/http"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
)

// refusal is one of the service's own; all of them have status 400.
func refusal(code, format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, code, format, args...)
}

func unknownTrail(trail, account string) error {
	return refusal("TrailNotFoundException", "Unknown trail: %s for the user: %s", trail, account)
}

// unknownARN says that there is no such trail, with its ARN by whatever it was
// named: seen of DeleteTrail, UpdateTrail and GetTrailStatus.
func unknownARN(c *pipeline.Call, r ref) error { return unknownTrail(r.arn(c), c.Account) }

// unknownGiven is how GetTrail says it: with what the request has.
func unknownGiven(c *pipeline.Call, r ref) error { return unknownTrail(r.given, c.Account) }

func invalidSelectors(format string, args ...any) error {
	return refusal("InvalidEventSelectorsException", format, args...)
}

// absent turns store.ErrNotFound into the refusal, and lets other errors be.
func absent(err, refusal error) error {
	if errors.Is(err, store.ErrNotFound) {
		return refusal
	}
	return err
}
