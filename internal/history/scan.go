package history

import (
	"bytes"
	"encoding/json"
)

// scanner reads a record from its start to its end, and keeps nothing of what
// nobody asks for: every record of a call is read once for the index. Records
// are JSON of our own making, without white space. What is not makes it stop:
// bad is set then, and what was read means nothing.
type scanner struct {
	text []byte
	at   int
	bad  bool
}

// maxDepth is how deep objects and lists may be in each other.
const maxDepth = 64

// peek returns the next character, 0 at the end.
func (s *scanner) peek() byte {
	if s.bad || s.at >= len(s.text) {
		return 0
	}
	return s.text[s.at]
}

// take passes over a character that must be there.
func (s *scanner) take(c byte) bool {
	if s.peek() != c {
		s.bad = true
		return false
	}
	s.at++
	return true
}

// members calls f with the name of each member of an object. f reads the value,
// by one of the scanner's methods. What is no object is passed over.
func (s *scanner) members(f func(name []byte)) {
	if s.peek() != '{' {
		s.skip()
		return
	}
	s.at++
	if s.peek() == '}' {
		s.at++
		return
	}
	for {
		name := s.text1()
		if !s.take(':') {
			return
		}
		f(name)
		if s.bad {
			return
		}
		if s.peek() == ',' {
			s.at++
			continue
		}
		s.take('}')
		return
	}
}

// items calls f for each item of a list, as members does.
func (s *scanner) items(f func()) {
	if s.peek() != '[' {
		s.skip()
		return
	}
	s.at++
	if s.peek() == ']' {
		s.at++
		return
	}
	for {
		f()
		if s.bad {
			return
		}
		if s.peek() == ',' {
			s.at++
			continue
		}
		s.take(']')
		return
	}
}

// value returns a string's text, and nil for any other value, which it passes
// over. The text is part of the record where it can be.
func (s *scanner) value() []byte {
	if s.peek() != '"' {
		s.skip()
		return nil
	}
	return s.text1()
}

// text1 reads a string.
func (s *scanner) text1() []byte {
	start := s.at
	s.skipText()
	if s.bad {
		return nil
	}
	raw := s.text[start:s.at]
	if bytes.IndexByte(raw, '\\') < 0 {
		return raw[1 : len(raw)-1]
	}
	var plain string
	if json.Unmarshal(raw, &plain) != nil {
		s.bad = true
		return nil
	}
	return []byte(plain)
}

// skipText passes over a string.
func (s *scanner) skipText() {
	if !s.take('"') {
		return
	}
	for start := s.at; ; {
		n := bytes.IndexByte(s.text[s.at:], '"')
		if n < 0 {
			s.bad = true
			return
		}
		s.at += n + 1
		slashes := 0
		for at := s.at - 2; at >= start && s.text[at] == '\\'; at-- {
			slashes++
		}
		if slashes%2 == 0 {
			return
		}
	}
}

// skip passes over a value of any kind.
func (s *scanner) skip() {
	depth := 0
	for !s.bad {
		switch s.peek() {
		case 0:
			s.bad = true
		case '"':
			s.skipText()
		case '{', '[':
			s.at++
			if depth++; depth > maxDepth {
				s.bad = true
			}
			continue
		case '}', ']':
			s.at++
			depth--
		case ',', ':':
			s.at++
			continue
		default: // a number, or a word
			s.skipWord()
		}
		if depth <= 0 {
			s.bad = s.bad || depth < 0
			return
		}
	}
}

// skipWord passes over what is neither a string nor made of others.
func (s *scanner) skipWord() {
	for ; s.at < len(s.text); s.at++ {
		switch s.text[s.at] {
		case '"', ',', ':', ']', '}':
			return
		}
	}
}
