package query

import (
	"bytes"
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
	n := count([]byte(rawQuery)) + count(body)
	if n > MaxParameters {
		return nil, awserr.New(http.StatusBadRequest, "MalformedInput", "The request has more than %d parameters.", MaxParameters)
	}
	d := decoding{ends: make([]int, 0, 2*n)}
	d.text.Grow(len(rawQuery) + len(body))
	if err := d.parse([]byte(rawQuery)); err != nil {
		return nil, err
	}
	if err := d.parse(body); err != nil {
		return nil, err
	}
	return d.form()
}

// count returns an upper limit of the number of parameters in s.
func count(s []byte) int {
	if len(s) == 0 {
		return 0
	}
	return bytes.Count(s, []byte{'&'}) + 1
}

// decoding is a form on its way: the texts of names and values one after the
// other, in one piece of memory, and where each ends.
type decoding struct {
	text strings.Builder
	ends []int
}

// parse decodes the parameters of s. One without "=" has the empty value.
func (d *decoding) parse(s []byte) error {
	for len(s) > 0 {
		var pair []byte
		pair, s, _ = bytes.Cut(s, []byte{'&'})
		name, value, _ := bytes.Cut(pair, []byte{'='})
		for _, text := range [...][]byte{name, value} {
			if err := d.unescape(text); err != nil {
				return err
			}
			d.ends = append(d.ends, d.text.Len())
		}
	}
	return nil
}

// form returns the form. A parameter without a name is dropped.
func (d *decoding) form() (*Form, error) {
	text, start := d.text.String(), 0
	f := &Form{params: make([]param, 0, len(d.ends)/2)}
	for i := 0; i < len(d.ends); i += 2 {
		p := param{text[start:d.ends[i]], text[d.ends[i]:d.ends[i+1]]}
		start = d.ends[i+1]
		if !utf8.ValidString(p.name) || !utf8.ValidString(p.value) {
			return nil, awserr.New(http.StatusBadRequest, "MalformedInput", "The request parameters are not valid UTF-8.")
		}
		if p.name != "" {
			f.params = append(f.params, p)
		}
	}
	return f, nil
}

// unescape undoes form encoding: "+" and "%20" are both a space.
func (d *decoding) unescape(s []byte) error {
	done := 0 // s[:done] is in d.text
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			d.text.Write(s[done:i])
			d.text.WriteByte(' ')
			done = i + 1
		case '%':
			if len(s)-i < 3 {
				return malformed("Incomplete trailing escape % sequence")
			}
			hi, lo := unhex(s[i+1]), unhex(s[i+2])
			if hi < 0 || lo < 0 {
				return malformed("Illegal hex character in escape % pattern: " + strings.ToValidUTF8(string(s[i:i+3]), "\uFFFD"))
			}
			d.text.Write(s[done:i])
			d.text.WriteByte(byte(hi<<4 | lo))
			i += 2
			done = i + 1
		}
	}
	d.text.Write(s[done:])
	return nil
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
