package trailsvc_test

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/iam"
	storage "github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/trailsvc"
)

// line is a call and the whole of its answer.
type line struct{ region, action, body, want string }

func (s *stage) play(lines []line) {
	s.t.Helper()
	for _, l := range lines {
		a := s.callAs(s.root, l.region, l.action, l.body)
		if a.status != http.StatusOK {
			s.t.Fatalf("%s %s: %d %s", l.action, l.body, a.status, a.text)
		}
		if d := cmp.Diff(l.want, a.text); d != "" {
			s.t.Errorf("%s %s in %s (-want +got)\n%s", l.action, l.body, l.region, d)
		}
	}
}

const (
	here, there = "us-east-1", "eu-west-1"

	mainAlone = `"Name":"main","S3BucketName":"logs","S3KeyPrefix":"p","TrailARN":"` + arnOfMain + `"}`
	mainTrail = `{"HasCustomEventSelectors":false,"HasInsightSelectors":false,"HomeRegion":"us-east-1","IncludeGlobalServiceEvents":true,` +
		`"IsMultiRegionTrail":true,"IsOrganizationTrail":false,"LogFileValidationEnabled":true,` + mainAlone
	farInfo = `{"HomeRegion":"eu-west-1","Name":"far","TrailARN":"` + arnOfFar + `"}`
)

