package policy

import (
	"strings"
	"unicode/utf8"
)

// RewritePrincipals returns the text with each value of each Principal element
// replaced by what f returns for it; every other byte stays. f is given the
// principal type ("AWS", "Federated", "Service", "CanonicalUser", or "" for the
// bare "*") and the value; an error of f ends the work and is returned as it is.
func (p *Policy) RewritePrincipals(f func(kind, value string) (string, error)) (string, error) {
	var b strings.Builder
	done := 0
	for i := range p.doc.statements {
		for _, e := range p.doc.statements[i].principal.entries {
			value, err := f(e.kind, e.value)
			if err != nil {
				return "", err
			}
			if value == e.value {
				continue
			}
			b.WriteString(p.text[done:e.start])
			b.WriteString(quote(value))
			done = e.end
		}
	}
	b.WriteString(p.text[done:])
	return b.String(), nil
}

// SizeWithoutSpace is the size of a document as quotas count it (policy 3): in
// characters, white space left out wherever it stands.
func SizeWithoutSpace(text string) int {
	space := strings.Count(text, " ") + strings.Count(text, "\t") + strings.Count(text, "\n") + strings.Count(text, "\r")
	return utf8.RuneCountInString(text) - space
}
