package oidc

import (
	"crypto/ecdsa"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/oidctest"
	"github.com/daypass/daypass/internal/proof"
)

const issuerURL = "https://idp.example"

var (
	now      = time.Unix(1_770_000_000, 0)
	idp      = oidctest.New(issuerURL)
	provider = Provider{URL: "idp.example", Clients: []string{"other", "sts.amazonaws.com"}}
)

func keySet(t testing.TB, keys ...map[string]any) *KeySet {
	t.Helper()
	set, err := ParseKeys(oidctest.KeySet(keys...))
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// told words a refusal for the caller, and checks that the operator is told of
// the cause.
func told(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	e := awserr.From(err)
	if _, ok := e.Err.(*proof.Failure); !ok {
		t.Errorf("the cause of %v is %T, want a *proof.Failure", err, e.Err)
	}
	return e.Code + " " + e.Message
}

const (
	refusedNotJWT    = "InvalidIdentityToken " + saysNotJWT
	refusedNoKey     = "InvalidIdentityToken " + saysNoKey
	refusedSignature = "InvalidIdentityToken " + saysSignature
	refusedAudience  = "InvalidIdentityToken " + saysAudience
	refusedTags      = "InvalidIdentityToken " + saysTags
)

func claims(others map[string]any) string {
	text, err := json.Marshal(idp.Claims(now, others))
	if err != nil {
		panic(err)
	}
	return string(text)
}

func TestAllAlgorithmsVerify(t *testing.T) {
	for alg := range algorithms {
		k := oidctest.NewKey("k", alg)
		id, err := Verify(k.Sign(idp.Claims(now, nil)), provider, keySet(t, k.JWK()), now, nil)
		if err != nil || id.Subject != "subject-1" || id.Audience != "sts.amazonaws.com" {
			t.Errorf("%s: %+v, %v", alg, id, err)
		}
	}
}

// TestForgedTokens has an attack in each row.
func TestForgedTokens(t *testing.T) {
	good := idp.Key
	rest := claims(nil)
	head := `{"alg":"RS256","kid":"key-1"}`
	valid := good.SignText(head, rest)
	parts := strings.Split(valid, ".")
	text := parts[0] + "." + parts[1]
	ec := oidctest.NewKey("ec", "ES256")
	ec384 := oidctest.NewKey("ec384", "ES384")
	foreign := oidctest.NewKey("foreign", "RS256")
	keys := keySet(t, good.JWK(), ec.JWK(), ec384.JWK())
	public := good.Private.Public().(*rsa.PublicKey)
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	mac := func(secret []byte) string {
		text := oidctest.Encode([]byte(`{"alg":"HS256","kid":"key-1"}`)) + "." + oidctest.Encode([]byte(rest))
		h := hmac.New(sha256.New, secret)
		h.Write([]byte(text))
		return text + "." + oidctest.Encode(h.Sum(nil))
	}
	unsigned := func(header string) string {
		return oidctest.Encode([]byte(header)) + "." + oidctest.Encode([]byte(rest)) + "."
	}
	ecText := oidctest.Encode([]byte(`{"alg":"ES256","kid":"ec"}`)) + "." + oidctest.Encode([]byte(rest))
	ecSum := sha256.Sum256([]byte(ecText))
	ecDER, err := ecdsa.SignASN1(rand.Reader, ec.Private.(*ecdsa.PrivateKey), ecSum[:])
	if err != nil {
		t.Fatal(err)
	}
	swapped := strings.Split(good.SignText(head, claims(map[string]any{"sub": "administrator"})), ".")
	foreignJWK, _ := json.Marshal(foreign.JWK())
	deep := strings.Repeat(`{"a":`, maxDepth+1) + "1" + strings.Repeat("}", maxDepth+1)
	sign := func(claims string) string { return good.SignText(head, claims) }
	with := func(more string) string { return strings.TrimSuffix(rest, "}") + "," + more + "}" }

	for _, c := range []struct{ name, token, want string }{
		{"nothing is wrong", valid, ""},
		{"alg none", unsigned(`{"alg":"none"}`), refusedNotJWT},
		{"alg NONE", unsigned(`{"alg":"NONE"}`), refusedNotJWT},
		{"alg none with a signature", oidctest.Encode([]byte(`{"alg":"none"}`)) + "." + parts[1] + "." + parts[2], refusedNotJWT},
		{"alg empty", good.SignText(`{"alg":"","kid":"key-1"}`, rest), refusedNotJWT},
		{"alg missing", good.SignText(`{"kid":"key-1"}`, rest), refusedNotJWT},
		{"alg a list", good.SignText(`{"alg":["RS256"],"kid":"key-1"}`, rest), refusedNotJWT},
		{"alg in another letter case", good.SignText(`{"alg":"rs256","kid":"key-1"}`, rest), refusedNotJWT},
		{"ALG, which is another member", good.SignText(`{"ALG":"RS256","kid":"key-1"}`, rest), refusedNotJWT},
		{"HS256 keyed with the public key in PEM", mac(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), refusedNotJWT},
		{"HS256 keyed with the public key in DER", mac(der), refusedNotJWT},
		{"HS256 keyed with the modulus", mac(public.N.Bytes()), refusedNotJWT},
		{"PS256", good.SignText(`{"alg":"PS256","kid":"key-1"}`, rest), refusedNotJWT},
		{"EdDSA", good.SignText(`{"alg":"EdDSA","kid":"key-1"}`, rest), refusedNotJWT},
		{"an algorithm that the key is not for", good.SignText(`{"alg":"RS384","kid":"key-1"}`, rest), refusedNoKey},
		{"an EC algorithm on the RSA key", good.SignText(`{"alg":"ES256","kid":"key-1"}`, rest), refusedNoKey},
		{"a curve that the algorithm is not for", ec384.SignText(`{"alg":"ES256","kid":"ec384"}`, rest), refusedNoKey},
		{"no signature", text + ".", refusedNotJWT},
		{"a signature of zeros", text + "." + oidctest.Encode(make([]byte, 256)), refusedSignature},
		{"a signature that is short", text + "." + oidctest.Encode(make([]byte, 255)), refusedSignature},
		{"another's signature, under our kid", foreign.SignText(head, rest), refusedSignature},
		{"another's signature, without kid", foreign.SignText(`{"alg":"RS256"}`, rest), refusedSignature},
		{"a true signature, without kid", good.SignText(`{"alg":"RS256"}`, rest), ""},
		{"ECDSA with r and s zero", ecText + "." + oidctest.Encode(make([]byte, 64)), refusedSignature},
		{"ECDSA with a byte more", ec.SignText(`{"alg":"ES256","kid":"ec"}`, rest)[:len(ecText)+1] + oidctest.Encode(append(ec.Signature(ecText), 0)), refusedSignature},
		{"ECDSA cut short", ecText + "." + oidctest.Encode(ec.Signature(ecText)[:31]), refusedSignature},
		{"ECDSA in DER", ecText + "." + oidctest.Encode(ecDER), refusedSignature},
		{"claims of another token", parts[0] + "." + swapped[1] + "." + parts[2], refusedSignature},
		{"header of another token", oidctest.Encode([]byte(head+" ")) + "." + parts[1] + "." + parts[2], refusedSignature},
		{"an unknown kid", good.SignText(`{"alg":"RS256","kid":"key-2"}`, rest), refusedNoKey},
		{"a kid that is a path", good.SignText(`{"alg":"RS256","kid":"../../dev/null"}`, rest), refusedNoKey},
		{"a kid that is SQL", good.SignText(`{"alg":"RS256","kid":"x' union select 'key"}`, rest), refusedNoKey},
		{"a kid that is a number", good.SignText(`{"alg":"RS256","kid":1}`, rest), refusedNotJWT},
		{"a kid that is long", good.SignText(`{"alg":"RS256","kid":"`+strings.Repeat("k", maxKeyID+1)+`"}`, rest), refusedNotJWT},
		{"an empty kid", good.SignText(`{"alg":"RS256","kid":""}`, rest), refusedNoKey},
		{"a key of its own in jwk", foreign.SignText(`{"alg":"RS256","kid":"key-1","jwk":`+string(foreignJWK)+`}`, rest), refusedSignature},
		{"the address of its own keys in jku", foreign.SignText(`{"alg":"RS256","kid":"key-1","jku":"https://evil.example/keys"}`, rest), refusedSignature},
		{"a certificate of its own in x5c", foreign.SignText(`{"alg":"RS256","kid":"key-1","x5c":["MIIB"]}`, rest), refusedSignature},
		{"the address of its own certificate in x5u", foreign.SignText(`{"alg":"RS256","kid":"key-1","x5u":"https://evil.example/c"}`, rest), refusedSignature},
		{"our signature beside such a member, which is passed over", good.SignText(`{"alg":"RS256","kid":"key-1","jku":"https://evil.example/"}`, rest), ""},
		{"crit", good.SignText(`{"alg":"RS256","kid":"key-1","crit":["exp"]}`, rest), refusedNotJWT},
		{"b64", good.SignText(`{"alg":"RS256","kid":"key-1","b64":false}`, rest), refusedNotJWT},
		{"a compressed token", good.SignText(`{"alg":"RS256","kid":"key-1","zip":"DEF"}`, rest), refusedNotJWT},
		{"an encrypted token's header", good.SignText(`{"alg":"RS256","kid":"key-1","enc":"A128GCM"}`, rest), refusedNotJWT},
		{"an encrypted token", "e30.e30.e30.e30.e30", refusedNotJWT},
		{"a token in the token", good.SignText(`{"alg":"RS256","kid":"key-1","cty":"JWT"}`, rest), refusedNotJWT},
		{"a token in the token, by its long name", good.SignText(`{"alg":"RS256","kid":"key-1","cty":"application/jwt"}`, rest), refusedNotJWT},
		{"a typ that is no text", good.SignText(`{"alg":"RS256","kid":"key-1","typ":1}`, rest), refusedNotJWT},
		{"alg twice", good.SignText(`{"alg":"RS256","alg":"none","kid":"key-1"}`, rest), refusedNotJWT},
		{"alg twice, once in escapes", good.SignText(`{"alg":"RS256","\u0061lg":"none","kid":"key-1"}`, rest), refusedNotJWT},
		{"a claim twice", sign(with(`"sub":"administrator"`)), refusedNotJWT},
		{"a claim twice, deep inside", sign(with(`"x":{"y":[{"z":1,"z":2}]}`)), refusedNotJWT},
		{"a claim twice among many", sign(with(`"x":{` + manyMembers(40) + `,"m7":1}`)), refusedNotJWT},
		{"many claims", sign(with(`"x":{` + manyMembers(40) + `}`)), ""},
		{"a claim in another letter case is another", sign(with(`"SUB":"administrator"`)), ""},
		{"data behind the claims", sign(rest + "{}"), refusedNotJWT},
		{"a comma too many", sign(strings.TrimSuffix(rest, "}") + ",}"), refusedNotJWT},
		{"claims that are a list", sign("[" + rest + "]"), refusedNotJWT},
		{"claims that are a text", sign(`"` + "x" + `"`), refusedNotJWT},
		{"a header that is a list", good.SignText("["+head+"]", rest), refusedNotJWT},
		{"claims in invalid UTF-8", sign(with(`"x":"` + "\xff" + `"`)), refusedNotJWT},
		{"half a surrogate before another character", sign(with(`"x":"\ud83d\u0041"`)), refusedNotJWT},
		{"a control character", sign(with("\"x\":\"a\nb\"")), refusedNotJWT},
		{"a control character behind an escape", sign(with("\"x\":\"\\t\nb\"")), refusedNotJWT},
		{"half a surrogate", sign(with(`"x":"\ud800"`)), refusedNotJWT},
		{"claims in UTF-16", sign("\xff\xfe{\x00}\x00"), refusedNotJWT},
		{"a byte order mark", sign("\ufeff" + rest), refusedNotJWT},
		{"an empty header", good.SignText("", rest), refusedNotJWT},
		{"padding", parts[0] + "=." + parts[1] + "." + parts[2], refusedNotJWT},
		{"a line end in the base64", parts[0] + ".\n" + parts[1] + "." + parts[2], refusedNotJWT},
		{"a line end behind it", valid + "\n", refusedNotJWT},
		{"the other base64", strings.ReplaceAll(valid, "_", "/") + "+", refusedNotJWT},
		{"stray bits at the end of the signature", valid[:len(valid)-1] + stray(valid[len(valid)-1]), refusedNotJWT},
		{"four parts", valid + ".", refusedNotJWT},
		{"two parts", text, refusedNotJWT},
		{"an access token", "ya29.opaque", refusedNotJWT},
		{"deep", sign(with(`"x":` + deep)), refusedNotJWT},
		{"huge", sign(with(`"x":"` + strings.Repeat("x", MaxToken) + `"`)), refusedNotJWT},
	} {
		_, err := Verify(c.token, provider, keys, now, nil)
		if got := told(t, err); got != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.name, got, c.want, err)
		}
	}
}

