package trailsvc

import (
	"errors"
	"net/http"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/store"
)

// refusal is one of the service's own; all of them have status 400.
func refusal(code, format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, code, format, args...)
}

func unknownTrail(given, account string) error {
	return refusal("TrailNotFoundException", "Unknown trail: %s for the user: %s", given, account)
}

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
