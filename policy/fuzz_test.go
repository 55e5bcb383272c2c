package policy

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"
)

// seeds are documents of every kind, right and wrong.
var seeds = []string{
	`{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Action":["s3:Get*","*"],"Resource":["*",null]}]}`,
	`{"Version":"2012-10-17","Id":"i","Statement":{"Effect":"Deny","NotAction":"s3:*","NotResource":"arn:aws:s3:::b/${aws:username, 'x'}/*"}}`,
	`{"Statement":{"Effect":"Allow","Action":"a:b","Resource":"*","Condition":{"ForAnyValue:StringLikeIfExists":{"k":["a*",true,5.50]},"Nope":{},"DateLessThan":{"k":"2030-01-01T00:00:00Z"},"ArnLike":{"k":"arn:aws:s3:::${v}"}}}}`,
	`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":["*","111122223333"],"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`,
	`{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotPrincipal":{"AWS":"arn:aws:iam::111122223333:role/r"},"Action":"*"}}`,
	`{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::b"}}`,
	`{"Statement":{"Effect":"Allow","Action":"a:\u0062\ud83d\ude00","Resource":"arn:aws:sqs:*","Condition":{"IpAddress":{"k":"10.0.0.0/8"},"NumericEquals":{"k":1e3}}}}`,
	`{"Id":"a","Id":"b"}`, `{"Statement":[]}`, `{`, ``, `[[[[`, "{\"a\":\"\xff\"}",
}

// FuzzParse: a refusal is an *Error with a sentence and a place; what is
// accepted prints as a document that reads as the same policy.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		for kind := Managed; kind <= RCP; kind++ {
			f.Add(int(kind), s)
		}
	}
	f.Fuzz(func(t *testing.T, kind int, text string) {
		p, err := Parse(Kind(kind), text)
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if ok && (e.Message == "" || e.Offset < 0 || e.Offset > len(text)) {
				t.Errorf("refusal %+v", e)
			}
			if !ok && kind >= int(Managed) && kind <= int(RCP) {
				t.Errorf("refused by a %T: %v", err, err)
			}
			return
		}
		printed := p.String()
		again, err := Parse(Kind(kind), printed)
		if err != nil {
			t.Fatalf("%s\nprints as %s,\nwhich is refused: %v", text, printed, err)
		}
		if got := again.String(); got != printed {
			t.Errorf("printed twice:\n%s\n%s", printed, got)
		}
		same, err := p.RewritePrincipals(func(_, value string) (string, error) { return value, nil })
		if err != nil || same != text {
			t.Errorf("rewriting nothing: %v\n%s", err, same)
		}
		for _, s := range p.Statements() {
			if s.Start.Line < 1 || s.Start.Column < 2 || s.End.Line < s.Start.Line {
				t.Errorf("positions %v to %v", s.Start, s.End)
			}
		}
		set := &Set{Identity: []Attached{{Policy: p}}, Resource: []Attached{{Policy: again}}}
		r := &Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::b/x/y", Principal: Principal{Type: User, Account: "111122223333"}}
		if d, full := Evaluate(set, r), Explain(set, r); d.Verdict != full.Verdict || d.Layer != full.Layer || d.First != full.First {
			t.Errorf("Evaluate %+v, Explain %+v", d, full)
		}
	})
}

// FuzzPattern: the matcher is the slow obvious one.
func FuzzPattern(f *testing.F) {
	f.Add("b/*/test/*", "b/1/2/test/3/x", "")
	f.Add("a${v}*?", "aé*日", "é*")
	f.Add("*??", "日", "")
	f.Add("${*}${?}${$}${v, 'd'}", "*?$d", "")
	f.Add("*a*a*b", "aaaa\xffab", "a")
	f.Fuzz(func(t *testing.T, text, s, v string) {
		if len(text) > 24 || len(s) > 16 || strings.Count(text, "*") > 4 || !utf8.ValidString(text) || !utf8.ValidString(s) || !utf8.ValidString(v) {
			t.Skip("too much for the slow matcher, or no text")
		}
		c := new(Context)
		c.Set("v", v)
		sx := syntax{wildcards: true, variables: true}
		p := newPattern(text, sx, false)
		if got, want := p.match(s, c), p.resolves(c) && slowMatch(tokens(text, sx), s, c); got != want {
			t.Errorf("%q matches %q with v=%q: %v, want %v", text, s, v, got, want)
		}
	})
}

// FuzzEvaluate: a request of any text decides without panic; a Deny of
// everything denies, and without an Allow nothing is allowed.
func FuzzEvaluate(f *testing.F) {
	for _, s := range seeds {
		f.Add(s, "s3:GetObject", "arn:aws:s3:::b/x", "k", "2030-01-01")
	}
	f.Add(seeds[2], "a:b", "*", "k", "10.0.0.1")
	deny, err := Parse(Inline, `{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text, action, resource, key, value string) {
		p, err := Parse(Inline, text)
		if err != nil {
			return
		}
		c := new(Context)
		c.Set(key, value)
		c.SetList(key+"s", []string{value, ""})
		r := &Request{Action: action, Resource: resource, Context: c, Principal: Principal{Type: User, Account: "111122223333"}}
		list := []Attached{{Policy: p}}
		d := Evaluate(&Set{Identity: list}, r)
		if d.Verdict == Allowed && d.Layer == Identity {
			if s := p.Statements()[d.First.Statement]; s.Effect != "Allow" {
				t.Errorf("allowed by %+v", s)
			}
		}
		beyond := d.Verdict == Allowed && d.Layer == NoLayer // E8
		if got := Evaluate(&Set{Identity: append(list, Attached{Policy: deny})}, r).Verdict; got != ExplicitDeny && !beyond {
			t.Errorf("with a Deny of everything: %v", got)
		}
		if got := Evaluate(&Set{Identity: list, Boundary: &Attached{Policy: deny}}, r).Verdict; got == Allowed && !beyond {
			t.Error("allowed within a boundary that denies everything")
		}
	})
}
