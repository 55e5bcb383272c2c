package oidc

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/daypass/daypass/internal/oidctest"
)

// web serves the documents of issuers without a network, and counts.
type web struct {
	mu      sync.Mutex
	issuers map[string]*oidctest.Issuer // by URL
	control string                      // Cache-Control
	away    error
	hang    chan struct{} // that a fetch waits for, when not nil
	asked   []string
}

func newWeb(issuers ...*oidctest.Issuer) *web {
	w := &web{issuers: map[string]*oidctest.Issuer{}}
	for _, i := range issuers {
		w.issuers[i.URL] = i
	}
	return w
}

func (w *web) fetch(ctx context.Context, r Request) (*Document, error) {
	w.mu.Lock()
	w.asked = append(w.asked, r.URL)
	away, hang, control := w.away, w.hang, w.control
	w.mu.Unlock()
	if hang != nil {
		select {
		case <-hang:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if away != nil {
		return nil, away
	}
	for url, i := range w.issuers {
		if strings.HasPrefix(r.URL, url+"/") {
			answer := httptest.NewRecorder()
			i.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, r.URL, nil))
			if answer.Code != 200 {
				return nil, fmt.Errorf("status %d", answer.Code)
			}
			return &Document{Body: answer.Body.Bytes(), CacheControl: control}, nil
		}
	}
	return nil, ErrUnreachable
}

func (w *web) set(change func(*web)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	change(w)
}

// count returns how often documents were asked for since it was called last.
func (w *web) count() (discovery, keys int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, url := range w.asked {
		if strings.HasSuffix(url, discoveryPath) {
			discovery++
		} else {
			keys++
		}
	}
	w.asked = nil
	return discovery, keys
}

