package sigv4

// SigningKey is the HMAC key that a secret gives for one day, region and
// service. The zero value never verifies. It does not print.
type SigningKey [32]byte

// DeriveKey returns the key of secret for a date (yyyymmdd), region and service.
// An empty secret gives the zero key.
func DeriveKey(secret, date, region, service string) SigningKey { return SigningKey{} }

// KeyCache remembers derived keys. The zero value is ready; it is safe for
// concurrent use and bounded.
type KeyCache struct{}

// Key returns DeriveKey(secret, date, region, service), remembered under all of
// its arguments, so that a key id whose secret changed never meets the old key.
func (c *KeyCache) Key(accessKeyID, secret, date, region, service string) SigningKey {
	return DeriveKey(secret, date, region, service)
}
