package sts

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const assumeRoleXML = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
<SourceIdentity>ann</SourceIdentity><PackedPolicySize>6</PackedPolicySize><SessionTokenSize>1234</SessionTokenSize>
<AssumedRoleUser><AssumedRoleId>AROARZPUZDIKEXAMPLE01:build-42</AssumedRoleId><Arn>arn:aws:sts::123456789012:assumed-role/Deployer/build-42</Arn></AssumedRoleUser>
<Credentials><AccessKeyId>ASIARZPUZDIKEXAMPLE0</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2026-01-31T12:00:00.359Z</Expiration></Credentials>
</AssumeRoleResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></AssumeRoleResponse>`

const assumeRoleJSON = `{"AssumeRoleResponse":{"AssumeRoleResult":{"SourceIdentity":"ann","PackedPolicySize":6,"SessionTokenUtilization":null,"SessionTokenSize":1234,
"AssumedRoleUser":{"AssumedRoleId":"AROARZPUZDIKEXAMPLE01:build-42","Arn":"arn:aws:sts::123456789012:assumed-role/Deployer/build-42"},
"Credentials":{"AccessKeyId":"ASIARZPUZDIKEXAMPLE0","SecretAccessKey":"secret","SessionToken":"token","Expiration":1.769860800359E9}},
"ResponseMetadata":{"RequestId":"id-1"}}}`

func TestAnswersInBothFormats(t *testing.T) {
	want := &AssumeRoleOutput{
		Credentials:     Credentials{"ASIARZPUZDIKEXAMPLE0", "secret", "token", time.Date(2026, 1, 31, 12, 0, 0, 359e6, time.UTC)},
		AssumedRoleUser: AssumedRoleUser{"AROARZPUZDIKEXAMPLE01:build-42", "arn:aws:sts::123456789012:assumed-role/Deployer/build-42"},
		SourceIdentity:  "ann", PackedPolicySize: new(int32(6)), SessionTokenSize: new(int32(1234)),
	}
	for _, tt := range []struct {
		name, body string
		json       bool
	}{{"XML", assumeRoleXML, false}, {"JSON", assumeRoleJSON, true}} {
		got := new(AssumeRoleOutput)
		id, err := decode(assumeRole, []byte(tt.body), tt.json, got)
		got.Credentials.Expiration = got.Credentials.Expiration.Round(time.Millisecond) // a float has no more
		if d := cmp.Diff(*want, *got, cmp.Comparer(func(a, b Credentials) bool { return a == b })); err != nil || id != "id-1" || d != "" {
			t.Errorf("%s: id %q, error %v\n%s", tt.name, id, err, d)
		}
	}
}

func TestAnswersThatAreNone(t *testing.T) {
	for name, body := range map[string]string{
		"empty":                 "",
		"not XML":               "hello",
		"of another operation":  identityXML,
		"without a result":      `<AssumeRoleResponse><ResponseMetadata/></AssumeRoleResponse>`,
		"cut off":               assumeRoleXML[:300],
		"a size that is none":   strings.Replace(assumeRoleXML, ">6<", ">six<", 1),
		"a size over 32 bits":   strings.Replace(assumeRoleXML, ">6<", ">4294967297<", 1),
		"a time that is none":   strings.Replace(assumeRoleXML, "2026-01-31T", "2026-01-31 ", 1),
		"tags that do not nest": strings.Replace(assumeRoleXML, "</Arn></AssumedRoleUser>", "</AssumedRoleUser></Arn>", 1),
		"an entity":             strings.Replace(assumeRoleXML, ">ann<", ">&file;<", 1),
	} {
		if _, err := decode(assumeRole, []byte(body), false, new(AssumeRoleOutput)); err == nil {
			t.Errorf("XML, %s: accepted", name)
		}
	}
	for name, body := range map[string]string{
		"empty":                "",
		"not JSON":             "<a/>",
		"a list":               "[]",
		"of another operation": `{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{}}}`,
		"a size that is none":  strings.Replace(assumeRoleJSON, ":6,", `:"six",`, 1),
		"a size with fraction": strings.Replace(assumeRoleJSON, ":6,", `:6.5,`, 1),
		"a size over 32 bits":  strings.Replace(assumeRoleJSON, ":6,", `:4294967297,`, 1),
		"a time beyond reason": strings.Replace(assumeRoleJSON, "E9", "E99", 1),
		"a number for a name":  strings.Replace(assumeRoleJSON, `"ann"`, "1", 1),
		"a list for an object": strings.Replace(assumeRoleJSON, `"Credentials":{`, `"Credentials":[{`, 1),
	} {
		if _, err := decode(assumeRole, []byte(body), true, new(AssumeRoleOutput)); err == nil {
			t.Errorf("JSON, %s: accepted", name)
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	deep := "<GetCallerIdentityResponse><GetCallerIdentityResult>" + strings.Repeat("<a>", 250_000)
	if _, err := decode(getCallerIdentity, []byte(deep), false, new(GetCallerIdentityOutput)); err == nil {
		t.Error("an answer without an end was accepted")
	}
	body := answer(200, strings.Repeat(" ", MaxAnswer+1))
	if _, err := readBody(body); !errors.Is(err, ErrTooLarge) {
		t.Errorf("readBody of known length = %v", err)
	}
	body = answer(200, strings.Repeat(" ", MaxAnswer+1))
	body.ContentLength = -1
	if _, err := readBody(body); !errors.Is(err, ErrTooLarge) {
		t.Errorf("readBody of unknown length = %v", err)
	}
	body = answer(200, strings.Repeat(" ", MaxAnswer))
	body.ContentLength = -1
	if got, err := readBody(body); err != nil || len(got) != MaxAnswer {
		t.Errorf("readBody of the largest = %d bytes, %v", len(got), err)
	}
}

func TestModelledErrorsHaveTypes(t *testing.T) {
	call := func(status int, code string) error {
		_, err := client(t, func(*http.Request) (*http.Response, error) { return answer(status, refusalXML(code)), nil },
			func(c *Config) { c.MaxAttempts = 1 }).GetCallerIdentity(t.Context(), nil)
		return err
	}
	type check func(error) (*APIError, bool)
	for code, is := range map[string]check{
		"ExpiredTokenException":                          as(func(e *ExpiredTokenException) *APIError { return e.APIError }),
		"ExpiredTradeInTokenException":                   as(func(e *ExpiredTradeInTokenException) *APIError { return e.APIError }),
		"IDPCommunicationError":                          as(func(e *IDPCommunicationErrorException) *APIError { return e.APIError }),
		"IDPRejectedClaim":                               as(func(e *IDPRejectedClaimException) *APIError { return e.APIError }),
		"InvalidAuthorizationMessageException":           as(func(e *InvalidAuthorizationMessageException) *APIError { return e.APIError }),
		"InvalidIdentityToken":                           as(func(e *InvalidIdentityTokenException) *APIError { return e.APIError }),
		"JWTPayloadSizeExceededException":                as(func(e *JWTPayloadSizeExceededException) *APIError { return e.APIError }),
		"MalformedPolicyDocument":                        as(func(e *MalformedPolicyDocumentException) *APIError { return e.APIError }),
		"OutboundWebIdentityFederationDisabledException": as(func(e *OutboundWebIdentityFederationDisabledException) *APIError { return e.APIError }),
		"PackedPolicyTooLarge":                           as(func(e *PackedPolicyTooLargeException) *APIError { return e.APIError }),
		"RegionDisabledException":                        as(func(e *RegionDisabledException) *APIError { return e.APIError }),
		"SessionDurationEscalationException":             as(func(e *SessionDurationEscalationException) *APIError { return e.APIError }),
		"AccessDenied":                                   as(func(e *APIError) *APIError { return e }),
	} {
		err := call(400, code)
		e, ok := is(err)
		if !ok {
			t.Errorf("%s: error is a %T", code, err)
			continue
		}
		want := APIError{Operation: "GetCallerIdentity", Status: 400, Code: code, Message: "the message", RequestID: "26603485-0bd5-11ea-a642-b7dfa91cf04b", Fault: FaultClient, Attempts: 1}
		if *e != want {
			t.Errorf("%s: %+v, want %+v", code, *e, want)
		}
		if inner, ok := errors.AsType[*APIError](err); !ok || inner != e {
			t.Errorf("%s has no APIError inside", code)
		}
		if want := "sts: GetCallerIdentity: " + code + ": the message (status 400, request 26603485-0bd5-11ea-a642-b7dfa91cf04b)"; err.Error() != want {
			t.Errorf("Error() = %s\nwant %s", err, want)
		}
	}
	for _, op := range Operations() {
		for _, code := range op.Errors {
			if err := (&APIError{Code: code}).typed(); errors.Unwrap(err) == nil {
				t.Errorf("%s: error %s has no type", op.Name, code)
			}
		}
	}
}

func as[E error](inner func(E) *APIError) func(error) (*APIError, bool) {
	return func(err error) (*APIError, bool) {
		e, ok := errors.AsType[E](err)
		if !ok {
			return nil, false
		}
		return inner(e), true
	}
}

func TestRefusalsOfEveryShape(t *testing.T) {
	for _, tt := range []struct {
		name, body, kind string
		status           int
		want             APIError
	}{
		{
			"JSON", `{"Error":{"Code":"Throttling","Message":"Rate exceeded","Type":"Sender"},"RequestId":"r"}`, "application/json", 400,
			APIError{Code: "Throttling", Message: "Rate exceeded", Fault: FaultClient, RequestID: "r"},
		},
		{"without a type", `<ErrorResponse><Error><Code>X</Code></Error></ErrorResponse>`, "text/xml", 500, APIError{Code: "X", Fault: FaultServer, RequestID: "header"}},
		{"of a proxy", `<html><body>Bad gateway`, "text/html", 502, APIError{Code: UnknownError, Message: "the answer is not one of the service: 502 Bad Gateway", Fault: FaultServer, RequestID: "header"}},
		{"empty", ``, "", 403, APIError{Code: UnknownError, Message: "the answer is not one of the service: 403 Forbidden", Fault: FaultClient, RequestID: "header"}},
		{"damaged", `{"Error":`, "application/json; charset=utf-8", 400, APIError{Code: UnknownError, Message: "the answer is not one of the service: 400 Bad Request", Fault: FaultClient, RequestID: "header"}},
	} {
		got := decodeError("Op", answer(tt.status, tt.body, "Content-Type", tt.kind, "X-Amzn-Requestid", "header", "X-Daypass-Encoded-Authorization-Message", "why"), []byte(tt.body))
		tt.want.Operation, tt.want.Status, tt.want.EncodedMessage = "Op", tt.status, "why"
		if *got != tt.want {
			t.Errorf("%s: %+v\nwant %+v", tt.name, *got, tt.want)
		}
	}
}
