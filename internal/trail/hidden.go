package trail

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/query"
)

// hiding is how much of a member is recorded.
type hiding uint8

const (
	shown  hiding = iota
	left          // left out, as if it were absent
	length        // in its place, how long it is
	token         // a session token: shown unless the operator wants it hidden
)

// hiddenText stands where a value may not.
const hiddenText = "HIDDEN_DUE_TO_SECURITY_REASONS"

// hidingOf decides by the model's word and by the name. The names are matched
// by what they contain, so that a secret that nobody thought of here is more
// likely left out than recorded; TestWhatIsHidden lists what that comes to.
// Binary members are all seeds and their pictures.
func hidingOf(f *query.Field) hiding {
	switch {
	case f.Name == "AddPrivateKey", f.Name == "SAMLMetadataDocument":
		return length
	case f.Name == "SessionToken":
		return token
	case f.Sensitive, f.Private, f.Kind == query.Blob:
		return left
	case f.Kind != query.String:
		return shown
	}
	switch f.Name {
	case "TokenCode", "AuthenticationCode1", "AuthenticationCode2", "PrivateKey", "EncodedMessage", "DecodedMessage":
		return left
	}
	for _, part := range []string{"Secret", "Password", "Seed", "Assertion", "IdentityToken", "TradeInToken"} {
		if strings.Contains(f.Name, part) && f.Name != "AssertionEncryptionMode" && f.Name != "SubjectFromWebIdentityToken" {
			return left
		}
	}
	return shown
}

// appendLength appends what stands for a text that is hidden.
func appendLength(dst []byte, s string) []byte {
	dst = append(append(append(dst, '"'), hiddenText...), " ("...)
	dst = strconv.AppendInt(dst, int64(utf8.RuneCountInString(s)), 10)
	return append(dst, ` characters)"`...)
}
