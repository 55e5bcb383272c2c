package outbound_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/outbound"
	"github.com/daypass/daypass/internal/store"
)

const (
	account = "123456789012"
	url     = "https://aws.example.com"
)

var t0 = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// site is an installation's database, on which there may be many processes.
type site struct {
	t     *testing.T
	db    *store.DB
	vault *keys.Vault
}

func newSite(t *testing.T) *site {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Dir: t.TempDir(), Ephemeral: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	master, err := keys.ParseMaster(keys.NewMaster())
	if err != nil {
		t.Fatal(err)
	}
	vault, err := keys.NewVault(master)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t, db, vault}
	s.update(func(tx *store.Tx) error { return tx.CreateAccount(iam.Account{ID: account, Created: t0}) })
	return s
}

func (s *site) update(f func(*store.Tx) error) {
	s.t.Helper()
	if err := s.db.Update(s.t.Context(), f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) issuer() *outbound.Issuer {
	i := outbound.New(outbound.Config{DB: s.db, Vault: s.vault})
	i.SetURL(url)
	return i
}

// enabled returns an issuer, and its identifier for the account.
func (s *site) enabled() (i *outbound.Issuer, identifier string) {
	s.t.Helper()
	i = s.issuer()
	s.update(func(tx *store.Tx) (err error) {
		identifier, err = i.Enable(tx, account)
		return err
	})
	return i, identifier
}

func (s *site) token(i *outbound.Issuer, algorithm string, now time.Time) string {
	s.t.Helper()
	token, err := i.Token(s.t.Context(), &outbound.Request{
		Account: account, Subject: "arn:aws:iam::123456789012:role/app", Audience: []string{"api"}, Algorithm: algorithm,
		Issued: now, Expires: now.Add(time.Hour), Claims: outbound.Claims{Account: account},
	}, now)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// keySet fetches the key set and returns its keys by id, in order.
func (s *site) keySet(i *outbound.Issuer, identifier string, now time.Time) (ids []string, set map[string]map[string]string) {
	s.t.Helper()
	body, _, err := i.Document(s.t.Context(), strings.TrimPrefix(identifier, url)+"/.well-known/jwks.json", now)
	if err != nil {
		s.t.Fatal(err)
	}
	var document struct{ Keys []map[string]string }
	if err := json.Unmarshal(body, &document); err != nil {
		s.t.Fatalf("%v: %s", err, body)
	}
	set = map[string]map[string]string{}
	for _, k := range document.Keys {
		ids, set[k["kid"]] = append(ids, k["kid"]), k
	}
	return ids, set
}

func decode(t *testing.T, text string) []byte {
	t.Helper()
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return b
}

// verify verifies a token with the standard library alone.
func verify(t *testing.T, token string, set map[string]map[string]string) error {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("a token of %d parts", len(parts))
	}
	var header struct{ Alg, Kid, Typ string }
	if err := json.Unmarshal(decode(t, parts[0]), &header); err != nil {
		t.Fatal(err)
	}
	k, ok := set[header.Kid]
	if !ok {
		return fmt.Errorf("no key %q", header.Kid)
	}
	signed, signature := []byte(parts[0]+"."+parts[1]), decode(t, parts[2])
	number := func(name string) *big.Int { return new(big.Int).SetBytes(decode(t, k[name])) }
	switch header.Alg {
	case "RS256":
		sum := sha256.Sum256(signed)
		return rsa.VerifyPKCS1v15(&rsa.PublicKey{N: number("n"), E: int(number("e").Int64())}, crypto.SHA256, sum[:], signature)
	case "ES384":
		sum := sha512.Sum384(signed)
		if len(signature) != 96 || k["crv"] != "P-384" {
			return errors.New("not of P-384")
		}
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P384(), slices.Concat([]byte{4}, decode(t, k["x"]), decode(t, k["y"])))
		if err != nil {
			return err
		}
		r, s := new(big.Int).SetBytes(signature[:48]), new(big.Int).SetBytes(signature[48:])
		if !ecdsa.Verify(public, sum[:], r, s) {
			return errors.New("wrong signature")
		}
		return nil
	}
	return fmt.Errorf("algorithm %q", header.Alg)
}

