package pipeline_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/golden"
	"github.com/daypass/daypass/internal/oidctest"
	"github.com/daypass/daypass/internal/saml/samltest"
)

const (
	allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	issuer   = "https://id.example.com"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// stage makes the people of the record files: ann may do everything, bob
// nothing. Ann may assume deployer, which hands the tag team down to next; eve
// is of another account, and may assume deployer too. Tokens of the issuer may
// assume web, and assertions desk, but not deployer.
func stage(t *testing.T) golden.Stage {
	dir := t.TempDir()
	idp := oidctest.New(issuer)
	buckets := httptest.NewServer(http.HandlerFunc(store))
	t.Cleanup(buckets.Close)
	s := daypasstest.New(t, daypasstest.WithTime(noon), daypasstest.WithDir(dir), daypasstest.WithIssuer(issuer, idp), daypasstest.WithTrailStore(buckets.URL))
	must := func(c daypasstest.Credentials, service, action string, params ...string) *daypasstest.Answer {
		t.Helper()
		a := s.Call(c, service, action, params...)
		if a.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", action, a.Status, a.Body)
		}
		return a
	}
	other, otherRoot := s.NewAccount()
	ann := s.User("ann", allowAll)
	deployer := s.Role("deployer", daypasstest.Trust(s.UserARN("ann"), other), allowAll)
	s.Role("next", daypasstest.Trust(deployer))
	provider := must(s.Root, "iam", "CreateOpenIDConnectProvider", "Url", issuer, "ClientIDList.member.1", "sts.amazonaws.com").Element("OpenIDConnectProviderArn")
	web := s.Role("web", fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":%q},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession","sts:SetSourceIdentity"]}}`, provider), allowAll)
	claims := func(more map[string]any) string {
		all := map[string]any{"aud": "sts.amazonaws.com", "sub": "repo:corp/app"}
		for k, v := range more {
			all[k] = v
		}
		return idp.Token(s.Now(), all)
	}
	token := claims(nil)
	saml := s.SAMLProvider("corp")
	desk := s.Role("desk", saml.Trust())
	s.SetTime(noon.Add(-time.Hour))
	ended := must(ann, "sts", "GetSessionToken", "DurationSeconds", "900").Credentials()
	s.SetTime(noon)
	return golden.Stage{
		Server: s, Dir: filepath.Join(dir, "spool"),
		Who: map[string]daypasstest.Credentials{
			"root": s.Root, "ann": ann, "bob": s.User("bob"), "eve": s.UserIn(otherRoot, "eve", allowAll),
			"otherroot": otherRoot,
			"rootagain": must(s.Root, "sts", "GetSessionToken").Credentials(),
			"annagain":  must(ann, "sts", "GetSessionToken").Credentials(),
			"guest":     must(ann, "sts", "GetFederationToken", "Name", "guest", "Policy", allowAll).Credentials(),
			"rootguest": must(s.Root, "sts", "GetFederationToken", "Name", "guest", "Policy", allowAll).Credentials(),
			"deployer": must(ann, "sts", "AssumeRole", "RoleArn", deployer, "RoleSessionName", "build", "SourceIdentity", "ann-smith",
				"Tags.member.1.Key", "team", "Tags.member.1.Value", "build", "TransitiveTagKeys.member.1", "team").Credentials(),
			"web":     must(daypasstest.Credentials{}, "sts", "AssumeRoleWithWebIdentity", "RoleArn", web, "RoleSessionName", "build", "WebIdentityToken", token).Credentials(),
			"desk":    saml.AssumeRole(desk, "ann@example.com"),
			"ended":   ended,
			"unknown": {AccessKeyID: "AKIARZPUZDIKAAAAAAAA", SecretAccessKey: "unknown"},
			"notoken": {AccessKeyID: ended.AccessKeyID, SecretAccessKey: ended.SecretAccessKey},
			"forged":  {AccessKeyID: s.Root.AccessKeyID, SecretAccessKey: "forged"},
		},
		Values: documents(s.UserARN("ann"), saml.IdP.Metadata(), map[string]string{
			"Token":                token,
			"Assertion":            saml.Response(desk, "ann@example.com", "SourceIdentity", "ann-smith", "PrincipalTag:team", "build", "TransitiveTagKeys", "team"),
			"AssertionForDeployer": saml.Response(deployer, "ann@example.com"),
			"TaggedToken": claims(map[string]any{"https://aws.amazon.com/source_identity": "octo", "https://aws.amazon.com/tags": map[string]any{
				"principal_tags": map[string]any{"team": []string{"build"}}, "transitive_tag_keys": []string{"team"},
			}}),
		}),
		Masks: map[string]string{other: "999999999999", long: "LONG", noise: "NOISE"},
	}
}

// long is longer than any policy may be.
var long = strings.Repeat("x", 10_300)

// documents adds the documents that requests pass.
func documents(ann, metadata string, to map[string]string) map[string]string {
	const policy = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":%q}}`
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":%q},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":%q}}}}`
	to["AllowS3"], to["Long"] = fmt.Sprintf(policy, "*"), fmt.Sprintf(policy, "arn:aws:s3:::b/"+long)
	to["TrustAnn"], to["LongTrust"] = fmt.Sprintf(trust, ann, "ticket-7"), fmt.Sprintf(trust, ann, long)
	to["WidePolicy"] = fmt.Sprintf(policy, "arn:aws:s3:::b/"+noise) // which does not pack
	to["Metadata"], to["NoMetadata"] = padded(metadata), strings.Repeat("<m/>", 300)
	for i := range 3 {
		der := x509.MarshalPKCS1PrivateKey(samltest.RSAKey(i))
		to[fmt.Sprintf("PrivateKey%d", i+1)] = padded(string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: der})))
	}
	return to
}

// noise is a text without pattern, always the same.
var noise = func() string {
	text := make([]byte, 1900)
	source := rand.New(rand.NewPCG(1, 2))
	for i := range text {
		text[i] = byte('a' + source.IntN(26))
	}
	return string(text)
}()

// store is one for buckets of trails: there is none called missing, closed is
// closed, and the other buckets encrypt under no key.
func store(w http.ResponseWriter, r *http.Request) {
	status, code := http.StatusOK, ""
	key := r.Header.Get("X-Amz-Server-Side-Encryption-Aws-Kms-Key-Id")
	switch {
	case strings.HasPrefix(r.URL.Path, "/missing/"):
		status, code = http.StatusNotFound, "NoSuchBucket"
	case strings.HasPrefix(r.URL.Path, "/closed/"), strings.HasSuffix(key, "forbidden"):
		status, code = http.StatusForbidden, "AccessDenied"
	case strings.HasSuffix(key, "unknown"):
		status, code = http.StatusBadRequest, "KMS.NotFoundException"
	case strings.HasSuffix(key, "disabled"):
		status, code = http.StatusBadRequest, "KMS.DisabledException"
	case key != "":
		status, code = http.StatusBadRequest, "InvalidArgument"
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	if code != "" {
		_, _ = fmt.Fprintf(w, "<Error><Code>%s</Code><Message>no</Message></Error>", code)
	}
}

// padded gives a document, made with new keys each time, a length that does not
// depend on them: records say how long it is.
func padded(document string) string { return document + strings.Repeat("\n", 4000-len(document)) }

func TestGoldenRecords(t *testing.T) { golden.Records(t, "testdata/records", stage) }
