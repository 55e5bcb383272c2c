package pipeline_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/oidctest"
	"github.com/daypass/daypass/internal/spool"
)

// TestNoRecordHoldsASecret makes every call that takes or issues one, well and
// badly, and looks for each secret in all that was recorded.
func TestNoRecordHoldsASecret(t *testing.T) {
	dir := t.TempDir()
	idp := oidctest.New(issuer)
	s := daypasstest.New(t, daypasstest.WithTime(noon), daypasstest.WithDir(dir), daypasstest.WithIssuer(issuer, idp))
	secrets := map[string]string{} // by what they are
	calls := 0
	call := func(c daypasstest.Credentials, service, action string, params ...string) *daypasstest.Answer {
		t.Helper()
		calls++
		a := s.Call(c, service, action, params...)
		for _, name := range []string{"SecretAccessKey", "Base32StringSeed", "QRCodePNG", "WebIdentityToken", "DecodedMessage"} {
			if v := a.Element(name); v != "" {
				secrets[name+" answered by "+action] = v
			}
		}
		for i := 0; i+1 < len(params); i += 2 {
			switch params[i] {
			case "Password", "OldPassword", "NewPassword", "TokenCode", "AuthenticationCode1", "AuthenticationCode2", "SAMLAssertion",
				"WebIdentityToken", "EncodedMessage", "TradeInToken", "AddPrivateKey", "SAMLMetadataDocument", "ProvidedContexts.member.1.ContextAssertion":
				secrets[fmt.Sprint(params[i], " given to ", action, " in call ", calls)] = params[i+1]
			}
		}
		if c.SecretAccessKey != "" {
			secrets["the caller's secret key"] = c.SecretAccessKey
		}
		return a
	}
	ann := s.User("ann", allowAll)
	bob := s.User("bob")
	role := s.Role("r", daypasstest.Trust(s.UserARN("ann")), allowAll)
	provider := call(s.Root, "iam", "CreateOpenIDConnectProvider", "Url", issuer, "ClientIDList.member.1", "sts.amazonaws.com").Element("OpenIDConnectProviderArn")
	web := s.Role("web", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"`+provider+`"},"Action":"sts:AssumeRoleWithWebIdentity"}}`)
	token := idp.Token(s.Now(), map[string]any{"aud": "sts.amazonaws.com", "sub": "someone"})

	call(ann, "sts", "AssumeRole", "RoleArn", role, "RoleSessionName", "build")
	call(ann, "sts", "AssumeRole", "RoleArn", role, "RoleSessionName", "build", "SerialNumber", "arn:aws:iam::123456789012:mfa/ann", "TokenCode", "918273")
	call(ann, "sts", "AssumeRole", "RoleArn", role, "RoleSessionName", "build",
		"ProvidedContexts.member.1.ProviderArn", "arn:aws:iam::aws:contextProvider/IdentityCenter", "ProvidedContexts.member.1.ContextAssertion", "marked-context-assertion")
	call(ann, "sts", "AssumeRole", "RoleArn", role, "RoleSessionName", "build", "SerialNumber", "arn:aws:iam::123456789012:mfa/ann", "TokenCode", "9182736")
	call(ann, "sts", "AssumeRole", "RoleArn", role, "RoleSessionName", "build", "SerialNumber", "x", "TokenCode", "mark1", "DurationSeconds", "1")
	call(ann, "sts", "AssumeRole", "RoleArn", role, "RoleSessionName", "build",
		"ProvidedContexts.member.1.ProviderArn", "arn:aws:iam::aws:contextProvider/IdentityCenter", "ProvidedContexts.member.1.ContextAssertion", strings.Repeat("marked", 400))
	call(ann, "sts", "GetSessionToken")
	call(ann, "sts", "GetSessionToken", "SerialNumber", "arn:aws:iam::123456789012:mfa/ann", "TokenCode", "8-7263")
	call(ann, "sts", "GetSessionToken", "SerialNumber", "arn:aws:iam::123456789012:mfa/ann", "TokenCode", "817263")
	call(ann, "sts", "GetFederationToken", "Name", "guest", "Policy", allowAll)
	call(ann, "sts", "GetDelegatedAccessToken", "TradeInToken", "marked-trade-in-token")
	call(daypasstest.Credentials{}, "sts", "AssumeRoleWithWebIdentity", "RoleArn", web, "RoleSessionName", "build", "WebIdentityToken", token)
	call(daypasstest.Credentials{}, "sts", "AssumeRoleWithWebIdentity", "RoleArn", role, "RoleSessionName", "build", "WebIdentityToken", token)
	call(daypasstest.Credentials{}, "sts", "AssumeRoleWithSAML", "RoleArn", role, "PrincipalArn", "arn:aws:iam::123456789012:saml-provider/idp", "SAMLAssertion", "bWFya2VkLWFzc2VydGlvbg==")
	denied := call(bob, "iam", "CreateUser", "UserName", "eve").Header.Get("X-Daypass-Encoded-Authorization-Message")
	call(ann, "sts", "DecodeAuthorizationMessage", "EncodedMessage", denied)
	call(ann, "sts", "DecodeAuthorizationMessage", "EncodedMessage", "marked-encoded-message")
	call(ann, "sts", "DecodeAuthorizationMessage", "EncodedMessage", strings.Repeat("marked-message", 1000))
	call(s.Root, "iam", "EnableOutboundWebIdentityFederation")
	call(ann, "sts", "GetWebIdentityToken", "Audience.member.1", "https://api.example.com", "SigningAlgorithm", "RS256")

	call(s.Root, "iam", "CreateAccessKey", "UserName", "bob")
	call(s.Root, "iam", "CreateLoginProfile", "UserName", "bob", "Password", "Correct-horse-9")
	call(s.Root, "iam", "UpdateLoginProfile", "UserName", "bob", "Password", "Battery-staple-9")
	call(ann, "iam", "ChangePassword", "OldPassword", "Marked-old-1", "NewPassword", "Marked-new-1")
	device := call(s.Root, "iam", "CreateVirtualMFADevice", "VirtualMFADeviceName", "bob").Element("SerialNumber")
	call(s.Root, "iam", "EnableMFADevice", "UserName", "bob", "SerialNumber", device, "AuthenticationCode1", "716253", "AuthenticationCode2", "615243")
	call(s.Root, "iam", "ResyncMFADevice", "UserName", "bob", "SerialNumber", device, "AuthenticationCode1", "514233", "AuthenticationCode2", "413223")
	call(s.Root, "iam", "CreateSAMLProvider", "Name", "idp", "SAMLMetadataDocument", strings.Repeat("<marked-metadata/>", 60), "AddPrivateKey", "-----BEGIN PRIVATE KEY----- marked")
	call(s.Root, "iam", "UpdateSAMLProvider", "SAMLProviderArn", "arn:aws:iam::123456789012:saml-provider/idp",
		"SAMLMetadataDocument", strings.Repeat("<other-metadata/>", 70), "AddPrivateKey", "-----BEGIN PRIVATE KEY----- other")
	if a := s.Call(s.Root, "sts", "GetSessionToken"); a.Status != http.StatusOK { // after which all before it is there
		t.Fatal(a.Body)
	}

	var all strings.Builder
	records := 0
	if err := spool.Scan(filepath.Join(dir, "spool"), func(line []byte) error {
		records++
		all.Write(line)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if records < calls-2 { // a false assertion leaves none
		t.Fatalf("%d records of %d calls", records, calls)
	}
	for what, v := range secrets {
		if strings.Contains(all.String(), v[:min(len(v), 200)]) { // what is clipped is there too
			t.Errorf("a record holds the %s", what)
		}
	}
	for _, what := range []string{
		"SecretAccessKey answered by AssumeRole", "SecretAccessKey answered by GetSessionToken", "SecretAccessKey answered by GetFederationToken",
		"SecretAccessKey answered by AssumeRoleWithWebIdentity", "SecretAccessKey answered by CreateAccessKey", "Base32StringSeed answered by CreateVirtualMFADevice",
		"WebIdentityToken answered by GetWebIdentityToken", "DecodedMessage answered by DecodeAuthorizationMessage",
	} {
		if secrets[what] == "" {
			t.Errorf("there was no %s", what)
		}
	}
}
