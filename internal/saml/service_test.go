package saml_test

import (
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/saml"
	"github.com/daypass/daypass/internal/xmltree"
)

func TestTheServiceDescribesItself(t *testing.T) {
	for _, tt := range []struct {
		site saml.Site
		want []string
	}{
		{saml.Site{}, []string{`entityID="urn:amazon:webservices"`, `Location="https://signin.aws.amazon.com/saml" index="1" isDefault="true"`, `isRequired="true" Name="https://aws.amazon.com/SAML/Attributes/Role"`}},
		{
			saml.Site{Audiences: []string{`urn:<a&"`}, Recipients: []string{"https://a.example/saml?x=1&y=2", "https://b.example/saml"}},
			[]string{`entityID="urn:&lt;a&amp;&#34;"`, `Location="https://a.example/saml?x=1&amp;y=2" index="1"`, `Location="https://b.example/saml" index="2"/>`},
		},
		{saml.Site{Recipients: make([]string, 20)}, []string{`index="9"`}},
	} {
		got := tt.site.ServiceMetadata()
		if _, err := xmltree.Parse(got, xmltree.Limits{Bytes: 10_000, Depth: 10, Nodes: 1000}); err != nil {
			t.Errorf("%v\n%s", err, got)
		}
		for _, want := range tt.want {
			if !strings.Contains(string(got), want) {
				t.Errorf("no %s in %s", want, got)
			}
		}
	}
}
