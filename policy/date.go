package policy

import (
	"math"
	"strings"
)

// Dates (C3): ISO 8601, from a year and month to fractions of a second with an
// offset, or whole seconds since 1970. Four digits alone are seconds, not a
// year. What may be saved is a little more than what exists: the 31st of
// February passes Parse and equals nothing.

// civil is a date as written.
type civil struct {
	epoch   bool // seconds since 1970 alone
	seconds int64

	year, month, day     int
	hour, minute, second int
	nanosecond           int
	offset               int // seconds east of Greenwich
}

// instant is a point in time.
type instant struct {
	seconds     int64
	nanoseconds int
}

func (t instant) compare(u instant) int {
	switch {
	case t.seconds != u.seconds:
		if t.seconds < u.seconds {
			return -1
		}
		return 1
	default:
		return t.nanoseconds - u.nanoseconds
	}
}

func parseInstant(s string) (instant, bool) {
	d, ok := scanDate(s)
	if !ok {
		return instant{}, false
	}
	if d.epoch {
		return instant{seconds: d.seconds}, true
	}
	if d.day > daysIn(d.year, d.month) {
		return instant{}, false
	}
	seconds := int64(daysSince1970(d.year, d.month, d.day))*86400 +
		int64(d.hour)*3600 + int64(d.minute)*60 + int64(d.second) - int64(d.offset)
	return instant{seconds: seconds, nanoseconds: d.nanosecond}, true
}

// scanDate reads a date and checks each of its numbers by itself.
func scanDate(s string) (d civil, ok bool) {
	if len(s) > 64 {
		return d, false
	}
	if !strings.ContainsAny(s, "tT-") {
		d.epoch = true
		d.seconds, ok = epochSeconds(s)
		return d, ok
	}
	day, clock := s, ""
	if at := strings.IndexAny(s, "tT"); at >= 0 {
		day, clock = s[:at], s[at+1:]
	}
	return d, d.scanDay(day) && d.scanClock(clock)
}

func epochSeconds(s string) (int64, bool) {
	if s == "" {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		c := int64(s[i]) - '0'
		if c < 0 || c > 9 || n > (math.MaxInt64-c)/10 {
			return 0, false
		}
		n = n*10 + c
	}
	return n, true
}

// scanDay reads year[-month[-day]]; the year may be negative.
func (d *civil) scanDay(s string) (ok bool) {
	sign := 1
	if rest, minus := strings.CutPrefix(s, "-"); minus {
		sign, s = -1, rest
	}
	d.month, d.day = 1, 1
	year, rest, more := strings.Cut(s, "-")
	if d.year, ok = number(year, 0, 292278993); !ok || sign*d.year < -292275054 {
		return false
	}
	d.year *= sign
	if !more {
		return true
	}
	month, day, more := strings.Cut(rest, "-")
	if d.month, ok = number2(month, 1, 12); !ok || !more {
		return ok
	}
	d.day, ok = number2(day, 1, 31)
	return ok
}

// number2 is number for one or two digits.
func number2(s string, low, high int) (int, bool) {
	if len(s) > 2 {
		return 0, false
	}
	return number(s, low, high)
}

// scanClock reads [hour[:minute[:second[.fraction]]]][Z|+hh[:mm]|-hh[:mm]].
func (d *civil) scanClock(s string) (ok bool) {
	if s == "" {
		return true
	}
	if at := strings.IndexAny(s, "zZ+-"); at >= 0 {
		if d.offset, ok = parseOffset(s[at:]); !ok {
			return false
		}
		s = s[:at]
	}
	hour, rest, more := strings.Cut(s, ":")
	if d.hour, ok = number2(hour, 0, 23); !ok || !more {
		return ok
	}
	minute, rest, more := strings.Cut(rest, ":")
	if d.minute, ok = number2(minute, 0, 59); !ok || !more {
		return ok
	}
	second, fraction, more := strings.Cut(rest, ".")
	if d.second, ok = number2(second, 0, 59); !ok || !more {
		return ok
	}
	d.nanosecond, ok = parseFraction(fraction)
	return ok
}

func parseOffset(s string) (seconds int, ok bool) {
	if s == "z" || s == "Z" {
		return 0, true
	}
	sign := 1
	if s[0] == '-' {
		sign = -1
	}
	hours, minutes, more := strings.Cut(s[1:], ":")
	h, ok := number2(hours, 0, 23)
	if !ok || len(hours) != 2 {
		return 0, false
	}
	if !more {
		return sign * h * 3600, true
	}
	m, ok := number2(minutes, 0, 59)
	return sign * (h*3600 + m*60), ok && len(minutes) == 2
}

// parseFraction turns up to nine decimal places into nanoseconds.
func parseFraction(s string) (int, bool) {
	if len(s) > 9 {
		return 0, false
	}
	n, ok := number(s, 0, 999999999)
	for range 9 - len(s) {
		n *= 10
	}
	return n, ok
}

func isLeap(year int) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func daysIn(year, month int) int {
	switch month {
	case 2:
		if isLeap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// daysSince1970 counts the days of the Gregorian calendar. Years are counted
// from March, so that the leap day comes last, in cycles of 400 years.
func daysSince1970(year, month, day int) int {
	if month <= 2 {
		year--
		month += 12
	}
	cycle := year / 400
	if year%400 < 0 {
		cycle--
	}
	y := year - cycle*400                    // 0 to 399
	yearDay := (153*(month-3)+2)/5 + day - 1 // from 1 March
	const daysPerCycle, from0000to1970 = 146097, 719468
	return cycle*daysPerCycle + y*365 + y/4 - y/100 + yearDay - from0000to1970
}
