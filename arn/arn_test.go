package arn_test

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/arn"
)

// TestParseRefusesWhatSTSCallsInvalid holds the recorded cases of sts-api 3.1,
// the "{RoleArn} is invalid" row.
func TestParseRefusesWhatSTSCallsInvalid(t *testing.T) {
	tests := []struct {
		name, in string
		ok       bool
	}{
		{"recorded: no ARN at all", "nothing-valid-in-here", false},
		{"recorded: partition and service empty", "arn::b:::something/test-role", false},
		{"recorded: one colon too many before the resource", "arn:a::::something/test-role", false},
		{"recorded: service empty", "arn:a:::something/test-role", false},
		{"recorded: resource empty", "arn:a:a::aaaaaaaaaa:", false},
		{"recorded: unknown partition and service pass", "arn:a:b:::something/test-role", true},
		{"empty", "", false},
		{"four colons", "arn:aws:iam::111122223333", false},
		{"other scheme", "urn:aws:iam::111122223333:root", false},
		{"scheme in capitals", "ARN:aws:iam::111122223333:root", false},
		{"a resource keeps its colons", "arn:aws:sns:eu-west-1:111122223333:t:sub:1", true},
		{"too long", "arn:aws:s3:::" + strings.Repeat("x", 4*arn.MaxLength), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := arn.Parse(tt.in)
			if (err == nil) != tt.ok {
				t.Fatalf("Parse(%.60q) error = %v, want ok = %v", tt.in, err, tt.ok)
			}
			if err == nil && got.String() != tt.in {
				t.Errorf("Parse(%q).String() = %q", tt.in, got)
			}
			if err != nil && !got.IsZero() {
				t.Errorf("Parse(%.60q) = %+v beside an error, want the zero ARN", tt.in, got)
			}
		})
	}
}

func TestPartsKeepColonsAndSlashes(t *testing.T) {
	got := arn.MustParse("arn:aws:s3:::bucket/a/key:with:colons")
	want := arn.ARN{Partition: "aws", Service: "s3", Resource: "bucket/a/key:with:colons"}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if s := (arn.ARN{}).String(); s != "" {
		t.Errorf("zero ARN prints %q, want nothing", s)
	}
}

// TestConstructors holds the forms of sts-api 4.4.
func TestConstructors(t *testing.T) {
	const p, acct = arn.Partition, "111122223333"
	tests := []struct {
		name string
		got  arn.ARN
		want string
	}{
		{"root", arn.Root(p, acct), "arn:aws:iam::111122223333:root"},
		{"user with path", arn.User(p, acct, "/ops/", "dana"), "arn:aws:iam::111122223333:user/ops/dana"},
		{"user without path", arn.User(p, acct, "", "dana"), "arn:aws:iam::111122223333:user/dana"},
		{"group", arn.Group(p, acct, "/", "devs"), "arn:aws:iam::111122223333:group/devs"},
		{"role", arn.Role(p, acct, "/a/b/", "r"), "arn:aws:iam::111122223333:role/a/b/r"},
		{"session has no path", arn.AssumedRole(p, acct, "r", "s-1"), "arn:aws:sts::111122223333:assumed-role/r/s-1"},
		{"federated user", arn.FederatedUser(p, acct, "bob"), "arn:aws:sts::111122223333:federated-user/bob"},
		{"managed policy", arn.Policy(p, "aws", "/", "ReadOnlyAccess"), "arn:aws:iam::aws:policy/ReadOnlyAccess"},
		{"instance profile", arn.InstanceProfile(p, acct, "/", "web"), "arn:aws:iam::111122223333:instance-profile/web"},
		{"MFA device", arn.MFA(p, acct, "/", "dana"), "arn:aws:iam::111122223333:mfa/dana"},
		{"SAML provider", arn.SAMLProvider(p, acct, "corp"), "arn:aws:iam::111122223333:saml-provider/corp"},
		{"OIDC provider", arn.OIDCProvider(p, acct, "idp.example.com/t"), "arn:aws:iam::111122223333:oidc-provider/idp.example.com/t"},
		{"other partition", arn.Root("aws-cn", acct), "arn:aws-cn:iam::111122223333:root"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.got.String(); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if back := arn.MustParse(tt.want); back != tt.got {
				t.Errorf("parsed back as %+v, want %+v", back, tt.got)
			}
		})
	}
}

func TestQuestions(t *testing.T) {
	role := arn.MustParse("arn:aws:iam::111122223333:role/ops/eu/Deployer")
	for _, tt := range []struct{ name, got, want string }{
		{"type", role.ResourceType(), "role"},
		{"id", role.ResourceID(), "ops/eu/Deployer"},
		{"name", role.Name(), "Deployer"},
		{"path", role.Path(), "/ops/eu/"},
		{"path of none", arn.Role("aws", "111122223333", "/", "r").Path(), "/"},
		{"type of root", arn.Root("aws", "111122223333").ResourceType(), "root"},
		{"id of root", arn.Root("aws", "111122223333").ResourceID(), ""},
		{"path of root", arn.Root("aws", "111122223333").Path(), ""},
	} {
		if tt.got != tt.want {
			t.Errorf("%s = %q, want %q", tt.name, tt.got, tt.want)
		}
	}
	name, session, ok := arn.MustParse("arn:aws:sts::111122223333:assumed-role/R/s").SessionRole()
	if name != "R" || session != "s" || !ok {
		t.Errorf("SessionRole() = %q, %q, %v", name, session, ok)
	}
	for _, s := range []string{
		"arn:aws:iam::111122223333:assumed-role/R/s", "arn:aws:sts::111122223333:assumed-role/R",
		"arn:aws:sts::111122223333:assumed-role//s", "arn:aws:sts::111122223333:federated-user/s",
	} {
		if _, _, ok := arn.MustParse(s).SessionRole(); ok {
			t.Errorf("SessionRole of %s is ok, want none", s)
		}
	}
}

func TestPredicates(t *testing.T) {
	tests := []struct {
		name, in                 string
		root, user, role, policy bool
	}{
		{"root", "arn:aws:iam::111122223333:root", true, false, false, false},
		{"user", "arn:aws:iam::111122223333:user/p/u", false, true, false, false},
		{"role", "arn:aws:iam::111122223333:role/r", false, false, true, false},
		{"policy of AWS", "arn:aws:iam::aws:policy/p", false, false, false, true},
		{"role without name", "arn:aws:iam::111122223333:role/", false, false, false, false},
		{"role that ends in a slash", "arn:aws:iam::111122223333:role/r/", false, false, false, false},
		{"role without account", "arn:aws:iam:::role/r", false, false, false, false},
		{"role in a region", "arn:aws:iam:eu-west-1:111122223333:role/r", false, false, false, false},
		{"role of another service", "arn:aws:sts::111122223333:role/r", false, false, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := arn.MustParse(tt.in)
			got := [4]bool{a.IsRoot(), a.IsUser(), a.IsRole(), a.IsPolicy()}
			if want := [4]bool{tt.root, tt.user, tt.role, tt.policy}; got != want {
				t.Errorf("root, user, role, policy = %v, want %v", got, want)
			}
		})
	}
	for s, want := range map[string]bool{"111122223333": true, "": false, "11112222333": false, "11112222333x": false, "1111222233333": false} {
		if got := arn.IsAccount(s); got != want {
			t.Errorf("IsAccount(%q) = %v, want %v", s, got, want)
		}
	}
}

func TestMustParsePanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("MustParse of no ARN did not panic")
		}
	}()
	arn.MustParse("no")
}
