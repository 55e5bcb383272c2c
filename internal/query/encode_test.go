package query

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/internal/awserr"
)

// The outputs of the tests.
type (
	credentialsOut struct {
		AccessKeyId, SecretAccessKey, SessionToken string
		Expiration                                 time.Time
	}
	userOut struct{ AssumedRoleId, Arn string }

	assumeRoleOut struct {
		AssumedRoleUser  userOut
		Credentials      credentialsOut
		PackedPolicySize *int32
		SourceIdentity   string
	}
	callerOut struct{ UserId, Account, Arn string }
	tagOut    struct {
		Key   string
		Value string `q:"keep"`
	}
	lastUsedOut struct {
		LastUsedDate time.Time
		Region       string
	}
	roleOut struct {
		RoleName     string
		Document     PolicyDocument
		MaxDuration  *int32
		Tags         []tagOut
		RoleLastUsed *lastUsedOut
	}
	allOut struct {
		Text     string
		Kept     string `q:"keep"`
		Renamed  string `q:"name=SAMLProviderArn"`
		Number   int32
		Yes      *bool
		No       *bool
		Truth    bool
		Blob     []byte
		Names    []string
		Empty    []string
		KeptList []string `q:"keep"`
		Absent   []string
		Roles    []roleOut
		Counts   map[string]int32
		Details  map[string]string
		NoMap    map[string]string
		EmptyMap map[string]string
		When     time.Time
		Never    time.Time
		Inner    *userOut
		NoInner  *userOut
	}
)

const requestID = "c6104cbe-af31-11e0-8154-cbc7ccf896c7"

var expiration = time.Date(2026, 1, 31, 13, 0, 0, 999e6, time.FixedZone("", 3600))

var someRole = assumeRoleOut{
	AssumedRoleUser: userOut{"AROARZPUZDIKEXAMPLE01:build-42", "arn:aws:sts::123456789012:assumed-role/Deployer/build-42"},
	Credentials:     credentialsOut{"ASIARZPUZDIKEXAMPLE0", "secret/+=", "token==", expiration},
}

