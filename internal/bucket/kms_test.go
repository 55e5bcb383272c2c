package bucket_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/daypass/daypass/internal/bucket"
	"github.com/daypass/daypass/internal/bucket/buckettest"
)

const (
	keyARN = "arn:aws:kms:us-east-1:111122223333:key/logs/2026"
	alias  = "arn:aws:kms:us-east-1:111122223333:alias/logs"
)

func TestAnObjectIsEncryptedUnderItsKey(t *testing.T) {
	for _, tt := range []struct {
		name  string
		key   string
		names bool
		want  string // what the store is told of the key
	}{
		{"no key", "", false, ""},
		{"no key, with bare names", "", true, ""},
		{"a key", keyARN, false, keyARN},
		{"an alias", alias, false, alias},
		{"a key by its bare name", keyARN, true, "logs/2026"},
		{"an alias by its bare name", alias, true, "logs"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := buckettest.Start(t, "logs")
			o := object
			o.KMSKey = tt.key
			if err := client(t, s.URL, func(c *bucket.Config) { c.KeyNames = tt.names }).Put(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			method := ""
			if tt.key != "" {
				method = "aws:kms"
			}
			header := s.Objects()["logs/"+o.Key].Header
			if got := header.Get("X-Amz-Server-Side-Encryption"); got != method {
				t.Errorf("the store is asked for %q, want %q", got, method)
			}
			if got := header.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id"); got != tt.want {
				t.Errorf("the key is named %q, want %q", got, tt.want)
			}
		})
	}
}

func TestAStoreThatDoesNotEncryptIsNoticed(t *testing.T) {
	s := buckettest.Start(t, "logs")
	s.Plain()
	o := object
	o.KMSKey = keyARN
	if err := client(t, s.URL).Put(t.Context(), o); !errors.Is(err, bucket.ErrNotEncrypted) {
		t.Errorf("Put into a store that does not encrypt: %v", err)
	}
	if err := client(t, s.URL).Put(t.Context(), object); err != nil {
		t.Errorf("without a key: %v", err)
	}
}

// A key that is at fault is told from a bucket that is, and from what passes.
func TestAKeyIsTriedWithItsBucket(t *testing.T) {
	encrypting := func(status int, code string) func(*http.Request) buckettest.Failure {
		return func(r *http.Request) buckettest.Failure {
			if r.Header.Get("X-Amz-Server-Side-Encryption") == "" {
				return buckettest.Failure{}
			}
			return buckettest.Failure{Status: status, Code: code}
		}
	}
	always := func(status int, code string) func(*http.Request) buckettest.Failure {
		return func(*http.Request) buckettest.Failure { return buckettest.Failure{Status: status, Code: code} }
	}
	for _, tt := range []struct {
		name   string
		bucket string
		fail   func(*http.Request) buckettest.Failure
		plain  bool
		is     []error
		not    []error
		code   string
	}{
		{name: "a good one", bucket: "logs"},
		{name: "no such key", bucket: "logs", fail: encrypting(400, "KMS.NotFoundException"), is: []error{bucket.ErrKey}, code: "KMS.NotFoundException"},
		{name: "a key that may not be used", bucket: "logs", fail: encrypting(403, "AccessDenied"), is: []error{bucket.ErrKey, bucket.ErrDenied}, code: "AccessDenied"},
		{name: "a store without keys", bucket: "logs", fail: encrypting(501, "NotImplemented"), is: []error{bucket.ErrKey}, code: "NotImplemented"},
		{name: "a store that passes over it", bucket: "logs", plain: true, is: []error{bucket.ErrKey, bucket.ErrNotEncrypted}},
		{name: "a bucket that takes nothing", bucket: "logs", fail: always(403, "AccessDenied"), is: []error{bucket.ErrDenied}, not: []error{bucket.ErrKey}, code: "AccessDenied"},
		{name: "no bucket", bucket: "nowhere", is: []error{bucket.ErrNoSuchBucket}, not: []error{bucket.ErrKey}, code: "NoSuchBucket"},
		{name: "a store that is busy", bucket: "logs", fail: encrypting(503, "SlowDown"), not: []error{bucket.ErrKey, bucket.ErrDenied}, code: "SlowDown"},
		{name: "too many requests", bucket: "logs", fail: encrypting(429, "TooManyRequests"), not: []error{bucket.ErrKey, bucket.ErrDenied}, code: "TooManyRequests"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := buckettest.Start(t, "logs")
			s.Fail(tt.fail)
			if tt.plain {
				s.Plain()
			}
			err := client(t, s.URL).Check(t.Context(), tt.bucket, "AWSLogs/1/", keyARN)
			if (err == nil) != (tt.is == nil && tt.not == nil) || bucket.Code(err) != tt.code {
				t.Errorf("%v, with code %q, want %q", err, bucket.Code(err), tt.code)
			}
			for _, want := range tt.is {
				if !errors.Is(err, want) {
					t.Errorf("%v is not %v", err, want)
				}
			}
			for _, not := range tt.not {
				if errors.Is(err, not) {
					t.Errorf("%v is %v", err, not)
				}
			}
		})
	}
}
