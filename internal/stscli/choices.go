package stscli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/ordered"
)

// invalidChoice says what the choices are, two in a line, and which of them were
// perhaps meant.
func invalidChoice(given string, choices []string) string {
	lines := []string{"Invalid choice, valid choices are:\n"}
	for pair := range slices.Chunk(choices, 2) {
		cells := make([]string, len(pair))
		for i, c := range pair {
			cells[i] = fmt.Sprintf("%-40s", c)
		}
		lines = append(lines, strings.Join(cells, " | "))
	}
	if close := closeMatches(given, choices); len(close) > 0 {
		lines = append(lines, fmt.Sprintf("\n\nInvalid choice: %s, maybe you meant:\n", ordered.Repr(given)))
		for _, c := range close {
			lines = append(lines, "  * "+c)
		}
	}
	return strings.Join(lines, "\n")
}

// closeMatches returns at most three choices that are much like given, the most
// alike first.
func closeMatches(given string, choices []string) []string {
	type scored struct {
		choice string
		score  float64
	}
	var close []scored
	for _, c := range choices {
		if s := similarity([]rune(c), []rune(given)); s >= 0.8 {
			close = append(close, scored{c, s})
		}
	}
	slices.SortStableFunc(close, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.choice, a.choice))
	})
	var out []string
	for _, s := range close[:min(len(close), 3)] {
		out = append(out, s.choice)
	}
	return out
}

// similarity is from 0 to 1: the share of characters in the blocks that two texts
// have in common, by Ratcliff and Obershelp.
func similarity(a, b []rune) float64 {
	if len(a)+len(b) == 0 {
		return 1
	}
	if len(a) > 100 || len(b) > 100 {
		return 0 // no choice is as long
	}
	return 2 * float64(common(a, b)) / float64(len(a)+len(b))
}

// common counts the characters of the longest common block and, left and right of
// it, of those that remain.
func common(a, b []rune) int {
	from, with, size := 0, 0, 0
	for i := range a {
		for j := range b {
			n := 0
			for i+n < len(a) && j+n < len(b) && a[i+n] == b[j+n] {
				n++
			}
			if n > size {
				from, with, size = i, j, n
			}
		}
	}
	if size == 0 {
		return 0
	}
	return size + common(a[:from], b[:with]) + common(a[from+size:], b[with+size:])
}