var answerTests = []struct {
	name   string
	api    API
	action string
	out    any
	xml    string
	json   string
}{
	{
		"a session", STS, "AssumeRole", &someRole,
		`<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleResult>
    <AssumedRoleUser>
      <AssumedRoleId>AROARZPUZDIKEXAMPLE01:build-42</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/Deployer/build-42</Arn>
    </AssumedRoleUser>
    <Credentials>
      <AccessKeyId>ASIARZPUZDIKEXAMPLE0</AccessKeyId>
      <SecretAccessKey>secret/+=</SecretAccessKey>
      <SessionToken>token==</SessionToken>
      <Expiration>2026-01-31T12:00:00Z</Expiration>
    </Credentials>
  </AssumeRoleResult>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</AssumeRoleResponse>
`,
		`{"AssumeRoleResponse":{"AssumeRoleResult":{"AssumedRoleUser":{"Arn":"arn:aws:sts::123456789012:assumed-role/Deployer/build-42","AssumedRoleId":"AROARZPUZDIKEXAMPLE01:build-42"},"Credentials":{"AccessKeyId":"ASIARZPUZDIKEXAMPLE0","Expiration":1769860800,"SecretAccessKey":"secret/+=","SessionToken":"token=="}},"ResponseMetadata":{"RequestId":"c6104cbe-af31-11e0-8154-cbc7ccf896c7"}}}`,
	},
	{
		"recorded: the caller, as cluster authenticators read it", STS, "GetCallerIdentity",
		callerOut{"AIDARZPUZDIKEXAMPLE01", "123456789012", "arn:aws:iam::123456789012:user/Ann"},
		`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <UserId>AIDARZPUZDIKEXAMPLE01</UserId>
    <Account>123456789012</Account>
    <Arn>arn:aws:iam::123456789012:user/Ann</Arn>
  </GetCallerIdentityResult>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</GetCallerIdentityResponse>
`,
		`{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Account":"123456789012","Arn":"arn:aws:iam::123456789012:user/Ann","UserId":"AIDARZPUZDIKEXAMPLE01"},"ResponseMetadata":{"RequestId":"c6104cbe-af31-11e0-8154-cbc7ccf896c7"}}}`,
	},
	{
		"no result", IAM, "DeleteUser", &NoResult{},
		`<DeleteUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</DeleteUserResponse>
`,
		`{"DeleteUserResponse":{"ResponseMetadata":{"RequestId":"c6104cbe-af31-11e0-8154-cbc7ccf896c7"}}}`,
	},
	{
		"a result without members", IAM, "UpdateRole", &struct{}{},
		`<UpdateRoleResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <UpdateRoleResult/>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</UpdateRoleResponse>
`,
		`{"UpdateRoleResponse":{"UpdateRoleResult":{},"ResponseMetadata":{"RequestId":"c6104cbe-af31-11e0-8154-cbc7ccf896c7"}}}`,
	},
	{
		"every kind of member, present, empty and absent", IAM, "All", &allOut{
			Text: `a<b>&"c"'`, Renamed: "r", Number: -7, Yes: new(true), No: new(false),
			Blob: []byte("user,arn\n"), Names: []string{"a", ""}, Empty: []string{},
			Roles: []roleOut{
				{
					RoleName: "r", Document: `{"a": "~_-.*é%3A"}`, MaxDuration: new(int32(3600)),
					Tags: []tagOut{{"k", "v"}, {"empty", ""}}, RoleLastUsed: &lastUsedOut{},
				},
				{},
			},
			Counts: map[string]int32{"Users": 2, "Groups": 0}, Details: map[string]string{"k<": "v&"}, EmptyMap: map[string]string{},
			When: expiration, Inner: &userOut{Arn: "x"},
		},
		`<AllResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <AllResult>
    <Text>a&lt;b&gt;&amp;"c"'</Text>
    <Kept></Kept>
    <SAMLProviderArn>r</SAMLProviderArn>
    <Number>-7</Number>
    <Yes>true</Yes>
    <No>false</No>
    <Truth>false</Truth>
    <Blob>dXNlcixhcm4K</Blob>
    <Names>
      <member>a</member>
      <member></member>
    </Names>
    <Empty/>
    <KeptList/>
    <Roles>
      <member>
        <RoleName>r</RoleName>
        <Document>%7B%22a%22%3A%20%22~_-.%2A%C3%A9%253A%22%7D</Document>
        <MaxDuration>3600</MaxDuration>
        <Tags>
          <member>
            <Key>k</Key>
            <Value>v</Value>
          </member>
          <member>
            <Key>empty</Key>
            <Value></Value>
          </member>
        </Tags>
        <RoleLastUsed/>
      </member>
      <member/>
    </Roles>
    <Counts>
      <entry>
        <key>Groups</key>
        <value>0</value>
      </entry>
      <entry>
        <key>Users</key>
        <value>2</value>
      </entry>
    </Counts>
    <Details>
      <entry>
        <key>k&lt;</key>
        <value>v&amp;</value>
      </entry>
    </Details>
    <EmptyMap/>
    <When>2026-01-31T12:00:00Z</When>
    <Inner>
      <Arn>x</Arn>
    </Inner>
  </AllResult>
  <ResponseMetadata>
    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
  </ResponseMetadata>
</AllResponse>
`,
		`{"AllResponse":{"AllResult":{"Blob":"dXNlcixhcm4K","Counts":{"Groups":0,"Users":2},"Details":{"k\u003c":"v\u0026"},"Empty":[],"EmptyMap":{},"Inner":{"Arn":"x"},"Kept":"","KeptList":[],"Names":["a",""],"No":false,"Number":-7,"Roles":[{"Document":"%7B%22a%22%3A%20%22~_-.%2A%C3%A9%253A%22%7D","MaxDuration":3600,"RoleLastUsed":{},"RoleName":"r","Tags":[{"Key":"k","Value":"v"},{"Key":"empty","Value":""}]},{}],"SAMLProviderArn":"r","Text":"a\u003cb\u003e\u0026\"c\"'","Truth":false,"When":1769860800,"Yes":true},"ResponseMetadata":{"RequestId":"c6104cbe-af31-11e0-8154-cbc7ccf896c7"}}}`,
	},
}

