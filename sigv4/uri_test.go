package sigv4_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/sigv4"
)

func TestCheckURI(t *testing.T) {
	for _, tt := range []struct {
		target string
		want   bool
	}{
		{"/", true},
		{"//", true},
		{"/a/b/", true},
		{"/a/../b", true},
		{"/a/..", true},
		{"/a%20b", true},
		{"/...", true},
		{"http://sts.amazonaws.com", true},
		{"http://sts.amazonaws.com/a", true},
		{"/..", false},
		{"/../a", false},
		{"/a/../..", false},
		{"/a/../../b", false},
		{"//../a", false},
		{"/./..", false},
		{"/%2e%2E", false},
		{"/.%2e/a", false},
		{"http://sts.amazonaws.com/..", false},
		{"*", false},
	} {
		method := "GET"
		if tt.target == "*" {
			method = "OPTIONS"
		}
		err := sigv4.CheckURI(newRequest(t, method, tt.target, "sts.amazonaws.com", ""))
		if (err == nil) != tt.want {
			t.Errorf("CheckURI(%s) = %v, want acceptance: %t", tt.target, err, tt.want)
		}
		if err != nil {
			if diff := cmp.Diff(&sigv4.Error{Status: 400}, err); diff != "" {
				t.Errorf("CheckURI(%s) (-want +got):\n%s", tt.target, diff)
			}
		}
	}
}

// TestCheckURIUnparsed: what net/http's server never lets through is refused
// too, should another server hand it over.
func TestCheckURIUnparsed(t *testing.T) {
	for name, u := range map[string]*url.URL{
		"no path":             {},
		"relative":            {Path: "a"},
		"opaque":              {Scheme: "mailto", Opaque: "a", Path: "/"},
		"escape cut short":    {Path: "/", RawPath: "/%4"},
		"escape not a number": {Path: "/", RawPath: "/%4g"},
		"escape, first digit": {Path: "/", RawPath: "/%g4"},
	} {
		if err := sigv4.CheckURI(&http.Request{URL: u, RequestURI: "x"}); err == nil {
			t.Errorf("%s: CheckURI accepts %+v", name, *u)
		}
	}
}

func TestCheckQuery(t *testing.T) {
	for query, want := range map[string]string{
		"":                        "",
		"a=b&c":                   "",
		"%41=%4a%4A":              "",
		"a=%":                     "MalformedQueryString: Incomplete trailing escape % sequence",
		"%&a":                     "MalformedQueryString: Incomplete trailing escape % sequence",
		"a=%41%4":                 "MalformedQueryString: Incomplete trailing escape % sequence",
		"a=%zz":                   "MalformedQueryString: Illegal hex character in escape % pattern: %zz",
		"a=%4/%41":                "MalformedQueryString: Illegal hex character in escape % pattern: %4/",
		"%%%=":                    "MalformedQueryString: Illegal hex character in escape % pattern: %%%",
		strings.Repeat("&", 4095): "",
		strings.Repeat("&", 4096): "MalformedQueryString: Too many parameters",
	} {
		got := ""
		if err := sigv4.CheckQuery(query); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("CheckQuery(%.20q) = %q, want %q", query, got, want)
		}
	}
}
