package iam

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
)

// A Prefix opens a unique id and says what it names.
type Prefix string

// The prefixes of ids.
const (
	UserPrefix            Prefix = "AIDA"
	RolePrefix            Prefix = "AROA"
	GroupPrefix           Prefix = "AGPA"
	PolicyPrefix          Prefix = "ANPA"
	InstanceProfilePrefix Prefix = "AIPA"
	KeyPrefix             Prefix = "AKIA" // a long-term access key
	SessionKeyPrefix      Prefix = "ASIA" // a temporary one

	SAMLProviderPrefix Prefix = "SAMLSP"
	SAMLKeyPrefix      Prefix = "SAMLPK" // a private key of a SAML provider
)

const (
	currentFormat = 1 << 47 // set in ids that carry their account
	accountShift  = 7
	accountMask   = 0x7FFFFFFFFF80
)

// NewID returns a fresh unique id for an entity of the account: 21 characters.
// It panics if the account is not 12 digits.
func NewID(p Prefix, account string) string { return newID(p, account, 17) }

// NewKeyID returns a fresh access key id of the account: 20 characters.
// It panics if the account is not 12 digits.
func NewKeyID(p Prefix, account string) string { return newID(p, account, 16) }

func newID(p Prefix, account string, n int) string {
	if !IsAccountID(account) {
		panic("iam: no account id: " + account)
	}
	number, err := strconv.ParseUint(account, 10, 64)
	if err != nil {
		panic(err)
	}
	var b [15]byte // 24 base32 characters
	_, _ = rand.Read(b[:])
	head := uint64(b[5])&0x7F | number<<accountShift | currentFormat
	binary.BigEndian.PutUint16(b[0:], uint16(head>>32))
	binary.BigEndian.PutUint32(b[2:], uint32(head))
	return string(p) + base32.StdEncoding.EncodeToString(b[:])[:n]
}

// NewSAMLID returns a fresh id of a SAML provider or of one of its private keys:
// 22 characters. It carries no account.
func NewSAMLID(p Prefix) string {
	var b [10]byte // 16 base32 characters
	_, _ = rand.Read(b[:])
	return string(p) + base32.StdEncoding.EncodeToString(b[:])
}

// NewSecret returns a fresh secret access key: 40 characters.
func NewSecret() string {
	var b [30]byte
	_, _ = rand.Read(b[:])
	return base64.StdEncoding.EncodeToString(b[:])
}

// NewAccountID returns a random account number that does not begin with a zero.
func NewAccountID() string {
	var b [8]byte
	_, _ = rand.Read(b[:])
	n := binary.BigEndian.Uint64(b[:])%900_000_000_000 + 100_000_000_000
	return strconv.FormatUint(n, 10)
}

// AccountOfID returns the account that a unique id or an access key id
// carries, and whether it carries one: ids of the old format, whose fifth
// character is A to P, do not.
func AccountOfID(id string) (account string, ok bool) {
	if len(id) < 16 || len(id) > 128 {
		return "", false
	}
	var b [10]byte
	if n, err := base32.StdEncoding.Decode(b[:], []byte(id[4:12])); err != nil || n != 5 {
		return "", false
	}
	// The ninth and tenth characters hold byte 5 and two bits more.
	last, err := base32.StdEncoding.DecodeString(id[12:14] + "======")
	if err != nil || len(last) != 1 {
		return "", false
	}
	head := uint64(binary.BigEndian.Uint32(b[:4]))<<16 | uint64(b[4])<<8 | uint64(last[0])
	number := head & accountMask >> accountShift
	if head&currentFormat == 0 || number > 999_999_999_999 {
		return "", false
	}
	return fmt.Sprintf("%012d", number), true
}

// IsAccountID reports whether s is 12 digits.
func IsAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