func TestTheLifeOfATrail(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	s.play([]line{
		{
			here, "CreateTrail", create("main", `,"S3KeyPrefix":"p","IsMultiRegionTrail":true,"EnableLogFileValidation":true`),
			`{"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"IsOrganizationTrail":false,"LogFileValidationEnabled":true,` + mainAlone,
		},
		{here, "GetTrail", `{"Name":"main"}`, `{"Trail":` + mainTrail + `}`},
		{here, "GetTrail", `{"Name":"` + arnOfMain + `"}`, `{"Trail":` + mainTrail + `}`},
		{there, "GetTrail", `{"Name":"main"}`, `{"Trail":` + mainTrail + `}`},
		{here, "DescribeTrails", `{}`, `{"trailList":[` + mainTrail + `]}`},
		{here, "DescribeTrails", `{"trailNameList":["other","main"]}`, `{"trailList":[` + mainTrail + `]}`},
		{here, "DescribeTrails", `{"trailNameList":["` + arnOfMain + `"]}`, `{"trailList":[` + mainTrail + `]}`},
		{here, "DescribeTrails", `{"trailNameList":["other"]}`, `{"trailList":[]}`},
		{there, "DescribeTrails", ``, `{"trailList":[` + mainTrail + `]}`},
		{there, "DescribeTrails", `{"includeShadowTrails":false}`, `{"trailList":[]}`},
		{here, "DescribeTrails", `{"includeShadowTrails":false}`, `{"trailList":[` + mainTrail + `]}`},
		{
			there, "CreateTrail", create("far", `,"IncludeGlobalServiceEvents":false`),
			`{"IncludeGlobalServiceEvents":false,"IsMultiRegionTrail":false,"IsOrganizationTrail":false,"LogFileValidationEnabled":false,` +
				`"Name":"far","S3BucketName":"logs","TrailARN":"` + arnOfFar + `"}`,
		},
		{here, "DescribeTrails", ``, `{"trailList":[` + mainTrail + `]}`},
		{here, "ListTrails", ``, `{"Trails":[` + farInfo + `,{"HomeRegion":"us-east-1","Name":"main","TrailARN":"` + arnOfMain + `"}]}`},
		{
			here, "GetTrailStatus", `{"Name":"main"}`,
			`{"IsLogging":false,"LatestDeliveryAttemptSucceeded":"","LatestDeliveryAttemptTime":"","LatestNotificationAttemptSucceeded":"",` +
				`"LatestNotificationAttemptTime":"","TimeLoggingStarted":"","TimeLoggingStopped":""}`,
		},
		{here, "StartLogging", `{"Name":"main"}`, `{}`},
		{here, "StartLogging", `{"Name":"` + arnOfMain + `"}`, `{}`},
		{
			there, "GetTrailStatus", `{"Name":"` + arnOfMain + `"}`,
			`{"IsLogging":true,"LatestDeliveryAttemptSucceeded":"","LatestDeliveryAttemptTime":"","LatestNotificationAttemptSucceeded":"",` +
				`"LatestNotificationAttemptTime":"","StartLoggingTime":1769860800,"TimeLoggingStarted":"2026-01-31T12:00:00Z","TimeLoggingStopped":""}`,
		},
		{here, "StopLogging", `{"Name":"main"}`, `{}`},
		{here, "StopLogging", `{"Name":"main"}`, `{}`},
	})
	noted := iam.TrailStatus{
		Attempt: noon.Add(3 * time.Minute), Delivered: noon.Add(2 * time.Minute), Error: "NoSuchBucket",
		DigestDone: noon.Add(time.Minute), DigestError: "AccessDenied",
	}
	if err := s.in.DB.Update(t.Context(), func(tx *storage.Tx) error { return tx.PutTrailStatus(arnOfMain, noted) }); err != nil {
		t.Fatal(err)
	}
	s.play([]line{
		{
			here, "GetTrailStatus", `{"Name":"main"}`,
			`{"IsLogging":false,"LatestDeliveryAttemptSucceeded":"2026-01-31T12:02:00Z","LatestDeliveryAttemptTime":"2026-01-31T12:03:00Z",` +
				`"LatestDeliveryError":"NoSuchBucket","LatestDeliveryTime":1769860920,"LatestDigestDeliveryError":"AccessDenied","LatestDigestDeliveryTime":1769860860,` +
				`"LatestNotificationAttemptSucceeded":"","LatestNotificationAttemptTime":"",` +
				`"StartLoggingTime":1769860800,"StopLoggingTime":1769860800,"TimeLoggingStarted":"2026-01-31T12:00:00Z","TimeLoggingStopped":"2026-01-31T12:00:00Z"}`,
		},
		{
			here, "UpdateTrail", `{"Name":"main","S3BucketName":"other","S3KeyPrefix":"","IsMultiRegionTrail":false,"EnableLogFileValidation":false,` +
				`"SnsTopicName":"told","KmsKeyId":"alias/logs","CloudWatchLogsLogGroupArn":"arn:aws:logs:us-east-1:123456789012:log-group:trail:*",` +
				`"CloudWatchLogsRoleArn":"arn:aws:iam::123456789012:role/logs"}`,
			`{"CloudWatchLogsLogGroupArn":"arn:aws:logs:us-east-1:123456789012:log-group:trail:*","CloudWatchLogsRoleArn":"arn:aws:iam::123456789012:role/logs",` +
				`"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false,"IsOrganizationTrail":false,"KmsKeyId":"arn:aws:kms:us-east-1:123456789012:alias/logs",` +
				`"LogFileValidationEnabled":false,"Name":"main","S3BucketName":"other","SnsTopicARN":"arn:aws:sns:us-east-1:123456789012:told","SnsTopicName":"told","TrailARN":"` + arnOfMain + `"}`,
		},
		{
			here, "UpdateTrail", `{"Name":"main","SnsTopicName":"","KmsKeyId":"","CloudWatchLogsLogGroupArn":"","CloudWatchLogsRoleArn":""}`,
			`{"IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":false,"IsOrganizationTrail":false,"LogFileValidationEnabled":false,"Name":"main","S3BucketName":"other","TrailARN":"` + arnOfMain + `"}`,
		},
		{here, "DeleteTrail", `{"Name":"` + arnOfMain + `"}`, `{}`},
		{here, "ListTrails", ``, `{"Trails":[` + farInfo + `]}`},
	})
}

