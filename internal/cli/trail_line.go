package cli

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/daypass/daypass/internal/history"
)

// eventPrinter prints events: a line for each, or their records as they are.
type eventPrinter struct {
	w      io.Writer
	json   bool
	colors bool
}

// newEventPrinter has colours on terminals only, and not where NO_COLOR is set.
func newEventPrinter(w io.Writer, output string, env Env) *eventPrinter {
	p := &eventPrinter{w: w, json: output == "json"}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.colors = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	if no, _ := env("NO_COLOR"); no != "" {
		p.colors = false
	}
	return p
}

// line is what is shown of a record.
type line struct {
	UserIdentity                                struct{ Type, ARN, PrincipalID, AccountID, UserName, AccessKeyID string }
	EventSource, AWSRegion, SourceIPAddress     string
	ErrorCode, ErrorMessage, RecipientAccountID string
}

func (p *eventPrinter) print(e history.Event) error {
	if p.json {
		_, err := fmt.Fprintln(p.w, e.Record)
		return err
	}
	var l line
	if err := json.Unmarshal([]byte(e.Record), &l); err != nil {
		return nil // the index read it; people cannot
	}
	words := []string{
		p.paint(dim, e.Time.Format(time.RFC3339)),
		p.paint(bold, strings.TrimSuffix(l.EventSource, ".amazonaws.com")+":"+e.Name),
		l.caller(),
	}
	if e.AccessKeyID != "" {
		words = append(words, p.paint(dim, e.AccessKeyID))
	}
	words = append(words, "from "+cmp.Or(l.SourceIPAddress, "?"), l.AWSRegion)
	if about := aboutWhat(e.Resources); about != "" {
		words = append(words, "on "+about)
	}
	if l.ErrorCode != "" {
		words = append(words, p.paint(red, l.ErrorCode+": "+l.ErrorMessage))
	}
	_, err := fmt.Fprintln(p.w, strings.Join(words, "  "))
	return err
}

// caller is who called, as short as it is clear.
func (l *line) caller() string {
	u := &l.UserIdentity
	switch {
	case u.ARN != "":
		return printable(u.ARN)
	case u.Type == "AWSAccount":
		return printable("account " + u.AccountID + " (" + u.PrincipalID + ")")
	case u.UserName != "":
		return printable(u.Type + " " + u.UserName)
	}
	return printable(cmp.Or(u.PrincipalID, u.Type))
}

// aboutWhat names what the call was about, but for the keys it issued, which
// follow from it.
func aboutWhat(resources []history.Resource) string {
	var names []string
	for _, r := range resources {
		if r.Type != "AWS::IAM::AccessKey" || len(resources) == 1 {
			names = append(names, printable(r.Name))
		}
	}
	return strings.Join(names, ", ")
}

// The colours of a terminal.
const (
	dim  = "2"
	bold = "1"
	red  = "31"
)

func (p *eventPrinter) paint(color, text string) string {
	text = printable(text)
	if !p.colors {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}
