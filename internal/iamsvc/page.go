package iamsvc

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
)

const defaultPage = 100

// page is the part of a list that a call asks for. The marker that continues a
// list is opaque to callers: base64 of the action's name, a space, and where the
// next page begins (the folded name of the last item, or a count of items).
type page struct {
	action string
	after  string
	limit  int
}

func newPage(c *pipeline.Call, marker string, maxItems *int32) (page, error) {
	p := page{action: c.Action, limit: defaultPage}
	if maxItems != nil {
		p.limit = int(*maxItems)
	}
	if marker == "" {
		return p, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(marker)
	action, after, ok := strings.Cut(string(text), " ")
	if err != nil || !ok || action != c.Action || after == "" {
		return page{}, errInvalidMarker()
	}
	p.after = after
	return p, nil
}

func errInvalidMarker() error { return awserr.Validation("Invalid Marker.") }

func (p page) marker(after string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(p.action + " " + after))
}

// named is the page as the store wants it, with an item more than asked for,
// which tells whether there is a next page.
func (p page) named(pathPrefix string) store.Page {
	return store.Page{PathPrefix: pathPrefix, After: p.after, Limit: p.limit + 1}
}

// byName cuts what the store returned for p.named.
func byName[T any](p page, items []T, name func(T) string) (part []T, truncated bool, marker string) {
	if len(items) <= p.limit {
		return items, false, ""
	}
	return items[:p.limit], true, p.marker(iam.Fold(name(items[p.limit-1])))
}

// byCount cuts a list that is whole in memory.
func byCount[T any](p page, items []T) (part []T, truncated bool, marker string, err error) {
	start := 0
	if p.after != "" {
		if start, err = strconv.Atoi(p.after); err != nil || start < 1 {
			return nil, false, "", errInvalidMarker()
		}
	}
	start = min(start, len(items))
	end := min(start+p.limit, len(items))
	if end < len(items) {
		return items[start:end], true, p.marker(strconv.Itoa(end)), nil
	}
	return items[start:], false, "", nil
}

// convert returns f of each item: never nil, so that an empty list is shown.
func convert[A, B any](items []A, f func(A) B) []B {
	out := make([]B, 0, len(items))
	for _, v := range items {
		out = append(out, f(v))
	}
	return out
}