func TestSelectorsAreReadBack(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	answer := func(kind, selectors string) string {
		return `{"` + kind + `":[` + selectors + `],"TrailARN":"` + arnOfMain + `"}`
	}
	const (
		all    = `{"DataResources":[],"ExcludeManagementEventSources":[],"IncludeManagementEvents":true,"ReadWriteType":"All"}`
		writes = `{"DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}],"ExcludeManagementEventSources":["kms.amazonaws.com"],"IncludeManagementEvents":true,"ReadWriteType":"WriteOnly"}`
		none   = `{"DataResources":[],"ExcludeManagementEventSources":[],"IncludeManagementEvents":false,"ReadWriteType":"All"}`
		reads  = `{"FieldSelectors":[{"Equals":["Management"],"Field":"eventCategory"},{"Equals":["true"],"Field":"readOnly"},{"Field":"eventSource","NotEquals":["kms.amazonaws.com"]}],"Name":"reads"}`
		data   = `{"FieldSelectors":[{"Equals":["Data"],"Field":"eventCategory"},{"Equals":["AWS::S3::Object"],"Field":"resources.type"},{"Field":"eventName","StartsWith":["Put"]}]}`
	)
	s.must("CreateTrail", create("main", ""))
	custom := func(want bool) {
		t.Helper()
		of, _ := s.must("GetTrail", `{"Name":"main"}`).body["Trail"].(map[string]any)
		if of["HasCustomEventSelectors"] != want {
			t.Errorf("HasCustomEventSelectors is %v, want %v", of["HasCustomEventSelectors"], want)
		}
	}
	kept := func(want ...iam.EventSelector) {
		t.Helper()
		if err := s.in.DB.View(t.Context(), func(tx *storage.Tx) error {
			of, err := tx.Trail(arnOfMain)
			if d := cmp.Diff(want, of.Selectors); d != "" {
				t.Errorf("what is delivered (-want +got)\n%s", d)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	s.play([]line{{here, "GetEventSelectors", `{"TrailName":"main"}`, answer("EventSelectors", all)}})
	custom(false)
	s.play([]line{{here, "PutEventSelectors", `{"TrailName":"main","EventSelectors":[{}]}`, answer("EventSelectors", all)}})
	custom(false)
	for _, selectors := range []string{writes, none, writes + "," + none} {
		s.play([]line{
			{here, "PutEventSelectors", `{"TrailName":"main","EventSelectors":[` + selectors + `]}`, answer("EventSelectors", selectors)},
			{here, "GetEventSelectors", `{"TrailName":"main"}`, answer("EventSelectors", selectors)},
		})
		custom(true)
	}
	kept(iam.EventSelector{Events: iam.WriteEvents, Excluded: []string{"kms.amazonaws.com"}, Data: []iam.DataResource{{Type: "AWS::S3::Object", Values: []string{"arn:aws:s3"}}}},
		iam.EventSelector{Events: iam.AllEvents, None: true})

	s.play([]line{
		{here, "PutEventSelectors", `{"TrailName":"main","AdvancedEventSelectors":[` + reads + "," + data + `]}`, answer("AdvancedEventSelectors", reads+","+data)},
		{here, "GetEventSelectors", `{"TrailName":"main"}`, answer("AdvancedEventSelectors", reads+","+data)},
	})
	custom(true)
	kept(iam.EventSelector{Events: iam.ReadEvents, Excluded: []string{"kms.amazonaws.com"}})

	s.play([]line{{here, "PutEventSelectors", `{"TrailName":"main","AdvancedEventSelectors":[` + data + `]}`, answer("AdvancedEventSelectors", data)}})
	kept(iam.EventSelector{Events: iam.AllEvents, None: true})
}

func TestTagsAreReadBack(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	s.must("CreateTrail", create("main", `,"IsMultiRegionTrail":true,"TagsList":[{"Key":"team","Value":"build"},{"Key":"Team","Value":"x"}]`))
	list := `{"ResourceIdList":["` + arnOfMain + `"]}`
	answer := func(tags string) string {
		return `{"ResourceTagList":[{"ResourceId":"` + arnOfMain + `","TagsList":[` + tags + `]}]}`
	}
	s.play([]line{
		{here, "ListTags", list, answer(`{"Key":"team","Value":"build"},{"Key":"Team","Value":"x"}`)},
		{there, "AddTags", `{"ResourceId":"` + arnOfMain + `","TagsList":[{"Key":"team","Value":"run"},{"Key":"bare"}]}`, `{}`},
		{there, "ListTags", list, answer(`{"Key":"team","Value":"run"},{"Key":"Team","Value":"x"},{"Key":"bare"}`)},
		{here, "RemoveTags", `{"ResourceId":"` + arnOfMain + `","TagsList":[{"Key":"team"},{"Key":"none"},{"Key":"bare","Value":"other"}]}`, `{}`},
		{here, "ListTags", list, answer(`{"Key":"Team","Value":"x"}`)},
	})
}

func TestEventsAreLookedUp(t *testing.T) {
	var asked []history.Query
	s := newStage(t, trailsvc.Config{Events: func(_ context.Context, q history.Query) (history.Page, error) {
		asked = append(asked, q)
		return history.Page{Token: "next", Events: []history.Event{
			{
				ID: "1", Name: "CreateUser", Source: "iam.amazonaws.com", Time: noon, AccessKeyID: "AKIA", Username: "ann",
				Resources: []history.Resource{{Type: "AWS::IAM::User", Name: "bob"}}, Record: `{"a":1}`,
			},
			{ID: "2", Name: "GetCallerIdentity", Source: "sts.amazonaws.com", Time: noon.Add(-time.Second), ReadOnly: true, Record: `{}`},
		}}, nil
	}})
	s.play([]line{
		{
			there, "LookupEvents", `{"LookupAttributes":[{"AttributeKey":"Username","AttributeValue":"ann"}],"StartTime":1769860800,"EndTime":1.7698608005e9,"MaxResults":2,"NextToken":"here"}`,
			`{"Events":[{"AccessKeyId":"AKIA","CloudTrailEvent":"{\"a\":1}","EventId":"1","EventName":"CreateUser","EventSource":"iam.amazonaws.com","EventTime":1769860800,` +
				`"ReadOnly":"false","Resources":[{"ResourceName":"bob","ResourceType":"AWS::IAM::User"}],"Username":"ann"},` +
				`{"CloudTrailEvent":"{}","EventId":"2","EventName":"GetCallerIdentity","EventSource":"sts.amazonaws.com","EventTime":1769860799,"ReadOnly":"true","Resources":[]}],"NextToken":"next"}`,
		},
		{here, "LookupEvents", `{"EventCategory":"insight"}`, `{"Events":[]}`},
	})
	s.must("LookupEvents", "")
	want := []history.Query{
		{Account: account, Region: there, Key: "Username", Value: "ann", Start: noon, End: noon.Add(500 * time.Millisecond), Max: 2, Token: "here"},
		{Account: account, Region: here, Max: 50},
	}
	if d := cmp.Diff(want, asked); d != "" {
		t.Errorf("asked of the history (-want +got)\n%s", d)
	}
}

func TestPublicKeysAreThoseOfATimeAndRegion(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	day := 24 * time.Hour
	err := s.in.DB.Update(t.Context(), func(tx *storage.Tx) error {
		for _, k := range []storage.TrailKey{
			{Fingerprint: "old", Region: here, Starts: noon.Add(-60 * day), Ends: noon.Add(-30 * day), Public: []byte{1}, Sealed: []byte("secret")},
			{Fingerprint: "now", Region: here, Starts: noon.Add(-31 * day), Ends: noon.Add(day), Public: []byte{2}, Sealed: []byte("secret")},
			{Fingerprint: "far", Region: there, Starts: noon.Add(-31 * day), Ends: noon.Add(day), Public: []byte{3}, Sealed: []byte("secret")},
		} {
			if err := tx.AddTrailKey(k); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	fingerprints := func(a answer) (all []string) {
		list, _ := a.body["PublicKeyList"].([]any)
		for _, k := range list {
			all = append(all, k.(map[string]any)["Fingerprint"].(string))
		}
		return all
	}
	s.play([]line{{
		here, "ListPublicKeys", ``,
		`{"PublicKeyList":[{"Fingerprint":"now","ValidityEndTime":1769947200,"ValidityStartTime":1767182400,"Value":"Ag=="}]}`,
	}})
	if got := fingerprints(s.must("ListPublicKeys", `{"StartTime":1766000000,"EndTime":1769868000}`)); !slices.Equal(got, []string{"old", "now"}) {
		t.Errorf("keys since the old one: %v", got)
	}
	if got := fingerprints(s.callAs(s.root, there, "ListPublicKeys", "")); !slices.Equal(got, []string{"far"}) {
		t.Errorf("keys of the other Region: %v", got)
	}
}

func TestWhatIsNoTrailIsUnknown(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	for _, action := range []string{"GetTrail", "DeleteTrail", "UpdateTrail", "StartLogging", "StopLogging", "GetTrailStatus"} {
		trail := "arn:aws:cloudtrail:us-east-1:123456789012:trail/none"
		if action == "GetTrail" {
			trail = "none"
		}
		if a := s.call(action, `{"Name":"none"}`); !a.says("TrailNotFoundException", "Unknown trail: "+trail+" for the user: 123456789012") {
			t.Errorf("%s: %d %s", action, a.status, a.text)
		}
	}
	for _, body := range []string{`{"TrailName":"none","EventSelectors":[{}]}`, `{"TrailName":"` + arnOfMain + `","EventSelectors":[{}]}`} {
		if a := s.call("PutEventSelectors", body); !a.says("TrailNotFoundException", "for the user: 123456789012") {
			t.Errorf("%d %s", a.status, a.text)
		}
	}
}

// What a change leaves out is remembered for what was recorded before it.
func TestWhatATrailTookIsRemembered(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	s.must("CreateTrail", create("main", `,"IsMultiRegionTrail":true`))
	s.must("UpdateTrail", `{"Name":"main","EnableLogFileValidation":true}`)
	s.must("PutEventSelectors", `{"TrailName":"main","EventSelectors":[{"ReadWriteType":"WriteOnly","DataResources":[{"Type":"AWS::S3::Object","Values":["arn:aws:s3"]}]}]}`)
	s.must("UpdateTrail", `{"Name":"main","IsMultiRegionTrail":false}`)
	var got []iam.Selection
	err := s.in.DB.View(t.Context(), func(tx *storage.Tx) error {
		trail, err := tx.Trail(arnOfMain)
		got = trail.Earlier
		return err
	})
	want := []iam.Selection{
		{Until: noon, GlobalEvents: true, AllRegions: true},
		{Until: noon, GlobalEvents: true, AllRegions: true, Selectors: []iam.EventSelector{{Events: iam.WriteEvents}}},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}

// A trail that logs is not begun anew, and one that does not is not ended again:
// the times say since when.
func TestStartAndStopAgainChangeNothing(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	s.must("CreateTrail", create("main", ""))
	before := noon.Add(-time.Hour)
	for _, tt := range []struct {
		action  string
		logging bool
	}{{"StartLogging", true}, {"StopLogging", false}} {
		var got iam.Trail
		set := func(tx *storage.Tx) (err error) {
			if got, err = tx.Trail(arnOfMain); err == nil {
				got.Logging, got.Started, got.Stopped = tt.logging, before, before
				err = tx.UpdateTrail(got)
			}
			return err
		}
		if err := s.in.DB.Update(t.Context(), set); err != nil {
			t.Fatal(err)
		}
		s.must(tt.action, `{"Name":"main"}`)
		err := s.in.DB.View(t.Context(), func(tx *storage.Tx) (err error) {
			got, err = tx.Trail(arnOfMain)
			return err
		})
		if err != nil || got.Logging != tt.logging || !got.Started.Equal(before) || !got.Stopped.Equal(before) {
			t.Errorf("after %s again it is %+v (%v)", tt.action, got, err)
		}
	}
}
