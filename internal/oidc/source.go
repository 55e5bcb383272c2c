package oidc

import (
	"container/list"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/proof"
)

// How long what was fetched is good for, and how often is asked (reference,
// federation 10).
const (
	exchangeTime  = 5 * time.Second // discovery and keys together
	discoveryLife = time.Hour
	leastLife     = 5 * time.Minute // of keys
	usualLife     = time.Hour       // of keys whose server says nothing
	mostLife      = 24 * time.Hour
	outage        = time.Hour        // that keys survive their life while the issuer is away
	failureLife   = 30 * time.Second // that a failure is the answer
	refetchPause  = time.Minute      // between fetches for keys that nobody has

	discoverySize = 1 << 20
	keysSize      = 2 << 20

	maxIssuers = 1000 // in memory
	maxFlights = 64   // fetches under way
)

// Source has the keys of providers. It fetches an issuer's keys when they are
// first needed, again when they grow old, and when a token names one that is not
// among them; many who need the same wait for one fetch. It is safe for
// concurrent use.
type Source struct {
	fetch Fetch

	mu      sync.Mutex
	issuers map[string]*list.Element // of *issuer
	recent  *list.List               // the one used last is in front
	flights int
}

// issuer is what is known of one. Thumbprints decide what is believed, so that
// the same URL with others is another.
type issuer struct {
	name        string
	url         string
	thumbprints []string

	keysURL    string    // where the keys are, until discovered
	discovered time.Time // end of the life of keysURL

	keys    *KeySet   // the last good ones; nil before
	until   time.Time // end of the life of keys
	tried   time.Time // when a fetch began last
	failure error     // what came of it; nil is success
	flight  chan struct{}
}

// NewSource returns a Source that gets documents with fetch.
func NewSource(fetch Fetch) *Source {
	return &Source{fetch: fetch, issuers: map[string]*list.Element{}, recent: list.New()}
}

// Verify proves a token with the keys of its provider, which must be one that
// somebody registered: what it is asked for, it fetches.
func (s *Source) Verify(ctx context.Context, t *Token, p Provider, now time.Time, r *proof.Report) (*Identity, error) {
	keys, err := s.Keys(ctx, t, p, now)
	if err != nil {
		return nil, err
	}
	id, err := t.Verify(p, keys, now, r)
	if err == nil {
		id.Thumbprint = keys.thumbprint
	}
	return id, err
}

// Keys returns the keys of the provider, with the one that the token names if
// the provider has it.
func (s *Source) Keys(ctx context.Context, t *Token, p Provider, now time.Time) (*KeySet, error) {
	s.mu.Lock()
	i := s.issuer(p)
	wait := i.flight
	switch {
	case i.fresh(now) && i.keys.has(t):
		defer s.mu.Unlock()
		return i.keys, nil
	case wait != nil: // somebody has asked
	case i.mayAsk(now):
		wait = s.depart(ctx, i, now)
	}
	if wait == nil || i.failure != nil && i.usable(now) && i.keys.has(t) {
		defer s.mu.Unlock() // known to be away: nobody waits for the issuer then
		return i.answer(now)
	}
	s.mu.Unlock()
	select {
	case <-wait:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return i.answer(now)
}

// issuer returns what is known of the provider's issuer; s.mu is held.
func (s *Source) issuer(p Provider) *issuer {
	name := p.URL + "\n" + strings.Join(p.Thumbprints, "\n")
	if e, ok := s.issuers[name]; ok {
		s.recent.MoveToFront(e)
		return e.Value.(*issuer)
	}
	for s.recent.Len() >= maxIssuers {
		oldest := s.recent.Back()
		delete(s.issuers, oldest.Value.(*issuer).name)
		s.recent.Remove(oldest)
	}
	i := &issuer{name: name, url: p.URL, thumbprints: p.Thumbprints}
	s.issuers[name] = s.recent.PushFront(i)
	return i
}

func (i *issuer) fresh(now time.Time) bool  { return i.keys != nil && now.Before(i.until) }
func (i *issuer) usable(now time.Time) bool { return i.keys != nil && now.Before(i.until.Add(outage)) }

// mayAsk reports whether it is time for a fetch.
func (i *issuer) mayAsk(now time.Time) bool {
	since := now.Sub(i.tried)
	switch {
	case i.tried.IsZero():
		return true
	case i.failure != nil:
		return since >= failureLife && (!i.fresh(now) || since >= refetchPause)
	case i.fresh(now): // but without the key that is wanted
		return since >= refetchPause
	default:
		return true
	}
}

// answer is what is known now: keys that are good, or were not long ago.
func (i *issuer) answer(now time.Time) (*KeySet, error) {
	if i.usable(now) {
		return i.keys, nil
	}
	if i.failure != nil {
		return nil, i.failure
	}
	return nil, noKey("keys of "+proof.Quote(i.url), "none yet", "some")
}

// depart begins a fetch; s.mu is held. It returns what ends with it, or nil
// when too many are under way. A fetch goes on without who asked for it, since
// others wait for it too, but not for long.
func (s *Source) depart(ctx context.Context, i *issuer, now time.Time) chan struct{} {
	if s.flights >= maxFlights {
		return nil
	}
	s.flights++
	i.tried, i.flight = now, make(chan struct{})
	known := ""
	if now.Before(i.discovered) {
		known = i.keysURL
	}
	go func() {
		ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), exchangeTime)
		defer stop()
		got, err := s.guarded(ctx, i, known, now)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.flights--
		i.land(got, err, now)
	}()
	return i.flight
}

