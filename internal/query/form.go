package query

import (
	"errors"
	"iter"
	"net/http"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/awserr"
)

// MaxParameters is how many parameters a request may have, query string and
// body together. The largest list of the model (50 tags) needs 100.
const MaxParameters = 10_000

// ErrContentType is the cause of the refusal of a body that is not a form.
// The front end answers it before it looks at anything else in the request.
var ErrContentType = errors.New("query: the body is not a urlencoded form")

// Form holds the parameters of a request in the order they came, those of the
// query string first. The zero Form is empty.
type Form struct{ params []param }

type param struct{ name, value string }

// ParseForm reads the parameters of the query string and of the body. The body
// must be empty or of type application/x-www-form-urlencoded.
//
// Errors are *awserr.Error: MalformedQueryString for a bad escape, MalformedInput
// for text that is not UTF-8 or for more than [MaxParameters] parameters, and
// one that wraps [ErrContentType].
func ParseForm(rawQuery string, body []byte, contentType string) (*Form, error) {
	if len(body) > 0 && !IsFormType(contentType) {
		return nil, &awserr.Error{
			Status: http.StatusForbidden, Code: "UnsupportedContentType",
			Message: "The body of a request must be of type application/x-www-form-urlencoded.",
			Err:     ErrContentType,
		}
	}
	text := string(body)
	n := count(rawQuery) + count(text)
	if n > MaxParameters {
		return nil, awserr.New(http.StatusBadRequest, "MalformedInput", "The request has more than %d parameters.", MaxParameters)
	}
	f := &Form{params: make([]param, 0, n)}
	if err := f.parse(rawQuery); err != nil {
		return nil, err
	}
	if err := f.parse(text); err != nil {
		return nil, err
	}
	return f, nil
}

// count returns an upper limit of the number of parameters in s.
func count(s string) int {
	if s == "" {
		return 0
	}
	return strings.Count(s, "&") + 1
}

// parse appends the parameters of s. A parameter without a name is dropped;
// one without "=" has the empty value.
func (f *Form) parse(s string) error {
	for s != "" {
		var pair string
		pair, s, _ = strings.Cut(s, "&")
		name, value, _ := strings.Cut(pair, "=")
		name, err := unescape(name)
		if err != nil {
			return err
		}
		if value, err = unescape(value); err != nil {
			return err
		}
		if name != "" {
			f.params = append(f.params, param{name, value})
		}
	}
	return nil
}

// unescape undoes form encoding: "+" and "%20" are both a space. The result
// shares memory with s when there is nothing to undo.
func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s, checkUTF8(s)
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			b = append(b, ' ')
		case '%':
			if len(s)-i < 3 {
				return "", malformed("Incomplete trailing escape % sequence")
			}
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi < 0 || lo < 0 {
				return "", malformed("Illegal hex character in escape % pattern: " + strings.ToValidUTF8(s[i:i+3], "\uFFFD"))
			}
			b = append(b, byte(hi<<4|lo))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	s = string(b)
	return s, checkUTF8(s)
}

// unhex returns the value of a hexadecimal digit, or -1.
func unhex(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func malformed(message string) error {
	return awserr.New(http.StatusBadRequest, "MalformedQueryString", "%s", message)
}

func checkUTF8(s string) error {
	if !utf8.ValidString(s) {
		return awserr.New(http.StatusBadRequest, "MalformedInput", "The request parameters are not valid UTF-8.")
	}
	return nil
}

// Get returns the first value of a parameter and reports whether there is one.
func (f *Form) Get(name string) (value string, ok bool) {
	for _, p := range f.params {
		if p.name == name {
			return p.value, true
		}
	}
	return "", false
}

// Action returns the parameter Action, empty when absent.
func (f *Form) Action() string { v, _ := f.Get("Action"); return v }

// Version returns the parameter Version, empty when absent.
func (f *Form) Version() string { v, _ := f.Get("Version"); return v }

// Len returns the number of parameters, repeated ones included.
func (f *Form) Len() int { return len(f.params) }

// All yields every parameter in order, repeated ones included.
func (f *Form) All() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, p := range f.params {
			if !yield(p.name, p.value) {
				return
			}
		}
	}
}
