package stssvc_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/saml/samltest"
)

// login is a server with a SAML provider, and a role that trusts it.
type login struct {
	t    *testing.T
	s    *daypasstest.Server
	idp  *daypasstest.SAMLProvider
	role string
}

func newLogin(t *testing.T) *login {
	s := daypasstest.New(t)
	idp := s.SAMLProvider("MySAMLIdP")
	return &login{t, s, idp, s.Role("r", idp.Trust(), allow("iam:ListUsers", "*"))}
}

// usual is the response of an ordinary log-in, with further attributes.
func (l *login) usual(attributes ...samltest.Attribute) samltest.Response {
	return samltest.Response{Now: l.s.Now(), Attributes: append([]samltest.Attribute{
		samltest.A("Role", l.role+","+l.idp.ARN), samltest.A("RoleSessionName", "ann@example.com"),
	}, attributes...)}
}

func (l *login) send(response string, params ...string) *daypasstest.Answer {
	l.t.Helper()
	return l.s.Call(daypasstest.Credentials{}, "sts", "AssumeRoleWithSAML",
		append([]string{"RoleArn", l.role, "PrincipalArn", l.idp.ARN, "SAMLAssertion", response}, params...)...)
}

func (l *login) in(r samltest.Response, params ...string) *daypasstest.Answer {
	l.t.Helper()
	a := l.send(l.idp.IdP.Base64(r), params...)
	if a.Status != 200 {
		l.t.Fatalf("%d %s", a.Status, a.Body)
	}
	return a
}

