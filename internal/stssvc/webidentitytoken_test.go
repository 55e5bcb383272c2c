package stssvc_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/daypass/daypass/daypasstest"
)

// outboundScene is a scene whose account issues tokens.
func outboundScene(t *testing.T) (s *scene, issuer string) {
	t.Helper()
	s = newScene(t)
	return s, s.as(s.s.Root).can("EnableOutboundWebIdentityFederation").Element("IssuerIdentifier")
}

// token gets a token and returns what it says.
func (a *actor) token(params ...string) (claims map[string]any, expires time.Time) {
	a.t.Helper()
	answer := a.s.Call(a.c, "sts", "GetWebIdentityToken", params...)
	if answer.Status != 200 {
		a.t.Fatalf("GetWebIdentityToken %v: %d %s", params, answer.Status, answer.Body)
	}
	expires, err := time.Parse(time.RFC3339, answer.Element("Expiration"))
	if err != nil {
		a.t.Fatal(err)
	}
	parts := strings.Split(answer.Element("WebIdentityToken"), ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err == nil {
		err = json.Unmarshal(payload, &claims)
	}
	if err != nil || len(parts) != 3 {
		a.t.Fatalf("%v: %s", err, payload)
	}
	return claims, expires
}

// noToken expects a refusal.
func (a *actor) noToken(want string, params ...string) {
	a.t.Helper()
	answer := a.s.Call(a.c, "sts", "GetWebIdentityToken", params...)
	got := fmt.Sprintf("%d %s %s", answer.Status, answer.Element("Code"), answer.Element("Message"))
	if !strings.HasPrefix(got, want) {
		a.t.Errorf("GetWebIdentityToken %v:\n got %s\nwant %s", params, got, want)
	}
}

var anAPI = []string{"Audience.member.1", "api", "SigningAlgorithm", "ES384"}

func TestClaimsOfAUser(t *testing.T) {
	s, issuer := outboundScene(t)
	ann := s.as(s.s.User("ann", allow("sts:*", "*")))
	s.as(s.s.Root).can("TagUser", "UserName", "ann", "Tags.member.1.Key", "team", "Tags.member.1.Value", "red")
	claims, expires := ann.token(anAPI...)
	now := float64(s.s.Now().Unix())
	id, _ := claims["jti"].(string)
	delete(claims, "jti")
	want := map[string]any{
		"iss": issuer, "aud": "api", "sub": s.s.UserARN("ann"), "iat": now, "exp": now + 300,
		"https://sts.amazonaws.com/": map[string]any{
			"aws_account": s.s.Account, "source_region": "us-east-1", "principal_tags": map[string]any{"team": "red"},
		},
	}
	if diff := cmp.Diff(want, claims); diff != "" || len(id) != 36 {
		t.Errorf("claims (-want +got), jti %q:\n%s", id, diff)
	}
	if expires.Unix() != int64(now)+300 {
		t.Errorf("Expiration is %v", expires)
	}
	again, _ := ann.token(anAPI...)
	if again["jti"] == id {
		t.Error("two tokens of one id")
	}
	root, _ := s.as(s.s.Root).token(anAPI...)
	if root["sub"] != "arn:aws:iam::123456789012:root" {
		t.Errorf("the root user is %v", root["sub"])
	}
}

func TestClaimsOfARoleSession(t *testing.T) {
	s, _ := outboundScene(t)
	s.as(s.s.Root).can("CreateRole", "RoleName", "app", "Path", "/x/", "AssumeRolePolicyDocument", daypasstest.Trust(s.s.Account), "Tags.member.1.Key", "team", "Tags.member.1.Value", "red", "Tags.member.2.Key", "own", "Tags.member.2.Value", "1")
	s.as(s.s.Root).can("PutRolePolicy", "RoleName", "app", "PolicyName", "p", "PolicyDocument", allow("sts:*", "*"))
	ann := s.as(s.s.User("ann", allow("sts:*", "*")))
	session := ann.assumes("arn:aws:iam::123456789012:role/x/app", "SourceIdentity", "ann", "Tags.member.1.Key", "Team", "Tags.member.1.Value", "blue")
	claims, _ := session.token(append(anAPI, "Audience.member.2", "other", "DurationSeconds", "3600",
		"Tags.member.1.Key", "job", "Tags.member.1.Value", "build 1")...)
	if claims["sub"] != "arn:aws:iam::123456789012:role/x/app" {
		t.Errorf("sub is %v", claims["sub"])
	}
	if diff := cmp.Diff([]any{"api", "other"}, claims["aud"]); diff != "" {
		t.Error(diff)
	}
	want := map[string]any{
		"aws_account": s.s.Account, "source_region": "us-east-1", "principal_tags": map[string]any{"Team": "blue", "own": "1"},
		"request_tags": map[string]any{"job": "build 1"}, "source_identity": "ann",
		"original_session_exp": s.s.Now().UTC().Truncate(time.Second).Add(time.Hour).Format("2006-01-02T15:04:05Z"),
	}
	if diff := cmp.Diff(want, claims["https://sts.amazonaws.com/"]); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
	names := slices.Sorted(maps.Keys(claims))
	if want := []string{"aud", "exp", "https://sts.amazonaws.com/", "iat", "iss", "jti", "sub"}; !slices.Equal(names, want) {
		t.Errorf("claims %v, want %v", names, want)
	}
}

func TestATokenDoesNotOutliveTheSession(t *testing.T) {
	s, _ := outboundScene(t)
	ann := s.as(s.s.User("ann"))
	session := ann.assumes(s.s.Role("r", daypasstest.Trust(s.s.UserARN("ann")), allow("sts:GetWebIdentityToken", "*")), "DurationSeconds", "900")
	session.token(append(anAPI, "DurationSeconds", "900")...)
	session.noToken("403 SessionDurationEscalationException ", append(anAPI, "DurationSeconds", "901")...)
	s.s.Advance(600 * time.Second)
	session.token(anAPI...)
	s.s.Advance(time.Second)
	session.noToken("403 SessionDurationEscalationException ", anAPI...)
}

func TestPermissionsAndKeysOfTokens(t *testing.T) {
	s, _ := outboundScene(t)
	s.as(s.s.User("nobody")).noToken("403 AccessDenied User: "+s.s.UserARN("nobody")+" is not authorized to perform: sts:GetWebIdentityToken on resource: *", anAPI...)
	for _, tt := range []struct {
		condition string
		yes, no   []string
	}{
		{`"ForAllValues:StringEquals":{"sts:IdentityTokenAudience":["api","b"]}`, []string{"Audience.member.2", "b"}, []string{"Audience.member.2", "c"}},
		{`"StringEquals":{"sts:SigningAlgorithm":"ES384"}`, nil, []string{"SigningAlgorithm", "RS256"}},
		{`"NumericLessThanEquals":{"sts:DurationSeconds":"300"}`, nil, []string{"DurationSeconds", "301"}},
		{`"StringEquals":{"aws:RequestTag/job":"1"}`, []string{"Tags.member.1.Key", "job", "Tags.member.1.Value", "1"}, []string{"Tags.member.1.Key", "job", "Tags.member.1.Value", "2"}},
		{`"ForAllValues:StringEquals":{"aws:TagKeys":"job"}`, nil, []string{"Tags.member.1.Key", "other", "Tags.member.1.Value", "1"}},
	} {
		name := fmt.Sprintf("u%d", len(tt.condition))
		u := s.as(s.s.User(name, trust(`{"Effect":"Allow","Action":"sts:*WebIdentityToken","Resource":"*","Condition":{`+tt.condition+`}}`)))
		u.token(append(slices.Clone(anAPI), tt.yes...)...)
		u.noToken("403 AccessDenied ", append(slices.Clone(anAPI), tt.no...)...)
	}
	tagless := s.as(s.s.User("tagless", allow("sts:GetWebIdentityToken", "*")))
	tagless.token(anAPI...)
	tagless.noToken("403 AccessDenied User: "+s.s.UserARN("tagless")+" is not authorized to perform: sts:TagGetWebIdentityToken on resource: *", append(anAPI, "Tags.member.1.Key", "a", "Tags.member.1.Value", "b")...)
}

func TestRefusalsOfTokens(t *testing.T) {
	s, _ := outboundScene(t)
	ann := s.as(s.s.User("ann", allow("sts:*", "*")))
	var tags, audience []string
	for i := range 20 {
		tags = append(tags, fmt.Sprintf("Tags.member.%d.Key", i+1), fmt.Sprint("k", i), fmt.Sprintf("Tags.member.%d.Value", i+1), strings.Repeat("v", 256))
	}
	for i := range 11 {
		audience = append(audience, fmt.Sprintf("Audience.member.%d", i+1), "a")
	}
	for _, tt := range []struct {
		want   string
		params []string
	}{
		{"400 JWTPayloadSizeExceededException ", append(slices.Clone(anAPI), tags...)},
		{"400 ValidationError 1 validation error detected: Value '[a, a, a, a, a, a, a, a, a, a, a]' at 'audience'", append(audience, "SigningAlgorithm", "RS256")},
		{"400 ValidationError ", []string{"SigningAlgorithm", "RS256"}},
		{"400 ValidationError ", []string{"Audience.member.1", strings.Repeat("a", 1001), "SigningAlgorithm", "RS256"}},
		{"400 ValidationError ", []string{"Audience.member.1", "a", "SigningAlgorithm", "none"}},
		{"400 ValidationError ", append(slices.Clone(anAPI), "DurationSeconds", "59")},
		{"400 ValidationError ", append(slices.Clone(anAPI), "DurationSeconds", "3601")},
		{
			"400 InvalidParameterValue Duplicate tag keys found. Please note that Tag keys are case insensitive.",
			append(slices.Clone(anAPI), "Tags.member.1.Key", "a", "Tags.member.1.Value", "1", "Tags.member.2.Key", "A", "Tags.member.2.Value", "2"),
		},
	} {
		ann.noToken(tt.want, tt.params...)
	}
	session := s.as(s.s.Call(ann.c, "sts", "GetSessionToken").Credentials())
	session.noToken("403 AccessDenied ", anAPI...)
	s.as(s.s.Root).can("DisableOutboundWebIdentityFederation")
	ann.noToken("403 OutboundWebIdentityFederationDisabledException Outbound web identity federation is disabled for account 123456789012.", anAPI...)
}

// Another Daypass takes a token by its issuer's documents; the one that made it
// does not.
func TestAnotherDaypassAcceptsAToken(t *testing.T) {
	a := daypasstest.New(t, daypasstest.WithPublicURL("https://a.example.com"))
	issuer := a.Call(a.Root, "iam", "EnableOutboundWebIdentityFederation").Element("IssuerIdentifier")
	documents := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		get, _ := http.NewRequestWithContext(r.Context(), http.MethodGet, a.URL+r.URL.Path, nil)
		answer := a.Send(get)
		w.Header().Set("Content-Type", answer.Header.Get("Content-Type"))
		w.WriteHeader(answer.Status)
		_, _ = w.Write([]byte(answer.Body))
	})
	b := daypasstest.New(t, daypasstest.WithIssuer(issuer, documents), daypasstest.WithTime(a.Now()))
	for _, algorithm := range []string{"RS256", "ES384"} {
		token := a.Call(a.Root, "sts", "GetWebIdentityToken", "Audience.member.1", "b", "SigningAlgorithm", algorithm).Element("WebIdentityToken")
		for name, s := range map[string]*daypasstest.Server{"the other": b, "its own": a} {
			name0 := strings.TrimPrefix(issuer, "https://")
			s.Call(s.Root, "iam", "CreateOpenIDConnectProvider", "Url", issuer, "ClientIDList.member.1", "b")
			s.Call(s.Root, "iam", "CreateRole", "RoleName", "app", "AssumeRolePolicyDocument",
				trust(`{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/`+name0+
					`"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{"`+name0+`:sub":"arn:aws:iam::123456789012:root","`+name0+`:aud":"b"}}}`))
			answer := s.Call(daypasstest.Credentials{}, "sts", "AssumeRoleWithWebIdentity", "RoleArn", "arn:aws:iam::123456789012:role/app", "RoleSessionName", "from-a", "WebIdentityToken", token)
			want := 200
			if s == a {
				want = 400
			}
			if answer.Status != want || want == 400 && answer.Element("Code") != "InvalidIdentityToken" {
				t.Errorf("%s, %s: %d %s", algorithm, name, answer.Status, answer.Body)
			}
		}
	}
}
