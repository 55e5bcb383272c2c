package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strings"
)

// Verify reports whether the signature is the one that key gives for r with a
// body of the given SHA-256 (check 16). The comparison takes constant time. The
// zero key proves nothing and is refused.
func (s *Signature) Verify(r *http.Request, key SigningKey, payloadHash [32]byte) error {
	got, ok := decodeSignature(s.signature)
	if !ok || key == (SigningKey{}) {
		return mismatch()
	}
	c := getCanon()
	defer c.free()
	if !c.request(r, s.SignedHeaders, s.Presigned, payloadHash) {
		return mismatch()
	}
	want := key.sign(c, s)
	if !hmac.Equal(got[:], want[:]) {
		return mismatch()
	}
	return nil
}

// sign returns the signature of s over the canonical request in c.
func (k SigningKey) sign(c *canon, s *Signature) [sha256.Size]byte {
	sum := c.sum()
	c.buf = s.appendStringToSign(c.buf[:0], sum)
	return k.mac(c, c.buf)
}

// appendStringToSign appends the text that is signed, given the SHA-256 of the
// canonical request. The time is in basic format however the request wrote it.
func (s *Signature) appendStringToSign(dst []byte, canonical [sha256.Size]byte) []byte {
	_, scope, _ := strings.Cut(s.Credential, "/")
	dst = append(dst, algorithm+"\n"...)
	dst = s.Time.AppendFormat(dst, basicFormat)
	dst = append(dst, '\n')
	dst = append(dst, scope...)
	dst = append(dst, '\n')
	return hex.AppendEncode(dst, canonical[:])
}

// decodeSignature reads 64 hexadecimal digits in lower case. A signature has
// one spelling, so that none can be sent twice in two.
func decodeSignature(s string) (sum [sha256.Size]byte, ok bool) {
	if len(s) != hex.EncodedLen(len(sum)) {
		return sum, false
	}
	for i := range sum {
		a, b := s[2*i], s[2*i+1]
		if !isLowerHex(a) || !isLowerHex(b) {
			return sum, false
		}
		sum[i] = unhex(a)<<4 | unhex(b)
	}
	return sum, true
}

func isLowerHex(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }

// Explain returns the strings that Verify worked on, in the words that AWS
// appends to a mismatch, for a client author who wants to know what differs. It
// holds what the request held, a signed session token included. It is empty
// when the request has no canonical form.
func (s *Signature) Explain(r *http.Request, payloadHash [32]byte) string {
	c := new(canon)
	if !c.request(r, s.SignedHeaders, s.Presigned, payloadHash) {
		return ""
	}
	canonical := string(c.buf)
	text := string(s.appendStringToSign(nil, sha256.Sum256(c.buf)))
	return "The Canonical String for this request should have been\n'" + canonical +
		"'\n\nThe String-to-Sign should have been\n'" + text + "'\n"
}
