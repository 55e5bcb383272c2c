package policy_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// benchPolicies is n statements about a bucket each, all about the same
// actions, half of them with a condition, in documents of up to 100.
func benchPolicies(tb testing.TB, n int) []policy.Attached {
	var texts []string
	for i := 0; i < n; i += 100 {
		texts = append(texts, benchPolicy(i, min(i+100, n)))
	}
	return attach(tb, policy.Inline, texts...)
}

func benchPolicy(from, to int) string {
	var list []string
	for i := from; i < to; i++ {
		s := fmt.Sprintf(`{"Sid":"S%d","Effect":"Allow","Action":["s3:GetObject","s3:Put*"],"Resource":["arn:aws:s3:::bucket-%d","arn:aws:s3:::bucket-%d/${aws:username}/*"]`, i, i, i)
		if i%2 == 1 {
			s += `,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"},"StringEquals":{"aws:PrincipalTag/team":"red"}}`
		}
		list = append(list, s+"}")
	}
	return v2012(strings.Join(list, ","))
}

func benchContext() *policy.Context {
	c := new(policy.Context)
	for i := range 16 {
		c.Set(fmt.Sprintf("aws:Key%d", i), "value")
	}
	c.Set("aws:username", "dana")
	c.Set("aws:SourceIp", "10.1.2.3")
	c.Set("aws:PrincipalTag/team", "red")
	return c
}

// BenchmarkEvaluate asks for what the last of n statements allows: every
// statement is about the action, so an index is no help.
func BenchmarkEvaluate(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("statements=%d", n), func(b *testing.B) {
			set := &policy.Set{Identity: benchPolicies(b, n)}
			r := &policy.Request{
				Action: "s3:GetObject", Resource: fmt.Sprintf("arn:aws:s3:::bucket-%d/dana/report.csv", n-1),
				Principal: user, Context: benchContext(),
			}
			b.ReportAllocs()
			for b.Loop() {
				if !policy.Evaluate(set, r).Allowed() {
					b.Fatal("not allowed")
				}
			}
		})
	}
}

// BenchmarkEvaluateManyActions asks for one action among statements about
// others, as in real accounts.
func BenchmarkEvaluateManyActions(b *testing.B) {
	for _, n := range []int{10, 100, 1000} {
		b.Run(fmt.Sprintf("statements=%d", n), func(b *testing.B) {
			set := &policy.Set{Identity: attach(b, policy.Inline, v2012(filler(n-1)+`,{"Effect":"Allow","Action":"iam:GetUser","Resource":"arn:aws:iam::111122223333:user/${aws:username}"}`))}
			r := &policy.Request{Action: "iam:GetUser", Resource: "arn:aws:iam::111122223333:user/dana", Principal: user, Context: benchContext()}
			b.ReportAllocs()
			for b.Loop() {
				if !policy.Evaluate(set, r).Allowed() {
					b.Fatal("not allowed")
				}
			}
		})
	}
}

// BenchmarkEvaluateTrust is the decision of an AssumeRole inside one account.
func BenchmarkEvaluateTrust(b *testing.B) {
	set := &policy.Set{
		Trust:    true,
		Resource: attach(b, policy.Trust, trust(`"Principal":{"AWS":"arn:aws:iam::111122223333:root"}`)),
		Identity: attach(b, policy.Inline, v2012(`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111122223333:role/*"}`)),
	}
	r := &policy.Request{Action: "sts:AssumeRole", Resource: "arn:aws:iam::111122223333:role/target", ResourceAccount: home, Principal: user, Context: benchContext()}
	b.ReportAllocs()
	for b.Loop() {
		if !policy.Evaluate(set, r).Allowed() {
			b.Fatal("not allowed")
		}
	}
}

// BenchmarkParse reads, checks and compiles.
func BenchmarkParse(b *testing.B) {
	for _, n := range []int{10, 100} {
		b.Run(fmt.Sprintf("statements=%d", n), func(b *testing.B) {
			text := benchPolicy(0, n)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := policy.Parse(policy.Inline, text); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*n), "ns/statement")
		})
	}
}

// BenchmarkContext fills a pooled context as a request does.
func BenchmarkContext(b *testing.B) {
	var c policy.Context
	b.ReportAllocs()
	for b.Loop() {
		c.Reset()
		for _, key := range []string{"aws:username", "aws:userid", "aws:PrincipalArn", "aws:SourceIp", "aws:UserAgent", "aws:CurrentTime", "aws:SecureTransport", "aws:RequestedRegion"} {
			c.Set(key, "value")
		}
	}
}

// Decisions take no memory; a test, so that it does not go unseen.
func TestEvaluateDoesNotAllocate(t *testing.T) {
	set := &policy.Set{
		Identity: benchPolicies(t, 100),
		Resource: attach(t, policy.Resource, naming("Allow", `{"AWS":"111122223333"}`)),
	}
	c := benchContext()
	for name, r := range map[string]*policy.Request{
		"allowed": {Action: "s3:PutObject", Resource: "arn:aws:s3:::bucket-99/dana/x", Principal: user, Context: c},
		"refused": {Action: "s3:PutObject", Resource: "arn:aws:s3:::bucket-99/eli/x", Principal: user, Context: c},
	} {
		if n := testing.AllocsPerRun(100, func() { policy.Evaluate(set, r) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
