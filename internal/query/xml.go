package query

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/daypass/daypass/internal/awserr"
)

// AppendXML appends the answer to an action:
//
//	<GetUserResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">
//	  <GetUserResult>
//	    <User>…</User>
//	  </GetUserResult>
//	  <ResponseMetadata>
//	    <RequestId>…</RequestId>
//	  </ResponseMetadata>
//	</GetUserResponse>
//
// Elements are in the order of the struct's fields. An empty structure or list
// is an empty element. There is no XML declaration.
func (a API) AppendXML(dst []byte, action string, out any, requestID string) []byte {
	dst = append(append(dst, '<'), action...)
	dst = append(dst, `Response xmlns="`...)
	dst = append(append(dst, a.namespace()...), "\">\n"...)
	if s, v, ok := result(out); ok {
		name := action + "Result>"
		before := len(dst)
		dst = append(append(append(dst, "  <"...), name...), '\n')
		start := len(dst)
		dst = appendXMLFields(dst, s, v, 2)
		if len(dst) == start {
			dst = append(append(append(dst[:before], "  <"...), name[:len(name)-1]...), "/>\n"...)
		} else {
			dst = append(append(append(dst, "  </"...), name...), '\n')
		}
	}
	dst = append(dst, "  <ResponseMetadata>\n    <RequestId>"...)
	dst = appendXMLText(dst, requestID)
	dst = append(dst, "</RequestId>\n  </ResponseMetadata>\n</"...)
	dst = append(dst, action...)
	return append(dst, "Response>\n"...)
}

// AppendErrorXML appends a failure. The request id is beside the error, not in
// ResponseMetadata.
func (a API) AppendErrorXML(dst []byte, e *awserr.Error, requestID string) []byte {
	dst = append(dst, `<ErrorResponse xmlns="`...)
	dst = append(append(dst, a.namespace()...), "\">\n  <Error>\n    <Type>"...)
	dst = append(append(dst, e.Fault()...), "</Type>\n    <Code>"...)
	dst = append(appendXMLText(dst, e.Code), "</Code>\n    <Message>"...)
	dst = append(appendXMLText(dst, e.Message), "</Message>\n  </Error>\n  <RequestId>"...)
	return append(appendXMLText(dst, requestID), "</RequestId>\n</ErrorResponse>\n"...)
}

func appendXMLFields(dst []byte, s *Schema, v reflect.Value, depth int) []byte {
	for i := range s.Fields {
		f := &s.Fields[i]
		if fv := v.Field(f.index); !f.absent(fv) {
			dst = f.appendXML(dst, fv, depth)
		}
	}
	return dst
}

// appendXML appends the field's element on lines of its own.
func (f *Field) appendXML(dst []byte, v reflect.Value, depth int) []byte {
	if f.Pointer {
		v = v.Elem()
	}
	before := len(dst)
	dst = append(indent(dst, depth), f.open...)
	switch f.Kind {
	case Struct, List, Map:
		dst = append(dst, '\n')
		start := len(dst)
		switch f.Kind {
		case Struct:
			dst = appendXMLFields(dst, f.Struct, v, depth+1)
		case List:
			for i := range v.Len() {
				dst = f.Elem.appendXML(dst, v.Index(i), depth+1)
			}
		case Map:
			dst = f.appendXMLMap(dst, v, depth+1)
		}
		if len(dst) == start {
			return append(append(indent(dst[:before], depth), f.empty...), '\n')
		}
		dst = indent(dst, depth)
	case String:
		dst = appendXMLText(dst, v.String())
	case Document:
		dst = AppendEscaped(dst, v.String())
	case Int:
		dst = strconv.AppendInt(dst, v.Int(), 10)
	case Bool:
		dst = strconv.AppendBool(dst, v.Bool())
	case Time:
		dst = timeOf(v).UTC().AppendFormat(dst, "2006-01-02T15:04:05Z")
	case Blob:
		dst = appendBase64(dst, v.Bytes())
	}
	return append(append(dst, f.end...), '\n')
}

// appendXMLMap appends the entries in the order of their keys.
func (f *Field) appendXMLMap(dst []byte, v reflect.Value, depth int) []byte {
	for _, key := range sortedKeys(v) {
		dst = append(indent(dst, depth), "<entry>\n"...)
		dst = append(indent(dst, depth+1), "<key>"...)
		dst = append(appendXMLText(dst, key), "</key>\n"...)
		dst = append(indent(dst, depth+1), "<value>"...)
		switch value := v.MapIndex(reflect.ValueOf(key)); f.Elem.Kind {
		case Int:
			dst = strconv.AppendInt(dst, value.Int(), 10)
		default:
			dst = appendXMLText(dst, value.String())
		}
		dst = append(dst, "</value>\n"...)
		dst = append(indent(dst, depth), "</entry>\n"...)
	}
	return dst
}

func sortedKeys(v reflect.Value) []string {
	switch m := v.Interface().(type) {
	case map[string]int32:
		return slices.Sorted(maps.Keys(m))
	case map[string]string:
		return slices.Sorted(maps.Keys(m))
	}
	return nil
}

func indent(dst []byte, depth int) []byte {
	const spaces = "                                "
	for n := 2 * depth; n > 0; n -= len(spaces) {
		dst = append(dst, spaces[:min(n, len(spaces))]...)
	}
	return dst
}

// appendXMLText appends s as character data that every XML 1.0 parser gives
// back. What XML cannot hold, even as a character reference (most control
// characters, U+FFFE, U+FFFF) or what is not UTF-8, becomes U+FFFD. A carriage
// return is a reference, since a parser would make it a line feed.
func appendXMLText(dst []byte, s string) []byte {
	done := 0 // what is before is appended
	for i := 0; i < len(s); {
		c := s[i]
		if ' ' <= c && c < utf8.RuneSelf && c != '<' && c != '>' && c != '&' || c == '\n' || c == '\t' {
			i++
			continue
		}
		size, instead := 1, "\uFFFD"
		switch c {
		case '<':
			instead = "&lt;"
		case '>':
			instead = "&gt;"
		case '&':
			instead = "&amp;"
		case '\r':
			instead = "&#xD;"
		default:
			if c < utf8.RuneSelf {
				break // a control character
			}
			var r rune
			r, size = utf8.DecodeRuneInString(s[i:])
			if r != 0xFFFE && r != 0xFFFF && (r != utf8.RuneError || size > 1) {
				i += size
				continue
			}
		}
		dst = append(append(dst, s[done:i]...), instead...)
		i += size
		done = i
	}
	return append(dst, s[done:]...)
}
