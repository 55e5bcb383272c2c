package history

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"regexp"
)

// A token of a page says before which key the next one begins. It is bound to
// its query by a hash of it, so that one of another query is refused. What it
// says is no secret, and whoever makes one up finds no more than without.
//
//	1    the version
//	12   the start of SHA-256 of the query
//	…    the key; "~" behind it has the events of that key on the page
const tokenVersion = 1

var keyForm = regexp.MustCompile(`^\d{10}[0-9a-f-]{36}~?$`)

// allKeys is behind all keys.
const allKeys = "~"

func (q *Query) token(key string) string {
	b := append([]byte{tokenVersion}, q.hash()...)
	return base64.RawURLEncoding.EncodeToString(append(b, key...))
}

// after returns the key that the query's token names.
func (q *Query) after() (string, error) {
	if len(q.Token) > 200 {
		return "", ErrToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(q.Token)
	hash := q.hash()
	if err != nil || len(b) < 1+len(hash) || b[0] != tokenVersion || string(b[1:1+len(hash)]) != string(hash) {
		return "", ErrToken
	}
	key := string(b[1+len(hash):])
	if !keyForm.MatchString(key) {
		return "", ErrToken
	}
	return key, nil
}

func (q *Query) hash() []byte {
	var b []byte
	for _, part := range []string{q.Account, q.Region, q.Key, q.Value} {
		b = append(binary.AppendUvarint(b, uint64(len(part))), part...)
	}
	for _, t := range []int64{q.Start.Unix(), q.End.Unix()} {
		b = binary.AppendVarint(b, t)
	}
	sum := sha256.Sum256(b)
	return sum[:12]
}
