package iamsvc

import (
	"errors"
	"net/http"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/policy"
)

// The refusals of IAM. Their statuses are those of the service model.

func noSuchEntity(format string, args ...any) error {
	return awserr.New(http.StatusNotFound, "NoSuchEntity", format, args...)
}

func alreadyExists(format string, args ...any) error {
	return awserr.New(http.StatusConflict, "EntityAlreadyExists", format, args...)
}

func limitExceeded(format string, args ...any) error {
	return awserr.New(http.StatusConflict, "LimitExceeded", format, args...)
}

// quota is the refusal of one more than n.
func quota(name string, n int) error {
	return limitExceeded("Cannot exceed quota for %s: %d", name, n)
}

func deleteConflict(text string) error {
	return awserr.New(http.StatusConflict, "DeleteConflict", "%s", text)
}

func invalidInput(format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "InvalidInput", format, args...)
}

func denied(format string, args ...any) error {
	return awserr.New(http.StatusForbidden, "AccessDenied", format, args...)
}

func unmodifiable(format string, args ...any) error {
	return awserr.New(http.StatusBadRequest, "UnmodifiableEntity", format, args...)
}

// absent turns store.ErrNotFound into the refusal, and lets other errors be.
func absent(err, refusal error) error {
	if errors.Is(err, store.ErrNotFound) {
		return refusal
	}
	return err
}

// taken turns store.ErrExists into the refusal, and lets other errors be.
func taken(err, refusal error) error {
	if errors.Is(err, store.ErrExists) {
		return refusal
	}
	return err
}

// malformed turns the refusal of a policy document into that of the protocol.
func malformed(err error) error {
	if e, ok := errors.AsType[*policy.Error](err); ok {
		return &awserr.Error{Code: "MalformedPolicyDocument", Status: http.StatusBadRequest, Message: e.Message, Err: err}
	}
	return err
}
