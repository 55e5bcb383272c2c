package iamsvc_test

import (
	"testing"

	"github.com/daypass/daypass/daypasstest"
)

func TestOnlyWholeMarkersOfTheSameActionContinueAList(t *testing.T) {
	s := daypasstest.New(t)
	for _, name := range []string{"ann", "bob", "carol"} {
		s.User(name)
	}
	marker := s.Call(s.Root, "iam", "ListUsers", "MaxItems", "1").Element("Marker")
	for _, tt := range []struct {
		name, action, marker string
		status               int
	}{
		{"whole", "ListUsers", marker, 200},
		{"cut", "ListUsers", marker[:len(marker)-2], 400},
		{"longer", "ListUsers", marker + "A", 400},
		{"another letter", "ListUsers", marker[:len(marker)-1] + "A", 400},
		{"of another action", "ListRoles", marker, 400},
		{"noise", "ListUsers", "forged", 400},
	} {
		a := s.Call(s.Root, "iam", tt.action, "Marker", tt.marker)
		if a.Status != tt.status || tt.status == 400 && a.Element("Message") != "Invalid Marker." {
			t.Errorf("%s: %d %s", tt.name, a.Status, a.Body)
		}
	}
}