// fetched is what a fetch brings.
type fetched struct {
	keys    *KeySet
	life    time.Duration
	keysURL string
	asked   bool // the discovery document was read again
}

func (i *issuer) land(got *fetched, err error, now time.Time) {
	close(i.flight)
	i.flight = nil
	if i.failure = i.refusal(err); err != nil {
		return
	}
	i.keys, i.until = got.keys, now.Add(got.life)
	if got.asked {
		i.keysURL, i.discovered = got.keysURL, now.Add(discoveryLife)
	}
}

// guarded is get, whose panics would otherwise end the process: nobody else is
// on this goroutine.
func (s *Source) guarded(ctx context.Context, i *issuer, known string, now time.Time) (got *fetched, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("panic: %v", cause)
		}
	}()
	return s.get(ctx, i, known, now)
}

// get reads the discovery document, unless the address of the keys is known,
// and the keys.
func (s *Source) get(ctx context.Context, i *issuer, known string, now time.Time) (*fetched, error) {
	got := &fetched{keysURL: known}
	if known == "" {
		d, err := s.document(ctx, i, discoveryURL(i.url), discoverySize, now)
		if err != nil {
			return nil, err
		}
		if got.keysURL, err = parseDiscovery(d.Body, i.url); err != nil {
			return nil, err
		}
		got.asked = true
	}
	d, err := s.document(ctx, i, got.keysURL, keysSize, now)
	if err != nil {
		return nil, err
	}
	got.life = life(d.CacheControl)
	if got.keys, err = ParseKeys(d.Body); err == nil {
		got.keys.thumbprint = d.Thumbprint
	}
	return got, err
}

func (s *Source) document(ctx context.Context, i *issuer, url string, limit int64, now time.Time) (*Document, error) {
	d, err := s.fetch(ctx, Request{URL: url, Limit: limit, Thumbprints: i.thumbprints, Now: now})
	if err == nil && int64(len(d.Body)) > limit {
		err = fmt.Errorf("getting %s: more than %d bytes", url, limit)
	}
	return d, err
}

// refusal words a failed fetch for the caller.
func (i *issuer) refusal(err error) error {
	if err == nil {
		return nil
	}
	why := &proof.Failure{Check: "keys of " + proof.Quote(i.url), Saw: err.Error(), Want: "a discovery document and a key set"}
	switch {
	case errors.Is(err, errCertificate):
		return refuse(saysCertificate, why)
	case errors.Is(err, ErrUnreachable) && !errors.Is(err, context.DeadlineExceeded):
		return &awserr.Error{Code: "IDPCommunicationError", Status: http.StatusBadRequest, Message: saysUnreachable, Err: why}
	default:
		return refuse(saysNoKey, why)
	}
}

// life is how long keys are good for, by the Cache-Control that came with them.
func life(control string) time.Duration {
	d := usualLife
	for directive := range strings.SplitSeq(control, ",") {
		name, v, _ := strings.Cut(strings.ToLower(strings.TrimSpace(directive)), "=")
		switch name {
		case "no-store", "no-cache":
			return leastLife
		case "max-age":
			n, err := strconv.ParseUint(strings.Trim(v, `"`), 10, 31)
			if err != nil {
				return leastLife
			}
			d = time.Duration(n) * time.Second
		}
	}
	return min(max(d, leastLife), mostLife)
}
