package sts

import (
	"fmt"
	"log/slog"
	"reflect"
)

// What is secret in inputs and outputs does not print: neither with fmt, whatever
// the verb, nor with log/slog. Reading a field, and encoding/json, give the value.

const masked = "[redacted]"

// Format writes the access key id, whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { f.Write([]byte(c.AccessKeyId)) }

// LogValue returns the access key id.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.AccessKeyId) }

// Format writes the parameters, secret ones masked.
func (in AssumeRoleInput) Format(f fmt.State, _ rune) { f.Write(mask(in)) }

// LogValue returns the parameters, secret ones masked.
func (in AssumeRoleInput) LogValue() slog.Value { return slog.StringValue(string(mask(in))) }

// Format writes the parameters, secret ones masked.
func (in AssumeRoleWithSAMLInput) Format(f fmt.State, _ rune) { f.Write(mask(in)) }

// LogValue returns the parameters, secret ones masked.
func (in AssumeRoleWithSAMLInput) LogValue() slog.Value { return slog.StringValue(string(mask(in))) }

// Format writes the parameters, secret ones masked.
func (in AssumeRoleWithWebIdentityInput) Format(f fmt.State, _ rune) { f.Write(mask(in)) }

// LogValue returns the parameters, secret ones masked.
func (in AssumeRoleWithWebIdentityInput) LogValue() slog.Value {
	return slog.StringValue(string(mask(in)))
}

// Format writes the parameters, secret ones masked.
func (in GetDelegatedAccessTokenInput) Format(f fmt.State, _ rune) { f.Write(mask(in)) }

// LogValue returns the parameters, secret ones masked.
func (in GetDelegatedAccessTokenInput) LogValue() slog.Value {
	return slog.StringValue(string(mask(in)))
}

// Format writes the parameters, secret ones masked.
func (in GetSessionTokenInput) Format(f fmt.State, _ rune) { f.Write(mask(in)) }

// LogValue returns the parameters, secret ones masked.
func (in GetSessionTokenInput) LogValue() slog.Value { return slog.StringValue(string(mask(in))) }

// Format writes the expiration.
func (o GetWebIdentityTokenOutput) Format(f fmt.State, _ rune) { f.Write(mask(o)) }

// LogValue returns the expiration.
func (o GetWebIdentityTokenOutput) LogValue() slog.Value { return slog.StringValue(string(mask(o))) }

// mask prints a struct as %+v does, but for its secrets.
func mask(v any) []byte {
	in := reflect.ValueOf(v)
	out := []byte{'{'}
	for i, f := range shapeOf(in.Type()).fields {
		if i > 0 {
			out = append(out, ' ')
		}
		out = append(append(out, f.name...), ':')
		value := in.Field(f.index)
		if (f.sensitive || f.name == "TokenCode" || f.name == "WebIdentityToken") && !value.IsZero() {
			out = append(out, masked...)
			continue
		}
		out = fmt.Appendf(out, "%+v", value.Interface())
	}
	return append(out, '}')
}
