package totp

import "time"

// How often a code of a device may be wrong: WrongCodes at once, and one more
// each Pause. With three steps to hit that makes one guess in 460 a day.
const (
	WrongCodes = 5
	Pause      = 2 * time.Minute
)

// Guess takes one guess at a code of a device, before the code is looked at, so
// that many at once are no more than that. forgiven is when all wrong codes so
// far are; the zero time is that there were none. Guess returns when that is
// with one more, or false if there were too many. A right code forgives all.
func Guess(forgiven, now time.Time) (time.Time, bool) {
	if forgiven.After(now.Add((WrongCodes - 1) * Pause)) {
		return forgiven, false
	}
	if forgiven.Before(now) {
		forgiven = now
	}
	return forgiven.Add(Pause), true
}
