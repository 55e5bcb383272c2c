package query

import (
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/awserr"
)

// AppendJSON appends the answer to an action for a client that accepts JSON:
//
//	{"GetUserResponse":{"GetUserResult":{"User":{…}},"ResponseMetadata":{"RequestId":"…"}}}
//
// Members are in the order of their names, times are seconds since 1970.
func (a API) AppendJSON(dst []byte, action string, out any, requestID string) []byte {
	dst = append(append(dst, `{"`...), action...)
	dst = append(dst, `Response":{`...)
	if s, v, ok := result(out); ok {
		dst = append(append(dst, '"'), action...)
		dst = append(dst, `Result":`...)
		dst = append(appendJSONFields(dst, s, v), ',')
	}
	dst = append(dst, `"ResponseMetadata":{"RequestId":`...)
	return append(AppendJSONText(dst, requestID), "}}}"...)
}

// AppendErrorJSON appends a failure:
//
//	{"Error":{"Code":"AccessDenied","Message":"…","Type":"Sender"},"RequestId":"…"}
func (a API) AppendErrorJSON(dst []byte, e *awserr.Error, requestID string) []byte {
	dst = append(dst, `{"Error":{"Code":`...)
	dst = append(AppendJSONText(dst, e.Code), `,"Message":`...)
	dst = append(AppendJSONText(dst, e.Message), `,"Type":`...)
	dst = append(AppendJSONText(dst, e.Fault()), `},"RequestId":`...)
	return append(AppendJSONText(dst, requestID), '}')
}

func appendJSONFields(dst []byte, s *Schema, v reflect.Value) []byte {
	dst = append(dst, '{')
	first := true
	for _, i := range s.sorted {
		f := &s.Fields[i]
		fv := v.Field(f.index)
		if f.absent(fv) {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = f.appendJSON(append(dst, f.key...), fv)
	}
	return append(dst, '}')
}

func (f *Field) appendJSON(dst []byte, v reflect.Value) []byte {
	if f.Pointer {
		v = v.Elem()
	}
	switch f.Kind {
	case String:
		dst = AppendJSONText(dst, v.String())
	case Int:
		dst = strconv.AppendInt(dst, v.Int(), 10)
	case Bool:
		dst = strconv.AppendBool(dst, v.Bool())
	case Time:
		dst = strconv.AppendInt(dst, timeOf(v).Unix(), 10)
	case Document:
		dst = append(AppendEscaped(append(dst, '"'), v.String()), '"')
	case Blob:
		dst = append(appendBase64(append(dst, '"'), v.Bytes()), '"')
	case Struct:
		dst = appendJSONFields(dst, f.Struct, v)
	case List:
		dst = append(dst, '[')
		for i := range v.Len() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = f.Elem.appendJSON(dst, v.Index(i))
		}
		dst = append(dst, ']')
	case Map:
		dst = append(dst, '{')
		for i, key := range sortedKeys(v) {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = append(AppendJSONText(dst, key), ':')
			dst = f.Elem.appendJSON(dst, v.MapIndex(reflect.ValueOf(key)))
		}
		dst = append(dst, '}')
	}
	return dst
}

// AppendJSONText appends s as a JSON string. What is not UTF-8 becomes U+FFFD;
// the characters that begin HTML are escaped, for the sake of anything that
// takes the answer for a page.
func AppendJSONText(dst []byte, s string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	done := 0 // s[:done] is in dst
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf && !jsonEscaped[c] {
			i++
			continue
		}
		dst = append(dst, s[done:i]...)
		size := 1
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c < utf8.RuneSelf:
			dst = append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			if r == '\u2028' || r == '\u2029' { // line ends in JavaScript
				dst = append(append(dst, `\u202`...), hex[r&15])
			} else {
				dst = utf8.AppendRune(dst, r)
			}
		}
		i += size
		done = i
	}
	return append(append(dst, s[done:]...), '"')
}

// jsonEscaped are the ASCII characters that do not stand for themselves.
var jsonEscaped = func() (escaped [utf8.RuneSelf]bool) {
	for c := range escaped {
		escaped[c] = c < ' ' || c == 0x7F || strings.ContainsRune(`"\<>&`, rune(c))
	}
	return escaped
}()
