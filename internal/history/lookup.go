package history

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bounds of one lookup. What is beyond goes to the next page: one that has
// fewer events than asked for, or none, may still have a token.
const (
	MaxPage    = 50 // events in a page
	maxLookups = 2  // at once; others wait
	maxOpened  = 256
	maxEntries = 32 << 10 // blocks of which the filter is looked at
	chunk      = 512
)

// keys are the attributes of LookupEvents.
var keys = map[string]attribute{
	"EventId": eventID, "EventName": eventName, "ReadOnly": readOnly, "Username": username, "ResourceType": resourceType,
	"ResourceName": resourceName, "EventSource": eventSource, "AccessKeyId": accessKeyID,
}

// ErrClosed says that the history is not open: its file, or the database, is out
// of reach.
var ErrClosed = errors.New("history: it cannot be read now")

// Lookup finds the events of a query, the newest first, none of them twice.
func (h *History) Lookup(ctx context.Context, q Query) (Page, error) {
	w, err := q.want(h)
	if err != nil {
		return Page{}, err
	}
	select { // calls come first: lookups share what one or two take
	case h.lookups <- struct{}{}:
		defer func() { <-h.lookups }()
	case <-ctx.Done():
		return Page{}, ctx.Err()
	}
	if h.cfg.Lazy {
		if err := h.fill(ctx, true); err != nil {
			return Page{}, err
		}
	}
	db := h.db.Load()
	if db == nil {
		return Page{}, ErrClosed
	}
	ctx, stop := context.WithTimeout(ctx, lookupLimit)
	defer stop()
	next, err := db.walk(ctx, w)
	if err != nil {
		h.mu.Lock()
		h.broken(db, err)
		h.mu.Unlock()
		return Page{}, fmt.Errorf("looking up events: %w", err)
	}
	page := Page{Events: make([]Event, 0, len(w.found))}
	for _, f := range w.found {
		page.Events = append(page.Events, *f.event)
	}
	if next != "" {
		page.Token = q.token(next)
	}
	return page, nil
}

// want is what is looked for.
type want struct {
	from, before string     // keys
	terms        [][]uint64 // of each list, all of them have one
	match        func(*event) bool
	most         int // events
	opened       int // blocks that may be opened
	entries      int // blocks that may be considered

	found []found // by key, the greatest first
}

type found struct {
	key   string
	event *Event
}

func (q *Query) want(h *History) (*want, error) {
	w := &want{before: allKeys, most: q.Max, opened: maxOpened, entries: maxEntries}
	if w.most <= 0 || w.most > MaxPage {
		w.most = MaxPage
	}
	w.from = keyAt(h.cfg.Now().AddDate(0, 0, -Days).Unix())
	if !q.Start.IsZero() {
		start := q.Start.Unix()
		if q.Start.Nanosecond() > 0 {
			start++
		}
		w.from = max(w.from, keyAt(start))
	}
	if !q.End.IsZero() {
		w.before = keyAt(q.End.Unix() + 1)
	}
	if q.Token != "" {
		key, err := q.after()
		if err != nil {
			return nil, err
		}
		w.before = min(w.before, key)
	}
	a, known := keys[q.Key]
	if !known && q.Key != "" {
		return nil, fmt.Errorf("history: %q is no attribute of events", q.Key)
	}
	in := scopeOf(q.Account, q.Region)
	switch t := termOf(a, q.Value); a {
	case eventID:
		w.terms = [][]uint64{{t}}
	case noAttribute:
		w.terms = [][]uint64{{within(in, termOf(a, ""))}}
	default:
		w.terms = [][]uint64{{within(in, t)}}
	}
	w.match = func(e *event) bool {
		return string(e.account) == q.Account && string(e.region) == q.Region && e.has(a, q.Value)
	}
	return w, nil
}