func parsed(t testing.TB, token string) *Token {
	t.Helper()
	p, err := Parse(token, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestKeysAreFetchedWhenTheyGrowOld(t *testing.T) {
	for _, c := range []struct {
		control string
		life    time.Duration
	}{
		{"", usualLife},
		{"public, max-age=1200", 20 * time.Minute},
		{"max-age=1", leastLife},
		{"max-age=0, must-revalidate", leastLife},
		{"no-store", leastLife},
		{"No-Cache, max-age=7200", leastLife},
		{`max-age="7200"`, 2 * time.Hour},
		{"max-age=31536000", mostLife},
		{"max-age=99999999999999999999", leastLife},
		{"max-age=-5", leastLife},
		{"max-age", leastLife},
	} {
		w := newWeb(idp)
		w.control = c.control
		s := NewSource(w.fetch)
		for _, step := range []struct {
			after time.Duration
			keys  int
		}{{0, 1}, {0, 0}, {c.life - time.Second, 0}, {c.life, 1}, {c.life + time.Second, 0}} {
			at := now.Add(step.after)
			if _, err := s.Keys(t.Context(), parsed(t, idp.Token(at, nil)), provider, at); err != nil {
				t.Fatal(err)
			}
			discovery, keys := w.count()
			again := step.keys == 1 && (step.after == 0 || c.life >= discoveryLife)
			if keys != step.keys || (discovery == 1) != again {
				t.Errorf("Cache-Control %q: after %v, %d keys and %d discovery documents, want %d keys", c.control, step.after, keys, discovery, step.keys)
			}
		}
	}
}

func TestAnUnknownKeyIsAskedForOnceAMinute(t *testing.T) {
	w := newWeb(oidctest.New(issuerURL))
	s := NewSource(w.fetch)
	known, unknown := parsed(t, idp.Token(now, nil)), parsed(t, oidctest.NewKey("key-2", "RS256").Sign(idp.Claims(now, nil)))
	verify := func(tok *Token, after time.Duration) error {
		_, err := s.Verify(t.Context(), tok, provider, now.Add(after), nil)
		return err
	}
	if err := verify(known, 0); err != nil {
		t.Fatal(err)
	}
	w.count()
	for i := range 200 { // a flood, all within the first minute
		if err := verify(unknown, time.Duration(i)*250*time.Millisecond); told(t, err) != refusedNoKey {
			t.Fatal(err)
		}
	}
	if _, keys := w.count(); keys != 0 {
		t.Errorf("%d fetches for an unknown key within a minute of the last", keys)
	}
	w.issuers[issuerURL].Publish(idp.Key.JWK(), oidctest.NewKey("key-2", "RS256").JWK())
	if err := verify(unknown, refetchPause); err != nil {
		t.Errorf("a key that is new: %v", err)
	}
	if discovery, keys := w.count(); keys != 1 || discovery != 0 {
		t.Errorf("%d fetches of keys, %d of discovery documents", keys, discovery)
	}
	for i := range 300 { // five more minutes of a flood of unknown keys
		_ = verify(parsed(t, oidctest.NewKey(fmt.Sprint("key-", 3+i%3), "ES256").Sign(idp.Claims(now, nil))), refetchPause+time.Duration(i)*time.Second)
	}
	if _, keys := w.count(); keys > 5 {
		t.Errorf("%d fetches in five minutes", keys)
	}
	if err := verify(known, 2*refetchPause); err != nil {
		t.Errorf("a known key, during the flood: %v", err)
	}
}

// TestAFloodOfBadTokensFetchesNothing: a token is worth a fetch for its key id
// alone, and never before its issuer is known.
func TestAFloodOfBadTokensFetchesNothing(t *testing.T) {
	w := newWeb(idp)
	s := NewSource(w.fetch)
	if _, err := s.Verify(t.Context(), parsed(t, idp.Token(now, nil)), provider, now, nil); err != nil {
		t.Fatal(err)
	}
	w.count()
	forged := oidctest.NewKey("foreign", "RS256")
	for i := range 100 {
		at := now.Add(time.Duration(i) * 20 * time.Second)
		_, _ = s.Verify(t.Context(), parsed(t, forged.SignText(`{"alg":"RS256","kid":"key-1"}`, claims(nil))), provider, at, nil)
		_, _ = s.Verify(t.Context(), parsed(t, forged.SignText(`{"alg":"RS256"}`, claims(nil))), provider, at, nil)
		_, _ = s.Verify(t.Context(), parsed(t, forged.SignText(`{"alg":"ES256","kid":"key-1"}`, claims(nil))), provider, at, nil)
	}
	if discovery, keys := w.count(); discovery+keys != 0 {
		t.Errorf("%d fetches", discovery+keys)
	}
}

func TestOldKeysServeWhileTheIssuerIsAway(t *testing.T) {
	w := newWeb(idp)
	s := NewSource(w.fetch)
	verify := func(after time.Duration) error {
		at := now.Add(after)
		_, err := s.Verify(t.Context(), parsed(t, idp.Token(at, nil)), provider, at, nil)
		return err
	}
	if err := verify(0); err != nil {
		t.Fatal(err)
	}
	w.count()
	w.set(func(w *web) { w.away = ErrUnreachable })
	for _, after := range []time.Duration{usualLife, usualLife + time.Second, usualLife + outage - time.Second} {
		if err := verify(after); err != nil {
			t.Errorf("after %v: %v", after, err)
		}
	}
	if err := verify(usualLife + outage); err == nil || !strings.HasPrefix(told(t, err), "IDPCommunicationError ") {
		t.Errorf("after the outage that keys survive: %v", err)
	}
	w.set(func(w *web) { w.away = nil })
	if err := verify(usualLife + outage + failureLife); err != nil {
		t.Errorf("back again: %v", err)
	}
}

func TestAFailureIsTheAnswerForHalfAMinute(t *testing.T) {
	w := newWeb()
	s := NewSource(w.fetch)
	tok := parsed(t, idp.Token(now, nil))
	for i := range 60 {
		_, err := s.Verify(t.Context(), tok, provider, now.Add(time.Duration(i)*time.Second), nil)
		if got := told(t, err); got != "IDPCommunicationError "+saysUnreachable {
			t.Fatal(got)
		}
	}
	if discovery, keys := w.count(); discovery != 2 || keys != 0 {
		t.Errorf("%d and %d fetches in a minute, want 2", discovery, keys)
	}
}

// TestWhatTheCallerIsToldOfAFailure has causes and words in each row.
func TestWhatTheCallerIsToldOfAFailure(t *testing.T) {
	for _, c := range []struct {
		cause error
		want  string
	}{
		{fmt.Errorf("dialing: %w", ErrUnreachable), "IDPCommunicationError " + saysUnreachable},
		{context.DeadlineExceeded, refusedNoKey},
		{errors.Join(ErrUnreachable, context.DeadlineExceeded), refusedNoKey},
		{errors.New("status 404"), refusedNoKey},
		{fmt.Errorf("x: %w", errCertificate), "InvalidIdentityToken " + saysCertificate},
	} {
		w := newWeb()
		w.away = c.cause
		_, err := NewSource(w.fetch).Verify(t.Context(), parsed(t, idp.Token(now, nil)), provider, now, nil)
		if got := told(t, err); got != c.want {
			t.Errorf("%v: %q, want %q", c.cause, got, c.want)
		}
	}
}

func TestManyShareOneFetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(idp)
		w.hang = make(chan struct{})
		s := NewSource(w.fetch)
		tok := parsed(t, idp.Token(now, nil))
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if _, err := s.Verify(t.Context(), tok, provider, now, nil); err != nil {
					t.Error(err)
				}
			})
		}
		leaver, leave := context.WithCancel(t.Context())
		left := make(chan error)
		go func() {
			_, err := s.Verify(leaver, tok, provider, now, nil)
			left <- err
		}()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who leaves: %v", err)
		}
		close(w.hang)
		all.Wait()
		if discovery, keys := w.count(); discovery != 1 || keys != 1 {
			t.Errorf("%d and %d fetches", discovery, keys)
		}
	})
}