func manyMembers(n int) string {
	var all []string
	for i := range n {
		all = append(all, fmt.Sprintf(`"m%d":%d`, i, i))
	}
	return strings.Join(all, ",")
}

// stray is the character that differs from c, the last of a signature of 256
// bytes, in bits that decoders drop.
func stray(c byte) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	return string(alphabet[strings.IndexByte(alphabet, c)+1])
}

func TestClaims(t *testing.T) {
	keys := keySet(t, idp.Key.JWK())
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	list := func(n int) []string { return strings.Split(strings.Repeat("x ", n-1)+"x", " ") }
	many := map[string]any{}
	for i := range maxTags + 1 {
		many[fmt.Sprint("k", i)] = "v"
	}
	tags := func(v any) map[string]any { return map[string]any{claimTags: map[string]any{"principal_tags": v}} }
	for _, c := range []struct {
		name   string
		claims map[string]any
		want   string
	}{
		{"as usual", nil, ""},
		{"another issuer", map[string]any{"iss": "https://evil.example"}, "InvalidIdentityToken No OpenIDConnect provider found in your account for https://evil.example"},
		{"an issuer with a slash", map[string]any{"iss": issuerURL + "/"}, "InvalidIdentityToken No OpenIDConnect provider found in your account for https://idp.example/"},
		{"an issuer without scheme", map[string]any{"iss": "idp.example"}, "InvalidIdentityToken No OpenIDConnect provider found in your account for idp.example"},
		{"an issuer in another letter case", map[string]any{"iss": "https://IDP.example"}, "InvalidIdentityToken No OpenIDConnect provider found in your account for https://IDP.example"},
		{"an issuer with a port", map[string]any{"iss": "https://idp.example:443"}, "InvalidIdentityToken No OpenIDConnect provider found in your account for https://idp.example:443"},
		{"an issuer with a user", map[string]any{"iss": "https://idp.example@evil.example"}, "InvalidIdentityToken No OpenIDConnect provider found in your account for https://idp.example@evil.example"},
		{"an issuer with dot segments", map[string]any{"iss": "https://idp.example/./"}, "InvalidIdentityToken No OpenIDConnect provider found in your account for https://idp.example/./"},
		{"no issuer", map[string]any{"iss": nil}, "InvalidIdentityToken Missing a required claim: iss"},
		{"an issuer that is a list", map[string]any{"iss": []string{issuerURL}}, refusedNotJWT},

		{"no audience", map[string]any{"aud": nil}, "InvalidIdentityToken Missing a required claim: aud"},
		{"another audience", map[string]any{"aud": "evil"}, refusedAudience},
		{"an audience that begins with ours", map[string]any{"aud": "sts.amazonaws.com.evil.example"}, refusedAudience},
		{"an audience that ours begins with", map[string]any{"aud": "sts.amazonaws"}, refusedAudience},
		{"an audience in another letter case", map[string]any{"aud": "STS.amazonaws.com"}, refusedAudience},
		{"an empty audience", map[string]any{"aud": ""}, refusedAudience},
		{"no audience in the list", map[string]any{"aud": []string{}}, refusedAudience},
		{"one of the audiences", map[string]any{"aud": []string{"x", "sts.amazonaws.com"}}, ""},
		{"audiences that are numbers", map[string]any{"aud": []any{"sts.amazonaws.com", 1}}, refusedNotJWT},
		{"azp decides: ours", map[string]any{"aud": "x", "azp": "other"}, ""},
		{"azp decides: another", map[string]any{"azp": "x"}, refusedAudience},
		{"azp that is no text", map[string]any{"azp": []string{"other"}}, refusedNotJWT},
		{"an empty azp", map[string]any{"azp": ""}, refusedAudience},
		{"azp without aud", map[string]any{"aud": nil, "azp": "other"}, "InvalidIdentityToken Missing a required claim: aud"},

		{"no exp", map[string]any{"exp": nil}, "InvalidIdentityToken Missing a required claim: exp"},
		{"expired this second", map[string]any{"exp": at(0)}, fmt.Sprintf("ExpiredTokenException Token expired: current date/time %d must be before the expiration date/time %d", at(0), at(0))},
		{"expires in a second", map[string]any{"exp": at(time.Second)}, ""},
		{"exp a text", map[string]any{"exp": fmt.Sprint(at(time.Hour))}, refusedNotJWT},
		{"exp a fraction", map[string]any{"exp": float64(at(time.Hour)) + 0.5}, refusedNotJWT},
		{"exp out of all bounds", map[string]any{"exp": json.RawMessage("1e999")}, refusedNotJWT},
		{"exp an exponent", map[string]any{"exp": json.RawMessage("9e9")}, refusedNotJWT},
		{"exp too large for a time", map[string]any{"exp": json.RawMessage("9223372036854775807")}, refusedNotJWT},
		{"exp negative", map[string]any{"exp": -1}, refusedNotJWT},
		{"exp null", map[string]any{"exp": json.RawMessage("null")}, refusedNotJWT},
		{"no iat", map[string]any{"iat": nil}, "InvalidIdentityToken Missing a required claim: iat"},
		{"iat a minute ahead", map[string]any{"iat": at(skew)}, ""},
		{"iat further ahead", map[string]any{"iat": at(skew + time.Second)}, fmt.Sprintf("InvalidIdentityToken Token not yet valid: current date/time %d must not be before the issue date/time %d", at(0), at(skew+time.Second))},
		{"iat a text", map[string]any{"iat": "1"}, refusedNotJWT},
		{"a day old", map[string]any{"iat": at(-24 * time.Hour)}, ""},
		{"older", map[string]any{"iat": at(-24*time.Hour - time.Second)}, "ExpiredTokenException Token too old: 86401"},
		{"nbf a minute ahead", map[string]any{"nbf": at(skew)}, ""},
		{"nbf further ahead", map[string]any{"nbf": at(skew + time.Second)}, fmt.Sprintf("InvalidIdentityToken Token not yet valid: current date/time %d must not be before the not-before date/time %d", at(0), at(skew+time.Second))},
		{"nbf a text", map[string]any{"nbf": "1"}, refusedNotJWT},

		{"no subject", map[string]any{"sub": nil}, "InvalidIdentityToken Missing a required claim: sub"},
		{"a subject that is a number", map[string]any{"sub": 123456}, refusedNotJWT},
		{"a subject of 5", map[string]any{"sub": "12345"}, "InvalidIdentityToken " + saysSubject},
		{"a subject of 6", map[string]any{"sub": "123456"}, ""},
		{"a subject of 255", map[string]any{"sub": strings.Repeat("é", 255)}, ""},
		{"a subject of 256", map[string]any{"sub": strings.Repeat("s", 256)}, "InvalidIdentityToken " + saysSubject},

		{"amr", map[string]any{"amr": []string{"pwd", "mfa"}}, ""},
		{"amr of numbers", map[string]any{"amr": []int{1}}, refusedNotJWT},

		{"tags", tags(map[string]any{"a": []string{"1"}, "b": "2"}), ""},
		{"tags that are a list", map[string]any{claimTags: []string{"a"}}, refusedTags},
		{"principal_tags that are a list", tags([]string{"a"}), refusedTags},
		{"a tag with two values", tags(map[string]any{"a": list(2)}), refusedTags},
		{"a tag without value", tags(map[string]any{"a": []string{}}), refusedTags},
		{"a tag that is a number", tags(map[string]any{"a": 1}), refusedTags},
		{"a tag without key", tags(map[string]any{"": "1"}), refusedTags},
		{"a key of 129", tags(map[string]any{strings.Repeat("k", 129): "1"}), refusedTags},
		{"a value of 257", tags(map[string]any{"a": strings.Repeat("v", 257)}), refusedTags},
		{"a key that is none", tags(map[string]any{"a*": "1"}), refusedTags},
		{"a value that is none", tags(map[string]any{"a": "*"}), refusedTags},
		{"51 tags", tags(many), refusedTags},
		{"transitive keys that are numbers", map[string]any{claimTransitive: []int{1}}, refusedTags},
		{"a transitive key that is none", map[string]any{claimTransitive: []string{"*"}}, refusedTags},
		{"51 transitive keys", map[string]any{claimTransitive: list(51)}, refusedTags},

		{"a source identity", map[string]any{claimSource: "Admin"}, ""},
		{"one of 1", map[string]any{claimSource: "A"}, "InvalidIdentityToken " + saysSource},
		{"one of 65", map[string]any{claimSource: strings.Repeat("A", 65)}, "InvalidIdentityToken " + saysSource},
		{"one of AWS", map[string]any{claimSource: "aws:x"}, "InvalidIdentityToken " + saysSource},
		{"one with a blank", map[string]any{claimSource: "a b"}, "InvalidIdentityToken " + saysSource},
		{"one that is a list", map[string]any{claimSource: []string{"Admin"}}, "InvalidIdentityToken " + saysSource},
		{"roles that are a number", map[string]any{claimRoles: 1}, refusedNotJWT},
	} {
		_, err := Verify(idp.Token(now, c.claims), provider, keys, now, nil)
		if got := told(t, err); got != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.name, got, c.want, err)
		}
	}
}

