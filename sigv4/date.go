package sigv4

import (
	"net/http"
	"time"
)

// basicFormat is ISO-8601's basic format in UTC, the one that is signed.
const basicFormat = "20060102T150405Z"

// parseBasic reads 20150830T123600Z. time.Parse would also take fractions of a
// second, and "20150830T1236000Z" forms that no signer writes.
func parseBasic(s string) (t time.Time, ok bool) {
	if len(s) != len(basicFormat) || s[8] != 'T' || s[15] != 'Z' {
		return t, false
	}
	for i := range len(s) - 1 {
		if i != 8 && (s[i] < '0' || s[i] > '9') {
			return t, false
		}
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	month, day, hour, minute, second := two(4), two(6), two(9), two(11), two(13)
	t = time.Date(two(0)*100+two(2), time.Month(month), day, hour, minute, second, 0, time.UTC)
	// time.Date turns 30 February into 1 or 2 March; such a date was not meant. A
	// day that its month does not have always changes the month.
	ok = int(t.Month()) == month && hour < 24 && minute < 60 && second < 60
	return t, ok
}

// parseExtended reads 2015-08-30T12:36:00Z.
func parseExtended(s string) (t time.Time, ok bool) {
	if len(s) != len("2006-01-02T15:04:05Z") ||
		s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[19] != 'Z' {
		return t, false
	}
	return parseBasic(s[:4] + s[5:7] + s[8:13] + s[14:16] + s[17:])
}

// parseHTTP reads the forms of a Date header that HTTP libraries write:
// "Sun, 30 Aug 2015 12:36:00 GMT", and "-0000" for the zone, which Python's
// email package writes and botocore signs.
func parseHTTP(s string) (t time.Time, ok bool) {
	for _, layout := range []string{http.TimeFormat, time.RFC1123Z} {
		if t, err := time.Parse(layout, s); err == nil && t.Nanosecond() == 0 {
			return t.UTC(), true
		}
	}
	return t, false
}
