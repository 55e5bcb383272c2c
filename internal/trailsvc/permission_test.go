package trailsvc_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/trailsvc"
	"github.com/daypass/daypass/sigv4"
)

// user makes a user with a policy and returns its credentials.
func (s *stage) user(name, statements string) sigv4.Credentials {
	s.t.Helper()
	query := func(action, params string) string {
		body := "Version=2010-05-08&Action=" + action + "&" + params
		r := s.raw(raw{method: http.MethodPost, contentType: "application/x-www-form-urlencoded", body: body, service: "iam", region: here})
		text := readAll(s.t, r)
		if r.StatusCode != http.StatusOK {
			s.t.Fatalf("%s: %s", action, text)
		}
		return text
	}
	query("CreateUser", "UserName="+name)
	if statements != "" {
		query("PutUserPolicy", "UserName="+name+"&PolicyName=p&PolicyDocument="+url.QueryEscape(`{"Version":"2012-10-17","Statement":[`+statements+`]}`))
	}
	key := daypasstest.Answer{Body: query("CreateAccessKey", "UserName="+name)}
	return sigv4.Credentials{AccessKeyID: key.Element("AccessKeyId"), SecretAccessKey: key.Element("SecretAccessKey")}
}

func TestEveryActionNeedsItsPermission(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	s.must("CreateTrail", create("main", ""))
	nobody := s.user("nobody", "")
	named := `{"Name":"main"}`
	resource := `{"ResourceId":"` + arnOfMain + `","TagsList":[{"Key":"k"}]}`
	for i, tt := range []struct{ action, body, resource string }{
		{"CreateTrail", create("new", ""), strings.Replace(arnOfMain, "main", "new", 1)},
		{"UpdateTrail", named, arnOfMain},
		{"DeleteTrail", named, arnOfMain},
		{"GetTrail", named, arnOfMain},
		{"GetTrail", `{"Name":"none"}`, strings.Replace(arnOfMain, "main", "none", 1)},
		{"DescribeTrails", "", "*"},
		{"ListTrails", "", "*"},
		{"StartLogging", named, arnOfMain},
		{"StopLogging", named, arnOfMain},
		{"GetTrailStatus", named, arnOfMain},
		{"PutEventSelectors", `{"TrailName":"main","EventSelectors":[{}]}`, arnOfMain},
		{"GetEventSelectors", `{"TrailName":"main"}`, arnOfMain},
		{"GetInsightSelectors", `{"TrailName":"main"}`, arnOfMain},
		{"AddTags", resource, arnOfMain},
		{"RemoveTags", resource, arnOfMain},
		{"ListTags", `{"ResourceIdList":["` + arnOfMain + `"]}`, arnOfMain},
		{"LookupEvents", "", "*"},
		{"ListPublicKeys", "", "*"},
	} {
		want := fmt.Sprintf("User: arn:aws:iam::123456789012:user/nobody is not authorized to perform: cloudtrail:%s on resource: %s because no identity-based policy allows the cloudtrail:%[1]s action", tt.action, tt.resource)
		if a := s.callAs(nobody, here, tt.action, tt.body); !a.says("AccessDeniedException", want) {
			t.Errorf("%s: %d %s\nwant %s", tt.action, a.status, a.text, want)
		}
		one := s.user(fmt.Sprint("only", i), `{"Effect":"Allow","Action":"cloudtrail:`+tt.action+`","Resource":"`+tt.resource+`"}`)
		if a := s.callAs(one, here, tt.action, tt.body); a.code() == "AccessDeniedException" {
			t.Errorf("%s, allowed: %s", tt.action, a.text)
		}
		if tt.action == "CreateTrail" || tt.action == "DeleteTrail" {
			s.call("CreateTrail", create("main", ""))
		}
	}
}

