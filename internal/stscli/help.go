package stscli

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
)

// pageWidth is the width of help pages in columns.
const pageWidth = 80

// page is a help page on its way.
type page struct{ b bytes.Buffer }

func (p *page) section(name string) { fmt.Fprintf(&p.b, "\n%s\n", name) }

// text adds a paragraph.
func (p *page) text(indent int, text string) {
	line := ""
	for w := range strings.FieldsSeq(text) {
		if line != "" && indent+len(line)+1+len(w) > pageWidth {
			p.line(indent, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + w)
	}
	p.line(indent, line)
}

func (p *page) line(indent int, text string) {
	fmt.Fprintf(&p.b, "%s%s\n", strings.Repeat(" ", indent), text)
}

// entry adds a term and, below it, what it means.
func (p *page) entry(term, text string) {
	p.line(2, term)
	if text != "" {
		p.text(6, text)
	}
}

func (p *page) globals() {
	p.section("GLOBAL OPTIONS")
	for _, o := range globalOptions() {
		p.entry(o.name+valueName(&o.option), o.doc)
	}
}

// valueName is what stands for the value of a global option.
func valueName(o *option) string {
	switch {
	case o.arity == noValue:
		return ""
	case o.choices != nil:
		return " " + strings.Join(o.choices, "|")
	}
	words := strings.Split(o.name, "-")
	return " " + strings.ToUpper(words[len(words)-1])
}

// writeHelp writes the page of "daypass sts help".
func writeHelp(w io.Writer) error {
	var p page
	p.line(0, "daypass sts [options] <command> [parameters]")
	p.section("DESCRIPTION")
	p.text(2, "Calls a Security Token Service: a Daypass, or that of AWS, which is the default. The commands, options, environment "+
		"variables and profiles are those of the AWS CLI, and so is what is printed. Options may be shortened as long as it is clear which is meant.")
	p.text(2, "To call a Daypass, set AWS_ENDPOINT_URL to its address, or pass --endpoint-url.")
	p.section("COMMANDS")
	for _, c := range commands() {
		p.entry(c.name, firstSentence(c.op.Doc))
	}
	p.entry("help", "This page. Behind a command, its own.")
	p.globals()
	p.section("VALUES")
	p.text(2, "A list takes several values: --tags Key=a,Value=b Key=c,Value=d. Objects are written in shorthand, as here, or in JSON; a list too "+
		"may be one value in JSON. file://NAME stands for the contents of a file, and fileb://NAME for the contents with the line ends that they have.")
	p.section("EXIT STATUS")
	p.text(2, "0 for an answer, 2 for wrong usage, 255 for any other failure, 130 for an interrupt.")
	p.section("EXAMPLE")
	p.line(2, "daypass sts get-caller-identity --query Arn --output text")
	_, err := w.Write(p.b.Bytes())
	return err
}

// Page is the help page of a command.
type Page struct{ Name, Short, Text string }

// Pages returns the help pages of all commands.
func Pages() []Page {
	var all []Page
	for _, c := range commands() {
		all = append(all, Page{c.name, firstSentence(c.op.Doc), c.page()})
	}
	return all
}

// writeHelp writes the page of a command.
func (c *command) writeHelp(w io.Writer) error {
	_, err := io.WriteString(w, c.page())
	return err
}

func (c *command) page() string {
	var p page
	p.line(0, "daypass sts "+c.name)
	p.section("DESCRIPTION")
	p.text(2, c.op.Doc)
	p.section("SYNOPSIS")
	p.line(2, c.name)
	for _, m := range c.input.members {
		word := "--" + m.flag + " " + m.value()
		if !m.required {
			word = "[" + word + "]"
		}
		p.line(4, word)
	}
	p.line(4, "["+inputJSON+" <json>]")
	p.line(4, "["+skeleton+" [input|output]]")
	p.section("OPTIONS")
	for _, m := range c.input.members {
		p.entry("--"+m.flag+" ("+m.shape.kind.String()+")", m.doc)
		if len(m.shape.enum) > 0 {
			p.text(6, "One of: "+strings.Join(m.shape.enum, ", ")+".")
		}
		if m.shape.complex() {
			p.text(6, "Shorthand: "+m.shape.shorthand())
		}
	}
	p.entry(inputJSON+" (string)", "All parameters as one object in JSON. Options of their own go before it.")
	p.entry(skeleton+" [input|output]", "Print what "+inputJSON+" takes, or with output what the answer looks like, and call nothing.")
	p.globals()
	if len(c.op.Errors) > 0 {
		p.section("ERRORS")
		p.text(2, strings.Join(c.op.Errors, ", ")+", and those that every operation has.")
	}
	p.section("EXAMPLE")
	p.line(2, c.example())
	return p.b.String()
}

// value names what an option takes.
func (m *member) value() string {
	switch {
	case m.shape.kind == list && m.shape.elem.kind == structure:
		return "<shorthand> [<shorthand> …]"
	case m.shape.kind == list:
		return "<value> [<value> …]"
	case m.shape.kind == structure:
		return "<shorthand>"
	}
	return "<" + cmp.Or(strings.Join(m.shape.enum, "|"), m.shape.kind.String()) + ">"
}

// shorthand shows how objects of the shape are written.
func (s *shape) shorthand() string {
	if s.kind == list {
		return s.elem.shorthand() + " …"
	}
	parts := make([]string, len(s.members))
	for i, m := range s.members {
		parts[i] = m.name + "=" + m.shape.kind.String()
	}
	return strings.Join(parts, ",")
}

// example is a command line with what is required.
func (c *command) example() string {
	words := []string{"daypass sts", c.name}
	for _, m := range c.input.members {
		if m.required {
			words = append(words, "--"+m.flag, cmp.Or(examples[m.name], "…"))
		}
	}
	return strings.Join(words, " ")
}

// examples are values for parameters that often have the like.
var examples = map[string]string{
	"RoleArn":          "arn:aws:iam::123456789012:role/build",
	"RoleSessionName":  "ann",
	"PrincipalArn":     "arn:aws:iam::123456789012:saml-provider/corp",
	"SAMLAssertion":    "file://response.b64",
	"WebIdentityToken": "file://token.jwt",
	"TargetPrincipal":  "123456789012",
	"TaskPolicyArn":    "arn=arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials",
	"EncodedMessage":   "file://message.txt",
	"AccessKeyId":      "ASIARZPUZDIKEXAMPLE1",
	"TradeInToken":     "file://token.txt",
	"Name":             "ann",
	"Audience":         "https://api.example.com",
	"SigningAlgorithm": "ES384",
}

func firstSentence(doc string) string {
	first, _, more := strings.Cut(doc, ". ")
	if more {
		first += "."
	}
	return first
}
