package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"log/slog"
)

const redacted = "[redacted]"

// SigningKey is the HMAC key that a secret gives for one day, region and
// service. The zero value never verifies. It does not print.
type SigningKey [sha256.Size]byte

// DeriveKey returns the key of secret for a date (yyyymmdd), region and service.
// Anyone can derive the key of an empty secret; it gives the zero key, which
// verifies nothing.
func DeriveKey(secret, date, region, service string) SigningKey {
	if secret == "" {
		return SigningKey{}
	}
	key := hmacSum([]byte("AWS4"+secret), []byte(date))
	for _, part := range []string{region, service, terminator} {
		key = hmacSum(key[:], []byte(part))
	}
	return key
}

// mac returns the HMAC (RFC 2104) of a message under k, with the hash and the
// space of c, so that verifying a request costs no memory.
func (k SigningKey) mac(c *canon, message []byte) (sum [sha256.Size]byte) {
	pad := func(with byte) {
		for i := range c.pad {
			c.pad[i] = with
		}
		for i, b := range k {
			c.pad[i] ^= b
		}
		c.h.Reset()
		c.h.Write(c.pad[:])
	}
	pad(0x36)
	c.h.Write(message)
	inner := c.h.Sum(c.inner[:0])
	pad(0x5c)
	c.h.Write(inner)
	copy(sum[:], c.h.Sum(c.inner[:0]))
	clear(c.pad[:]) // which holds the key
	return sum
}

func hmacSum(key, message []byte) (sum [sha256.Size]byte) {
	h := hmac.New(sha256.New, key)
	h.Write(message)
	h.Sum(sum[:0])
	return sum
}

// Format writes a mask, whatever the verb.
func (SigningKey) Format(f fmt.State, _ rune) { f.Write([]byte(redacted)) }

// LogValue returns a mask.
func (SigningKey) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText returns a mask.
func (SigningKey) MarshalText() ([]byte, error) { return []byte(redacted), nil }