func TestWhatATokenProves(t *testing.T) {
	r := new(proof.Report)
	id, err := Verify(idp.Token(now, map[string]any{
		"aud": []string{"x", "sts.amazonaws.com"}, "amr": []string{"pwd"}, "email": "ann@example.com",
		claimTags:          map[string]any{"principal_tags": map[string]any{"team": []string{"a"}}, "transitive_tag_keys": []string{"team"}},
		claimTag + "stage": "prod", claimTransitive: []string{"stage"}, claimSource: "Admin", claimRoles: "arn:1;arn:2",
	}), provider, keySet(t, idp.Key.JWK()), now, r)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%v %v %v %v %v %v %v %v %v", id.Audience, id.Audiences, id.AMR, id.Email, id.Tags, id.Transitive, id.Source, id.Roles, id.HasRoles)
	if want := "sts.amazonaws.com [x sts.amazonaws.com] [pwd] ann@example.com [{team a} {stage prod}] [team stage] Admin [arn:1 arn:2] true"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(r.Steps) != 6 {
		t.Errorf("the report has %v", r.Steps)
	}
	for _, s := range r.Steps {
		if strings.Contains(s.Saw, "eyJ") {
			t.Errorf("the report shows %q", s.Saw)
		}
	}
}

func TestTheZeroProviderTrustsNothing(t *testing.T) {
	keys := keySet(t, idp.Key.JWK())
	if _, err := Verify(idp.Token(now, nil), Provider{}, keys, now, nil); err == nil {
		t.Error("no issuer: a token passes")
	}
	if _, err := Verify(idp.Token(now, nil), Provider{URL: "idp.example"}, keys, now, nil); told(t, err) != refusedAudience {
		t.Errorf("no client id: %v", err)
	}
	if _, err := Verify(idp.Token(now, map[string]any{"aud": ""}), Provider{URL: "idp.example", AnyClient: true}, keys, now, nil); told(t, err) != refusedAudience {
		t.Errorf("for anyone, but for nobody: %v", err)
	}
	if _, err := Verify(idp.Token(now, nil), provider, new(KeySet), now, nil); told(t, err) != refusedNoKey {
		t.Errorf("no key: %v", err)
	}
}

