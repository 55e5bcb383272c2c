// Package proof says how the checks of a proof from outside went: a SAML
// response, an identity token, a one-time code. The caller is told what the
// protocol has words for; the operator is told which check failed, what was seen
// and what was expected.
//
// What is seen of a proof is never the proof: texts are clipped, and no caller
// of this package puts signatures, tokens, codes or keys into them.
package proof

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Failure is a check that was not passed. It is the cause behind an answer
// (awserr.Error.Err), for the log and for "daypass explain".
type Failure struct {
	Check string // what was checked, in a few words: "audience"
	Saw   string // what the proof says; may be empty
	Want  string // what would have passed; may be empty
}

// Error says it in one line.
func (f *Failure) Error() string {
	var b strings.Builder
	b.WriteString(f.Check)
	if f.Saw != "" {
		b.WriteString(": saw " + f.Saw)
	}
	if f.Want != "" {
		if f.Saw == "" {
			b.WriteByte(':')
		} else {
			b.WriteByte(',')
		}
		b.WriteString(" want " + f.Want)
	}
	return b.String()
}

// Step is a check that was passed.
type Step struct {
	Check string // as in Failure
	Saw   string
}

// Report collects the checks that were passed, in order, for "daypass federation
// test". A nil Report collects nothing.
type Report struct{ Steps []Step }

// Pass notes a check that was passed.
func (r *Report) Pass(check, saw string) {
	if r != nil {
		r.Steps = append(r.Steps, Step{check, saw})
	}
}

// On reports whether steps are collected, so that what they say need not be built
// when they are not.
func (r *Report) On() bool { return r != nil }

// quoted is the longest text of a stranger that Quote shows, in bytes.
const quoted = 200

// Quote shows a text that a stranger wrote, clipped and with what a terminal
// might obey escaped.
func Quote(s string) string {
	if len(s) > quoted {
		cut := quoted
		for cut > 0 && !utf8.RuneStart(s[cut]) {
			cut--
		}
		return strconv.QuoteToASCII(s[:cut]) + "…"
	}
	return strconv.QuoteToASCII(s)
}

// QuoteAll shows a list of texts.
func QuoteAll(list []string) string {
	const most = 8
	parts := make([]string, 0, min(len(list), most+1))
	for i, s := range list {
		if i == most {
			parts = append(parts, "and "+strconv.Itoa(len(list)-most)+" more")
			break
		}
		parts = append(parts, Quote(s))
	}
	return strings.Join(parts, ", ")
}