func TestTheSwitch(t *testing.T) {
	s := newSite(t)
	i := s.issuer()
	enable := func() (id string, err error) {
		err = s.db.Update(t.Context(), func(tx *store.Tx) error { id, err = i.Enable(tx, account); return err })
		return id, err
	}
	disable := func() error {
		return s.db.Update(t.Context(), func(tx *store.Tx) error { return i.Disable(tx, account) })
	}
	of := func() (id string, err error) {
		err = s.db.View(t.Context(), func(tx *store.Tx) error { id, err = i.Of(tx, account); return err })
		return id, err
	}
	if _, err := of(); !errors.Is(err, outbound.ErrOff) {
		t.Errorf("at first: %v", err)
	}
	if err := disable(); !errors.Is(err, outbound.ErrOff) {
		t.Errorf("switching off what is off: %v", err)
	}
	first, err := enable()
	if err != nil || !strings.HasPrefix(first, url+"/oidc/") || len(first) != len(url+"/oidc/")+36 {
		t.Fatalf("issuer %q: %v", first, err)
	}
	if _, err := enable(); !errors.Is(err, outbound.ErrOn) {
		t.Errorf("switching on what is on: %v", err)
	}
	if now, err := of(); err != nil || now != first {
		t.Errorf("issuer %q: %v", now, err)
	}
	if err := disable(); err != nil {
		t.Fatal(err)
	}
	if _, err := of(); !errors.Is(err, outbound.ErrOff) {
		t.Errorf("when it is off: %v", err)
	}
	if again, err := enable(); err != nil || again != first {
		t.Errorf("on again it is %q, and was %q: %v", again, first, err)
	}
}

func TestATokenVerifiesByThePublishedKeys(t *testing.T) {
	s := newSite(t)
	i, identifier := s.enabled()
	ids, set := s.keySet(i, identifier, t0)
	if want := []string{"RSA_0", "EC384_0"}; !slices.Equal(ids, want) {
		t.Errorf("keys %v, want %v", ids, want)
	}
	for _, algorithm := range []string{"RS256", "ES384"} {
		token := s.token(i, algorithm, t0)
		if err := verify(t, token, set); err != nil {
			t.Errorf("%s: %v", algorithm, err)
		}
		parts := strings.Split(token, ".")
		other := base64.RawURLEncoding.EncodeToString(append(decode(t, parts[1]), ' '))
		if err := verify(t, parts[0]+"."+other+"."+parts[2], set); err == nil {
			t.Errorf("%s: an altered token verifies", algorithm)
		}
	}
}

// The documents have the members of the real service's, and no others.
func TestTheDocuments(t *testing.T) {
	s := newSite(t)
	i, identifier := s.enabled()
	path := strings.TrimPrefix(identifier, url)
	body, age, err := i.Document(t.Context(), path+"/.well-known/openid-configuration", t0)
	want := `{"issuer":"` + identifier + `","jwks_uri":"` + identifier + `/.well-known/jwks.json",` +
		`"claims_supported":["sub","iss","aud","exp","iat","jti","https://sts.amazonaws.com/"],` +
		`"id_token_signing_alg_values_supported":["RS256","ES384"],"subject_types_supported":["public"]}`
	if err != nil || string(body) != want || age != time.Hour {
		t.Errorf("%v %v\n got %s\nwant %s", err, age, body, want)
	}
	_, set := s.keySet(i, identifier, t0)
	for id, want := range map[string]string{"RSA_0": "e kid kty n use", "EC384_0": "alg crv kid kty use x y"} {
		var members []string
		for m := range set[id] {
			members = append(members, m)
		}
		slices.Sort(members)
		if got := strings.Join(members, " "); got != want {
			t.Errorf("members of %s: %s, want %s", id, got, want)
		}
	}
	if rsa, ec := set["RSA_0"], set["EC384_0"]; rsa["kty"] != "RSA" || rsa["use"] != "sig" || rsa["e"] != "AQAB" || len(decode(t, rsa["n"])) != 256 ||
		ec["kty"] != "EC" || ec["use"] != "sig" || ec["crv"] != "P-384" || ec["alg"] != "ES384" || len(decode(t, ec["x"])) != 48 {
		t.Errorf("keys %v", set)
	}
}

