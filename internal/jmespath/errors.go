package jmespath

import (
	"fmt"
	"strings"
)

// awsError is an error in the words of the AWS CLI, which are sentences.
type awsError string

func (e awsError) Error() string { return string(e) }

func failure(format string, args ...any) error { return awsError(fmt.Sprintf(format, args...)) }

// fail returns the error of characters that make no token.
func (l *lexer) fail(position int, msg string) error {
	return failure("Bad jmespath expression: %s:\n%s\n%s^", msg, string(l.text), strings.Repeat(" ", position))
}

// fail returns the error of a token that has no place where it stands.
func (p *parser) fail(t token, msg string) error { return p.failAt(t.start, t, msg) }

func (p *parser) failAt(position int, t token, msg string) error {
	return failure("%s: Parse error at column %d, token \"%s\" (%s), for expression:\n\"%s\"\n%s^",
		msg, position, t.text, strings.ToUpper(t.kind), p.expression, strings.Repeat(" ", position+1))
}

// incomplete returns the error of an expression that ends too early.
func (p *parser) incomplete() error {
	return failure("Invalid jmespath expression: Incomplete expression:\n\"%s\"\n%s^",
		p.expression, strings.Repeat(" ", len([]rune(p.expression))+1))
}
