package stscli

import (
	"slices"
	"strings"
)

// Complete returns the words that may stand where word is begun, behind args, each
// with a tab and what it means. files tells that names of files may stand there too.
func Complete(args []string, word string) (words []string, files bool) {
	words, files = candidates(args, word)
	return slices.DeleteFunc(slices.Clone(words), func(w string) bool { return !strings.HasPrefix(w, word) }), files
}

func candidates(args []string, word string) (words []string, files bool) {
	c, last := completing(args)
	g := globalGrammar()
	if c != nil {
		g = append(g, c.grammar(nil)...)
	}
	if name, _, ok := strings.Cut(word, "="); ok && strings.HasPrefix(word, "-") {
		if o := g.named(name); o != nil {
			return withPrefix(o.words(), name+"="), o.words() == nil
		}
	}
	if o := g.named(last); o != nil && o.arity != noValue && !strings.HasPrefix(word, "-") {
		return o.words(), o.words() == nil
	}
	if c == nil && !strings.HasPrefix(word, "-") {
		for _, c := range commands() {
			words = append(words, c.name+"\t"+firstSentence(c.op.Doc))
		}
		return append(words, "help\tWhat there is"), false
	}
	if c != nil {
		for _, m := range c.input.members {
			words = append(words, "--"+m.flag+"\t"+firstSentence(m.doc))
		}
		words = append(words, inputJSON+"\tAll parameters as one object in JSON", skeleton+"\tPrint what "+inputJSON+" takes")
	}
	for _, o := range globalOptions() {
		words = append(words, o.name+"\t"+firstSentence(o.doc))
	}
	return words, false
}

// completing returns the command among args, nil when there is none yet, and the
// option whose values come next, "" when none may.
func completing(args []string) (c *command, last string) {
	g := globalGrammar()
	for i := 0; i < len(args); i++ {
		switch a := args[i]; {
		case strings.HasPrefix(a, "-"):
			last = a
			o := g.named(a)
			if o != nil && o.arity == noValue || strings.Contains(a, "=") {
				last = ""
			}
			if o != nil && o.arity == oneValue && i+1 < len(args) {
				last = ""
				i++
			}
		case c == nil:
			if c = commandNamed(a); c == nil {
				return nil, ""
			}
			g = append(g, c.grammar(nil)...)
			last = ""
		}
	}
	return c, last
}

// words are the values that an option is known to take.
func (o *option) words() []string {
	if o.choices != nil {
		return o.choices
	}
	return o.suggested
}

func withPrefix(words []string, prefix string) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = prefix + w
	}
	return out
}
