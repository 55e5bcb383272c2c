package stscli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/ordered"
)

// arity is how many values an option takes.
type arity int

const (
	oneValue   arity = iota // --region us-east-1
	noValue                 // --debug
	maybeValue              // --generate-cli-skeleton [input]
	manyValues              // --tags A B C, or none
)

// option is an option of a grammar, or a positional when its name has no hyphens.
type option struct {
	name     string // "--role-arn"
	arity    arity
	required bool
	absent   string   // the value of maybeValue without one
	choices  []string // of its values; nil for any

	suggested []string // values that are completed, while others may do too
}

func (o *option) positional() bool { return !strings.HasPrefix(o.name, "-") }

// grammar reads a command line as the AWS CLI's parser does (Python's argparse):
// options may be shortened as long as it is clear which is meant, what is unknown is
// left over, and options and positionals come in any order.
type grammar []*option

// values are the values of the options that were given, by name.
type values map[string][]string

func (v values) has(name string) bool { _, ok := v[name]; return ok }

// text returns the value of an option, or "".
func (v values) text(name string) string {
	if len(v[name]) == 0 {
		return ""
	}
	return v[name][0]
}

// usageError is wrong usage, which ends the program with code 2.
type usageError string

func (e usageError) Error() string { return string(e) }

func usageErrorf(format string, args ...any) error { return usageError(fmt.Sprintf(format, args...)) }

func argumentError(o *option, format string, args ...any) error {
	return usageErrorf("argument %s: %s", o.name, fmt.Sprintf(format, args...))
}

// word is an argument as the parser first sees it.
type word struct {
	text  string
	class byte    // 'O' an option, 'A' a value, '-' the separator --
	opt   *option // of an option that is known
	value *string // behind its equals sign
}

// parse splits args into values and what is left over.
func (g grammar) parse(args []string) (found values, rest []string, err error) {
	words, err := g.classify(args)
	if err != nil {
		return nil, nil, err
	}
	p := &parsing{words: words, found: make(values), seen: make(map[*option]bool)}
	for _, o := range g {
		if o.positional() {
			p.positionals = append(p.positionals, o)
		}
	}
	last := -1
	for i, w := range words {
		if w.class == 'O' {
			last = i
		}
	}
	for p.at <= last {
		next := p.at
		for words[next].class != 'O' {
			next++
		}
		if p.at != next {
			before := p.at
			if err := p.takePositionals(); err != nil {
				return nil, nil, err
			}
			if p.at > before {
				continue
			}
			p.leave(next)
		}
		if err := p.takeOption(); err != nil {
			return nil, nil, err
		}
	}
	if err := p.takePositionals(); err != nil {
		return nil, nil, err
	}
	p.leave(len(words))
	var missing []string
	for _, o := range g {
		if o.required && !p.seen[o] {
			missing = append(missing, o.name)
		}
	}
	if missing != nil {
		return nil, nil, usageErrorf("the following arguments are required: %s", strings.Join(missing, ", "))
	}
	return p.found, p.rest, nil
}

// classify tells options from values.
func (g grammar) classify(args []string) ([]word, error) {
	words := make([]word, len(args))
	for i, a := range args {
		if a == "--" {
			words[i] = word{text: a, class: '-'}
			for j := i + 1; j < len(args); j++ {
				words[j] = word{text: args[j], class: 'A'}
			}
			return words, nil
		}
		w, err := g.classifyOne(a)
		if err != nil {
			return nil, err
		}
		words[i] = w
	}
	return words, nil
}

func (g grammar) classifyOne(a string) (word, error) {
	asValue := word{text: a, class: 'A'}
	if len(a) < 2 || a[0] != '-' {
		return asValue, nil
	}
	name, value, hasValue := strings.Cut(a, "=")
	if o := g.named(a); o != nil {
		return word{text: a, class: 'O', opt: o}, nil
	}
	var behind *string
	if hasValue {
		behind = &value
	}
	if o := g.named(name); o != nil {
		return word{text: a, class: 'O', opt: o, value: behind}, nil
	}
	if strings.HasPrefix(a, "--") {
		var matches []string
		for _, o := range g {
			if strings.HasPrefix(o.name, name) {
				matches = append(matches, o.name)
			}
		}
		switch len(matches) {
		case 0:
		case 1:
			return word{text: a, class: 'O', opt: g.named(matches[0]), value: behind}, nil
		default:
			return word{}, usageErrorf("ambiguous option: %s could match %s", a, strings.Join(matches, ", "))
		}
	}
	if isNegativeNumber(a) || strings.Contains(a, " ") {
		return asValue, nil
	}
	return word{text: a, class: 'O'}, nil
}

func (g grammar) named(name string) *option {
	for _, o := range g {
		if o.name == name {
			return o
		}
	}
	return nil
}

// isNegativeNumber reports whether a is like -1, -1.5 or -.5.
func isNegativeNumber(a string) bool {
	whole, fraction, point := strings.Cut(a[1:], ".")
	digits := func(s string) bool { return !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' }) }
	return digits(whole) && digits(fraction) && (point && fraction != "" || !point && whole != "")
}

// parsing is a command line half read.
type parsing struct {
	words       []word
	at          int
	positionals []*option // that are not there yet
	found       values
	seen        map[*option]bool
	rest        []string
}

// leave leaves over what is before word end.
func (p *parsing) leave(end int) {
	for ; p.at < end; p.at++ {
		p.rest = append(p.rest, p.words[p.at].text)
	}
}

// takeOption reads the option at the position, with its values.
func (p *parsing) takeOption() error {
	w := p.words[p.at]
	switch {
	case w.opt == nil:
		p.leave(p.at + 1)
		return nil
	case w.value != nil && w.opt.arity == noValue:
		return argumentError(w.opt, "ignored explicit argument %s", ordered.Repr(*w.value))
	case w.value != nil:
		p.at++
		return p.set(w.opt, []string{*w.value})
	}
	p.at++
	most := map[arity]int{noValue: 0, oneValue: 1, maybeValue: 1, manyValues: len(p.words)}[w.opt.arity]
	given := []string{}
	for p.at < len(p.words) && p.words[p.at].class == 'A' && len(given) < most {
		given = append(given, p.words[p.at].text)
		p.at++
	}
	if w.opt.arity == oneValue && len(given) == 0 {
		return argumentError(w.opt, "expected one argument")
	}
	return p.set(w.opt, given)
}

// takePositionals reads positionals as far as there are values for them. Each may
// have one separator before it.
func (p *parsing) takePositionals() error {
	for len(p.positionals) > 0 {
		o, i := p.positionals[0], p.at
		for i < len(p.words) && p.words[i].class == '-' {
			i++
		}
		switch {
		case i < len(p.words) && p.words[i].class == 'A':
			value := p.words[i].text
			for p.at = i + 1; p.at < len(p.words) && p.words[p.at].class == '-'; p.at++ {
			}
			p.positionals = p.positionals[1:]
			if err := p.set(o, []string{value}); err != nil {
				return err
			}
		case o.arity == maybeValue:
			p.at, p.positionals = i, p.positionals[1:]
		default:
			return nil
		}
	}
	return nil
}

func (p *parsing) set(o *option, given []string) error {
	p.seen[o] = true
	if o.arity == maybeValue && len(given) == 0 {
		given = []string{o.absent}
	}
	for _, v := range given {
		if o.choices != nil && !slices.Contains(o.choices, v) {
			return argumentError(o, "%s", invalidChoice(v, o.choices))
		}
	}
	p.found[o.name] = given
	return nil
}
