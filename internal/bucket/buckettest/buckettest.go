// Package buckettest is an S3-compatible store in memory, for tests: it puts,
// gets and looks at objects, and fails as it is told.
package buckettest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The one key that the store knows.
const (
	KeyID  = "BUCKETTESTKEY"
	Secret = "bucketTestSecretAccessKey"
)

// Env are the settings by which the store is reached.
func Env(name string) (string, bool) {
	v, ok := map[string]string{"AWS_ACCESS_KEY_ID": KeyID, "AWS_SECRET_ACCESS_KEY": Secret, "HOME": "/nonexistent"}[name]
	return v, ok
}

// Object is one that was put.
type Object struct {
	Body   []byte
	Header http.Header // as it was put
}

// Text returns the content, before compression if it is compressed.
func (o Object) Text(t testing.TB) string {
	t.Helper()
	if o.Header.Get("Content-Encoding") != "gzip" {
		return string(o.Body)
	}
	z, err := gzip.NewReader(bytes.NewReader(o.Body))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Failure is an answer that refuses a request. The zero Failure refuses none.
type Failure struct {
	Status int    // such as 503
	Code   string // such as "SlowDown"
	Done   bool   // what was asked is done all the same
}

// Store is one, with buckets that are made. It is safe for concurrent use.
type Store struct {
	URL string

	mu      sync.Mutex
	fail    func(*http.Request) Failure // nil never fails
	objects map[string]Object           // by bucket/key
	buckets map[string]bool
	over    []string // keys that were put over another content
	plain   bool     // what it is to encrypt it does not
}

// Start starts a store with some buckets.
func Start(t testing.TB, buckets ...string) *Store {
	t.Helper()
	s := &Store{objects: map[string]Object{}, buckets: map[string]bool{}}
	for _, b := range buckets {
		s.buckets[b] = true
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Fail has f say which requests are refused; nil refuses none.
func (s *Store) Fail(f func(*http.Request) Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = f
}

// Plain has the store pass over what it is asked to encrypt, and take it in
// plain, as stores do that know nothing of that.
func (s *Store) Plain() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plain = true
}

// Put puts an object, as somebody else would.
func (s *Store) Put(key string, o Object) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key] = o
}

// Delete removes an object.
func (s *Store) Delete(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, key)
}

// Objects returns the objects by bucket/key.
func (s *Store) Objects() map[string]Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.objects)
}

// Keys returns the keys, with their buckets, that contain a text.
func (s *Store) Keys(part string) (keys []string) {
	for k := range s.Objects() {
		if strings.Contains(k, part) {
			keys = append(keys, k)
		}
	}
	slices.Sort(keys)
	return keys
}

// Replaced returns the keys at which an object was replaced by another content.
func (s *Store) Replaced() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.over)
}

// ServeHTTP implements [http.Handler].
func (s *Store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	s.mu.Lock()
	fail := s.fail
	s.mu.Unlock()
	var f Failure
	if fail != nil {
		f = fail(r) // may wait
	}
	if f.Status == 0 || f.Done {
		status, code := s.serve(w, r, body)
		if f.Status == 0 {
			f = Failure{Status: status, Code: code}
		}
	}
	if f.Code != "" {
		refuse(w, r, f)
	}
}

func refuse(w http.ResponseWriter, r *http.Request, f Failure) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(f.Status)
	if r.Method != http.MethodHead {
		fmt.Fprintf(w, "<Error><Code>%s</Code><Message>the test says so</Message></Error>", f.Code)
	}
}

const sse = "X-Amz-Server-Side-Encryption"

// serve answers a request, or says how it is to be refused.
func (s *Store) serve(w http.ResponseWriter, r *http.Request, body []byte) (status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/")
	bucket, _, _ := strings.Cut(path, "/")
	there, exists := s.objects[path]
	switch {
	case !strings.Contains(r.Header.Get("Authorization"), "Credential="+KeyID+"/"):
		return http.StatusForbidden, "AccessDenied"
	case !s.buckets[bucket]:
		return http.StatusNotFound, "NoSuchBucket"
	case r.Method == http.MethodPut && exists && r.Header.Get("If-None-Match") == "*":
		return http.StatusPreconditionFailed, "PreconditionFailed"
	case r.Method == http.MethodPut:
		if exists && !bytes.Equal(there.Body, body) {
			s.over = append(s.over, path)
		}
		s.objects[path] = Object{body, r.Header.Clone()}
		if e := r.Header.Get(sse); e != "" && !s.plain {
			w.Header().Set(sse, e)
		}
		return 0, ""
	case !exists:
		return http.StatusNotFound, "NoSuchKey"
	}
	for name, values := range there.Header {
		if strings.HasPrefix(name, "X-Amz-Meta-") || strings.HasPrefix(name, "Content-") {
			w.Header()[name] = values
		}
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(there.Body)
	}
	return 0, ""
}
