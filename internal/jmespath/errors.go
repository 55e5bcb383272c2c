package jmespath

import (
	"fmt"
	"strings"
)

// The texts are those that the AWS CLI prints behind "Bad value for --query".

// fail returns the error of characters that make no token.
func (l *lexer) fail(position int, msg string) error {
	return fmt.Errorf("Bad jmespath expression: %s:\n%s\n%s^", msg, string(l.text), strings.Repeat(" ", position)) //nolint:staticcheck // as the AWS CLI has it
}

// fail returns the error of a token that has no place where it stands.
func (p *parser) fail(t token, msg string) error { return p.failAt(t.start, t, msg) }

func (p *parser) failAt(position int, t token, msg string) error {
	return fmt.Errorf("%s: Parse error at column %d, token \"%s\" (%s), for expression:\n\"%s\"\n%s^", //nolint:gocritic // quotes as they are, not escaped
		msg, position, t.text, strings.ToUpper(t.kind), p.expression, strings.Repeat(" ", position+1))
}

// incomplete returns the error of an expression that ends too early.
func (p *parser) incomplete() error {
	return fmt.Errorf("Invalid jmespath expression: Incomplete expression:\n\"%s\"\n%s^", //nolint:staticcheck // as the AWS CLI has it
		p.expression, strings.Repeat(" ", len([]rune(p.expression))+1))
}
