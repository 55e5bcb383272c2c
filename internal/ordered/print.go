package ordered

import (
	"fmt"
	"strconv"
	"unicode/utf16"
)

// Style is how JSON is printed.
type Style struct {
	Indent  int  // spaces for each level, on lines of their own; 0 prints one line
	ASCII   bool // escapes all characters beyond ASCII
	Compact bool // no space behind commas and colons, on one line
}

// AppendJSON appends v as JSON. Like Python's, it prints NaN and Infinity, which
// are no JSON.
func AppendJSON(b []byte, v any, s Style) []byte { return appendJSON(b, v, s, 0) }

func appendJSON(b []byte, v any, s Style, level int) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return append(b, floatText(v, "NaN", "Infinity")...)
	case string:
		return appendString(b, v, s.ASCII)
	case []any:
		if len(v) == 0 {
			return append(b, "[]"...)
		}
		b = append(b, '[')
		for i, e := range v {
			b = appendBreak(b, s, level+1, i > 0)
			b = appendJSON(b, e, s, level+1)
		}
		return append(appendBreak(b, s, level, false), ']')
	case *Object:
		if v.Len() == 0 {
			return append(b, "{}"...)
		}
		b = append(b, '{')
		for i, k := range v.keys {
			b = appendBreak(b, s, level+1, i > 0)
			b = append(appendString(b, k, s.ASCII), ':')
			if !s.Compact {
				b = append(b, ' ')
			}
			b = appendJSON(b, v.values[k], s, level+1)
		}
		return append(appendBreak(b, s, level, false), '}')
	}
	return appendString(b, Repr(v), s.ASCII)
}

// appendBreak appends what stands before an element or a closing bracket.
func appendBreak(b []byte, s Style, level int, comma bool) []byte {
	if comma {
		b = append(b, ',')
	}
	if s.Indent == 0 {
		if comma && !s.Compact {
			b = append(b, ' ')
		}
		return b
	}
	b = append(b, '\n')
	for range level * s.Indent {
		b = append(b, ' ')
	}
	return b
}

func appendString(b []byte, s string, ascii bool) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r == '\f':
			b = append(b, `\f`...)
		case r == '\b':
			b = append(b, `\b`...)
		case r < ' ' || ascii && r == 0x7f:
			b = fmt.Appendf(b, `\u%04x`, r)
		case ascii && r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			b = fmt.Appendf(b, `\u%04x\u%04x`, hi, lo)
		case ascii && r > 0x7e:
			b = fmt.Appendf(b, `\u%04x`, r)
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}
