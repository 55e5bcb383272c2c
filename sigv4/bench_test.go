package sigv4_test

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/sigv4"
)

var benchNow = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

const benchBody = "Action=GetCallerIdentity&Version=2011-06-15"

// benchPost is the request that an SDK sends, as a server has it.
func benchPost(tb testing.TB, token string) *http.Request {
	r := newRequest(tb, "POST", "/", "sts.us-east-2.amazonaws.com", benchBody,
		"Content-Type: application/x-www-form-urlencoded; charset=utf-8",
		"User-Agent: Boto3/1.43.11 md/Botocore#1.43.11",
		"Amz-Sdk-Invocation-Id: 0e6e6d0e-95a6-4d0c-8f6b-0a1f0a0f0a0f",
		"Amz-Sdk-Request: attempt=1")
	c := sigv4.Credentials{AccessKeyID: "ASIARZPUZDIKEXAMPLE0", SecretAccessKey: secret, SessionToken: token}
	sigv4.Sign(r, sha256.Sum256([]byte(benchBody)), c, "us-east-2", "sts", benchNow)
	return r
}

func benchPresigned(tb testing.TB) *http.Request {
	r := newRequest(tb, "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", "sts.us-east-2.amazonaws.com", "", "X-K8s-Aws-Id: cluster")
	c := sigv4.Credentials{AccessKeyID: "ASIARZPUZDIKEXAMPLE0", SecretAccessKey: secret, SessionToken: strings.Repeat("IQoJb3JpZ2luX2Vj+/", 60)}
	u := sigv4.Presign(r, c, "us-east-2", "sts", benchNow, time.Minute, sha256.Sum256(nil))
	return newRequest(tb, "GET", strings.TrimPrefix(u, "http://"+r.Host), r.Host, "", "X-K8s-Aws-Id: cluster")
}

// BenchmarkVerify is all that this package does for one request: Parse, Check,
// the key from a warm cache, Verify. The body is hashed by the server.
func BenchmarkVerify(b *testing.B) {
	for name, r := range map[string]*http.Request{
		"post":           benchPost(b, ""),
		"post-token=1KB": benchPost(b, strings.Repeat("IQoJb3JpZ2luX2Vj", 64)),
		"presigned":      benchPresigned(b),
	} {
		b.Run(name, func(b *testing.B) {
			hash := sha256.Sum256([]byte(benchBody))
			if r.Method == "GET" {
				hash = sha256.Sum256(nil)
			}
			scope := sigv4.Scope{Regions: []string{"us-east-1", "us-east-2"}, Service: "sts"}
			var keys sigv4.KeyCache
			b.ReportAllocs()
			for b.Loop() {
				s, err := sigv4.Parse(r)
				if err == nil {
					err = s.Check(benchNow, scope)
				}
				if err == nil {
					err = s.Verify(r, keys.Key(s.AccessKeyID, secret, s.ScopeDate, s.Region, s.Service), hash)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkKey(b *testing.B) {
	b.Run("derive", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			sigv4.DeriveKey(secret, "20260131", "us-east-2", "sts")
		}
	})
	b.Run("cache=hit", func(b *testing.B) {
		var keys sigv4.KeyCache
		b.ReportAllocs()
		for b.Loop() {
			keys.Key("ASIARZPUZDIKEXAMPLE0", secret, "20260131", "us-east-2", "sts")
		}
	})
	b.Run("cache=hit/parallel", func(b *testing.B) {
		var keys sigv4.KeyCache
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				keys.Key("ASIARZPUZDIKEXAMPLE0", secret, "20260131", "us-east-2", "sts")
			}
		})
	})
	b.Run("cache=miss", func(b *testing.B) {
		ids := make([]string, 20000) // more than the cache holds
		for i := range ids {
			ids[i] = fmt.Sprintf("ASIA%016d", i)
		}
		var keys sigv4.KeyCache
		i := 0
		b.ReportAllocs()
		for b.Loop() {
			keys.Key(ids[i%len(ids)], secret, "20260131", "us-east-2", "sts")
			i++
		}
	})
}

func BenchmarkSign(b *testing.B) {
	r := benchPost(b, "")
	c := sigv4.Credentials{AccessKeyID: "ASIARZPUZDIKEXAMPLE0", SecretAccessKey: secret}
	hash := sha256.Sum256([]byte(benchBody))
	b.ReportAllocs()
	for b.Loop() {
		sigv4.Sign(r, hash, c, "us-east-2", "sts", benchNow)
	}
}
