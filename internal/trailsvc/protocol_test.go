package trailsvc_test

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/trailsvc"
	"github.com/daypass/daypass/sigv4"
)

const prefix = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."

// raw is a request of JSON 1.1 whose parts a test can get wrong.
type raw struct {
	method, target, contentType, body string
	service, region                   string // of the scope
	host                              string
	after                             func(*http.Request) // it was signed
	unsigned                          bool
}

func (s *stage) raw(r raw) *http.Response {
	s.t.Helper()
	req, err := http.NewRequest(r.method, s.url+"/", strings.NewReader(r.body))
	if err != nil {
		s.t.Fatal(err)
	}
	if r.target != "" {
		req.Header.Set("X-Amz-Target", r.target)
	}
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if req.Host = r.host; !r.unsigned {
		sigv4.Sign(req, sha256.Sum256([]byte(r.body)), s.root, r.region, r.service, noon)
	}
	if r.after != nil {
		r.after(req)
	}
	response, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = response.Body.Close() })
	return response
}

func TestTheFrontOfJSON(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	good := raw{method: http.MethodPost, target: prefix + "ListTrails", contentType: "application/x-amz-json-1.1", body: "{}", service: "cloudtrail", region: here}
	with := func(change func(*raw)) raw {
		r := good
		change(&r)
		return r
	}
	for _, tt := range []struct {
		name   string
		raw    raw
		status int
		want   string // in the answer
	}{
		{"as it should be", good, 200, `{"Trails":[]}`},
		{"a target without its package", with(func(r *raw) { r.target = "CloudTrail_20131101.ListTrails" }), 200, `{"Trails":[]}`},
		{"a content type with parameters", with(func(r *raw) { r.contentType = "Application/X-Amz-Json-1.1; charset=utf-8" }), 200, `{"Trails":[]}`},
		{"neither body nor content type", with(func(r *raw) { r.body, r.contentType = "", "" }), 200, `{"Trails":[]}`},

		{"a body without content type", with(func(r *raw) { r.contentType = "" }), 400, `{"__type":"UnknownOperationException","message":"The body of a request must be of type application/x-amz-json-1.1."}`},
		{"a body of other JSON", with(func(r *raw) { r.contentType = "application/json" }), 400, `UnknownOperationException`},
		{"a form, signed for CloudTrail", with(func(r *raw) {
			r.contentType, r.body, r.target = "application/x-www-form-urlencoded", "Action=ListTrails&Version=2013-11-01", ""
		}), 400, `{"__type":"UnknownOperationException"}`},
		{"no target", with(func(r *raw) { r.target = "" }), 400, `{"__type":"UnknownOperationException"}`},
		{"a target with another package", with(func(r *raw) { r.target = "com.example.CloudTrail_20131101.ListTrails" }), 400, `{"__type":"UnknownOperationException"}`},
		{"a target of another service", with(func(r *raw) { r.target = "DynamoDB_20120810.ListTables" }), 400, `{"__type":"UnknownOperationException"}`},
		{"a target of another version", with(func(r *raw) { r.target = "CloudTrail_20201101.ListTrails" }), 400, `{"__type":"UnknownOperationException"}`},
		{"an operation that there is not", with(func(r *raw) { r.target = prefix + "CreateChannel" }), 400, `{"__type":"UnknownOperationException"}`},
		{"an operation in other letters", with(func(r *raw) { r.target = prefix + "listtrails" }), 400, `{"__type":"UnknownOperationException"}`},
		{"an operation of IAM", with(func(r *raw) { r.target = prefix + "ListUsers" }), 400, `{"__type":"UnknownOperationException"}`},
		{"two targets", with(func(r *raw) {
			r.after = func(req *http.Request) { req.Header.Add("X-Amz-Target", prefix+"GetTrail") }
		}), 400, `{"__type":"UnknownOperationException"}`},
		{"a GET", with(func(r *raw) { r.method, r.body = http.MethodGet, "" }), 400, `{"__type":"UnknownOperationException"}`},

		{"unsigned", with(func(r *raw) { r.unsigned = true }), 400, `{"__type":"MissingAuthenticationTokenException","message":"Request is missing Authentication Token"}`},
		{"a target that was not signed", with(func(r *raw) {
			r.target, r.after = "", func(req *http.Request) { req.Header.Set("X-Amz-Target", prefix+"ListTrails") }
		}), 400, `{"__type":"InvalidSignatureException","message":"'x-amz-target' must be a 'SignedHeader' in the AWS Authorization."}`},
		{"a target that was changed", with(func(r *raw) {
			r.after = func(req *http.Request) { req.Header.Set("X-Amz-Target", prefix+"DescribeTrails") }
		}), 400, `{"__type":"InvalidSignatureException","message":"The request signature we calculated does not match`},
		{"a body that was changed", with(func(r *raw) {
			r.after = func(req *http.Request) { req.Body, req.ContentLength = io.NopCloser(strings.NewReader("[]")), 2 }
		}), 400, `InvalidSignatureException`},
		{"signed for STS", with(func(r *raw) { r.service = "sts" }), 400, `{"__type":"InvalidSignatureException","message":"Credential should be scoped to correct service: 'cloudtrail'. "}`},
		{"signed for nothing that there is", with(func(r *raw) { r.service = "s3" }), 400, `Credential should be scoped to correct service: 'cloudtrail'. `},
		{"signed with a key that there is not", with(func(r *raw) {
			r.after = func(req *http.Request) {
				req.Header.Set("Authorization", strings.Replace(req.Header.Get("Authorization"), "ROOTROOT", "ROOTNONE", 1))
			}
		}), 400, `{"__type":"UnrecognizedClientException"`},
		{"a claim that is not whole", with(func(r *raw) {
			r.after = func(req *http.Request) {
				authorization, _, _ := strings.Cut(req.Header.Get("Authorization"), ", Signature=")
				req.Header.Set("Authorization", authorization)
			}
		}), 400, `{"__type":"IncompleteSignatureException"`},

		{"what is no JSON, unsigned", with(func(r *raw) { r.unsigned, r.body = true, `{"Name":` }), 400, `MissingAuthenticationTokenException`},
		{"what is no JSON", with(func(r *raw) { r.body = `{"Name":` }), 400, `{"__type":"SerializationException"}`},
		{"what has no bottom", with(func(r *raw) { r.body = strings.Repeat(`{"a":`, 60_000) }), 400, `SerializationException`},
		{"what is too large", with(func(r *raw) { r.body = strings.Repeat(" ", 513<<10) }), 413, `{"__type":"RequestEntityTooLargeException"`},
		{"a member twice", with(func(r *raw) { r.body = `{"NextToken":"a","NextToken":"b"}` }), 400, `SerializationException`},

		{"another Region's host", with(func(r *raw) { r.host, r.region = "cloudtrail.eu-west-1.amazonaws.com", there }), 200, `{"Trails":[]}`},
		{"another Region's host, signed for this one", with(func(r *raw) { r.host = "cloudtrail.eu-west-1.amazonaws.com" }), 400, `Credential should be scoped to a valid region. `},
		{"a Region of another partition", with(func(r *raw) { r.region = "cn-north-1" }), 400, `Credential should be scoped to a valid region. `},
		{"no Region", with(func(r *raw) { r.region = "x" }), 400, `Credential should be scoped to a valid region. `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			response := s.raw(tt.raw)
			body, err := io.ReadAll(response.Body)
			if err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != tt.status || !strings.Contains(string(body), tt.want) {
				t.Errorf("got %d %.300s\nwant %d %s", response.StatusCode, body, tt.status, tt.want)
			}
			if got := response.Header.Get("Content-Type"); got != "application/x-amz-json-1.1" {
				t.Errorf("Content-Type is %q", got)
			}
			if response.Header.Get("X-Amzn-Requestid") == "" || response.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("headers are %v", response.Header)
			}
		})
	}
}

