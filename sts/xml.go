package sts

import (
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"
)

// xmlReader reads an answer in XML: elements and their text. Attributes, comments
// and processing instructions are passed over, prefixes cut off; a document type
// is refused, and with it every entity but the five of XML. encoding/xml would do
// (a test holds this reader to it), but takes as much memory for an answer as all
// the rest of a call.
type xmlReader struct {
	s    string
	open []string // names of the elements that are open, prefixes included
	stop bool     // the element that was begun last is empty: its end comes next
}

// maxDepth bounds how deep elements may nest; those of an answer are five deep.
const maxDepth = 64

var errXML = errors.New("the answer is not well-formed XML")

type token uint8

const (
	startTag token = iota + 1
	endTag
	chars
)

func newXMLReader(body []byte) (*xmlReader, error) {
	if !utf8.Valid(body) {
		return nil, errXML
	}
	return &xmlReader{s: string(body), open: make([]string, 0, 8)}, nil
}

// next returns the next token: the name of an element that begins, the text of
// characters.
func (r *xmlReader) next() (token, string, error) {
	if r.stop {
		r.stop = false
		r.open = r.open[:len(r.open)-1]
		return endTag, "", nil
	}
	for r.s != "" {
		var ok bool
		switch {
		case r.s[0] != '<':
			n := strings.IndexByte(r.s, '<')
			if n < 0 {
				n = len(r.s)
			}
			text, err := unescapeXML(r.s[:n])
			r.s = r.s[n:]
			return chars, text, err
		case strings.HasPrefix(r.s, "<?"):
			_, r.s, ok = strings.Cut(r.s, "?>")
		case strings.HasPrefix(r.s, "<!--"):
			_, r.s, ok = strings.Cut(r.s[len("<!--"):], "-->")
		case strings.HasPrefix(r.s, "<![CDATA["):
			var text string
			if text, r.s, ok = strings.Cut(r.s[len("<![CDATA["):], "]]>"); !ok {
				return 0, "", errXML
			}
			return chars, lines(text), checkChars(text)
		case strings.HasPrefix(r.s, "</"):
			return endTag, "", r.end()
		default:
			name, err := r.start()
			return startTag, name, err
		}
		if !ok {
			return 0, "", errXML
		}
	}
	return 0, "", errXML // something is still open, or there was nothing
}

// start reads a start tag.
func (r *xmlReader) start() (string, error) {
	end, quote := -1, byte(0)
	for i := 1; i < len(r.s) && end < 0; i++ {
		switch c := r.s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			end = i
		case c == '<':
			return "", errXML
		}
	}
	if end < 0 || len(r.open) == maxDepth {
		return "", errXML
	}
	tag := r.s[1:end]
	r.s = r.s[end+1:]
	tag, r.stop = strings.CutSuffix(tag, "/")
	name := tag
	if i := strings.IndexAny(tag, " \t\r\n"); i >= 0 {
		name = tag[:i]
	}
	if name == "" || strings.ContainsAny(name, `"'=&!/?`) {
		return "", errXML
	}
	r.open = append(r.open, name)
	return local(name), nil
}

// local cuts off the prefix of a name.
func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// end reads an end tag, which must be that of the innermost element.
func (r *xmlReader) end() error {
	name, rest, ok := strings.Cut(r.s[len("</"):], ">")
	if !ok || len(r.open) == 0 || strings.TrimRight(name, " \t\r\n") != r.open[len(r.open)-1] {
		return errXML
	}
	r.s, r.open = rest, r.open[:len(r.open)-1]
	return nil
}

// root reads up to the document's element and returns its name.
func (r *xmlReader) root() (string, error) {
	for {
		t, text, err := r.next()
		switch {
		case err != nil:
			return "", err
		case t == startTag:
			return text, nil
		case strings.Trim(text, " \t\r\n") != "":
			return "", errXML
		}
	}
}

// children calls do for each child of the element that was begun; do reads it to
// its end.
func (r *xmlReader) children(do func(name string) error) error {
	for {
		t, name, err := r.next()
		switch {
		case err != nil:
			return err
		case t == endTag:
			return nil
		case t == startTag:
			if err := do(name); err != nil {
				return err
			}
		}
	}
}

// text returns the characters of the element that was begun, and reads to its
// end. Elements within it are passed over.
func (r *xmlReader) text() (string, error) {
	first := ""
	var all []byte // when there is more than one piece
	for {
		t, text, err := r.next()
		switch {
		case err != nil:
			return "", err
		case t == endTag && all == nil:
			return first, nil
		case t == endTag:
			return string(all), nil
		case t == chars && first == "":
			first = text
		case t == chars:
			if all == nil {
				all = []byte(first)
			}
			all = append(all, text...)
		default:
			if err := r.skip(); err != nil {
				return "", err
			}
		}
	}
}

// skip reads to the end of the element that was begun.
func (r *xmlReader) skip() error {
	for depth := len(r.open) - 1; len(r.open) > depth; {
		if _, _, err := r.next(); err != nil {
			return err
		}
	}
	return nil
}

// unescapeXML resolves references and line ends.
func unescapeXML(s string) (string, error) {
	if err := checkChars(s); err != nil {
		return "", err
	}
	s = lines(s)
	if strings.IndexByte(s, '&') < 0 {
		return s, nil
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, rest, ok := strings.Cut(after, ";")
		c := reference(name)
		if !ok || c == 0 {
			return "", errXML
		}
		b.WriteRune(c)
		s = rest
	}
}

// reference returns the character that &name; stands for, 0 for none.
func reference(name string) rune {
	switch name {
	case "lt":
		return '<'
	case "gt":
		return '>'
	case "amp":
		return '&'
	case "apos":
		return '\''
	case "quot":
		return '"'
	}
	digits, base := strings.TrimPrefix(name, "#"), 10
	if len(digits) == len(name) {
		return 0
	}
	if hex, ok := strings.CutPrefix(digits, "x"); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || !isXMLChar(rune(n)) || n > utf8.MaxRune {
		return 0
	}
	return rune(n)
}

// lines turns line ends into what XML has of them.
func lines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// checkChars refuses characters that XML does not have, and "]]>".
func checkChars(s string) error {
	for _, c := range s {
		if c < ' ' || c >= 0xd800 {
			if !isXMLChar(c) {
				return errXML
			}
		}
	}
	if strings.Contains(s, "]]>") {
		return errXML
	}
	return nil
}

func isXMLChar(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' || c >= ' ' && c < 0xd800 || c >= 0xe000 && c <= 0xfffd || c >= 0x10000 && c <= utf8.MaxRune
}
