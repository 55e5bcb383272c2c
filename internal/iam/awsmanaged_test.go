package iam

import (
	"slices"
	"strings"
	"testing"
)

func TestAWSManagedPoliciesAreFoundByARN(t *testing.T) {
	tests := []struct {
		name, arn, id string
	}{
		{"plain", "arn:aws:iam::aws:policy/AdministratorAccess", "ANPAIWMBCKSKIEE64ZLYK"},
		{"with a path", "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "ANPAJNCQGXC42545SKXIK"},
		{"other partition", "arn:aws-cn:iam::aws:policy/AdministratorAccess", "ANPAIWMBCKSKIEE64ZLYK"},
		{"path left out", "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole", ""},
		{"other case", "arn:aws:iam::aws:policy/administratoraccess", ""},
		{"an account's", "arn:aws:iam::111122223333:policy/AdministratorAccess", ""},
		{"no ARN", "AdministratorAccess", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := AWSManaged(tt.arn)
			if (p == nil) != (tt.id == "") || p != nil && (p.ID != tt.id || p.ARN != tt.arn) {
				t.Errorf("AWSManaged(%q) = %+v, want id %q", tt.arn, p, tt.id)
			}
		})
	}
}

func TestAWSManagedTableIsSortedAndComplete(t *testing.T) {
	all := AllAWSManaged()
	if !slices.IsSortedFunc(all, func(a, b *ManagedPolicy) int { return strings.Compare(Fold(a.Name), Fold(b.Name)) }) {
		t.Error("table is not sorted by name")
	}
	ids := map[string]string{}
	for _, p := range all {
		if len(p.ID) != 21 || !strings.HasPrefix(p.ID, "ANPA") || p.Default < 1 || p.Created.IsZero() || p.Updated.IsZero() ||
			!strings.HasPrefix(p.Path, "/") || !strings.HasSuffix(p.Path, "/") || !strings.HasPrefix(p.Document, `{"Version":"20`) {
			t.Errorf("%s: incomplete: %+v", p.Name, p.Policy)
		}
		if other, twice := ids[p.ID]; twice {
			t.Errorf("%s and %s have the same id", p.Name, other)
		}
		ids[p.ID] = p.Name
	}
}