func TestNothingElseIsServed(t *testing.T) {
	s := newSite(t)
	i, identifier := s.enabled()
	path := strings.TrimPrefix(identifier, url)
	id := strings.TrimPrefix(path, "/oidc/")
	for _, p := range []string{
		"", "/", "/oidc", "/oidc/", path, path + "/", path + "/.well-known", path + "/.well-known/", path + "/.well-known/jwks.json/", path + "/.well-known/keys.json",
		path + "//.well-known/jwks.json", path + "/.well-known/../.well-known/jwks.json", path + "/.well-known/JWKS.json", strings.ToUpper(path) + "/.well-known/jwks.json",
		"/oidc//.well-known/jwks.json", "/oidc/" + strings.ToUpper(id) + "/.well-known/jwks.json", "/oidc/00000000-0000-4000-8000-000000000000/.well-known/jwks.json",
		"/oidc/" + id + "x/.well-known/jwks.json", "/oidc/" + id[1:] + "/.well-known/jwks.json", "/oidc/..%2f/.well-known/jwks.json", "/.well-known/openid-configuration",
		"/oidc/" + strings.ReplaceAll(id, "-", "a") + "/.well-known/jwks.json",
	} {
		if body, _, err := i.Document(t.Context(), p, t0); !errors.Is(err, store.ErrNotFound) || body != nil {
			t.Errorf("%s: %s %v", p, body, err)
		}
	}
}

// Tokens that are out stay good.
func TestTheDocumentsOutlastTheSwitch(t *testing.T) {
	s := newSite(t)
	i, identifier := s.enabled()
	token := s.token(i, "ES384", t0)
	s.update(func(tx *store.Tx) error { return i.Disable(tx, account) })
	_, set := s.keySet(i, identifier, t0)
	if err := verify(t, token, set); err != nil {
		t.Errorf("after the switch is off: %v", err)
	}
	_, err := i.Token(t.Context(), &outbound.Request{Account: account, Audience: []string{"api"}, Algorithm: "ES384", Issued: t0, Expires: t0}, t0)
	if !errors.Is(err, outbound.ErrOff) {
		t.Errorf("a new token: %v, want ErrOff", err)
	}
}

// At each moment there is a key to sign with that was published for an hour, and
// every token that has not expired verifies by what is published.
func TestRotationOverlaps(t *testing.T) {
	s := newSite(t)
	i, identifier := s.enabled()
	type issued struct {
		token   string
		expires time.Time
	}
	var out []issued
	seen := map[string]time.Time{} // key id → first published
	_, _ = s.keySet(i, identifier, t0)
	for minutes := 0; minutes <= 8*60; minutes += 10 {
		now := t0.Add(time.Duration(minutes) * time.Minute)
		if minutes == 60 || minutes == 90 || minutes == 300 { // the second while the first is not under way yet
			if _, _, err := i.Rotate(t.Context(), now); err != nil {
				t.Fatal(err)
			}
		}
		ids, set := s.keySet(i, identifier, now)
		for _, id := range ids {
			if _, ok := seen[id]; !ok {
				seen[id] = now
			}
		}
		for _, algorithm := range []string{"RS256", "ES384"} {
			token := s.token(i, algorithm, now)
			var header struct{ Kid string }
			_ = json.Unmarshal(decode(t, strings.Split(token, ".")[0]), &header)
			if first := seen[header.Kid]; !strings.HasSuffix(header.Kid, "_0") && now.Sub(first) < time.Hour {
				t.Errorf("minute %d: signed with %s, which was published %v before", minutes, header.Kid, now.Sub(first))
			}
			out = append(out, issued{token, now.Add(time.Hour)})
		}
		for _, o := range out {
			if now.Before(o.expires) {
				if err := verify(t, o.token, set); err != nil {
					t.Fatalf("minute %d: a token that expires at %v: %v", minutes, o.expires, err)
				}
			}
		}
		if minutes == 8*60 && !slices.Equal(ids, []string{"RSA_3", "EC384_3"}) {
			t.Errorf("at the end %v are published", ids)
		}
	}
	// What nobody needs goes with the next rotation.
	if _, _, err := i.Rotate(t.Context(), t0.Add(8*time.Hour)); err != nil {
		t.Fatal(err)
	}
	all, err := i.Keys(t.Context())
	if err != nil || len(all) != 4 {
		t.Errorf("%d keys after the last rotation, want 4: %v %v", len(all), all, err)
	}
}

