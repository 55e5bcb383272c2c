package arn_test

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/arn"
)

// FuzzParse: what parses prints as it was read, and has the parts that STS asks
// for.
func FuzzParse(f *testing.F) {
	for _, s := range []string{
		"", "arn:aws:iam::111122223333:root", "arn:aws:s3:::b/k:1:2", "arn:a:b:::something/test-role",
		"arn:a:a::aaaaaaaaaa:", "arn::b:::x", "nothing-valid-in-here",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := arn.Parse(s)
		if err != nil {
			return
		}
		if got := a.String(); got != s {
			t.Errorf("Parse(%q).String() = %q", s, got)
		}
		if a.Partition == "" || a.Service == "" || a.Resource == "" || strings.Contains(a.Account, ":") {
			t.Errorf("Parse(%q) = %+v", s, a)
		}
		if typ := a.ResourceType(); !strings.HasPrefix(a.Resource, typ) {
			t.Errorf("Parse(%q) has the resource type %q", s, typ)
		}
		if !strings.HasSuffix(a.Resource, a.Path()+a.Name()) {
			t.Errorf("Parse(%q) has the path %q and name %q", s, a.Path(), a.Name())
		}
	})
}
