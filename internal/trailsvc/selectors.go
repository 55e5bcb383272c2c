package trailsvc

import "github.com/daypass/daypass/internal/iam"

// hasCustomSelectors reports whether a trail takes anything but all management
// events.
func hasCustomSelectors(t iam.Trail) bool {
	if t.Advanced != "" || len(t.Selectors) > 1 {
		return true
	}
	for _, s := range t.Selectors {
		if s.Events != iam.AllEvents || s.None || len(s.Excluded) > 0 || len(s.Data) > 0 {
			return true
		}
	}
	return false
}