func TestAPresignedRequestIsNoCall(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	for _, tt := range []struct{ method, target string }{
		{http.MethodGet, ""},
		{http.MethodGet, prefix + "ListTrails"},
		{http.MethodPost, ""},
	} {
		r, err := http.NewRequest(tt.method, s.url+"/?Action=ListTrails&Version=2013-11-01", nil)
		if err != nil {
			t.Fatal(err)
		}
		if tt.target != "" {
			r.Header.Set("X-Amz-Target", tt.target)
		}
		signed := sigv4.Presign(r, s.root, here, "cloudtrail", noon, time.Minute, sha256.Sum256(nil))
		r, err = http.NewRequest(tt.method, signed, nil)
		if err != nil {
			t.Fatal(err)
		}
		if tt.target != "" {
			r.Header.Set("X-Amz-Target", tt.target)
		}
		if a := s.send(r); a.text != `{"__type":"UnknownOperationException"}` {
			t.Errorf("%s %s: %d %s", tt.method, tt.target, a.status, a.text)
		}
	}
}

// The services of the Query protocol are not reached by way of CloudTrail, nor
// CloudTrail by way of theirs.
func TestAFormIsNoCallOfCloudTrail(t *testing.T) {
	s := newStage(t, trailsvc.Config{})
	for _, service := range []string{"sts", "iam"} {
		response := s.raw(raw{
			method: http.MethodPost, target: prefix + "ListTrails", contentType: "application/x-www-form-urlencoded",
			body: "Action=ListTrails&Version=2013-11-01", service: service, region: here,
		})
		body, err := io.ReadAll(response.Body)
		if err != nil || response.StatusCode != http.StatusBadRequest || !strings.Contains(string(body), "<Code>InvalidAction</Code>") {
			t.Errorf("signed for %s: %d %s", service, response.StatusCode, body)
		}
	}
	// A form stays one, whatever target it names.
	response := s.raw(raw{
		method: http.MethodPost, target: prefix + "ListTrails", contentType: "application/x-www-form-urlencoded",
		body: "Action=GetCallerIdentity&Version=2011-06-15", service: "sts", region: here,
	})
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/xml" {
		t.Errorf("%d %v", response.StatusCode, response.Header)
	}
}

// FuzzCalls: whatever a caller sends, the answer is one of the protocol and none
// of a failure.
func FuzzCalls(f *testing.F) {
	f.Add(uint8(0), `{"Name":"main","S3BucketName":"logs"}`)
	f.Add(uint8(9), `{"TrailName":"main","AdvancedEventSelectors":[{"FieldSelectors":[{"Field":"eventCategory","Equals":["Management"]}]}]}`)
	f.Add(uint8(13), `{"ResourceId":"`+arnOfMain+`","TagsList":[{"Key":"a","Value":"b"}]}`)
	f.Add(uint8(15), `{"LookupAttributes":[{"AttributeKey":"EventName","AttributeValue":"a"}],"StartTime":1}`)
	s, names := newStage(f, trailsvc.Config{}), trailsvc.New(trailsvc.Config{}).Names()
	s.must("CreateTrail", create("main", ""))
	f.Fuzz(func(t *testing.T, action uint8, body string) {
		s.t = t
		name := names[int(action)%len(names)]
		if a := s.call(name, body); a.status >= http.StatusInternalServerError {
			t.Errorf("%s %q: %s", name, body, fmt.Sprint(a.status, a.text))
		}
	})
}
