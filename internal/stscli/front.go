package stscli

import (
	"slices"
	"strings"
)

// Front returns a command line of daypass with the word sts in front of the global
// options, which may stand before it, as in "aws --region eu-west-1 sts
// get-caller-identity". Other command lines it returns as they are.
func Front(args []string) []string {
	g := globalGrammar()
	for i := 0; i < len(args); i++ {
		if args[i] == "sts" {
			return append([]string{"sts"}, slices.Delete(slices.Clone(args), i, i+1)...)
		}
		if !strings.HasPrefix(args[i], "-") || args[i] == "-h" || args[i] == "--help" {
			return args
		}
		// One that is ambiguous or unknown is refused behind the word as before it.
		if w, err := g.classifyOne(args[i]); err == nil && w.opt != nil && w.opt.arity == oneValue && w.value == nil {
			i++
		}
	}
	return args
}