// has reports whether the event has the attribute.
func (e *event) has(a attribute, value string) bool {
	switch a {
	case noAttribute:
		return true
	case eventID:
		return string(e.id) == value
	case eventName:
		return string(e.name) == value
	case readOnly:
		return string(boolText(e.readOnly)) == value
	case username:
		return string(e.user) == value && value != ""
	case eventSource:
		return string(e.source) == value
	case accessKeyID:
		return string(e.accessKey) == value && value != ""
	case errorCode:
		return string(e.code) == value
	case resourceType:
		return slices.ContainsFunc(e.resources, func(r resource) bool { return string(r.kind) == value })
	case resourceName:
		return slices.ContainsFunc(e.resources, func(r resource) bool { return string(r.name) == value })
	case principalName:
		return value != "" && (string(e.arn) == value || string(e.principal) == value || string(e.issuer) == value)
	}
	return false
}

// walk finds the events that are wanted, in w.found, and returns the key before
// which there are more; "" if there are none.
func (db *database) walk(ctx context.Context, w *want) (next string, err error) {
	after := entry{newest: allKeys}
	var room []byte
	for n := 32; ; n = chunk {
		entries, err := db.entries(ctx, w.from, w.before, after, n)
		if err != nil {
			return "", err
		}
		for _, e := range entries {
			after = e
			if len(w.found) > w.most && e.newest < w.found[w.most].key {
				return w.page(), nil
			}
			if w.entries--; w.entries < 0 && w.mayCut(e.newest) {
				return w.cut(e.newest), nil
			}
			if slices.ContainsFunc(w.terms, func(either []uint64) bool { return !slices.ContainsFunc(either, e.filter.may) }) {
				continue
			}
			if w.opened--; w.opened < 0 && w.mayCut(e.newest) {
				return w.cut(e.newest), nil
			}
			if room, err = db.search(ctx, w, e, room); err != nil {
				return "", err
			}
		}
		if len(entries) < n {
			return w.page(), nil
		}
	}
}

// search looks through a block. Its text is in room, which is returned.
func (db *database) search(ctx context.Context, w *want, e entry, room []byte) ([]byte, error) {
	stored, err := db.text(ctx, e.spool, e.number)
	if err != nil || stored == nil {
		return room, err
	}
	text, err := unpack(stored, room)
	if err != nil {
		return room, nil // damaged: what else there is is found
	}
	var ev event
	_ = each(text, func(record []byte) bool {
		w.consider(&ev, record)
		return true
	})
	return text, ctx.Err()
}

// consider keeps the event of a record if it is wanted, and among the newest.
// One more than w.most are kept, which says that there are more.
func (w *want) consider(e *event, record []byte) {
	if !e.read(record) || !w.match(e) {
		return
	}
	var b [10 + idLength]byte
	key := string(appendKey(b[:0], e.seconds, e.id))
	if key < w.from || key >= w.before {
		return
	}
	at, twice := slices.BinarySearchFunc(w.found, key, func(f found, key string) int { return strings.Compare(key, f.key) })
	if twice || at > w.most {
		return
	}
	w.found = slices.Insert(w.found, at, found{key, new(e.public(record))})
	if len(w.found) > w.most+1 {
		w.found = w.found[:w.most+1]
	}
}

// page leaves the events of a page, and returns the key before which there are
// more.
func (w *want) page() (next string) {
	if len(w.found) <= w.most {
		return ""
	}
	w.found = w.found[:w.most]
	return w.found[w.most-1].key
}

// mayCut reports whether a next page that begins at a block is further on than
// this one: of many blocks of the same time it may not be.
func (w *want) mayCut(newest string) bool { return newest+allKeys < w.before }

// cut ends the search before a block whose newest key is given: what comes
// before that is left to the next page.
func (w *want) cut(newest string) (next string) {
	n := 0
	for n < len(w.found) && w.found[n].key > newest {
		n++
	}
	if n > w.most {
		return w.page()
	}
	w.found = w.found[:n]
	return newest + allKeys
}
