package stscli

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/daypass/daypass/sts"
)

// shape is what a parameter or an answer consists of, as the AWS CLI's models have
// it.
type shape struct {
	kind      kind
	min       int // characters, elements or value; -1 for none
	enum      []string
	sensitive bool
	members   []member // of a structure
	elem      *shape   // of a list
}

type kind int

const (
	text kind = iota
	integer
	timestamp
	list
	structure
)

// String names the kind as help pages do.
func (k kind) String() string {
	return [...]string{"string", "integer", "timestamp", "list", "structure"}[k]
}

type member struct {
	name     string // on the wire: "RoleArn"
	flag     string // "role-arn"
	doc      string
	required bool
	index    int // of the field
	shape    *shape
}

// newer are the members of package sts that the AWS CLI, version 1.45, does not
// have. The commands leave them out, so that skeletons, messages and answers stay
// those of "aws sts".
var newer = map[string]bool{"MinimumSessionTokenSize": true, "SessionTokenSize": true, "SessionTokenUtilization": true}

// shapeOf reads a type of package sts and its tags (see [sts.Operation]).
func shapeOf(t reflect.Type) *shape {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	s := &shape{min: -1}
	switch {
	case t == reflect.TypeFor[time.Time]():
		s.kind = timestamp
	case t.Kind() == reflect.Struct:
		s.kind = structure
		for i := range t.NumField() {
			if f := t.Field(i); !newer[f.Name] {
				s.members = append(s.members, memberOf(f, i))
			}
		}
	case t.Kind() == reflect.Slice:
		s.kind, s.elem = list, shapeOf(t.Elem())
	case t.Kind() == reflect.Int32:
		s.kind = integer
	}
	return s
}

func memberOf(f reflect.StructField, index int) member {
	m := member{name: f.Name, doc: f.Tag.Get("doc"), index: index, shape: shapeOf(f.Type)}
	for word := range strings.SplitSeq(f.Tag.Get("q"), ",") {
		name, value, _ := strings.Cut(word, "=")
		least, _, _ := strings.Cut(value, "..")
		n, err := strconv.Atoi(least)
		bounded := err == nil
		switch {
		case name == "name":
			m.name = value
		case name == "required":
			m.required = m.name != "arn" // which the AWS CLI's model leaves to the service
		case name == "sensitive":
			m.shape.sensitive = true
		case name == "enum":
			m.shape.enum = strings.Split(value, "|")
		case bounded && (name == "len" || name == "items" || name == "range"):
			m.shape.min = n
		case bounded && name == "each-len":
			m.shape.elem.min = n
		}
	}
	m.flag = flagName(m.name)
	return m
}

func (s *shape) member(name string) *member {
	for i := range s.members {
		if s.members[i].name == name {
			return &s.members[i]
		}
	}
	return nil
}

func (s *shape) names() []string {
	names := make([]string, len(s.members))
	for i, m := range s.members {
		names[i] = m.name
	}
	return names
}

// complex reports whether a value can be written in shorthand: objects and lists of
// objects.
func (s *shape) complex() bool {
	return s.kind == structure || s.kind == list && s.elem.kind == structure
}

var (
	wordStart = regexp.MustCompile(`(.)([A-Z][a-z]+)`)
	wordEnd   = regexp.MustCompile(`([a-z0-9])([A-Z])`)
)

// flagName spells a name of the API as a word of the command line:
// AssumeRoleWithSAML becomes assume-role-with-saml.
func flagName(name string) string {
	name = wordStart.ReplaceAllString(name, "$1-$2")
	return strings.ToLower(wordEnd.ReplaceAllString(name, "$1-$2"))
}

// command is an operation as a subcommand.
type command struct {
	name  string // "assume-role"
	op    sts.Operation
	input *shape
}

func commands() []command {
	var all []command
	for _, op := range sts.Operations() {
		all = append(all, command{flagName(op.Name), op, shapeOf(op.Input)})
	}
	return all
}

func commandNamed(name string) *command {
	for _, c := range commands() {
		if c.name == name {
			return &c
		}
	}
	return nil
}

// The options that every command has beside its parameters.
const (
	inputJSON = "--cli-input-json"
	skeleton  = "--generate-cli-skeleton"
)

// grammar returns the options of a command. Nothing is required next to
// --cli-input-json, which may have it, or for a skeleton of the parameters.
func (c *command) grammar(args []string) grammar {
	strict := true
	for i, a := range args {
		if a == inputJSON || a == skeleton && (i+1 == len(args) || args[i+1] != "output") {
			strict = false
		}
	}
	var g grammar
	for _, m := range c.input.members {
		o := &option{name: "--" + m.flag, required: m.required && strict, suggested: m.shape.enum}
		if m.shape.kind == list {
			o.arity = manyValues
		}
		g = append(g, o)
	}
	return append(g,
		&option{name: inputJSON},
		&option{name: skeleton, arity: maybeValue, absent: "input", choices: []string{"input", "output"}},
		&option{name: "help", arity: maybeValue},
	)
}
