package xmltree

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads a document.
func Parse(data []byte, limits Limits) (*Element, error) {
	return parse(data, limits, nil)
}

// ParseIn reads a document as it would be read in the place of a child of
// parent: with the namespaces that are declared there. parent itself stays as
// it is.
func ParseIn(parent *Element, data []byte, limits Limits) (*Element, error) {
	return parse(data, limits, parent)
}

// parser reads a document from start to end. Elements that are open are the
// chain of parents from cur to the root.
type parser struct {
	text   string
	pos    int
	nodes  int // still allowed
	depth  int // still allowed
	root   *Element
	cur    *Element
	outer  *Element
	scope  []Decl // all declarations in force, the innermost last
	opened []int  // length of scope at each open element
}

func parse(data []byte, limits Limits, outer *Element) (*Element, error) {
	if len(data) > limits.Bytes {
		return nil, fmt.Errorf("%w: %d bytes, at most %d are read", ErrLimit, len(data), limits.Bytes)
	}
	p := &parser{text: string(data), nodes: limits.Nodes, depth: limits.Depth, outer: outer}
	if err := checkCharacters(p.text); err != nil {
		return nil, err
	}
	for e := outer; e != nil; e = e.Parent {
		p.scope = append(append([]Decl(nil), e.Decls...), p.scope...)
	}
	if err := p.run(); err != nil {
		return nil, fmt.Errorf("at byte %d: %w", p.pos, err)
	}
	return p.root, nil
}

// checkCharacters refuses what is not UTF-8 and what XML does not have.
func checkCharacters(s string) error {
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' {
				return fmt.Errorf("at byte %d: a control character", i)
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 || !isChar(r) {
			return fmt.Errorf("at byte %d: not a character of XML in UTF-8", i)
		}
		i += size
	}
	return nil
}

// isChar reports whether XML has the character. A byte order mark within a
// document is one; before it, the parser refuses it as text.
func isChar(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000 && r <= 0x10FFFF
}

// declaration is the XML declaration, which may open a document.
var declaration = regexp.MustCompile(`^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:"1\.0"|'1\.0')` +
	`(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:"(?i:utf-8)"|'(?i:utf-8)'))?` +
	`(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\r\n]*\?>`)

func (p *parser) run() error {
	p.pos = len(declaration.FindString(p.text[:min(len(p.text), 200)]))
	for p.pos < len(p.text) {
		if err := p.next(); err != nil {
			return err
		}
	}
	switch {
	case p.root == nil:
		return fmt.Errorf("no element")
	case p.cur != nil:
		return fmt.Errorf("%s is not closed", p.cur.Local)
	}
	return nil
}

// next reads one piece: a tag, a run of text, a comment, a CDATA section.
func (p *parser) next() error {
	rest := p.text[p.pos:]
	switch {
	case rest[0] != '<':
		return p.chars()
	case strings.HasPrefix(rest, "<!--"):
		return p.comment()
	case strings.HasPrefix(rest, "<![CDATA["):
		return p.cdata()
	case strings.HasPrefix(rest, "<!"):
		return fmt.Errorf("a document type or another declaration")
	case strings.HasPrefix(rest, "<?"):
		return fmt.Errorf("a processing instruction, or an XML declaration other than of version 1.0 in UTF-8")
	case strings.HasPrefix(rest, "</"):
		return p.closeTag()
	default:
		return p.openTag()
	}
}

func (p *parser) spend() error {
	if p.nodes--; p.nodes < 0 {
		return fmt.Errorf("%w: too many nodes", ErrLimit)
	}
	return nil
}

// chars reads a run of text up to the next tag.
func (p *parser) chars() error {
	rest := p.text[p.pos:]
	if end := strings.IndexByte(rest, '<'); end >= 0 {
		rest = rest[:end]
	}
	if p.cur == nil {
		if strings.Trim(rest, " \t\r\n") != "" {
			return fmt.Errorf("text outside the root element")
		}
		p.pos += len(rest)
		return nil
	}
	if strings.Contains(rest, "]]>") {
		return fmt.Errorf("]]> in text")
	}
	text, err := unescape(rest, false)
	if err != nil {
		return err
	}
	p.pos += len(rest)
	return p.addText(text)
}

