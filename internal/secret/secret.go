// Package secret holds strings that do not print.
//
// A [String] in a log line, an error, a panic, a struct dump or JSON shows as
// "[secret]". A String method alone would not do: a value held in an
// unexported field, or printed with %d, is printed by reflection. So the text
// is behind a pointer, and every formatting interface is answered.
// The one way out is [String.Reveal], which makes each use greppable.
package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
)

const mask = "[secret]"

// String is a secret text. The zero value is the empty secret.
type String struct{ p *string }

// New hides s.
func New(s string) String { return String{&s} }

// Reveal returns the text. Each call is a place to review.
func (s String) Reveal() string {
	if s.p == nil {
		return ""
	}
	return *s.p
}

// Empty reports whether there is no text.
func (s String) Empty() bool { return s.p == nil || *s.p == "" }

// Equal reports whether both hold the same text, in a time that depends on
// neither text nor length.
func (s String) Equal(t String) bool {
	a, b := sha256.Sum256([]byte(s.Reveal())), sha256.Sum256([]byte(t.Reveal()))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// Format implements fmt.Formatter for every verb.
func (s String) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(mask)) }

// String implements fmt.Stringer.
func (s String) String() string { return mask }

// GoString implements fmt.GoStringer.
func (s String) GoString() string { return mask }

// LogValue implements slog.LogValuer.
func (s String) LogValue() slog.Value { return slog.StringValue(mask) }

// MarshalText implements encoding.TextMarshaler, and so covers JSON and YAML.
func (s String) MarshalText() ([]byte, error) { return []byte(mask), nil }