func TestGoogleNamesItselfInTwoWays(t *testing.T) {
	keys := keySet(t, idp.Key.JWK())
	for _, iss := range []string{"accounts.google.com", "https://accounts.google.com"} {
		if _, err := Verify(idp.Token(now, map[string]any{"iss": iss}), Provider{URL: Google, AnyClient: true}, keys, now, nil); err != nil {
			t.Errorf("%s: %v", iss, err)
		}
	}
}

func TestIssuerClaims(t *testing.T) {
	for _, c := range []struct {
		url, want string
	}{
		{"token.actions.githubusercontent.com", "[{actor ann} {ref refs/heads/main}]"},
		{"token.actions.githubusercontent.com/corp", "[{actor ann} {ref refs/heads/main}]"},
		{"ghe.example/_services/token", "[{actor ann} {ref refs/heads/main}]"},
		{"token.actions.githubusercontent.com.evil.example", "[]"},
		{"gitlab.com", "[{project_id 7} {ref_protected true}]"},
		{"gitlab.example", "[]"},
		{"oidc.circleci.com/org/1", "[{oidc.circleci.com/project-id p}]"},
		{"agent.buildkite.com", "[{organization_slug corp}]"},
		{"identity.oraclecloud.com", "[{rpst_id r}]"},
		{"accounts.google.com", "[{google/organization_number 123}]"},
	} {
		claims := idp.Claims(now, map[string]any{
			"iss": "https://" + c.url, "actor": "ann", "ref": "refs/heads/main", "project_id": 7, "ref_protected": true, "user_id": []int{1},
			"oidc.circleci.com/project-id": "p", "organization_slug": "corp", "rpst_id": "r", "google": map[string]any{"organization_number": 123},
		})
		id, err := Verify(idp.Key.Sign(claims), Provider{URL: c.url, AnyClient: true}, keySet(t, idp.Key.JWK()), now, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(id.IssuerClaims(c.url)); got != c.want {
			t.Errorf("%s: %s, want %s", c.url, got, c.want)
		}
	}
}

// TestKeySets says which keys are of use.
func TestKeySets(t *testing.T) {
	rsaKey, ecKey := idp.Key, oidctest.NewKey("ec", "ES256")
	change := func(jwk map[string]any, more map[string]any) map[string]any {
		m := maps.Clone(jwk)
		maps.Copy(m, more)
		maps.DeleteFunc(m, func(_ string, v any) bool { return v == nil })
		return m
	}
	modulus := func(bits uint) string {
		n := new(big.Int).Lsh(big.NewInt(1), bits-1)
		return oidctest.Encode(n.SetBit(n, 0, 1).Bytes())
	}
	even := new(big.Int).Lsh(big.NewInt(1), minRSA-1)
	r, e := rsaKey.JWK(), ecKey.JWK()
	for _, c := range []struct {
		name string
		jwk  map[string]any
		want bool
	}{
		{"RSA", r, true},
		{"EC", e, true},
		{"without alg and use", change(r, map[string]any{"alg": nil, "use": nil}), true},
		{"without kid", change(r, map[string]any{"kid": nil}), true},
		{"key_ops verify", change(r, map[string]any{"key_ops": []string{"verify"}}), true},
		{"key_ops sign", change(r, map[string]any{"key_ops": []string{"sign"}}), false},
		{"key_ops a number", change(r, map[string]any{"key_ops": 1}), false},
		{"use enc", change(r, map[string]any{"use": "enc"}), false},
		{"alg of encryption", change(r, map[string]any{"alg": "RSA-OAEP"}), false},
		{"alg PS256", change(r, map[string]any{"alg": "PS256"}), false},
		{"with its private half", change(r, map[string]any{"d": "AQAB"}), false},
		{"symmetric", map[string]any{"kty": "oct", "k": "c2VjcmV0", "kid": "key-1"}, false},
		{"Edwards", map[string]any{"kty": "OKP", "crv": "Ed25519", "x": "AA"}, false},
		{"kty a number", change(r, map[string]any{"kty": 1}), false},
		{"kid a number", change(r, map[string]any{"kid": 1}), false},
		{"2047 bits", change(r, map[string]any{"n": modulus(minRSA - 1)}), false},
		{"8192 bits", change(r, map[string]any{"n": modulus(maxRSA)}), true},
		{"8193 bits", change(r, map[string]any{"n": modulus(maxRSA + 1)}), false},
		{"an even modulus", change(r, map[string]any{"n": oidctest.Encode(even.Bytes())}), false},
		{"no modulus", change(r, map[string]any{"n": nil}), false},
		{"an empty modulus", change(r, map[string]any{"n": ""}), false},
		{"a modulus with padding", change(r, map[string]any{"n": r["n"].(string) + "="}), false},
		{"exponent 1", change(r, map[string]any{"e": "AQ"}), false},
		{"exponent 3", change(r, map[string]any{"e": "Aw"}), true},
		{"an even exponent", change(r, map[string]any{"e": "AAAE"}), false},
		{"an exponent of 32 bits", change(r, map[string]any{"e": oidctest.Encode([]byte{0xff, 0xff, 0xff, 0xff})}), false},
		{"no exponent", change(r, map[string]any{"e": nil}), false},
		{"another curve", change(e, map[string]any{"crv": "secp256k1"}), false},
		{"the wrong curve", change(e, map[string]any{"crv": "P-384"}), false},
		{"not on the curve", change(e, map[string]any{"y": e["x"]}), false},
		{"the point at infinity", change(e, map[string]any{"x": oidctest.Encode(make([]byte, 32)), "y": oidctest.Encode(make([]byte, 32))}), false},
		{"a short coordinate", change(e, map[string]any{"x": "AQ"}), false},
		{"no coordinate", change(e, map[string]any{"y": nil}), false},
	} {
		set, err := ParseKeys(oidctest.KeySet(c.jwk))
		if (err == nil) != c.want || err == nil && set.Len() != 1 {
			t.Errorf("%s: %v, want use: %v", c.name, err, c.want)
		}
		if both, err := ParseKeys(oidctest.KeySet(c.jwk, e)); err != nil || both.Len() < 1 {
			t.Errorf("%s: a good key beside it is of no use: %v", c.name, err)
		}
	}
	for _, text := range []string{
		`{"keys":[],"x":[` + strings.Repeat("0,", maxValues) + `0]}`, strings.Replace(string(oidctest.KeySet(r)), "{", `{"x":[`+strings.Repeat("0,", maxValues)+`0],`, 1),
		"", "{}", "[]", `{"keys":{}}`, `{"keys":[]}`, `{"keys":[1]}`, `{"keys":[],"keys":[]}`, string(oidctest.KeySet(r)) + "x",
		strings.Replace(string(oidctest.KeySet(r)), `"kty"`, `"kty":"EC","kty"`, 1),
	} {
		if _, err := ParseKeys([]byte(text)); err == nil {
			t.Errorf("%.60s is a key set", text)
		}
	}
}

func TestTooManyKeysOfTheTokensType(t *testing.T) {
	ec := oidctest.NewKey("ec", "ES256")
	var keys []map[string]any
	for range maxKeys {
		keys = append(keys, idp.Key.JWK())
	}
	full := keySet(t, append(keys, ec.JWK())...)
	if _, err := Verify(idp.Token(now, nil), provider, full, now, nil); err != nil {
		t.Errorf("%d keys: %v", maxKeys, err)
	}
	over := keySet(t, append(append(keys, keys...), ec.JWK())...)
	if _, err := Verify(idp.Token(now, nil), provider, over, now, nil); told(t, err) != refusedNoKey {
		t.Errorf("%d keys: %v", 2*maxKeys, err)
	}
	if over.Len() > maxKeys+1 {
		t.Errorf("%d keys are kept", over.Len())
	}
	if _, err := Verify(ec.Sign(idp.Claims(now, nil)), provider, over, now, nil); err != nil {
		t.Errorf("too many RSA keys, and an EC token: %v", err)
	}
}

// TestATokenWithoutKeyIDIsTriedWithFewKeys: each try costs an anonymous caller
// nothing and us a signature check.
func TestATokenWithoutKeyIDIsTriedWithFewKeys(t *testing.T) {
	var keys []map[string]any
	for range maxTries {
		keys = append(keys, oidctest.NewKey("foreign", "RS256").JWK())
	}
	token := idp.Key.SignText(`{"alg":"RS256"}`, claims(nil))
	if _, err := Verify(token, provider, keySet(t, append(keys[1:], idp.Key.JWK())...), now, nil); err != nil {
		t.Error(err)
	}
	if _, err := Verify(token, provider, keySet(t, append(keys, idp.Key.JWK())...), now, nil); told(t, err) != refusedSignature {
		t.Errorf("behind %d others: %v", maxTries, err)
	}
}