func TestAFetchOutlivesWhoAskedButNotFiveSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(idp)
		w.hang = make(chan struct{})
		s := NewSource(w.fetch)
		tok := parsed(t, idp.Token(now, nil))
		ctx, leave := context.WithCancel(t.Context())
		leave()
		if _, err := s.Verify(ctx, tok, provider, now, nil); !errors.Is(err, context.Canceled) {
			t.Errorf("who has left: %v", err)
		}
		start := time.Now()
		_, err := s.Verify(t.Context(), tok, provider, now, nil)
		if told(t, err) != refusedNoKey || time.Since(start) != exchangeTime {
			t.Errorf("an issuer that does not answer: %v after %v", err, time.Since(start))
		}
		// Now that it is known to be slow, nobody waits for it.
		start = time.Now()
		if _, err := s.Verify(t.Context(), tok, provider, now.Add(time.Second), nil); err == nil || time.Since(start) != 0 {
			t.Errorf("again: %v after %v", err, time.Since(start))
		}
	})
}

func TestNobodyWaitsForAnIssuerThatIsKnownToBeAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb(idp)
		s := NewSource(w.fetch)
		verify := func(after time.Duration) (time.Duration, error) {
			at, start := now.Add(after), time.Now()
			_, err := s.Verify(t.Context(), parsed(t, idp.Token(at, nil)), provider, at, nil)
			return time.Since(start), err
		}
		if _, err := verify(0); err != nil {
			t.Fatal(err)
		}
		w.set(func(w *web) { w.hang = make(chan struct{}) })
		if waited, err := verify(usualLife); err != nil || waited != exchangeTime {
			t.Errorf("the first: %v after %v", err, waited)
		}
		for i := range 10 {
			if waited, err := verify(usualLife + failureLife + time.Duration(i)*time.Second); err != nil || waited != 0 {
				t.Errorf("the others: %v after %v", err, waited)
			}
		}
		time.Sleep(exchangeTime)
		synctest.Wait()
	})
}

func TestThumbprintsDecideWhatIsShared(t *testing.T) {
	w := newWeb(idp)
	s := NewSource(w.fetch)
	tok := parsed(t, idp.Token(now, nil))
	other := provider
	other.Thumbprints = []string{strings.Repeat("a", 40)}
	for _, p := range []Provider{provider, other, provider, other} {
		if _, err := s.Verify(t.Context(), tok, p, now, nil); err != nil {
			t.Fatal(err)
		}
	}
	if discovery, keys := w.count(); discovery != 2 || keys != 2 {
		t.Errorf("%d and %d fetches, want one for each set of thumbprints", discovery, keys)
	}
}

