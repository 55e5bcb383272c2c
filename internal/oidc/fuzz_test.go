package oidc

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/oidctest"
)

// FuzzToken: nothing but what the provider signed verifies, and what is told of
// a refusal has a code.
func FuzzToken(f *testing.F) {
	good := idp.Token(now, nil)
	for _, token := range []string{
		good, "", ".", "..", "a.b.c", good + ".", good[:len(good)-2], strings.Replace(good, ".", "..", 1),
		idp.Key.SignText(`{"alg":"RS256","alg":"none"}`, "{}"), idp.Key.SignText(`{"alg":"none"}`, claims(nil)),
		oidctest.NewKey("ec", "ES256").Sign(idp.Claims(now, nil)),
	} {
		f.Add(token)
	}
	keys := keySet(f, idp.Key.JWK(), oidctest.NewKey("ec", "ES256").JWK())
	f.Fuzz(func(t *testing.T, token string) {
		id, err := Verify(token, provider, keys, now, nil)
		if err != nil {
			if id != nil || strings.HasPrefix(told(t, err), "InternalFailure") {
				t.Fatalf("%v, %v", id, err)
			}
			return
		}
		// Only signatures over exactly these bytes pass, so that the claims are
		// those of a seed.
		if id.Subject != "subject-1" || id.Audience != "sts.amazonaws.com" {
			t.Fatalf("a token that nobody signed verifies: %q", token)
		}
	})
}

// FuzzClaims: whatever is signed ends with an identity within its bounds or a
// refusal.
func FuzzClaims(f *testing.F) {
	for _, text := range []string{
		claims(nil), "{}", "", claims(map[string]any{"aud": []string{"a", "second"}, "azp": "sts.amazonaws.com"}),
		claims(map[string]any{claimTags: map[string]any{"principal_tags": map[string]any{"a": []string{"b"}}, "transitive_tag_keys": []string{"a"}}}),
		claims(map[string]any{claimTag + "a": "b", claimSource: "Admin", claimRoles: "a;b", "amr": "x"}),
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseObject([]byte(text))
		if err != nil {
			return
		}
		tok := &Token{claims: v}
		id := &Identity{claims: tok.claims}
		for _, read := range []func() error{
			func() error { return id.readAudience(provider, nil) }, func() error { return id.checkTimes(now, nil) },
			id.readSubject, id.readAMR, id.readTags, id.readSource, id.readRoles,
		} {
			if err := read(); err != nil {
				told(t, err)
				return
			}
		}
		id.IssuerClaims("gitlab.com")
		if len(id.Tags) > maxTags || id.Subject == "" || id.Audience != "other" && id.Audience != "sts.amazonaws.com" {
			t.Fatalf("%+v", id)
		}
	})
}

// FuzzJSON: what is read here, the standard reader reads too, and the same.
func FuzzJSON(f *testing.F) {
	for _, text := range []string{`{"a":[1,-2.5e+3,"x\u00e9\ud83d\ude00\n",true,false,null,{}]}`, `"\ud800"`, "[[[[", `{"a":1,"a":2}`, "1e999", "\xff", "01", "-"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, err := parseJSON([]byte(text))
		var theirs any
		d := json.NewDecoder(strings.NewReader(text))
		d.UseNumber()
		bad := d.Decode(&theirs)
		if err != nil {
			return
		}
		if bad != nil {
			t.Fatalf("%q is read, which the standard reader refuses: %v", text, bad)
		}
		if !same(&v, theirs) {
			t.Fatalf("%q is read as %+v, by the standard reader as %+v", text, v, theirs)
		}
	})
}

func same(v *value, theirs any) bool {
	switch x := theirs.(type) {
	case nil:
		return v.kind == isNull
	case bool:
		return v.kind == isBool && (v.text == "true") == x
	case json.Number:
		return v.kind == isNumber && v.text == string(x)
	case string:
		return v.kind == isText && v.text == x
	case []any:
		if v.kind != isList || len(v.list) != len(x) {
			return false
		}
		for i := range x {
			if !same(&v.list[i], x[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		if v.kind != isObject || len(v.members) != len(x) {
			return false
		}
		for name, theirs := range x {
			if m, ok := v.get(name); !ok || !same(m, theirs) {
				return false
			}
		}
		return true
	}
	return false
}

// FuzzKeys: a set that is read has keys, all of which are safe to use.
func FuzzKeys(f *testing.F) {
	r, e := idp.Key.JWK(), oidctest.NewKey("ec", "ES256").JWK()
	for _, set := range [][]byte{oidctest.KeySet(r), oidctest.KeySet(e), oidctest.KeySet(r, e), []byte(`{"keys":[]}`), []byte(`{}`)} {
		f.Add(set)
	}
	token := parsed(f, idp.Token(now, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, err := ParseKeys(data)
		if err != nil {
			return
		}
		if set.Len() == 0 || set.Len() > 2*maxKeys+2 {
			t.Fatalf("%d keys", set.Len())
		}
		for _, k := range set.keys {
			if (k.rsa == nil) == (k.ec == nil) || k.rsa != nil && (k.rsa.N.BitLen() < minRSA || k.rsa.N.BitLen() > maxRSA || k.rsa.E < 3) {
				t.Fatalf("%+v", k)
			}
		}
		if _, err := token.Verify(provider, set, now, nil); err != nil {
			told(t, err)
		}
	})
}

// FuzzDiscovery: whatever a document says, keys are fetched by https only, from
// the ports that may be.
func FuzzDiscovery(f *testing.F) {
	for _, text := range []string{
		string(idp.Discovery()), "{}", "", `{"issuer":"https://idp.example","jwks_uri":"https://idp.example:6443/k"}`,
		`{"issuer":"https://idp.example","jwks_uri":"https://[::1]/k?x"}`, `{"issuer":"https://idp.example","jwks_uri":"https://a@b/c#d"}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parseDiscovery([]byte(text), "idp.example")
		if err != nil {
			return
		}
		u, err := parseURL(at)
		if err != nil || u.Scheme != "https" || u.User != nil || u.Hostname() == "" || u.Port() != "" && u.Port() != "443" {
			t.Fatalf("keys at %q: %v", at, err)
		}
	})
}

// FuzzIssuer: a URL that may be registered is what its discovery document is
// fetched from, letter for letter.
func FuzzIssuer(f *testing.F) {
	for _, text := range []string{"https://idp.example", "https://idp.example:8443/a%20b/", "https://[::1]/x", "https://a/../b", "https://a//"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		issuer, err := ParseIssuer(text)
		if err != nil {
			return
		}
		u, err := parseURL(discoveryURL(issuer))
		if err != nil || Scheme+issuer != text || u.String() != strings.TrimSuffix(text, "/")+discoveryPath || u.RawQuery != "" {
			t.Fatalf("%q is fetched from %v, %v", text, u, err)
		}
	})
}
