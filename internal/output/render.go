package output

import (
	"bytes"
	"cmp"
	"strings"
)

// The escape sequences of terminals that colours take.
const (
	cellColor   = "\x1b[1m\x1b[34m" // bright, blue
	indentColor = "\x1b[2m\x1b[33m" // dim, yellow
	colorOff    = "\x1b[0m"
)

// pen writes a table. With colours, everything that is written at once has its
// colours ended, as the library behind the AWS CLI does it.
type pen struct {
	b     *bytes.Buffer
	color bool
}

func (p pen) put(s string) {
	p.b.WriteString(s)
	if p.color {
		p.b.WriteString(colorOff)
	}
}

func (p pen) styled(color, s string) string {
	if p.color {
		return color + s + colorOff
	}
	return s
}

// line writes a line between the borders of an indented box.
func (p pen) line(s *box, text string) {
	edge := strings.Repeat(p.styled(indentColor, "|"), s.indent)
	p.put(edge)
	p.put(text)
	p.put(edge)
	p.put("\n")
}

func (t *boxes) width() (widest int) {
	for _, s := range t.all {
		widest = max(widest, s.width())
	}
	return widest
}

func (t *boxes) render(b *bytes.Buffer, o Options) {
	p := pen{b, o.Color}
	total := t.width()
	if total > cmp.Or(o.Width, 80) {
		for i, s := range t.all {
			if len(s.rows) == 1 && len(s.headers) > 0 {
				t.all[i] = s.vertical()
			}
		}
		total = t.width()
	}
	p.put(strings.Repeat("-", total) + "\n")
	for _, s := range t.all {
		p.box(s, total-2*s.indent)
	}
}

func (p pen) box(s *box, total int) {
	if s.title != "" && !s.hidden {
		p.line(s, centered(s.title, total, "|", textWidth(s.title)))
		if len(s.headers) == 0 && len(s.rows) == 0 {
			p.line(s, "+"+repeat("-", total-2)+"+")
		}
	}
	widths := s.columnWidths(total)
	if len(s.headers) > 0 {
		p.line(s, rule(widths))
		line := ""
		for i, h := range s.headers {
			line += centered(h, widths[i], leftEdge(i), textWidth(h))
		}
		p.line(s, line)
	}
	if len(s.rows) == 0 || len(widths) == 0 {
		return
	}
	p.line(s, rule(widths))
	for _, row := range s.rows {
		line := ""
		for i, c := range row {
			line += leftAligned(p.styled(cellColor, c), widths[i], leftEdge(i), textWidth(c))
		}
		p.line(s, line)
	}
	p.line(s, rule(widths))
}

func leftEdge(column int) string {
	if column == 0 {
		return "|"
	}
	return ""
}

func repeat(s string, n int) string { return strings.Repeat(s, max(n, 0)) }

// rule is the line between rows: +-----+----+.
func rule(widths []int) string {
	var b strings.Builder
	for i, w := range widths {
		if i == 0 {
			b.WriteString("+")
			w--
		}
		b.WriteString(repeat("-", w-1) + "+")
	}
	return b.String()
}

// centered pads text, which takes width columns, to length, its edges included.
func centered(text string, length int, left string, width int) string {
	start := length/2 - width/2 - 1
	return left + repeat(" ", start) + text + repeat(" ", length-1-len(left)-start-width) + "|"
}

// leftAligned pads text as centered does, with two spaces before it where there is
// room.
func leftAligned(text string, length int, left string, width int) string {
	indent := 2
	if length < width+indent+len(left)+1 {
		indent = 0
	}
	return left + repeat(" ", indent) + text + repeat(" ", length-len(left)-indent-width-1) + "|"
}
