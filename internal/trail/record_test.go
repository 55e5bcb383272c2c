package trail

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/authn"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/facts"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/secret"
	"github.com/daypass/daypass/internal/session"
	"github.com/daypass/daypass/policy"
)

var (
	issued = time.Date(2026, 11, 2, 9, 30, 0, 0, time.UTC)
	ann    = &facts.Principal{ID: "AIDAEXAMPLEUSER00001", Name: "ann"}
	deploy = &facts.Principal{ID: "AROAEXAMPLEROLE00001", Name: "deploy"}
)

func TestIdentityIsThatOfEachKindOfCaller(t *testing.T) {
	const user, role = "arn:aws:iam::111122223333:user/ann", "arn:aws:iam::111122223333:role/deploy"
	for _, c := range []struct {
		name   string
		caller *authn.Caller
		want   string
	}{
		{"nobody", nil, `{"type":"Unknown"}`},
		{
			"user",
			&authn.Caller{
				Principal: policy.Principal{Type: policy.User, ARN: user, EntityID: ann.ID}, Entity: ann,
				Account: "111122223333", AccessKeyID: "AKIAEXAMPLE000000001",
			},
			`{"type":"IAMUser","principalId":"AIDAEXAMPLEUSER00001","arn":"arn:aws:iam::111122223333:user/ann","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE000000001","userName":"ann"}`,
		},
		{
			"user with a session token",
			&authn.Caller{
				Principal: policy.Principal{Type: policy.User, ARN: user, EntityID: ann.ID}, Entity: ann,
				Account: "111122223333", AccessKeyID: "ASIAEXAMPLE000000002",
				Session: &session.Session{Kind: session.User, Issued: issued, MFA: issued, Secret: secret.New("never shown")},
			},
			`{"type":"IAMUser","principalId":"AIDAEXAMPLEUSER00001","arn":"arn:aws:iam::111122223333:user/ann","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000002","userName":"ann","sessionContext":{"attributes":{"creationDate":"2026-11-02T09:30:00Z","mfaAuthenticated":"true"}}}`,
		},
		{
			"root",
			&authn.Caller{
				Principal: policy.Principal{Type: policy.Root, ARN: "arn:aws:iam::111122223333:root"},
				Account:   "111122223333", AccessKeyID: "AKIAEXAMPLE000000003",
			},
			`{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"AKIAEXAMPLE000000003"}`,
		},
		{
			"root of an account with an alias",
			&authn.Caller{
				Principal: policy.Principal{Type: policy.Root, ARN: "arn:aws:iam::111122223333:root"}, Alias: "corp",
				Account: "111122223333", AccessKeyID: "ASIAEXAMPLE000000003", Session: &session.Session{Kind: session.User, Issued: issued},
			},
			`{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000003","userName":"corp","sessionContext":{"attributes":{"creationDate":"2026-11-02T09:30:00Z","mfaAuthenticated":"false"}}}`,
		},
		{
			"role session",
			&authn.Caller{
				Principal: policy.Principal{Type: policy.RoleSession, ARN: "arn:aws:sts::111122223333:assumed-role/deploy/build-42", EntityID: deploy.ID, EntityARN: role},
				Entity:    deploy, Account: "111122223333", AccessKeyID: "ASIAEXAMPLE000000002",
				Session: &session.Session{Kind: session.Role, Name: "build-42", Issued: issued, Source: "ann"},
			},
			`{"type":"AssumedRole","principalId":"AROAEXAMPLEROLE00001:build-42","arn":"arn:aws:sts::111122223333:assumed-role/deploy/build-42","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000002","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEROLE00001","arn":"arn:aws:iam::111122223333:role/deploy","accountId":"111122223333","userName":"deploy"},"attributes":{"creationDate":"2026-11-02T09:30:00Z","mfaAuthenticated":"false"},"sourceIdentity":"ann"}}`,
		},
		{
			"federated user",
			&authn.Caller{
				Principal: policy.Principal{Type: policy.FederatedUser, ARN: "arn:aws:sts::111122223333:federated-user/guest", EntityID: ann.ID, EntityARN: user},
				Entity:    ann, Account: "111122223333", AccessKeyID: "ASIAEXAMPLE000000004",
				Session: &session.Session{Kind: session.Federated, Name: "guest", Issued: issued},
			},
			`{"type":"FederatedUser","principalId":"111122223333:guest","arn":"arn:aws:sts::111122223333:federated-user/guest","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000004","sessionContext":{"sessionIssuer":{"type":"IAMUser","principalId":"AIDAEXAMPLEUSER00001","arn":"arn:aws:iam::111122223333:user/ann","accountId":"111122223333","userName":"ann"},"attributes":{"creationDate":"2026-11-02T09:30:00Z","mfaAuthenticated":"false"}}}`,
		},
		{
			"whom the root user federated",
			&authn.Caller{
				Principal: policy.Principal{Type: policy.FederatedUser, ARN: "arn:aws:sts::111122223333:federated-user/guest", EntityARN: "arn:aws:iam::111122223333:root"}, Alias: "corp",
				Account: "111122223333", AccessKeyID: "ASIAEXAMPLE000000004",
				Session: &session.Session{Kind: session.Federated, Name: "guest", Issued: issued},
			},
			`{"type":"FederatedUser","principalId":"111122223333:guest","arn":"arn:aws:sts::111122223333:federated-user/guest","accountId":"111122223333","accessKeyId":"ASIAEXAMPLE000000004","sessionContext":{"sessionIssuer":{"type":"Root","principalId":"111122223333","arn":"arn:aws:iam::111122223333:root","accountId":"111122223333","userName":"corp"},"attributes":{"creationDate":"2026-11-02T09:30:00Z","mfaAuthenticated":"false"}}}`,
		},
	} {
		if got := string((&Record{Caller: c.caller, Account: "111122223333"}).appendIdentity(nil)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func sample() Record {
	return Record{
		Caller: &authn.Caller{
			Principal: policy.Principal{Type: policy.User, ARN: "arn:aws:iam::111122223333:user/ann", EntityID: ann.ID}, Entity: ann,
			Account: "111122223333", AccessKeyID: "AKIAEXAMPLE000000001",
		},
		Time: issued.Add(999 * time.Millisecond), Service: "sts", Action: "AssumeRole", Region: "eu-west-1",
		SourceIP: netip.MustParseAddr("192.0.2.7"), UserAgent: "aws-cli/2.31.0", RequestID: "0f0a", ReadOnly: true, Account: "111122223333",
	}
}

func TestARecordIsInTheOrderOfRealOnes(t *testing.T) {
	r := sample()
	r.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, CipherSuite: tls.TLS_AES_128_GCM_SHA256}
	r.Host = "sts.eu-west-1.amazonaws.com"
	r.TLS.CurveID = tls.X25519MLKEM768
	r.Err = awserr.New(http.StatusForbidden, "AccessDenied", "no")
	got := regexp.MustCompile(`"eventID":"[0-9a-f-]{36}"`).ReplaceAllString(string(r.Append(nil)), `"eventID":"…"`)
	_, got, _ = strings.Cut(got, `,"eventTime"`)
	const want = `:"2026-11-02T09:30:00Z","eventSource":"sts.amazonaws.com","eventName":"AssumeRole","awsRegion":"eu-west-1",` +
		`"sourceIPAddress":"192.0.2.7","userAgent":"aws-cli/2.31.0","errorCode":"AccessDenied","errorMessage":"no",` +
		`"requestParameters":null,"responseElements":null,"additionalEventData":{"RequestDetails":{"endpointType":"regional","awsServingRegion":"eu-west-1"}},` +
		`"requestID":"0f0a","eventID":"…","readOnly":true,"eventType":"AwsApiCall","managementEvent":true,` +
		`"recipientAccountId":"111122223333","eventCategory":"Management",` +
		`"tlsDetails":{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256","clientProvidedHostHeader":"sts.eu-west-1.amazonaws.com","keyExchange":"X25519MLKEM768"}}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestEventsOfASecondAreInOrderByTheirIds, which the event history relies on.
func TestEventsOfASecondAreInOrderByTheirIds(t *testing.T) {
	r := sample()
	last := ""
	form := regexp.MustCompile(`"eventID":"([0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})"`)
	for i := range 500 {
		r.Time = issued.Add(time.Duration(2*i) * time.Millisecond)
		id := form.FindSubmatch(r.Append(nil))
		if id == nil || string(id[1]) <= last {
			t.Fatalf("after %s comes %s", last, id)
		}
		last = string(id[1])
	}
	if want := strconv.FormatInt(r.Time.UnixMilli(), 16); strings.ReplaceAll(last[:13], "-", "") != fmt.Sprintf("%012s", want) {
		t.Errorf("%s does not begin with the time %s", last, want)
	}
}

func TestWhatClientsSendIsBoundedAndEscaped(t *testing.T) {
	r := sample()
	r.UserAgent = strings.Repeat("x", maxText-1) + "é\"\n\xff"
	line := r.Append(nil)
	var e struct{ UserAgent string }
	if err := json.Unmarshal(line, &e); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	if e.UserAgent != strings.Repeat("x", maxText-1) {
		t.Errorf("userAgent has %d bytes, want %d: no rune is cut in two", len(e.UserAgent), maxText-1)
	}
	r.UserAgent = "a\"\n\xffb"
	if line = r.Append(nil); !json.Valid(line) || !utf8.Valid(line) || strings.ContainsAny(string(line), "\n\r") {
		t.Errorf("record %q", line)
	}
}

func TestAKeyExchangeHasTheNameOfRecords(t *testing.T) {
	for id, want := range map[tls.CurveID]string{
		tls.X25519MLKEM768: "X25519MLKEM768", tls.X25519: "x25519", tls.CurveP256: "secp256r1", tls.CurveP384: "secp384r1", 0: "",
	} {
		if got := keyExchange(id); got != want {
			t.Errorf("%v: %q, want %q", id, got, want)
		}
	}
}

func TestARecordSaysHowAProviderWasVerified(t *testing.T) {
	r := sample()
	r.Caller = nil
	for want, v := range map[string]*Vouched{
		`,"identityProviderConnectionVerificationMethod":"IAMTrustStore"}`: {Provider: "p"},
		`,"identityProviderConnectionVerificationMethod":"Thumbprint"}`:    {Provider: "p", Thumbprint: true},
		`"awsServingRegion":"eu-west-1"}}`:                                 {SAML: true, Thumbprint: true},
	} {
		r.Vouched = v
		if line := string(r.Append(nil)); !strings.Contains(line, want) || !json.Valid([]byte(line)) {
			t.Errorf("%+v: %s lacks %s", v, line, want)
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	r := sample()
	var line []byte
	b.ReportAllocs()
	for b.Loop() {
		line = r.Append(line[:0])
	}
	b.SetBytes(int64(len(line)))
}

// asked and answered have the shapes of AssumeRole's.
type asked struct {
	RoleArn         string
	RoleSessionName string
	DurationSeconds *int32
	TokenCode       string
	Policy          string
	Tags            []struct{ Key, Value string }
}

type answered struct {
	Credentials struct {
		AccessKeyId, SecretAccessKey, SessionToken string
		Expiration                                 time.Time
	}
	AssumedRoleUser struct{ AssumedRoleId, Arn string }
}

func withElements() (Record, *asked, *answered) {
	r, in, out := sample(), new(asked), new(answered)
	in.RoleArn, in.RoleSessionName, in.DurationSeconds, in.TokenCode = "arn:aws:iam::111122223333:role/deploy", "build-42", new(int32(900)), "918273"
	out.Credentials.AccessKeyId, out.Credentials.SecretAccessKey = "ASIAEXAMPLE000000002", "never shown"
	out.Credentials.SessionToken, out.Credentials.Expiration = strings.Repeat("IQoJ", 160), issued
	out.AssumedRoleUser.AssumedRoleId, out.AssumedRoleUser.Arn = "AROAEXAMPLEROLE00001:build-42", "arn:aws:sts::111122223333:assumed-role/deploy/build-42"
	r.In, r.Out = in, out
	r.Resources = []Resource{{Account: "111122223333", Type: "AWS::IAM::Role", ARN: in.RoleArn}}
	return r, in, out
}

// TestWhatIsTooLargeIsOmitted says so in its place, and keeps the record within
// what the spool takes.
func TestWhatIsTooLargeIsOmitted(t *testing.T) {
	r, in, _ := withElements()
	in.Policy = strings.Repeat("x", maxElements)
	line := string(r.Append(nil))
	if want := regexp.MustCompile(`"requestParameters":\{"reason":"requestParameters too large","omitted":true,"originalSize":10\d{4}\},"responseElements":\{"credentials"`); !want.MatchString(line) {
		t.Errorf("record %.400s…", line)
	}
	in.Policy = strings.Repeat("x", maxElements-1000)
	if line = string(r.Append(nil)); !strings.Contains(line, in.Policy) || !json.Valid([]byte(line)) {
		t.Error("parameters within the bound are not there")
	}
}

func TestSessionTokensCanBeHidden(t *testing.T) {
	r, _, out := withElements()
	if line := string(r.Append(nil)); !strings.Contains(line, `"sessionToken":"`+out.Credentials.SessionToken+`"`) {
		t.Errorf("record %s", line)
	}
	r.HideTokens = true
	if line := string(r.Append(nil)); !strings.Contains(line, `"sessionToken":"HIDDEN_DUE_TO_SECURITY_REASONS"`) {
		t.Errorf("record %s", line)
	}
}

// TestWhatIsHidden lists it.
func TestWhatIsHidden(t *testing.T) {
	for name, want := range map[string]hiding{
		"SecretAccessKey": left, "Password": left, "OldPassword": left, "NewPassword": left, "ServicePassword": left, "TokenCode": left,
		"AuthenticationCode1": left, "AuthenticationCode2": left, "SAMLAssertion": left, "ContextAssertion": left, "WebIdentityToken": left,
		"TradeInToken": left, "EncodedMessage": left, "DecodedMessage": left, "PrivateKey": left, "Base32StringSeed": left,
		"AddPrivateKey": length, "SAMLMetadataDocument": length, "SessionToken": token,
		"Policy": shown, "PolicyDocument": shown, "AssertionEncryptionMode": shown, "SubjectFromWebIdentityToken": shown, "AccessKeyId": shown, "RemovePrivateKey": shown,
	} {
		if got := hidingOf(&query.Field{Name: name, Kind: query.String}); got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if hidingOf(&query.Field{Name: "Anything", Kind: query.String, Sensitive: true}) != left || hidingOf(&query.Field{Name: "QRCodePNG", Kind: query.Blob}) != left {
		t.Error("what the model calls sensitive, or what is binary, is shown")
	}
}

func BenchmarkRecordWithElements(b *testing.B) {
	r, _, _ := withElements()
	var line []byte
	b.ReportAllocs()
	for b.Loop() {
		line = r.Append(line[:0])
	}
	b.SetBytes(int64(len(line)))
}
