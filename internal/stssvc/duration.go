package stssvc

import (
	"time"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/awserr"
)

const (
	defaultRoleSession = 3600  // seconds; also when the role allows more
	longestChained     = 3600  // seconds
	longestRoot        = 3600  // seconds; longer requests are cut, not refused
	defaultUserSession = 43200 // seconds, of GetSessionToken and GetFederationToken
)

// roleDuration is the lifetime of a role session (reference 3.1). asked is nil
// when DurationSeconds was not sent.
func roleDuration(asked *int32, roleMaximum int32, chained bool) (time.Duration, error) {
	seconds := int32(defaultRoleSession)
	if asked != nil {
		seconds = *asked
	}
	switch {
	case chained && seconds > longestChained:
		return 0, awserr.Validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	case seconds > roleMaximum:
		return 0, awserr.Validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	}
	return time.Duration(seconds) * time.Second, nil
}

// userDuration is the lifetime of a session that a user or root makes of
// itself.
func userDuration(asked *int32, caller *authn.Caller) time.Duration {
	seconds := int32(defaultUserSession)
	if asked != nil {
		seconds = *asked
	}
	if caller.IsRoot() {
		seconds = min(seconds, longestRoot)
	}
	return time.Duration(seconds) * time.Second
}
