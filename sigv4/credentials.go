package sigv4

import (
	"fmt"
	"log/slog"
)

// Credentials are what a client signs with. They print as their key id.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string // empty for long-term credentials
}

// String returns the key id.
func (c Credentials) String() string { return c.AccessKeyID }

// Format writes the key id, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { f.Write([]byte(c.AccessKeyID)) }

// LogValue returns the key id.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.AccessKeyID) }

// MarshalText returns the key id: credentials that were meant to be stored are
// stored field by field.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.AccessKeyID), nil }