func TestAnswers(t *testing.T) {
	for _, tt := range answerTests {
		t.Run(tt.name, func(t *testing.T) {
			const before = "kept "
			if diff := cmp.Diff(before+tt.xml, string(tt.api.AppendXML([]byte(before), tt.action, tt.out, requestID))); diff != "" {
				t.Errorf("XML (-want +got):\n%s", diff)
			}
			got := tt.api.AppendJSON([]byte(before), tt.action, tt.out, requestID)
			if diff := cmp.Diff(before+tt.json, string(got)); diff != "" {
				t.Errorf("JSON (-want +got):\n%s", diff)
			}
			if !json.Valid(got[len(before):]) {
				t.Error("that is not JSON")
			}
		})
	}
}

func TestAnOutputMayBeGivenByValue(t *testing.T) {
	want := string(STS.AppendXML(nil, "AssumeRole", &someRole, requestID))
	if got := string(STS.AppendXML(nil, "AssumeRole", someRole, requestID)); got != want {
		t.Errorf("by value:\n%s\nby pointer:\n%s", got, want)
	}
}

func TestANilOutputHasNoResult(t *testing.T) {
	for name, out := range map[string]any{"nil": nil, "a nil pointer": (*callerOut)(nil)} {
		if got := string(STS.AppendXML(nil, "A", out, "1")); strings.Contains(got, "AResult") {
			t.Errorf("%s: %s", name, got)
		}
		if got := string(STS.AppendJSON(nil, "A", out, "1")); strings.Contains(got, "AResult") {
			t.Errorf("%s: %s", name, got)
		}
	}
}

var errorTests = []struct {
	name string
	api  API
	err  *awserr.Error
	xml  string
	json string
}{
	{
		"recorded: a sender's fault", STS,
		awserr.New(http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
		`<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>AccessDenied</Code>
    <Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message>
  </Error>
  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
</ErrorResponse>
`,
		`{"Error":{"Code":"AccessDenied","Message":"Not authorized to perform sts:AssumeRoleWithWebIdentity","Type":"Sender"},"RequestId":"c6104cbe-af31-11e0-8154-cbc7ccf896c7"}`,
	},
	{
		"a receiver's fault, the service not known, text that needs care",
		API{},
		awserr.New(http.StatusServiceUnavailable, "ServiceUnavailable", "a\x00b <c> & \"d\" \u2028\xff"),
		`<ErrorResponse xmlns="http://webservices.amazon.com/AWSFault/2005-15-09">
  <Error>
    <Type>Receiver</Type>
    <Code>ServiceUnavailable</Code>
    <Message>a` + "\uFFFD" + `b &lt;c&gt; &amp; "d" ` + "\u2028\uFFFD" + `</Message>
  </Error>
  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
</ErrorResponse>
`,
		`{"Error":{"Code":"ServiceUnavailable","Message":"a\u0000b \u003cc\u003e \u0026 \"d\" \u2028` + "\uFFFD" + `","Type":"Receiver"},"RequestId":"c6104cbe-af31-11e0-8154-cbc7ccf896c7"}`,
	},
	{
		"no message", IAM, awserr.New(http.StatusGone, "ReportNotPresent", ""),
		`<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
  <Error>
    <Type>Sender</Type>
    <Code>ReportNotPresent</Code>
    <Message></Message>
  </Error>
  <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
</ErrorResponse>
`,
		`{"Error":{"Code":"ReportNotPresent","Message":"","Type":"Sender"},"RequestId":"c6104cbe-af31-11e0-8154-cbc7ccf896c7"}`,
	},
}

func TestErrors(t *testing.T) {
	for _, tt := range errorTests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.xml, string(tt.api.AppendErrorXML(nil, tt.err, requestID))); diff != "" {
				t.Errorf("XML (-want +got):\n%s", diff)
			}
			got := tt.api.AppendErrorJSON(nil, tt.err, requestID)
			if diff := cmp.Diff(tt.json, string(got)); diff != "" {
				t.Errorf("JSON (-want +got):\n%s", diff)
			}
			if !json.Valid(got) {
				t.Error("that is not JSON")
			}
		})
	}
}

func TestTheCauseOfAnErrorIsNotSent(t *testing.T) {
	e := awserr.Internal(http.ErrBodyNotAllowed)
	if got := string(STS.AppendErrorXML(nil, e, "1")) + string(STS.AppendErrorJSON(nil, e, "1")); strings.Contains(got, "body") {
		t.Errorf("the cause is in %s", got)
	}
}
