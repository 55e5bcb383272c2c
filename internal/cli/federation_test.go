package cli_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/saml/samltest"
	"github.com/daypass/daypass/internal/store"
)

const (
	providerAccount = "111122223333"
	samlARN         = "arn:aws:iam::111122223333:saml-provider/Corp"
	oidcARN         = "arn:aws:iam::111122223333:oidc-provider/gitlab.com"
)

// trustOfDev is the trust policy of a role that wants ann, or a branch.
const trustOfDev = `{"Version":"2012-10-17","Statement":[
	{"Effect":"Allow","Principal":{"Federated":"` + samlARN + `"},"Action":"sts:AssumeRoleWithSAML","Condition":{"StringEquals":{"saml:sub":"ann"}}},
	{"Effect":"Allow","Principal":{"Federated":"` + oidcARN + `"},"Action":"sts:AssumeRoleWithWebIdentity",
	 "Condition":{"StringLike":{"gitlab.com:sub":"project_path:g/p:*","sts:RoleSessionName":["test","ci-*"]}}}]}`

const devARN = "arn:aws:iam::111122223333:role/Dev"

var captured = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// withProviders makes an installation with a provider of each kind.
func withProviders(t *testing.T, metadata string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	in, err := installation.Open(t.Context(), installation.Config{Dir: dir, Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	_, err = in.CreateAccount(t.Context(), providerAccount, "")
	err = errors.Join(err, in.DB.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(
			tx.CreateSAMLProvider(iam.SAMLProvider{ARN: samlARN, Account: providerAccount, Name: "Corp", UUID: "SAMLSP4SHN3UIS2D558H46", Created: captured, Metadata: metadata}),
			tx.CreateRole(iam.Role{ID: "AROAEXAMPLEROLE000001", Account: providerAccount, Path: "/", Name: "Dev", Created: captured, MaxSession: time.Hour, Trust: trustOfDev}),
			tx.CreateOIDCProvider(iam.OIDCProvider{ARN: oidcARN, Account: providerAccount, URL: "gitlab.com", Created: captured, Clients: []string{"sts.amazonaws.com"}}),
		)
	}), in.Close())
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func write(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// verdict runs a test of a proof and wants an exit code and lines.
func verdict(t *testing.T, code int, lines []string, args ...string) {
	t.Helper()
	out, errs, got := run(t, strings.NewReader(""), append([]string{"federation", "test"}, args...)...)
	if got != code {
		t.Errorf("%q: exit code %d, want %d\n%s%s", args, got, code, out, errs)
	}
	for _, line := range lines {
		if !regexp.MustCompile(`(?m)` + line).MatchString(out + errs) {
			t.Errorf("%q: no %q in\n%s%s", args, line, out, errs)
		}
	}
}

func TestFederationTestOfAResponse(t *testing.T) {
	idp := samltest.New("https://idp.example.com")
	dir := withProviders(t, idp.Metadata())
	response := samltest.Response{Now: captured, Attributes: []samltest.Attribute{
		samltest.A("Role", "arn:aws:iam::111122223333:role/Dev,"+samlARN), samltest.A("RoleSessionName", "ann"),
	}}
	common := []string{"--data-dir", dir, "--provider", samlARN, "--at"}
	test := func(code int, file, at string, lines []string, more ...string) {
		t.Helper()
		verdict(t, code, lines, append(append([]string{"saml", file}, append(common, at)...), more...)...)
	}
	good := []string{`^passed +signature of the Assertion +\S`, `^passed +audience +"urn:amazon:webservices"`, `^says +saml:sub +ann$`, `^says +roles +arn:aws:iam::111122223333:role/Dev`}
	at := captured.Format(time.RFC3339)
	xml := write(t, idp.Response(response))
	test(0, xml, at, good)
	test(0, write(t, idp.Base64(response)), at, good)
	test(0, write(t, "SAMLResponse="+strings.NewReplacer("+", "%2B", "/", "%2F", "=", "%3D").Replace(idp.Base64(response))), at, good)
	test(0, xml, at, append(good, `^passed +Role +`+devARN, `^passed +trust policy of `+devARN+` +sts:AssumeRoleWithSAML$`), "--role", devARN)
	tagged := response
	tagged.Attributes = append(tagged.Attributes, samltest.A("PrincipalTag:team", "red"))
	test(1, write(t, idp.Response(tagged)), at, []string{`^passed +trust policy of ` + devARN + ` +sts:AssumeRoleWithSAML$`, `^FAILED +trust policy of ` + devARN + ` +saw sts:TagSession: implicit`, `the caller is told +AccessDenied: Not authorized to perform sts:AssumeRoleWithSAML`}, "--role", devARN)
	bob := response
	bob.Subject = "bob"
	test(1, write(t, idp.Response(bob)), at, []string{`^FAILED +trust policy of ` + devARN}, "--role", devARN)
	test(1, xml, at, []string{`^FAILED +Role +saw .*want "` + devARN + `2,`}, "--role", devARN+"2")
	test(1, xml, at, []string{`^FAILED +account of the role`}, "--role", "arn:aws:iam::999999999999:role/Dev")
	test(1, xml, at, []string{`x is invalid`}, "--role", "x")
	test(1, xml, captured.Add(time.Hour).Format(time.RFC3339), []string{`^FAILED +IssueInstant of the Response +saw 2026-11-22T10:00:00Z at 2026-11-22T11:00:00Z, want at most 5 minutes ago`, "the proof is not taken"})
	test(1, xml, at, []string{`^FAILED +audience +saw "urn:amazon:webservices", want urn:corp`}, "--saml-audience", "urn:corp")
	test(1, write(t, strings.Replace(idp.Response(response), ">ann<", ">eve<", 1)), at, []string{`^FAILED +signature of the Assertion`})
	test(1, write(t, "not a response!"), at, []string{"neither XML nor base64"})
	test(2, xml, "yesterday", []string{`--at "yesterday" is not a time`})
	verdict(t, 2, []string{"name the provider with --provider"}, "saml", xml, "--data-dir", dir)
	verdict(t, 1, []string{"loading the provider"}, "saml", xml, "--data-dir", dir, "--provider", samlARN+"2")
	verdict(t, 2, []string{"takes one file"}, "saml", "--data-dir", dir)
}

// jws makes a token with these claims, by a key whose set it returns too.
func jws(t *testing.T, claims map[string]any) (token, keys string) {
	t.Helper()
	key := samltest.RSAKey(1)
	enc := base64.RawURLEncoding.EncodeToString
	body, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed := enc([]byte(`{"alg":"RS256","kid":"k1"}`)) + "." + enc(body)
	sum := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	keys = fmt.Sprintf(`{"keys":[{"kty":"RSA","kid":"k1","use":"sig","n":%q,"e":%q}]}`, enc(key.N.Bytes()), enc(big.NewInt(int64(key.E)).Bytes()))
	return signed + "." + enc(signature), keys
}

func TestFederationTestOfAToken(t *testing.T) {
	dir := withProviders(t, samltest.New("https://idp.example.com").Metadata())
	token, set := jws(t, map[string]any{
		"iss": "https://gitlab.com", "aud": "sts.amazonaws.com", "sub": "project_path:g/p:ref_type:branch:ref:main",
		"iat": captured.Unix(), "exp": captured.Add(time.Hour).Unix(), "project_id": "7",
	})
	keys := write(t, set)
	test := func(code int, token, at string, lines ...string) {
		t.Helper()
		verdict(t, code, lines, "oidc", write(t, token), "--data-dir", dir, "--provider", oidcARN, "--keys", keys, "--at", at)
	}
	at := captured.Format(time.RFC3339)
	test(0, token+"\n", at, `^passed +signature +RS256`, `^passed +audience +"sts.amazonaws.com"`, `^says +gitlab.com:sub +project_path:g/p:ref_type:branch:ref:main$`, `^says +gitlab.com:project_id +7$`)
	role := func(code int, arn, name string, lines ...string) {
		t.Helper()
		verdict(t, code, lines, "oidc", write(t, token), "--data-dir", dir, "--provider", oidcARN, "--keys", keys, "--at", at, "--role", arn, "--role-session-name", name)
	}
	role(0, devARN, "ci-7", `^passed +trust policy of `+devARN+` +sts:AssumeRoleWithWebIdentity$`, `^says +gitlab.com:sub`)
	role(1, devARN, "other", `^FAILED +trust policy of `+devARN+` +saw sts:AssumeRoleWithWebIdentity: implicit`)
	role(1, devARN+"2", "test", `^FAILED +role +saw .*role/Dev2.*want a role that exists`)
	role(1, "arn:aws:iam::999999999999:role/Dev", "test", `No OpenIDConnect provider found in your account for https://gitlab.com`)
	test(1, token, captured.Add(2*time.Hour).Format(time.RFC3339), `^FAILED +exp +saw 17`, `the caller is told +ExpiredTokenException: Token expired`)
	test(1, token[:len(token)-8]+"AAAAAAAA", at, `^FAILED +signature`)
	test(1, "no token", at, `^FAILED`, `not a valid JWT`)
	verdict(t, 2, []string{"give the issuer's key set with --keys"}, "oidc", write(t, token), "--data-dir", dir, "--provider", oidcARN)
	verdict(t, 2, []string{"is not the ARN of an OpenID Connect provider"}, "oidc", write(t, token), "--data-dir", dir, "--provider", samlARN, "--keys", keys)
	verdict(t, 1, []string{"reading the key set: "}, "oidc", write(t, token), "--data-dir", dir, "--provider", oidcARN, "--keys", write(t, "{}"))
}