func (p *parser) addText(text string) error {
	if text == "" {
		return nil
	}
	return p.add(Node{Text: text})
}

func (p *parser) add(n Node) error {
	if err := p.spend(); err != nil {
		return err
	}
	if p.cur.Children == nil {
		p.cur.Children = make([]Node, 0, 3) // most have text, an element and text
	}
	p.cur.Children = append(p.cur.Children, n)
	return nil
}

func (p *parser) comment() error {
	body := p.text[p.pos+len("<!--"):]
	end := strings.Index(body, "--")
	if end < 0 || !strings.HasPrefix(body[end:], "-->") {
		return fmt.Errorf("a comment that is not closed, or has two hyphens in it")
	}
	p.pos += len("<!--") + end + len("-->")
	if p.cur == nil {
		return p.spend() // beside the root: of no meaning
	}
	return p.add(Node{Comment: true, Text: lines(body[:end])})
}

func (p *parser) cdata() error {
	body := p.text[p.pos+len("<![CDATA["):]
	end := strings.Index(body, "]]>")
	if end < 0 || p.cur == nil {
		return fmt.Errorf("CDATA that is not closed, or outside the root element")
	}
	p.pos += len("<![CDATA[") + end + len("]]>")
	return p.addText(lines(body[:end]))
}

func (p *parser) closeTag() error {
	end := strings.IndexByte(p.text[p.pos:], '>')
	if end < 0 || p.cur == nil {
		return fmt.Errorf("an end tag that is not closed, or of nothing")
	}
	name := strings.TrimRight(p.text[p.pos+2:p.pos+end], " \t\r\n")
	if prefix, local, ok := strings.Cut(name, ":"); ok && (prefix == "" || prefix != p.cur.Prefix || local != p.cur.Local) ||
		!ok && (p.cur.Prefix != "" || name != p.cur.Local) {
		return fmt.Errorf("an end tag that does not match %s", p.cur.Local)
	}
	p.pos += end + 1
	p.leave()
	return nil
}

func (p *parser) leave() {
	n := len(p.opened) - 1
	p.scope, p.opened = p.scope[:p.opened[n]], p.opened[:n]
	p.depth++
	if p.cur == p.root {
		p.cur = nil
		return
	}
	p.cur = p.cur.Parent
}

// changesText and changesValues are the characters that are not read as they
// stand there.
var changesText, changesValues = setOf("&\r"), setOf("&\r\t\n")

// unescape resolves references and normalizes line ends; in an attribute, white
// space becomes blanks.
func unescape(s string, attr bool) (string, error) {
	special := &changesText
	if attr {
		special = &changesValues
	}
	if special.index(s) < 0 {
		return s, nil
	}
	s = lines(s)
	if attr {
		s = strings.NewReplacer("\t", " ", "\n", " ").Replace(s)
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		before, after, found := strings.Cut(s, "&")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		name, rest, closed := strings.Cut(after, ";")
		if !closed {
			return "", fmt.Errorf("a reference that is not closed")
		}
		r, err := character(name)
		if err != nil {
			return "", err
		}
		b.WriteRune(r)
		s = rest
	}
}

// lines normalizes line ends, as XML wants before anything else is read.
func lines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s)
}

// character returns what a reference stands for: "amp", "#38", "#x26".
func character(name string) (rune, error) {
	switch name {
	case "amp":
		return '&', nil
	case "lt":
		return '<', nil
	case "gt":
		return '>', nil
	case "quot":
		return '"', nil
	case "apos":
		return '\'', nil
	}
	digits, base := "", 10
	if hex, ok := strings.CutPrefix(name, "#x"); ok {
		digits, base = hex, 16
	} else if dec, ok := strings.CutPrefix(name, "#"); ok {
		digits = dec
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || len(digits) > 10 || n > utf8.MaxRune || !isChar(rune(n)) {
		return 0, fmt.Errorf("a reference to an entity that is not predefined, or to no character")
	}
	return rune(n), nil
}