func TestFewIssuersAreKept(t *testing.T) {
	w := newWeb()
	s := NewSource(w.fetch)
	for i := range maxIssuers + 100 {
		_, _ = s.Keys(t.Context(), parsed(t, idp.Token(now, nil)), Provider{URL: fmt.Sprint("idp", i, ".example")}, now)
	}
	if len(s.issuers) != maxIssuers || s.recent.Len() != maxIssuers {
		t.Errorf("%d and %d issuers are kept", len(s.issuers), s.recent.Len())
	}
}

func TestFewFetchesAreUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWeb()
		w.hang = make(chan struct{})
		s := NewSource(w.fetch)
		ctx, leave := context.WithCancel(t.Context())
		leave()
		for i := range maxFlights + 10 {
			_, _ = s.Keys(ctx, parsed(t, idp.Token(now, nil)), Provider{URL: fmt.Sprint("idp", i, ".example")}, now)
		}
		synctest.Wait()
		if discovery, _ := w.count(); discovery != maxFlights {
			t.Errorf("%d fetches at once, want %d", discovery, maxFlights)
		}
		close(w.hang)
		synctest.Wait()
		if s.flights != 0 {
			t.Errorf("%d are still counted", s.flights)
		}
	})
}

func TestAPanicEndsTheFetchAlone(t *testing.T) {
	s := NewSource(func(context.Context, Request) (*Document, error) { panic("a mistake") })
	if _, err := s.Verify(t.Context(), parsed(t, idp.Token(now, nil)), provider, now, nil); told(t, err) != refusedNoKey {
		t.Error(err)
	}
}

func TestADocumentOverItsLimitIsNotRead(t *testing.T) {
	for _, big := range []string{discoveryPath, "/keys"} {
		w := newWeb(idp)
		s := NewSource(func(ctx context.Context, r Request) (*Document, error) {
			d, err := w.fetch(ctx, r)
			if strings.HasSuffix(r.URL, big) {
				d.Body = append(d.Body, make([]byte, r.Limit)...)
			}
			return d, err
		})
		if _, err := s.Verify(t.Context(), parsed(t, idp.Token(now, nil)), provider, now, nil); told(t, err) != refusedNoKey || !strings.Contains(err.Error(), "more than") {
			t.Errorf("%s: %v", big, err)
		}
	}
}

// TestOverTheNetwork is the whole way: an issuer on loopback, over TLS.
func TestOverTheNetwork(t *testing.T) {
	issuer := oidctest.New("")
	server := httptest.NewTLSServer(issuer)
	defer server.Close()
	issuer.URL = server.URL
	p := Provider{URL: strings.TrimPrefix(server.URL, Scheme), Clients: provider.Clients}
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	today := time.Now()
	verify := func(f *Fetcher, p Provider) error {
		id, err := NewSource(f.Fetch).Verify(t.Context(), parsed(t, issuer.Token(today, nil)), p, today, nil)
		if err == nil && id.Thumbprint != (f.Roots == nil) {
			t.Errorf("by a thumbprint: %v", id.Thumbprint)
		}
		return err
	}
	if err := verify(&Fetcher{Roots: roots, Private: true}, p); err != nil {
		t.Error(err)
	}
	if err := verify(&Fetcher{Roots: roots}, p); told(t, err) != refusedNoKey || !strings.Contains(err.Error(), "may not be reached") {
		t.Errorf("private issuers are not allowed: %v", err)
	}
	if err := verify(&Fetcher{Private: true}, p); told(t, err) != "InvalidIdentityToken "+saysCertificate {
		t.Errorf("an unknown authority: %v", err)
	}
	p.Thumbprints = []string{Thumbprint(server.Certificate())}
	if err := verify(&Fetcher{Private: true}, p); err != nil {
		t.Errorf("a thumbprint: %v", err)
	}
}
