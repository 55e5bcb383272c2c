package totp

import (
	"sync"
	"time"
)

// How often a code of a device may be wrong: WrongCodes at once, and one more
// each Pause. With three steps to hit that makes one guess in 460 a day.
const (
	WrongCodes = 5
	Pause      = 2 * time.Minute
)

// maxDevices bounds what a [Limiter] remembers.
const maxDevices = 10_000

// Limiter counts the wrong codes of devices. It lives in memory: each process
// counts for itself, and a restart forgets. It remembers at most 10,000 devices,
// those that were asked for last. The zero value is ready, and safe for
// concurrent use.
type Limiter struct {
	mu      sync.Mutex
	devices map[string]attempts // guarded by mu
}

// attempts are those that a device had left at a time. Pauses since then give
// more, up to WrongCodes.
type attempts struct {
	left float64
	at   time.Time
}

func (a attempts) now(now time.Time) float64 {
	return min(a.left+max(0, now.Sub(a.at).Seconds()/Pause.Seconds()), WrongCodes)
}

// Take takes one attempt of the device's, and reports whether there was one. It
// is taken before the code is looked at, so that many at once are no more than
// that.
func (l *Limiter) Take(device string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	a, ok := l.devices[device]
	if !ok {
		a.left = WrongCodes
	}
	left := a.now(now)
	if left < 1 {
		return false
	}
	l.put(device, attempts{left - 1, now})
	return true
}

// Return gives an attempt back: the code was right, but could not be used.
func (l *Limiter) Return(device string, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a, ok := l.devices[device]; ok {
		l.put(device, attempts{min(a.now(now)+1, WrongCodes), now})
	}
}

// Clear forgets the wrong codes of the device: a right one came.
func (l *Limiter) Clear(device string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.devices, device)
}

func (l *Limiter) put(device string, a attempts) {
	if _, ok := l.devices[device]; !ok && len(l.devices) >= maxDevices {
		l.drop(a.at)
	}
	if l.devices == nil {
		l.devices = map[string]attempts{}
	}
	l.devices[device] = a
}

// drop makes room: of those that have all attempts again, and, when all others
// are under way, of the one asked for longest ago.
func (l *Limiter) drop(now time.Time) {
	oldest := ""
	for device, a := range l.devices {
		if a.now(now) >= WrongCodes {
			delete(l.devices, device)
		} else if oldest == "" || a.at.Before(l.devices[oldest].at) {
			oldest = device
		}
	}
	if len(l.devices) >= maxDevices {
		delete(l.devices, oldest)
	}
}
