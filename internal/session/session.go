// Package session defines what a temporary credential asserts, and its form on
// the wire: the session token.
//
// A token is stateless. It carries everything that was true when it was issued
// and can no longer change: who, for whom, until when, under which session
// policies and tags, and the secret access key. Any replica that holds the key
// ring opens it; issuing one writes no row. What may still change (the role's
// policies, whether the user exists) is read when the token is used.
//
// # Format
//
// A token is standard base64 of a message sealed by [keys.Ring] for the
// purpose "session", with the access key id as associated data: a token moved
// to another access key id does not open. The sealed message is
//
//	1 byte   version, 1
//	fields   each: 1 byte tag, uvarint length, payload
//
// Integers are uvarints, times are seconds since 1970. The packed field holds
// session policies and tags, themselves as fields, deflated with a preset
// dictionary. An unknown version, tag or a field out of form refuses the
// token: a field that is skipped might have been a limit.
package session

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/keys"
	"github.com/daypass/daypass/internal/secret"
)

// Kind says which action made the session, and so what it may do.
type Kind uint8

// The kinds of session. The zero Kind is no session and never opens.
const (
	Role      Kind = 1 // AssumeRole and its federated siblings
	User      Kind = 2 // GetSessionToken; EntityID is empty for the root user
	Federated Kind = 3 // GetFederationToken; EntityID is empty when root federated
)

// MaxToken is the longest token ever issued, in characters of base64.
const MaxToken = 4096

// Tag is a session tag.
type Tag struct {
	Key, Value string
	Transitive bool // passes on to sessions that this one makes
}

// Fact is a condition key that the session keeps for its whole life, such as
// saml:sub, with its values.
type Fact struct {
	Key    string
	Values []string
	Multi  bool // a multi-valued key, whatever the number of values
}

// Session is what a temporary credential asserts.
type Session struct {
	Kind        Kind
	Partition   string
	Account     string
	AccessKeyID string
	Secret      secret.String
	Issued      time.Time // whole seconds
	Expires     time.Time // whole seconds
	EntityID    string    // unique id of the role or user behind it; "" for the root user
	EntityARN   string    // its ARN when the session was made
	Name        string    // session name, or the federated user's name; "" for [User]
	Source      string    // source identity; "" without
	Provider    string    // aws:FederatedProvider; "" without
	MFA         time.Time // when MFA was verified; zero without
	Depth       int       // how many sessions came before it in the chain

	Policy     string   // inline session policy; "" without
	PolicyARNs []string // managed session policies
	Tags       []Tag
	Facts      []Fact
}

// HasPolicies reports whether session policies limit the session.
func (s *Session) HasPolicies() bool { return s.Policy != "" || len(s.PolicyARNs) > 0 }

// Failures of [Open], for the operator: on the wire they are two.
var (
	ErrMalformed = errors.New("not a session token")
	ErrExpired   = errors.New("session expired")
)

const purpose = "session"

// Seal returns the session's token. It fails when the token would be longer
// than [MaxToken].
func Seal(ring *keys.Ring, s *Session, packed Packed, now time.Time) (string, error) {
	plain := s.append(make([]byte, 0, 512+len(packed)), packed)
	n := base64.StdEncoding.EncodedLen(len(plain) + keys.Overhead)
	if n > MaxToken {
		return "", fmt.Errorf("session token of %d characters is longer than %d", n, MaxToken)
	}
	return base64.StdEncoding.EncodeToString(ring.Seal(plain, purpose, s.AccessKeyID, now)), nil
}

// Open returns the session of a token that was sealed for accessKeyID.
// The error is [ErrMalformed], [ErrExpired], or one of the ring's.
func Open(ring *keys.Ring, token, accessKeyID string, now time.Time) (*Session, error) {
	if len(token) > MaxToken || strings.ContainsAny(token, "\r\n") { // which Go's decoder would skip
		return nil, ErrMalformed
	}
	sealed, err := base64.StdEncoding.Strict().DecodeString(token)
	if err != nil {
		return nil, ErrMalformed
	}
	plain, err := ring.Open(sealed, purpose, accessKeyID, now)
	if err != nil {
		return nil, err
	}
	s, err := parse(plain)
	if err != nil {
		return nil, err
	}
	if s.AccessKeyID = accessKeyID; !now.Before(s.Expires) {
		return nil, ErrExpired
	}
	return s, nil
}
