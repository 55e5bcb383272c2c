package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/daypass/daypass/daypasstest"
)

func TestSAMLMetadataIsForEverybody(t *testing.T) {
	s := daypasstest.New(t)
	get := func(method, path string) *daypasstest.Answer {
		t.Helper()
		r, err := http.NewRequest(method, s.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return s.Send(r)
	}
	a := get(http.MethodGet, "/static/saml-metadata.xml")
	if a.Status != http.StatusOK || a.Header.Get("Content-Type") != "application/samlmetadata+xml" || !strings.Contains(a.Body, `entityID="urn:amazon:webservices"`) {
		t.Errorf("%d %v %s", a.Status, a.Header, a.Body)
	}
	for _, other := range []string{"/static/", "/static/saml-metadata.xml/", "/static/saml-metadata.xml2", "//static/saml-metadata.xml", "/static/saml-metadata.xml?x=1"} {
		if a := get(http.MethodGet, other); a.Status == http.StatusOK {
			t.Errorf("GET %s: %s", other, a.Body)
		}
	}
	if a := get(http.MethodPut, "/static/saml-metadata.xml"); a.Status != http.StatusFound {
		t.Errorf("PUT: %d", a.Status)
	}
}
