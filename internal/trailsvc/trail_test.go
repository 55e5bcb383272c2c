package trailsvc_test

import (
	"testing"

	"github.com/daypass/daypass/internal/trailsvc"
)

func TestATrailIsMadeAndReadBack(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	a := s.must("CreateTrail", `{"Name":"main","S3BucketName":"logs","S3KeyPrefix":"p","IsMultiRegionTrail":true,"EnableLogFileValidation":true}`)
	want := `{"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"IsOrganizationTrail":false,"LogFileValidationEnabled":true,` +
		`"Name":"main","S3BucketName":"logs","S3KeyPrefix":"p","TrailARN":"arn:aws:cloudtrail:us-east-1:123456789012:trail/main"}`
	if a.text != want {
		t.Errorf("got  %s\nwant %s", a.text, want)
	}
	for _, c := range [][2]string{{"DescribeTrails", `{}`}, {"GetTrail", `{"Name":"main"}`}, {"StartLogging", `{"Name":"main"}`}, {"GetTrailStatus", `{"Name":"main"}`}, {"ListTrails", ``}, {"StopLogging", `{"Name":"main"}`}, {"GetTrailStatus", `{"Name":"main"}`}} {
		s.must(c[0], c[1])
	}
}

func TestWhatIsNoTrailIsUnknown(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	for _, action := range []string{"GetTrail", "DeleteTrail", "UpdateTrail", "StartLogging", "StopLogging", "GetTrailStatus"} {
		if a := s.call(action, `{"Name":"none"}`); !a.says("TrailNotFoundException", "Unknown trail: none for the user: 123456789012") {
			t.Errorf("%s: %d %s", action, a.status, a.text)
		}
	}
}
