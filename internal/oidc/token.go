package oidc

import (
	"encoding/base64"
	"strconv"
	"strings"

	"github.com/daypass/daypass/internal/proof"
)

// MaxToken is the longest token that is looked at, in characters.
const MaxToken = 20_000

// maxKeyID bounds the key id of a token, in bytes.
const maxKeyID = 1024

// Token is a token taken apart. Nothing of it is proved.
type Token struct {
	Issuer string // the iss claim, which names the provider to ask

	alg       algorithm
	kid       string
	hasKid    bool
	claims    value
	signed    string // what the signature is over
	signature []byte
}

// Parse takes a token apart. It refuses whatever is not a signed JWT of one of
// the algorithms that there are.
func Parse(token string, r *proof.Report) (*Token, error) {
	if len(token) > MaxToken {
		return nil, notJWT("size", strconv.Itoa(len(token))+" characters", strconv.Itoa(MaxToken)+" at most")
	}
	if n := strings.Count(token, "."); n != 2 {
		return nil, notJWT("parts", strconv.Itoa(n+1), "3: header, claims and signature (5 are an encrypted token)")
	}
	end := strings.LastIndexByte(token, '.')
	head, body, _ := strings.Cut(token[:end], ".")
	t := &Token{signed: token[:end]}
	header, err := part("header", head)
	if err != nil {
		return nil, err
	}
	if err := t.readHeader(&header); err != nil {
		return nil, err
	}
	if t.claims, err = part("claims", body); err != nil {
		return nil, err
	}
	if t.signature, err = decode64(token[end+1:]); err != nil || len(t.signature) == 0 {
		return nil, notJWT("encoding of the signature", "", "base64url without padding, not empty")
	}
	issuer, ok := t.claims.get("iss")
	switch {
	case !ok:
		return nil, missingClaim("iss")
	case issuer.kind != isText:
		return nil, badClaim("iss", "a text")
	}
	t.Issuer = issuer.text
	if r.On() {
		r.Pass("form", "a signed token, "+t.alg.name+", key id "+proof.Quote(t.kid))
	}
	return t, nil
}

// decode64 decodes base64url that has just this one spelling. Go's decoder
// skips line ends and, unless told, stray bits.
func decode64(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, base64.CorruptInputError(0)
	}
	return base64.RawURLEncoding.Strict().DecodeString(s)
}

func part(name, text string) (value, error) {
	raw, err := decode64(text)
	if err != nil {
		return value{}, notJWT("encoding of the "+name, "", "base64url without padding")
	}
	v, err := parseObject(raw)
	if err != nil {
		return value{}, notJWT(name, err.Error(), "a JSON object, each member once")
	}
	return v, nil
}

// readHeader reads what is needed of the header. The keys, certificates and
// addresses that it may bring (jwk, jku, x5c, x5u) are not looked at.
func (t *Token) readHeader(h *value) error {
	alg, ok := h.get("alg")
	if !ok {
		return notJWT("algorithm", "none", allAlgorithms)
	}
	if t.alg, ok = algorithms[alg.text]; !ok {
		return notJWT("algorithm", proof.Quote(alg.text), allAlgorithms)
	}
	for _, name := range []string{"crit", "b64", "enc", "zip"} {
		if _, ok := h.get(name); ok {
			return notJWT("header", "the member "+name, "none that changes how the token is read")
		}
	}
	if typ, ok := h.get("cty"); ok && (typ.kind != isText || strings.EqualFold(strings.TrimPrefix(strings.ToLower(typ.text), "application/"), "jwt")) {
		return notJWT("header", "a token within the token", "claims")
	}
	if typ, ok := h.get("typ"); ok && typ.kind != isText {
		return notJWT("header", "a typ that is no text", "a text")
	}
	kid, ok := h.get("kid")
	if !ok {
		return nil
	}
	if kid.kind != isText || len(kid.text) > maxKeyID {
		return notJWT("key id", "something else", "a text of "+strconv.Itoa(maxKeyID)+" bytes at most")
	}
	t.kid, t.hasKid = kid.text, true
	return nil
}
