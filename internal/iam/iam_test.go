package iam

import (
	"strings"
	"testing"
)

func TestAccountOfIDReadsPublishedIDs(t *testing.T) {
	tests := []struct {
		id, account string
		ok          bool
	}{
		{"ASIAQNZGKIQY56JQ7WML", "029608264753", true},
		{"ASIAY34FZKBOKMUTVV7A", "609629065308", true},
		{"AKIARZPUZDIKAAAAAAAA", "123456789012", true},
		{"AKIARTX3GSDSQAAAAAAA", "111122223333", true},
		{"AKIAQAAAAAAAAAAAAAAA", "000000000000", true},
		{"AKIA6RVFFB77QAAAAAAA", "999999999999", true},
		{"AKIAIOSFODNN7EXAMPLE", "", false}, // the old format
		{"AKIA7777777777777777", "", false}, // a number of 13 digits
		{"AKIAQ", "", false},
		{"", "", false},
		{"AKIAqaaaaaaaaaaaaaaa", "", false},
		{"AKIAQAAAAAAA1AAAAAAA", "", false},
	}
	for _, tt := range tests {
		if got, ok := AccountOfID(tt.id); got != tt.account || ok != tt.ok {
			t.Errorf("AccountOfID(%q) = %q, %v; want %q, %v", tt.id, got, ok, tt.account, tt.ok)
		}
	}
}

func TestNewIDCarriesItsAccountAndDoesNotRepeat(t *testing.T) {
	seen := map[string]bool{}
	for _, account := range []string{"000000000000", "000000000001", "111122223333", "999999999999"} {
		for range 100 {
			id, key := NewID(RolePrefix, account), NewKeyID(KeyPrefix, account)
			if len(id) != 21 || len(key) != 20 || !strings.HasPrefix(id, "AROA") || !strings.HasPrefix(key, "AKIA") {
				t.Fatalf("ids have wrong form: %q, %q", id, key)
			}
			for _, v := range []string{id, key} {
				if got, ok := AccountOfID(v); !ok || got != account {
					t.Errorf("AccountOfID(%q) = %q, %v; want %q", v, got, ok, account)
				}
				if seen[v[4:]] {
					t.Errorf("id %q was given twice", v)
				}
				seen[v[4:]] = true
			}
		}
	}
}

func TestNewIDRefusesWhatIsNoAccount(t *testing.T) {
	for _, account := range []string{"", "123", "12345678901x", "1234567890123"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("NewID(%q) did not panic", account)
				}
			}()
			NewID(UserPrefix, account)
		}()
	}
}

func TestNewSecretHasFortyCharacters(t *testing.T) {
	a, b := NewSecret(), NewSecret()
	if len(a) != 40 || len(b) != 40 || a == b {
		t.Error("secrets are not two fresh texts of 40 characters")
	}
}

func TestNewAccountIDIsAnAccountID(t *testing.T) {
	for range 50 {
		if id := NewAccountID(); !IsAccountID(id) || id[0] == '0' {
			t.Errorf("NewAccountID() = %q", id)
		}
	}
}

func TestFoldIgnoresCaseInAllOfUnicode(t *testing.T) {
	same := [][]string{
		{"dana", "Dana", "DANA"},
		{"k", "K", "\u212A"}, // the Kelvin sign
		{"straße", "STRAßE", "STRAẞE"},
		{"σ", "Σ", "ς"},
		{"éa", "ÉA"},
	}
	for _, group := range same {
		for _, s := range group {
			if Fold(s) != Fold(group[0]) {
				t.Errorf("Fold(%q) = %q, Fold(%q) = %q; want the same", s, Fold(s), group[0], Fold(group[0]))
			}
		}
	}
	if Fold("a") == Fold("b") || Fold("a_b") == Fold("a-b") || Fold("i") == Fold("ı") {
		t.Error("Fold joined different texts")
	}
}