func TestConditionsOnTrails(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	s.must("CreateTrail", create("main", `,"TagsList":[{"Key":"team","Value":"build"}]`))
	s.must("CreateTrail", create("bare", ""))
	ann := s.user("ann", `{"Effect":"Allow","Action":"cloudtrail:*","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"build"}}},
		{"Effect":"Allow","Action":["cloudtrail:CreateTrail","cloudtrail:AddTags"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestTag/team":"build"},"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost"]}}},
		{"Effect":"Allow","Action":"cloudtrail:CreateTrail","Resource":"arn:aws:cloudtrail:*:*:trail/free*"}`)
	bob := s.user("bob", `{"Effect":"Allow","Action":"cloudtrail:*","Resource":"*"},{"Effect":"Deny","Action":"cloudtrail:RemoveTags","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:TagKeys":"team"}}}`)
	far := `"CloudWatchLogsLogGroupArn":"arn:aws:logs:us-east-1:123456789012:log-group:trail:*","CloudWatchLogsRoleArn":"arn:aws:iam::123456789012:role/logs"`
	carl := s.user("carl", `{"Effect":"Allow","Action":"cloudtrail:*","Resource":"*"},{"Effect":"Allow","Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/logs","Condition":{"StringEquals":{"iam:PassedToService":"cloudtrail.amazonaws.com"}}}`)
	for _, tt := range []struct {
		name         string
		who          sigv4.Credentials
		action, body string
		want         string // the action that is denied; "" for none
	}{
		{"a trail with the tag", ann, "GetTrail", `{"Name":"main"}`, ""},
		{"a trail without the tag", ann, "GetTrail", `{"Name":"bare"}`, "GetTrail"},
		{"the tags of a trail with the tag", ann, "ListTags", `{"ResourceIdList":["` + arnOfMain + `"]}`, ""},
		{"the tags of one of two", ann, "ListTags", `{"ResourceIdList":["` + arnOfMain + `","` + strings.Replace(arnOfMain, "main", "bare", 1) + `"]}`, "ListTags"},
		{"a new trail with the tag", ann, "CreateTrail", create("new", `,"TagsList":[{"Key":"team","Value":"build"},{"Key":"cost","Value":"1"}]`), ""},
		{"a new trail with another tag", ann, "CreateTrail", create("newer", `,"TagsList":[{"Key":"team","Value":"build"},{"Key":"x"}]`), "CreateTrail"},
		{"a new trail without the tag", ann, "CreateTrail", create("newer", ""), "CreateTrail"},
		{"a new trail by its name", ann, "CreateTrail", create("free1", ""), ""},
		{"a new trail with tags that may not be added", ann, "CreateTrail", create("free2", `,"TagsList":[{"Key":"x"}]`), "AddTags"},
		{"a tag that may be added", ann, "AddTags", `{"ResourceId":"` + strings.Replace(arnOfMain, "main", "bare", 1) + `","TagsList":[{"Key":"team","Value":"build"}]}`, ""},
		{"a tag that may be removed", bob, "RemoveTags", `{"ResourceId":"` + arnOfMain + `","TagsList":[{"Key":"cost"}]}`, ""},
		{"a tag that may not be removed", bob, "RemoveTags", `{"ResourceId":"` + arnOfMain + `","TagsList":[{"Key":"team"}]}`, "RemoveTags"},
		{"a role that may be passed", carl, "UpdateTrail", `{"Name":"main",` + far + `}`, ""},
		{"a role that may not be passed", bob, "UpdateTrail", `{"Name":"main",` + far + `}`, "PassRole"},
		{"a role that may not be passed, for a new trail", bob, "CreateTrail", create("newer", ","+far), "PassRole"},
		{"a trail of another account", s.root, "GetTrail", `{"Name":"arn:aws:cloudtrail:us-east-1:999999999999:trail/main"}`, "GetTrail"},
		{"the tags of a trail of another account", s.root, "ListTags", `{"ResourceIdList":["arn:aws:cloudtrail:us-east-1:999999999999:trail/main"]}`, "ListTags"},
	} {
		a := s.callAs(tt.who, here, tt.action, tt.body)
		if tt.want == "" && a.status != http.StatusOK || tt.want != "" && !a.says("AccessDeniedException", ":"+tt.want+" on resource") {
			t.Errorf("%s: %d %s", tt.name, a.status, a.text)
		}
	}
}

// A trail is guarded by its own ARN, however a request names it: the name of a
// shadow trail leads around no policy.
func TestAShadowTrailIsGuardedByTheARNOfItsHome(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	if a := s.callAs(s.root, there, "CreateTrail", create("far", `,"IsMultiRegionTrail":true`)); a.status != http.StatusOK {
		t.Fatal(a.text)
	}
	most := s.user("most", `{"Effect":"Allow","Action":"cloudtrail:*","Resource":"*"},{"Effect":"Deny","Action":"cloudtrail:*","Resource":"`+arnOfFar+`"}`)
	only := s.user("only", `{"Effect":"Allow","Action":"cloudtrail:*","Resource":"`+arnOfFar+`"}`)
	for _, region := range []string{here, there} {
		for _, name := range []string{"far", arnOfFar} {
			if a := s.callAs(most, region, "GetTrail", `{"Name":"`+name+`"}`); !a.says("AccessDeniedException", arnOfFar) {
				t.Errorf("who is denied it gets %s in %s: %d %s", name, region, a.status, a.text)
			}
			if a := s.callAs(only, region, "GetTrail", `{"Name":"`+name+`"}`); a.status != http.StatusOK {
				t.Errorf("who is allowed it does not get %s in %s: %d %s", name, region, a.status, a.text)
			}
		}
	}
}

// Who may not make a trail learns nothing of buckets, and nothing waits inside
// a transaction.
func TestABucketIsTriedOnlyForThoseWhoMay(t *testing.T) {
	tried := 0
	var s *stage
	s = newStage(t, trailsvc.Config{CheckBucket: func(_ context.Context, name, prefix, of, key string) error {
		tried++
		if name != "logs" || prefix != "p" || of != account || tried < 4 && key != "" || tried == 4 && key != arnOfKey {
			t.Errorf("tried %s %s %s %q", name, prefix, of, key)
		}
		// A transaction that waited for this would keep all others from the database.
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		if _, err := s.in.CreateAccount(ctx, "", fmt.Sprint("during", tried)); err != nil {
			t.Errorf("while a bucket is tried: %v", err)
		}
		return nil
	}})
	nobody := s.user("nobody", "")
	for range 2 {
		s.callAs(nobody, here, "CreateTrail", create("main", `,"S3KeyPrefix":"p"`))
	}
	if tried > 0 {
		t.Error("a bucket was tried for somebody who may not make trails")
	}
	s.must("CreateTrail", create("main", `,"S3KeyPrefix":"p"`))
	s.callAs(nobody, here, "UpdateTrail", `{"Name":"main","S3BucketName":"logs"}`)
	s.must("UpdateTrail", `{"Name":"main","EnableLogFileValidation":true}`)
	if tried != 1 {
		t.Errorf("tried %d times, want once", tried)
	}
	s.must("UpdateTrail", `{"Name":"main","S3BucketName":"logs"}`)
	s.must("UpdateTrail", `{"Name":"main","S3KeyPrefix":"p"}`)
	if tried != 3 {
		t.Errorf("tried %d times, want three times", tried)
	}
	s.must("UpdateTrail", `{"Name":"main","KmsKeyId":"logs"}`)
	if tried != 4 {
		t.Errorf("the trail's key was not tried")
	}
}
