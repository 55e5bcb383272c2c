package output

import (
	"math"
	"slices"

	"golang.org/x/text/width"

	"github.com/daypass/daypass/internal/ordered"
)

// box is a part of a table: a title, headers, and rows of as many cells.
type box struct {
	title   string
	hidden  bool // the title takes its room but is not shown
	indent  int
	headers []string
	rows    [][]string
	columns int   // -1 until the first row
	widest  []int // the widest cell of each column
}

type boxes struct{ all []*box }

func (t *boxes) add(title string, indent int) {
	t.all = append(t.all, &box{title: title, indent: indent, columns: -1})
}

// addLike adds a box below one of the same title. Where that has none, the AWS CLI
// leaves room for the word None.
func (t *boxes) addLike(title *string, indent int) {
	if title != nil {
		t.add(*title, indent)
		return
	}
	t.add("None", indent)
	t.last().hidden = true
}

func (t *boxes) last() *box { return t.all[len(t.all)-1] }

func (s *box) measure(cells []string) {
	if len(s.widest) == 0 {
		s.widest = make([]int, len(cells))
	}
	for i, c := range cells[:min(len(cells), len(s.widest))] {
		s.widest[i] = max(s.widest[i], textWidth(c))
	}
}

func (s *box) addHeaders(headers []string) {
	s.measure(headers)
	if s.columns < 0 {
		s.columns = len(headers)
	}
	s.headers = headers
}

func (s *box) addRow(row []any) error {
	if s.columns < 0 {
		s.columns = len(row)
	}
	if len(row) != s.columns {
		return failure("Row should have %d elements, instead it has %d", s.columns, len(row))
	}
	cells := make([]string, len(row))
	for i, c := range row {
		cells[i] = ordered.Str(c)
	}
	s.rows = append(s.rows, cells)
	s.measure(cells)
	return nil
}

// addObject adds headers and the row below them.
func (s *box) addObject(headers []string, o *ordered.Object) error {
	s.addHeaders(headers)
	return s.addCells(headers, o)
}

// addCells adds a row of the object's values; what it has not is empty.
func (s *box) addCells(headers []string, o *ordered.Object) error {
	row := make([]any, len(headers))
	for i, k := range headers {
		row[i] = ""
		if v, ok := o.Get(k); ok {
			row[i] = v
		}
	}
	return s.addRow(row)
}

const padding = 4 // of a cell, its border included

// width returns the columns of the terminal that the box needs.
func (s *box) width() int {
	total := 2
	for _, w := range s.widest {
		total += w + padding
	}
	return max(total, textWidth(s.title)+2) + 2*s.indent
}

// columnWidths spreads total over the columns. Rounding is to even, and what is left
// over is taken from the first or given to the last.
func (s *box) columnWidths(total int) []int {
	sum := 0
	for _, w := range s.widest {
		sum += w + padding
	}
	out := make([]int, len(s.widest))
	if len(out) == 0 {
		return nil
	}
	scale := float64(total) / float64(sum)
	over := -total
	for i, w := range s.widest {
		out[i] = int(math.RoundToEven(scale * float64(w+padding)))
		over += out[i]
	}
	for over != 0 {
		order, step := slices.All(out), -1
		if over < 0 {
			order, step = slices.Backward(out), 1
		}
		for i := range order {
			out[i] += step
			if over += step; over == 0 {
				break
			}
		}
	}
	return out
}

// vertical turns a box with one row on its side: a row for each header.
func (s *box) vertical() *box {
	turned := &box{title: s.title, hidden: s.hidden, indent: s.indent, columns: -1}
	for i, h := range s.headers {
		_ = turned.addRow([]any{h, s.rows[0][i]}) // all rows have two cells
	}
	return turned
}

// textWidth returns how many columns of a terminal s takes: two for each wide
// character, and for those that are wide among wide ones.
func textWidth(s string) int {
	n := 0
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
			n += 2
		default:
			n++
		}
	}
	return n
}
