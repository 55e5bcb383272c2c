package iamsvc

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"strconv"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/store"
)

const defaultPage = 100

// page is the part of a list that a call asks for. The marker that continues a
// list is opaque to callers: base64 of a checksum and of where the next page
// begins (the folded name of the last item, or a count of items). The checksum
// covers the action's name too; it finds mistakes, it keeps no secret.
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
	text, err := base64.RawURLEncoding.Strict().DecodeString(marker)
	if err != nil || len(text) <= 4 {
		return page{}, errInvalidMarker()
	}
	p.after = string(text[4:])
	if p.marker(p.after) != marker {
		return page{}, errInvalidMarker()
	}
	return p, nil
}

func errInvalidMarker() error { return awserr.Validation("Invalid Marker.") }

func (p page) marker(after string) string {
	sum := crc32.ChecksumIEEE([]byte(p.action + " " + after))
	return base64.RawURLEncoding.EncodeToString(append(binary.BigEndian.AppendUint32(nil, sum), after...))
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