func TestOtherProcessesHaveTheSameKeys(t *testing.T) {
	s := newSite(t)
	a, identifier := s.enabled()
	b := s.issuer()
	tokens := []string{s.token(a, "RS256", t0), s.token(b, "RS256", t0), s.token(b, "ES384", t0), s.token(a, "ES384", t0)}
	if _, _, err := a.Rotate(t.Context(), t0); err != nil {
		t.Fatal(err)
	}
	later := t0.Add(time.Hour)
	tokens = append(tokens, s.token(a, "RS256", later), s.token(b, "ES384", later))
	for name, i := range map[string]*outbound.Issuer{"one": a, "the other": b, "a new one": s.issuer()} {
		_, set := s.keySet(i, identifier, later)
		for n, token := range tokens {
			if err := verify(t, token, set); err != nil {
				t.Errorf("token %d by the keys of %s: %v", n, name, err)
			}
		}
	}
}

func TestManyAtOnceMakeOneKey(t *testing.T) {
	s := newSite(t)
	_, identifier := s.enabled()
	issuers := []*outbound.Issuer{s.issuer(), s.issuer(), s.issuer()}
	var wg sync.WaitGroup
	for n := range 9 {
		wg.Go(func() {
			if _, _, err := issuers[n%3].Document(context.Background(), strings.TrimPrefix(identifier, url)+"/.well-known/jwks.json", t0); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	all, err := issuers[0].Keys(t.Context())
	if err != nil || len(all) != 2 {
		t.Errorf("%v %v, want one key of each algorithm", all, err)
	}
}

func TestKeysAreSealedForTheirPlace(t *testing.T) {
	s := newSite(t)
	i, identifier := s.enabled()
	_, _ = s.keySet(i, identifier, t0)
	s.update(func(tx *store.Tx) error {
		rows, err := tx.KeyRing("outbound-RS256")
		if err != nil || len(rows) != 1 {
			return fmt.Errorf("%d rows: %w", len(rows), err)
		}
		rows[0].ID = 7
		return tx.PutKeyRing(rows[0])
	})
	if _, _, err := s.issuer().Document(t.Context(), strings.TrimPrefix(identifier, url)+"/.well-known/jwks.json", t0); err == nil || !strings.Contains(err.Error(), "RSA_7") {
		t.Errorf("a key under another number opens: %v", err)
	}
	// Who has keys goes on with them.
	if ids, _ := s.keySet(i, identifier, t0); !slices.Equal(ids, []string{"RSA_0", "EC384_0"}) {
		t.Errorf("keys %v", ids)
	}
}

func TestAPayloadIsBounded(t *testing.T) {
	s := newSite(t)
	i, _ := s.enabled()
	ask := func(n int) (string, error) {
		return i.Token(t.Context(), &outbound.Request{
			Account: account, Subject: "s", Audience: []string{strings.Repeat("x", n)}, Algorithm: "RS256", Issued: t0, Expires: t0,
		}, t0)
	}
	short, err := ask(1)
	if err != nil {
		t.Fatal(err)
	}
	room := outbound.MaxPayload - len(decode(t, strings.Split(short, ".")[1])) + 1
	longest, err := ask(room)
	if err != nil || len(longest) > 8<<10 {
		t.Errorf("the longest token has %d characters: %v", len(longest), err)
	}
	if _, err := ask(room + 1); !errors.Is(err, outbound.ErrTooLarge) {
		t.Errorf("one more: %v, want ErrTooLarge", err)
	}
}

func TestAnAlgorithmThatIsNoneOfOursSignsNothing(t *testing.T) {
	s := newSite(t)
	i, _ := s.enabled()
	if token, err := i.Token(t.Context(), &outbound.Request{Account: account, Audience: []string{"a"}, Algorithm: "none", Issued: t0, Expires: t0}, t0); err == nil {
		t.Errorf("signed: %s", token)
	}
}

func TestOwnIssuersAreKnown(t *testing.T) {
	s := newSite(t)
	i, identifier := s.enabled()
	for text, want := range map[string]bool{identifier: true, url: false, "https://other.example.com/oidc/x": false, "": false} {
		if got := i.Owns(text); got != want {
			t.Errorf("Owns(%q) = %v, want %v", text, got, want)
		}
	}
}
