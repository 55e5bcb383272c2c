package sigv4

import (
	"fmt"
	"strings"
	"sync"
	"testing"
)

// TestKeyCacheTellsArgumentsApart: a changed secret under one key id, and
// arguments that run into one another, each have their own key.
func TestKeyCacheTellsArgumentsApart(t *testing.T) {
	var c KeyCache
	lists := [][5]string{
		{"AKID", "secret", "20150830", "us-east-1", "sts"},
		{"AKID", "Secret", "20150830", "us-east-1", "sts"},
		{"AKIDs", "ecret", "20150830", "us-east-1", "sts"},
		{"AKID", "secret2", "0150830", "us-east-1", "sts"},
		{"AKID", "secret", "20150831", "us-east-1", "sts"},
		{"AKID", "secret", "20150830", "us-east-2", "sts"},
		{"AKID", "secret", "20150830", "us-east-1", "iam"},
		{"AKID", "secret", "20150830", "us-east-1s", "ts"},
		{"AKID", "", "20150830", "us-east-1", "sts"},
		{"AKID", strings.Repeat("long", 100), "20150830", "us-east-1", "sts"},
	}
	for range 2 { // missed, then found
		for _, l := range lists {
			if got, want := c.Key(l[0], l[1], l[2], l[3], l[4]), DeriveKey(l[1], l[2], l[3], l[4]); got != want {
				t.Errorf("Key(%q) is not the key of its arguments", l)
			}
		}
	}
	names := map[[32]byte]bool{}
	for _, l := range lists {
		names[cacheName(l[:]...)] = true
	}
	if len(names) != len(lists) {
		t.Errorf("%d argument lists have %d names", len(lists), len(names))
	}
}

// TestKeyCacheIsBounded, and keeps what is used.
func TestKeyCacheIsBounded(t *testing.T) {
	var c KeyCache
	kept := cacheName("AKID", "secret", "d", "r", "s")
	for i := range 3 * generation {
		c.Key(fmt.Sprint(i), "secret", "d", "r", "s")
		if i%1000 == 0 {
			c.Key("AKID", "secret", "d", "r", "s")
		}
		if n := len(c.young) + len(c.old); n > 2*generation {
			t.Fatalf("%d keys after %d", n, i)
		}
	}
	_, young := c.young[kept]
	_, old := c.old[kept]
	if !young && !old {
		t.Error("a key in use was forgotten")
	}
	if _, ok := c.young[cacheName("0", "secret", "d", "r", "s")]; ok {
		t.Error("a key not used was kept")
	}
}

func TestKeyCacheConcurrently(t *testing.T) {
	var c KeyCache
	var group sync.WaitGroup
	for g := range 8 {
		group.Go(func() {
			for i := range 2000 {
				id := fmt.Sprint((g*1000 + i) % 5000)
				if c.Key(id, id, "d", "r", "s") != DeriveKey(id, "d", "r", "s") {
					t.Errorf("the key of %s is another's", id)
					return
				}
			}
		})
	}
	group.Wait()
}

// TestDeriveKeyPublished has the example of the documentation.
func TestDeriveKeyPublished(t *testing.T) {
	key := DeriveKey("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830", "us-east-1", "iam")
	if got, want := fmt.Sprintf("%x", [32]byte(key)), "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"; got != want {
		t.Errorf("DeriveKey = %s, want %s", got, want)
	}
}
