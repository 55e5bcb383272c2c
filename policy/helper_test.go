package policy_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/policy"
)

// mustParse parses a document that is expected to be right.
func mustParse(t testing.TB, kind policy.Kind, text string) *policy.Policy {
	t.Helper()
	p, err := policy.Parse(kind, text)
	if err != nil {
		t.Fatalf("Parse(%.2000s): %v", text, err)
	}
	return p
}

// message is what Parse says to a document: "" when it is accepted.
func message(kind policy.Kind, text string) string {
	_, err := policy.Parse(kind, text)
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*policy.Error](err); ok {
		return e.Message
	}
	return "not a *policy.Error: " + err.Error()
}

// v2012 wraps statements into a document of the newer version.
func v2012(statements string) string {
	return `{"Version":"2012-10-17","Statement":[` + statements + `]}`
}

// attach parses documents of one kind and gives each an id.
func attach(t testing.TB, kind policy.Kind, texts ...string) []policy.Attached {
	t.Helper()
	var list []policy.Attached
	for i, text := range texts {
		list = append(list, policy.Attached{Policy: mustParse(t, kind, text), ID: fmt.Sprintf("%d", i+1)})
	}
	return list
}

// contextOf makes a context of "key=value" and "key=[a,b]" entries.
func contextOf(entries ...string) *policy.Context {
	c := new(policy.Context)
	for _, e := range entries {
		key, value, _ := strings.Cut(e, "=")
		if list, ok := strings.CutPrefix(value, "["); ok {
			c.SetList(key, strings.Split(strings.TrimSuffix(list, "]"), ","))
		} else {
			c.Set(key, value)
		}
	}
	return c
}

// allows asks one identity policy.
func allows(t testing.TB, text, action, resource string, entries ...string) bool {
	t.Helper()
	set := &policy.Set{Identity: attach(t, policy.Inline, text)}
	return policy.Evaluate(set, &policy.Request{
		Action: action, Resource: resource, Context: contextOf(entries...),
		Principal: policy.Principal{Type: policy.User, Account: "111122223333", ARN: "arn:aws:iam::111122223333:user/dana"},
	}).Allowed()
}
