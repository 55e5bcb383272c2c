package query

import (
	"bytes"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strings"
	"sync"
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
	d := decodings.Get().(*decoding)
	defer d.putBack()
	d.text, d.ends = slices.Grow(d.text[:0], len(rawQuery)+len(body)), slices.Grow(d.ends[:0], 2*n)
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
	text []byte
	ends []int
}

var decodings = sync.Pool{New: func() any { return new(decoding) }}

// mostKept is the largest text, in bytes, whose memory serves other forms.
const mostKept = 1 << 20

func (d *decoding) putBack() {
	if cap(d.text) <= mostKept {
		decodings.Put(d)
	}
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
			d.ends = append(d.ends, len(d.text))
		}
	}
	return nil
}

// form returns the form. A parameter without a name is dropped.
func (d *decoding) form() (*Form, error) {
	text, start := string(d.text), 0
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
	text := d.text
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch c {
		case '+':
			c = ' '
		case '%':
			if len(s)-i < 3 {
				return malformed("Incomplete trailing escape % sequence")
			}
			hi, lo := hexDigit[s[i+1]], hexDigit[s[i+2]]
			if hi|lo > 0xF {
				return malformed("Illegal hex character in escape % pattern: " + strings.ToValidUTF8(string(s[i:i+3]), "\uFFFD"))
			}
			c = hi<<4 | lo
			i += 2
		}
		text = append(text, c)
	}
	d.text = text
	return nil
}

// hexDigit holds the values of hexadecimal digits, and 0xFF for all other bytes.
var hexDigit = func() (values [256]byte) {
	for c := range values {
		values[c] = 0xFF
	}
	for i, c := range []byte("0123456789abcdef") {
		values[c] = byte(i)
		values[bytes.ToUpper([]byte{c})[0]] = byte(i)
	}
	return values
}()

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