var requestID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// refused sends a response that is answered so: "400 Code Sentence".
func (l *login) refused(response, want string, params ...string) {
	l.t.Helper()
	a := l.send(response, params...)
	got := fmt.Sprintf("%d %s %s", a.Status, a.Element("Code"), requestID.ReplaceAllString(a.Element("Message"), "ID"))
	if got != want {
		l.t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAResponseBecomesASession(t *testing.T) {
	l := newLogin(t)
	r := l.usual(samltest.A("SourceIdentity", "ann"))
	r.Issuer, r.Subject = "", "_a9c0"
	a := l.in(r)
	for element, want := range map[string]string{
		"Subject": "_a9c0", "SubjectType": "persistent", "Issuer": "https://MySAMLIdP.example.com/saml",
		"Audience": "https://signin.aws.amazon.com/saml", "SourceIdentity": "ann",
		"Arn": "arn:aws:sts::123456789012:assumed-role/r/ann@example.com", "PackedPolicySize": "",
	} {
		if got := a.Element(element); got != want {
			t.Errorf("%s is %q, want %q", element, got, want)
		}
	}
	if got, want := a.Element("Expiration"), l.s.Now().UTC().Truncate(time.Second).Add(time.Hour).Format(time.RFC3339); got != want {
		t.Errorf("it ends at %s, want %s", got, want)
	}
	session := a.Credentials()
	if b := l.s.Call(session, "iam", "ListUsers"); b.Status != 200 {
		t.Errorf("the session may not do what its role may: %d %s", b.Status, b.Body)
	}
	if b := l.s.Call(session, "iam", "ListRoles"); b.Status != 403 {
		t.Errorf("the session may do more: %d", b.Status)
	}
}

func TestNamesOfSubjectTypes(t *testing.T) {
	l := newLogin(t)
	for format, want := range map[string]string{
		"urn:oasis:names:tc:SAML:2.0:nameid-format:transient":    "transient",
		"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified":  "unspecified",
		"urn:oasis:names:tc:SAML:2.0:nameid-format:unspecified":  "unspecified",
		"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
		"urn:own": "urn:own",
	} {
		r := l.usual()
		r.Format = format
		if got := l.in(r).Element("SubjectType"); got != want {
			t.Errorf("%s is %s, want %s", format, got, want)
		}
	}
}

func TestHowLongASAMLSessionIs(t *testing.T) {
	l := newLogin(t)
	l.s.SetTime(l.s.Now().Truncate(time.Second))
	l.s.Call(l.s.Root, "iam", "UpdateRole", "RoleName", "r", "MaxSessionDuration", "7200")
	seconds := func(n int) string { return fmt.Sprint(n) }
	for _, tt := range []struct {
		asked, attribute, ends int // seconds; 0 is not given
		want                   int
	}{
		{0, 0, 0, 3600},
		{7200, 0, 0, 7200},
		{900, 0, 0, 900},
		{0, 43200, 0, 3600}, // never longer
		{7200, 1800, 0, 1800},
		{900, 1800, 0, 900},
		{0, 0, 1000, 1000},
		{0, 0, 30, 30},
		{0, 900, 1000, 900},
		{0, 1000, 900, 900},
		{7200, 0, 100_000, 7200},
	} {
		var attributes []samltest.Attribute
		if tt.attribute > 0 {
			attributes = append(attributes, samltest.A("SessionDuration", seconds(tt.attribute)))
		}
		r := l.usual(attributes...)
		if tt.ends > 0 {
			r.Ends = l.s.Now().Add(time.Duration(tt.ends) * time.Second)
		}
		var params []string
		if tt.asked > 0 {
			params = []string{"DurationSeconds", seconds(tt.asked)}
		}
		want := l.s.Now().UTC().Add(time.Duration(tt.want) * time.Second).Format(time.RFC3339)
		if got := l.in(r, params...).Element("Expiration"); got != want {
			t.Errorf("%+v: ends at %s, want %s", tt, got, want)
		}
	}
	r := l.usual()
	r.Ends = l.s.Now().Add(500 * time.Millisecond)
	l.refused(l.idp.IdP.Base64(r), "400 ExpiredTokenException Response has expired.")
	l.refused(l.idp.IdP.Base64(l.usual()), "400 ValidationError The requested DurationSeconds exceeds the MaxSessionDuration set for this role.", "DurationSeconds", "7201")
}

const notSAML = "403 AccessDenied Not authorized to perform sts:AssumeRoleWithSAML"

func TestWhatTheCallerIsToldOfARefusedResponse(t *testing.T) {
	l := newLogin(t)
	const inner = " (Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: AuthSamlInvalidSamlResponseException; Request ID: ID; Proxy: null)"
	const invalid = "400 InvalidIdentityToken "
	with := func(edit func(*samltest.Response)) string {
		r := l.usual()
		edit(&r)
		return l.idp.IdP.Base64(r)
	}
	without := func(name string, instead ...samltest.Attribute) string {
		return with(func(r *samltest.Response) {
			var kept []samltest.Attribute
			for _, a := range r.Attributes {
				if a.Name != samltest.AttributePrefix+name {
					kept = append(kept, a)
				}
			}
			r.Attributes = append(kept, instead...)
		})
	}
	add := func(a ...samltest.Attribute) string {
		return with(func(r *samltest.Response) { r.Attributes = append(r.Attributes, a...) })
	}
	other := l.s.SAMLProvider("other")
	many := make([]samltest.Attribute, 51)
	for i := range many {
		many[i] = samltest.A(fmt.Sprint("PrincipalTag:k", i), "v")
	}
	for _, tt := range []struct{ name, response, want string }{
		{"no base64", "****", invalid + "Invalid base64 SAMLResponse" + inner},
		{"no XML", "aGVsbG8=", invalid + "Invalid base64 SAMLResponse" + inner},
		{"not signed", with(func(r *samltest.Response) { r.Unsigned = true }), invalid + "Response signature invalid"},
		{"signed by another provider", samltest.WithKey("https://MySAMLIdP.example.com/saml", samltest.RSAKey(1)).Base64(l.usual()), invalid + "Response signature invalid"},
		{"another issuer", with(func(r *samltest.Response) { r.Issuer = "x" }), invalid + "Issuer not present in specified provider" + inner},
		{"the provider says no", with(func(r *samltest.Response) { r.Status = "x" }), "403 IDPRejectedClaim The identity provider reported that authentication failed."},
		{"too old", with(func(r *samltest.Response) { r.Now = r.Now.Add(-6 * time.Minute) }), "400 ExpiredTokenException Token must be redeemed within 5 minutes of issuance"},
		{"past", with(func(r *samltest.Response) { r.Ends = r.Now }), "400 ExpiredTokenException Response has expired."},
		{"another audience", with(func(r *samltest.Response) { r.Audience = "x" }), invalid + "Response does not contain the required audience."},
		{"another recipient", with(func(r *samltest.Response) { r.Recipient = "x" }), invalid + "Response is not valid: recipient"},
		{"no subject", with(func(r *samltest.Response) {
			r.Edit = func(xml string) string { return strings.ReplaceAll(xml, "saml:NameID", "saml:Other") }
		}), notSAML},
		{"no session name", without("RoleSessionName"), invalid + "RoleSessionName is required in AuthnResponse"},
		{"a session name in other letters", without("RoleSessionName", samltest.A("roleSessionName", "ann")), invalid + "RoleSessionName is required in AuthnResponse"},
		{"a session name with a blank", without("RoleSessionName", samltest.A("RoleSessionName", "a b")), invalid + "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"},
		{"a short session name", without("RoleSessionName", samltest.A("RoleSessionName", "a")), invalid + "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"},
		{"two session names", add(samltest.A("RoleSessionName", "bob")), invalid + "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}"},
		{"a source identity with a blank", add(samltest.A("SourceIdentity", "a b")), invalid + `Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`},
		{"a source identity of the service's", add(samltest.A("SourceIdentity", "aws:ann")), invalid + `Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`},
		{"two source identities", add(samltest.A("SourceIdentity", "ann", "bob")), invalid + `Source Identity must match [a-zA-Z_0-9+=,.@-]{2,64} and not begin with "aws:"`},
		{"no role", without("Role"), invalid + "Role is required in AuthnResponse"},
		{"another role", without("Role", samltest.A("Role", l.role+"2,"+l.idp.ARN)), notSAML},
		{"another provider", without("Role", samltest.A("Role", l.role+","+other.ARN)), notSAML},
		{"a pair with a blank", without("Role", samltest.A("Role", l.role+", "+l.idp.ARN)), notSAML},
		{"a pair with a blank before it", without("Role", samltest.A("Role", " "+l.role+","+l.idp.ARN)), notSAML},
		{"a role without its provider", without("Role", samltest.A("Role", l.role, l.idp.ARN)), notSAML},
		{"a duration of words", add(samltest.A("SessionDuration", "long")), invalid + "Response is not valid: SessionDuration"},
		{"a duration that is too short", add(samltest.A("SessionDuration", "899")), invalid + "Response is not valid: SessionDuration"},
		{"a duration that is too long", add(samltest.A("SessionDuration", "43201")), invalid + "Response is not valid: SessionDuration"},
		{"two durations", add(samltest.A("SessionDuration", "900", "900")), invalid + "Response is not valid: SessionDuration"},
		{"two values of a tag", add(samltest.A("PrincipalTag:k", "v", "w")), invalid + "Response is not valid: PrincipalTag"},
		{"a tag without a key", add(samltest.A("PrincipalTag:", "v")), invalid + "Response is not valid: PrincipalTag"},
		{"a tag's key out of form", add(samltest.A("PrincipalTag:*", "v")), invalid + "Response is not valid: PrincipalTag"},
		{"a tag's value out of form", add(samltest.A("PrincipalTag:k", "<")), invalid + "Response is not valid: PrincipalTag"},
		{"a tag's value that is too long", add(samltest.A("PrincipalTag:k", strings.Repeat("v", 257))), invalid + "Response is not valid: PrincipalTag"},
		{"a tag twice", add(samltest.A("PrincipalTag:k", "v"), samltest.A("PrincipalTag:K", "v")), "400 InvalidParameterValue Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{"too many tags", add(many...), invalid + "Response is not valid: PrincipalTag"},
		{"a transitive key without its tag", add(samltest.A("TransitiveTagKeys", "k")), "400 InvalidParameterValue The specified transitive tag key must be included in the requested tags."},
		{"a transitive key out of form", add(samltest.A("TransitiveTagKeys", "*")), invalid + "Response is not valid: TransitiveTagKeys"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l.t = t
			l.refused(tt.response, tt.want)
		})
	}
}

func TestThePairMayBeInEitherOrder(t *testing.T) {
	l := newLogin(t)
	r := l.usual()
	r.Attributes[0] = samltest.A("Role", "arn:aws:iam::111122223333:role/x,arn:aws:iam::111122223333:saml-provider/x", l.idp.ARN+","+l.role)
	l.in(r)
	// Some providers write an attribute for each value.
	r.Attributes[0] = samltest.A("Role", "x,y")
	r.Attributes = append(r.Attributes, samltest.A("Role", l.role+","+l.idp.ARN))
	l.in(r)
}

func TestRoleAndProviderMustBeThereAndOfOneAccount(t *testing.T) {
	l := newLogin(t)
	good := l.idp.IdP.Base64(l.usual())
	l.refused(good, "400 InvalidIdentityToken Specified provider doesn't exist.", "PrincipalArn", l.idp.ARN+"2")
	l.refused(good, "400 ValidationError Request ARN is invalid", "PrincipalArn", l.role)
	l.refused(good, "400 ValidationError Request ARN is invalid", "RoleArn", l.idp.ARN)
	l.refused(good, "400 ValidationError not an arn at all, really is invalid", "PrincipalArn", "not an arn at all, really")
	named := func(role string) string {
		r := l.usual()
		r.Attributes[0] = samltest.A("Role", role+","+l.idp.ARN)
		return l.idp.IdP.Base64(r)
	}
	none := "arn:aws:iam::123456789012:role/none"
	l.refused(named(none), notSAML, "RoleArn", none)
	untrusting := l.s.Role("untrusting", daypasstest.Trust("123456789012"))
	l.refused(named(untrusting), notSAML, "RoleArn", untrusting)
	_, otherRoot := l.s.NewAccount()
	elsewhere := l.s.RoleIn(otherRoot, "r", l.idp.Trust())
	l.refused(named(elsewhere), notSAML, "RoleArn", elsewhere)
	sso := l.s.Role("AWSReservedSSO_x", l.idp.Trust())
	l.refused(named(sso), notSAML, "RoleArn", sso)

	if a := l.s.Call(l.s.Root, "iam", "DeleteSAMLProvider", "SAMLProviderArn", l.idp.ARN); a.Status != 200 {
		t.Fatal(a.Body)
	}
	l.refused(good, "400 InvalidIdentityToken Specified provider doesn't exist.")
}

func TestTrustPoliciesSeeTheResponse(t *testing.T) {
	l := newLogin(t)
	conditions := []string{
		`"StringEquals":{"saml:aud":"https://signin.aws.amazon.com/saml"}`,
		`"StringEquals":{"SAML:iss":"https://MySAMLIdP.example.com/saml"}`,
		`"StringEquals":{"saml:doc":"123456789012/MySAMLIdP"}`,
		`"StringEquals":{"saml:sub":"ann"}`,
		`"StringEquals":{"saml:sub_type":"persistent"}`,
		`"StringEquals":{"aws:FederatedProvider":"` + l.idp.ARN + `"}`,
		`"StringEquals":{"sts:RoleSessionName":"ann@example.com"}`,
		`"StringEquals":{"sts:SourceIdentity":"ann"}`,
		`"StringEquals":{"aws:RequestTag/team":"red"}`,
		`"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost"]}`,
		`"ForAnyValue:StringEquals":{"sts:TransitiveTagKeys":"team"}`,
		`"ForAnyValue:StringEquals":{"saml:edupersonaffiliation":"staff"}`,
		`"StringEquals":{"saml:edupersonprimaryaffiliation":"member"}`,
		`"StringEquals":{"saml:mail":"ann@example.com"}`,
		`"StringEquals":{"saml:uid":"a1"}`,
		`"StringEquals":{"saml:givenName":"Ann"}`,
		`"StringEquals":{"saml:commonName":"Ann A"}`,
		`"ForAnyValue:StringEquals":{"saml:edupersontargetedid":"t1"}`,
	}
	attributes := []samltest.Attribute{
		samltest.A("SourceIdentity", "ann"), samltest.A("PrincipalTag:team", "red"), samltest.A("PrincipalTag:cost", "1"), samltest.A("TransitiveTagKeys", "team"),
		samltest.A("urn:oid:1.3.6.1.4.1.5923.1.1.1.1", "member", "staff"), samltest.A("urn:oid:1.3.6.1.4.1.5923.1.1.1.5", "member", "staff"),
		samltest.A("http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress", "ann@example.com"),
		samltest.A("urn:oid:0.9.2342.19200300.100.1.3", "second@example.com"), samltest.A("0.9.2342.19200300100.1.1", "a1"),
		samltest.A("urn:oid:2.5.4.42", "Ann"), samltest.A("2.5.4.3", "Ann A"), samltest.A("urn:oid:1.3.6.1.4.1.5923.1.1.1.10", "TARGETED"),
	}
	for i, condition := range conditions {
		role := l.s.Role(fmt.Sprint("yes", i), l.idp.Trust("{"+condition+"}"))
		r := l.usual(attributes...)
		r.Attributes[0] = samltest.A("Role", role+","+l.idp.ARN)
		r.Edit = func(xml string) string {
			return strings.Replace(xml, ">TARGETED<", "><saml:NameID>t1</saml:NameID><", 1)
		}
		response := l.idp.IdP.Base64(r)
		if a := l.send(response, "RoleArn", role); a.Status != 200 {
			t.Errorf("%s does not hold: %d %s", condition, a.Status, a.Body)
		}
		no := l.s.Role(fmt.Sprint("no", i), l.idp.Trust("{"+regexp.MustCompile(`:\[?"[^"{]*"(,"[^"]*"\])?}$`).ReplaceAllString(condition, `:"other"}`)+"}"))
		r.Attributes[0] = samltest.A("Role", no+","+l.idp.ARN)
		l.refused(l.idp.IdP.Base64(r), notSAML, "RoleArn", no)
	}
}

func TestTagsAndSourceIdentityNeedTheirPermission(t *testing.T) {
	l := newLogin(t)
	bare := strings.Replace(l.idp.Trust(), `["sts:AssumeRoleWithSAML","sts:TagSession","sts:SetSourceIdentity"]`, `"sts:AssumeRoleWithSAML"`, 1)
	l.role = l.s.Role("bare", bare)
	l.in(l.usual())
	l.refused(l.idp.IdP.Base64(l.usual(samltest.A("PrincipalTag:team", "red"))), notSAML)
	l.refused(l.idp.IdP.Base64(l.usual(samltest.A("SourceIdentity", "ann"))), notSAML)
}

// Who the subject is stays known in the session, and in those that it makes.
func TestASessionKeepsItsSubject(t *testing.T) {
	l := newLogin(t)
	mine := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"StringEquals":%s}}}`
	l.s.User("dana")
	qualifier := l.in(l.usual()).Element("NameQualifier")
	for _, tt := range []struct {
		keys string
		want int
	}{
		{`{"saml:sub":"ann","saml:sub_type":"persistent"}`, 200},
		{`{"saml:namequalifier":"` + qualifier + `"}`, 200},
		{`{"saml:sub":"bob"}`, 403},
		{`{"saml:iss":"https://MySAMLIdP.example.com/saml"}`, 403}, // of the call alone
		{`{"aws:FederatedProvider":"` + l.idp.ARN + `"}`, 200},
		{`{"aws:PrincipalTag/team":"red"}`, 200},
		{`{"aws:SourceIdentity":"ann"}`, 200},
	} {
		put := l.s.Call(l.s.Root, "iam", "PutRolePolicy", "RoleName", "r", "PolicyName", "mine", "PolicyDocument", fmt.Sprintf(mine, tt.keys))
		if put.Status != 200 {
			t.Fatal(put.Body)
		}
		session := l.idp.AssumeRole(l.role, "ann", "PrincipalTag:team", "red", "SourceIdentity", "ann")
		if a := l.s.Call(session, "iam", "GetUser", "UserName", "dana"); a.Status != tt.want {
			t.Errorf("%s: %d, want %d", tt.keys, a.Status, tt.want)
		}
	}
}

// The vectors are of the real service's documentation, and of an event of it.
func TestNameQualifierInTheAnswer(t *testing.T) {
	l := newLogin(t)
	idp := samltest.WithKey("https://example.com/saml", samltest.RSAKey(0))
	if a := l.s.Call(l.s.Root, "iam", "UpdateSAMLProvider", "SAMLProviderArn", l.idp.ARN, "SAMLMetadataDocument", idp.Metadata()); a.Status != 200 {
		t.Fatal(a.Body)
	}
	a := l.send(idp.Base64(l.usual()))
	if got := a.Element("NameQualifier"); got != "1uAJanUnBc2XeUkHURMht+xam2c=" {
		t.Errorf("got %q: %s", got, a.Body)
	}
}

func TestEncryptedAssertionsOfAProvider(t *testing.T) {
	l := newLogin(t)
	change := func(params ...string) string {
		t.Helper()
		a := l.s.Call(l.s.Root, "iam", "UpdateSAMLProvider", append([]string{"SAMLProviderArn", l.idp.ARN}, params...)...)
		if a.Status != 200 {
			t.Fatal(a.Body)
		}
		return l.s.Call(l.s.Root, "iam", "GetSAMLProvider", "SAMLProviderArn", l.idp.ARN).Element("KeyId")
	}
	encrypted := func(key int) samltest.Response {
		r := l.usual()
		r.Encrypt = &samltest.Encryption{For: &samltest.RSAKey(key).PublicKey}
		return r
	}
	l.refused(l.idp.IdP.Base64(encrypted(1)), "400 InvalidIdentityToken Response signature invalid")
	first := change("AddPrivateKey", samltest.PEM(samltest.RSAKey(1)))
	l.in(encrypted(1))
	l.in(l.usual())
	change("AssertionEncryptionMode", "Required")
	l.in(encrypted(1))
	l.refused(l.idp.IdP.Base64(l.usual()), "400 InvalidIdentityToken Response signature invalid")
	l.s.Advance(time.Second)
	change("AddPrivateKey", samltest.PEM(samltest.RSAKey(2)))
	l.in(encrypted(1))
	l.in(encrypted(2))
	change("RemovePrivateKey", first)
	l.in(encrypted(2))
	l.refused(l.idp.IdP.Base64(encrypted(1)), "400 InvalidIdentityToken Response signature invalid")
}

func TestKeyRollover(t *testing.T) {
	l := newLogin(t)
	entity := "https://MySAMLIdP.example.com/saml"
	old, next := l.idp.IdP, samltest.WithKey(entity, samltest.RSAKey(1))
	update := func(metadata string) {
		t.Helper()
		if a := l.s.Call(l.s.Root, "iam", "UpdateSAMLProvider", "SAMLProviderArn", l.idp.ARN, "SAMLMetadataDocument", metadata); a.Status != 200 {
			t.Fatal(a.Body)
		}
	}
	const refusal = "400 InvalidIdentityToken Response signature invalid"
	l.refused(next.Base64(l.usual()), refusal)
	update(old.Metadata(next))
	for _, p := range []*samltest.IdP{old, next} {
		if a := l.send(p.Base64(l.usual())); a.Status != 200 {
			t.Error(a.Body)
		}
	}
	update(next.Metadata())
	l.refused(old.Base64(l.usual()), refusal)
}
