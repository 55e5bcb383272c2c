package pipeline_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
)

// What an action does ahead of its transaction is for those who have the
// permission: of others' documents nothing is said.
func TestNothingIsDoneAheadForWhoMayNot(t *testing.T) {
	s := daypasstest.New(t, daypasstest.WithTime(time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)))
	may, mayNot := s.User("may", allowAll), s.User("maynot")
	garbage := strings.Repeat("no metadata ", 100)
	for _, action := range [][]string{
		{"CreateSAMLProvider", "Name", "corp"},
		{"UpdateSAMLProvider", "SAMLProviderArn", s.SAMLProvider("there").ARN},
	} {
		for _, tt := range []struct {
			who  daypasstest.Credentials
			want string
		}{{may, "InvalidInput"}, {mayNot, "AccessDenied"}} {
			a := s.Call(tt.who, "iam", action[0], append(action[1:], "SAMLMetadataDocument", garbage)...)
			if a.Status == http.StatusOK || a.Element("Code") != tt.want {
				t.Errorf("%s: %d %s, want %s", action[0], a.Status, a.Body, tt.want)
			}
		}
	}
	absent := s.Call(may, "iam", "UpdateSAMLProvider", "SAMLProviderArn", "arn:aws:iam::123456789012:saml-provider/none", "SAMLMetadataDocument", garbage)
	if absent.Element("Code") != "NoSuchEntity" {
		t.Errorf("of a provider that is not there: %s", absent.Body)
	}
}
