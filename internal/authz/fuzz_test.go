package authz

import (
	"testing"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/policy"
)

// FuzzDecode holds the property that a message which differs in any way from
// the one encoded is refused.
func FuzzDecode(f *testing.F) {
	ring := new(keys.Ring)
	if err := ring.Set([]keys.RingKey{keys.NewRingKey(1, now)}); err != nil {
		f.Fatal(err)
	}
	a := &Authorizer{Ring: ring}
	root := &authn.Caller{Account: account, Principal: policy.Principal{Type: policy.Root, Account: account, ARN: "arn:aws:iam::123456789012:root"}}
	text := a.Encode(root, &policy.Request{Action: "s3:GetObject", Resource: "*", Context: new(policy.Context)}, policy.Decision{}, now)
	f.Add(text)
	f.Add(text[1:])
	f.Add(text + "=")
	f.Fuzz(func(t *testing.T, s string) {
		if _, err := a.Decode(s, account, now); (err == nil) != (s == text) {
			t.Errorf("Decode(%q) = %v", s, err)
		}
	})
}
