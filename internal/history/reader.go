package history

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"time"

	"github.com/daypass/daypass/internal/spool"
)

// Filter says which events are wanted, of all accounts and Regions unless it
// names them. What it leaves out does not matter; the zero value wants all.
type Filter struct {
	Account, Region string
	Name            string    // of the event
	Principal       string    // who called: the name of a user or session, an ARN, a principal id, or the ARN of the session's role
	AccessKeyID     string    // that signed the call, or that it issued
	Error           string    // code
	Failed          bool      // any error
	Resource        string    // what it was about: an ARN, or a name where records have no ARN
	Start, End      time.Time // both included; zero is no bound
}

// Match returns the event of a record, and whether it is wanted.
func (f *Filter) Match(record []byte) (Event, bool) {
	var e event
	if !e.read(record) || !f.match(&e) {
		return Event{}, false
	}
	t := time.Unix(e.seconds, 0)
	if t.Before(f.Start) || !f.End.IsZero() && t.After(f.End) {
		return Event{}, false
	}
	return e.public(record), true
}

func (f *Filter) match(e *event) bool {
	is := func(a attribute, value string) bool { return value == "" || e.has(a, value) }
	return (f.Account == "" || string(e.account) == f.Account) && (f.Region == "" || string(e.region) == f.Region) &&
		is(eventName, f.Name) && is(errorCode, f.Error) && is(resourceName, f.Resource) && (!f.Failed || len(e.code) > 0) &&
		(is(username, f.Principal) || is(principalName, f.Principal)) &&
		(is(accessKeyID, f.AccessKeyID) || is(resourceName, f.AccessKeyID))
}

// terms returns what a block must have to have an event that is wanted: one of
// the terms of each list.
func (f *Filter) terms() (all [][]uint64) {
	for _, c := range []struct {
		value string
		by    []attribute
	}{
		{f.Name, []attribute{eventName}},
		{f.Error, []attribute{errorCode}},
		{f.Resource, []attribute{resourceName}},
		{f.Principal, []attribute{username, principalName}},
		{f.AccessKeyID, []attribute{accessKeyID, resourceName}},
	} {
		if c.value == "" {
			continue
		}
		var either []uint64
		for _, a := range c.by {
			either = append(either, termOf(a, c.value))
		}
		all = append(all, either)
	}
	if f.Account != "" && f.Region != "" {
		all = append(all, []uint64{within(scopeOf(f.Account, f.Region), termOf(noAttribute, ""))})
	}
	return all
}

// Reader reads the history and the spool of an installation beside the process
// that writes them.
type Reader struct {
	spool, spoolID string    // "" when there is none
	db             *database // nil when there is none
}

// OpenReader opens what is there of the spool and the history that cfg names.
// Nothing is made or changed.
func OpenReader(ctx context.Context, cfg Config) (*Reader, error) {
	r := &Reader{}
	id, err := spool.ID(cfg.Spool)
	if err == nil {
		r.spool, r.spoolID = cfg.Spool, id
	} else if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if cfg.DatabaseURL != "" {
		r.db, err = openPostgres(ctx, cfg.DatabaseURL, false)
	} else {
		r.db, err = openSQLiteBeside(cfg.Dir)
	}
	if err != nil {
		return nil, err
	}
	if r.spool == "" && r.db == nil {
		return nil, fmt.Errorf("there are no records of calls in %s", cfg.Dir)
	}
	return r, nil
}

// Close closes the history.
func (r *Reader) Close() error {
	if r.db == nil {
		return nil
	}
	return r.db.close()
}

// Newest finds the newest events that the filter wants, at most n, the newest
// first, none of them twice: those in the history, and those that are in the
// spool alone as yet.
func (r *Reader) Newest(ctx context.Context, f Filter, n int) ([]Event, error) {
	w := &want{before: allKeys, match: f.match, terms: f.terms(), most: n, opened: math.MaxInt, entries: math.MaxInt}
	if !f.Start.IsZero() {
		w.from = keyAt(f.Start.Add(time.Second - 1).Unix())
	}
	if !f.End.IsZero() {
		w.before = keyAt(f.End.Unix() + 1)
	}
	var from cursor
	var err error
	if r.db != nil {
		if from, err = r.db.cursor(ctx, r.spoolID); err != nil {
			return nil, fmt.Errorf("reading the event history: %w", err)
		}
	}
	if err := r.readSpool(ctx, from.at, w); err != nil {
		return nil, err
	}
	if r.db != nil {
		if _, err := r.db.walk(ctx, w); err != nil {
			return nil, fmt.Errorf("reading the event history: %w", err)
		}
	}
	var all []Event
	for _, f := range w.found[:min(n, len(w.found))] {
		all = append(all, *f.event)
	}
	return all, nil
}

// readSpool looks through what the history does not have yet.
func (r *Reader) readSpool(ctx context.Context, from spool.Position, w *want) error {
	if r.spool == "" {
		return nil
	}
	var e event
	for {
		next, err := spool.Read(r.spool, from, func(record []byte) error {
			w.consider(&e, record)
			return nil
		})
		if err == nil {
			err = ctx.Err()
		}
		if err != nil || next == from {
			return err
		}
		from = next
	}
}
