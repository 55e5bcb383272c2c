// Package oidctest is an OpenID Connect provider for tests: it signs tokens
// with real keys, well and badly, and serves its documents.
package oidctest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Key signs tokens.
type Key struct {
	ID      string
	Alg     string
	Private crypto.Signer
}

// hashes are those of the algorithms.
var hashes = map[string]crypto.Hash{"256": crypto.SHA256, "384": crypto.SHA384, "512": crypto.SHA512}

// pairs are made once: RSA keys take long.
var pairs sync.Map

// NewKey returns a key of the id for an algorithm. Equal ids and kinds of keys
// are the same key.
func NewKey(id, alg string) *Key {
	kind := "RSA"
	if strings.HasPrefix(alg, "ES") {
		kind = alg
	}
	made, _ := pairs.LoadOrStore(id+" "+kind, sync.OnceValue(func() crypto.Signer { return generate(kind) }))
	return &Key{id, alg, made.(func() crypto.Signer)()}
}

func generate(kind string) crypto.Signer {
	curve := map[string]elliptic.Curve{"ES256": elliptic.P256(), "ES384": elliptic.P384(), "ES512": elliptic.P521()}[kind]
	if curve == nil {
		return must(rsa.GenerateKey(rand.Reader, 2048))
	}
	return must(ecdsa.GenerateKey(curve, rand.Reader))
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// JWK is the public key as key sets have it.
func (k *Key) JWK() map[string]any {
	jwk := map[string]any{"kid": k.ID, "alg": k.Alg, "use": "sig"}
	switch public := k.Private.Public().(type) {
	case *rsa.PublicKey:
		jwk["kty"], jwk["n"], jwk["e"] = "RSA", Encode(public.N.Bytes()), Encode(big.NewInt(int64(public.E)).Bytes())
	case *ecdsa.PublicKey:
		point := must(public.Bytes())[1:]
		jwk["kty"], jwk["crv"] = "EC", public.Params().Name
		jwk["x"], jwk["y"] = Encode(point[:len(point)/2]), Encode(point[len(point)/2:])
	}
	return jwk
}

// Encode is base64url.
func Encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// Signature signs a text.
func (k *Key) Signature(text string) []byte {
	hash := hashes[k.Alg[2:]]
	h := hash.New()
	h.Write([]byte(text))
	sum := h.Sum(nil)
	private, ok := k.Private.(*ecdsa.PrivateKey)
	if !ok {
		return must(k.Private.Sign(rand.Reader, sum, hash))
	}
	r, s, err := ecdsa.Sign(rand.Reader, private, sum)
	must(r, err)
	size := (private.Params().BitSize + 7) / 8
	return append(r.FillBytes(make([]byte, size)), s.FillBytes(make([]byte, size))...)
}

// SignText signs header and claims as they are.
func (k *Key) SignText(header, claims string) string {
	text := Encode([]byte(header)) + "." + Encode([]byte(claims))
	return text + "." + Encode(k.Signature(text))
}

// Sign signs claims.
func (k *Key) Sign(claims map[string]any) string {
	return k.SignText(fmt.Sprintf(`{"alg":%q,"kid":%q,"typ":"JWT"}`, k.Alg, k.ID), string(must(json.Marshal(claims))))
}

// KeySet is the document with the keys.
func KeySet(keys ...map[string]any) []byte {
	if keys == nil {
		keys = []map[string]any{}
	}
	return must(json.Marshal(map[string]any{"keys": keys}))
}

// Issuer is a provider. It is an http.Handler for the documents of its URL.
type Issuer struct {
	URL string
	Key *Key

	mu       sync.Mutex
	keys     []map[string]any
	requests []string
}

// New returns a provider that signs with one key.
func New(issuerURL string) *Issuer {
	k := NewKey("key-1", "RS256")
	return &Issuer{URL: issuerURL, Key: k, keys: []map[string]any{k.JWK()}}
}

// Publish replaces the key set.
func (i *Issuer) Publish(keys ...map[string]any) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

// Claims are those that every token needs, with others over them; nil removes
// one.
func (i *Issuer) Claims(now time.Time, others map[string]any) map[string]any {
	claims := map[string]any{
		"iss": i.URL, "aud": "sts.amazonaws.com", "sub": "subject-1",
		"iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
	}
	maps.Copy(claims, others)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

// Token is a token of these claims.
func (i *Issuer) Token(now time.Time, others map[string]any) string {
	return i.Key.Sign(i.Claims(now, others))
}

// Requests returns the paths that were asked for.
func (i *Issuer) Requests() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string(nil), i.requests...)
}

// Discovery is the provider's discovery document.
func (i *Issuer) Discovery() []byte {
	return must(json.Marshal(map[string]any{
		"issuer": i.URL, "jwks_uri": strings.TrimSuffix(i.URL, "/") + "/keys", "claims_supported": []string{"sub", "aud", "exp", "iat", "iss"},
		"response_types_supported": []string{"id_token"}, "subject_types_supported": []string{"public"},
		"id_token_signing_alg_values_supported": []string{"RS256"},
	}))
}

// ServeHTTP answers for the two documents.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.requests = append(i.requests, r.URL.Path)
	base := strings.TrimSuffix(must(url.Parse(i.URL)).Path, "/")
	w.Header().Set("Content-Type", "application/json")
	switch r.URL.Path {
	case base + "/.well-known/openid-configuration":
		_, _ = w.Write(i.Discovery())
	case base + "/keys":
		_, _ = w.Write(KeySet(i.keys...))
	default:
		http.NotFound(w, r)
	}
}
