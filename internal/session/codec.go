package session

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/daypass/daypass/internal/secret"
)

const version = 1

// maxNumber bounds the numbers in a token: times until the year 10000, and so
// all else.
const maxNumber = 253402300800

// Field tags of version 1. A number is never given a second meaning.
const (
	tagKind      = 1
	tagAccount   = 2
	tagSecret    = 3
	tagIssued    = 4
	tagExpires   = 5
	tagEntityID  = 6
	tagEntityARN = 7
	tagName      = 8
	tagSource    = 9
	tagProvider  = 10
	tagMFA       = 11
	tagDepth     = 12
	tagPacked    = 13
	tagFact      = 14 // payload: fields tagFactKey, tagFactValue…
	tagMultiFact = 15
	tagPartition = 16

	// Inside the packed field.
	tagPolicy     = 1
	tagPolicyARN  = 2
	tagTag        = 3 // payload: uvarint key length, key, value
	tagTransitive = 4

	// Inside a fact.
	tagFactKey   = 1
	tagFactValue = 2
)

func appendText[T string | []byte | Packed](b []byte, tag byte, v T) []byte {
	b = binary.AppendUvarint(append(b, tag), uint64(len(v)))
	return append(b, v...)
}

// appendSome is appendText for a field that is left out when empty.
func appendSome(b []byte, tag byte, v string) []byte {
	if v == "" {
		return b
	}
	return appendText(b, tag, v)
}

func appendNumber(b []byte, tag byte, v int64) []byte {
	if v == 0 {
		return b
	}
	var n [binary.MaxVarintLen64]byte
	return appendText(b, tag, n[:binary.PutUvarint(n[:], uint64(v))])
}

func appendTime(b []byte, tag byte, t time.Time) []byte {
	if t.IsZero() {
		return b
	}
	return appendNumber(b, tag, t.Unix())
}

func (s *Session) append(b []byte, packed Packed) []byte {
	b = append(b, version)
	b = appendNumber(b, tagKind, int64(s.Kind))
	b = appendSome(b, tagPartition, s.Partition)
	b = appendText(b, tagAccount, s.Account)
	b = appendText(b, tagSecret, s.Secret.Reveal())
	b = appendTime(b, tagIssued, s.Issued)
	b = appendTime(b, tagExpires, s.Expires)
	b = appendSome(b, tagEntityID, s.EntityID)
	b = appendSome(b, tagEntityARN, s.EntityARN)
	b = appendSome(b, tagName, s.Name)
	b = appendSome(b, tagSource, s.Source)
	b = appendSome(b, tagProvider, s.Provider)
	b = appendTime(b, tagMFA, s.MFA)
	b = appendNumber(b, tagDepth, int64(s.Depth))
	if packed != nil {
		b = appendText(b, tagPacked, packed)
	}
	for _, f := range s.Facts {
		tag := byte(tagFact)
		if f.Multi {
			tag = tagMultiFact
		}
		inner := appendText(nil, tagFactKey, f.Key)
		for _, v := range f.Values {
			inner = appendText(inner, tagFactValue, v)
		}
		b = appendText(b, tag, inner)
	}
	return b
}

// eachField calls f for each field of s.
func eachField(s string, f func(tag byte, v string) error) error {
	for len(s) > 0 {
		tag := s[0]
		n, w := uvarint(s[1:])
		if w <= 0 || n > uint64(len(s)-1-w) {
			return fmt.Errorf("%w: field %d is cut short", ErrMalformed, tag)
		}
		s = s[1+w:]
		if err := f(tag, s[:n]); err != nil {
			return err
		}
		s = s[n:]
	}
	return nil
}

// uvarint is [binary.Uvarint] of a string.
func uvarint(s string) (n uint64, width int) {
	var b [binary.MaxVarintLen64]byte
	return binary.Uvarint(b[:copy(b[:], s)])
}

// parse reads a message. The texts of the session are parts of one, which is
// copied once.
func parse(b []byte) (*Session, error) {
	if len(b) == 0 || b[0] != version {
		return nil, fmt.Errorf("%w: version", ErrMalformed)
	}
	s := new(Session)
	err := eachField(string(b[1:]), s.setField)
	switch {
	case err != nil:
		return nil, err
	case s.Kind < Role || s.Kind > Federated, s.Account == "", s.Secret.Empty(), s.Expires.IsZero():
		return nil, fmt.Errorf("%w: a field is missing", ErrMalformed)
	}
	return s, nil
}

func (s *Session) setField(tag byte, v string) (err error) {
	switch tag {
	case tagPartition:
		s.Partition = v
	case tagAccount:
		s.Account = v
	case tagSecret:
		s.Secret = secret.New(v)
	case tagEntityID:
		s.EntityID = v
	case tagEntityARN:
		s.EntityARN = v
	case tagName:
		s.Name = v
	case tagSource:
		s.Source = v
	case tagProvider:
		s.Provider = v
	case tagPacked:
		return s.unpack(v)
	case tagFact, tagMultiFact:
		return s.addFact(v, tag == tagMultiFact)
	case tagKind, tagIssued, tagExpires, tagMFA, tagDepth:
		n, w := uvarint(v)
		if w != len(v) || n == 0 || n > maxNumber { // zero is left out
			return fmt.Errorf("%w: number in field %d", ErrMalformed, tag)
		}
		s.setNumber(tag, int64(n))
	default:
		return fmt.Errorf("%w: field %d", ErrMalformed, tag)
	}
	return nil
}

func (s *Session) setNumber(tag byte, n int64) {
	switch tag {
	case tagKind:
		s.Kind = Kind(min(n, int64(Federated)+1)) // which is refused
	case tagIssued:
		s.Issued = time.Unix(n, 0).UTC()
	case tagExpires:
		s.Expires = time.Unix(n, 0).UTC()
	case tagMFA:
		s.MFA = time.Unix(n, 0).UTC()
	case tagDepth:
		s.Depth = int(n)
	}
}

func (s *Session) addFact(v string, multi bool) error {
	f := Fact{Multi: multi}
	err := eachField(v, func(tag byte, v string) error {
		switch tag {
		case tagFactKey:
			f.Key = v
		case tagFactValue:
			f.Values = append(f.Values, v)
		default:
			return fmt.Errorf("%w: field %d of a fact", ErrMalformed, tag)
		}
		return nil
	})
	s.Facts = append(s.Facts, f)
	return err
}
