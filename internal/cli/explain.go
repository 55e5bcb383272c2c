package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// maxLogLine is the longest line of a log that is read, in bytes.
const maxLogLine = 1 << 20

func newExplain(std Streams) *cobra.Command {
	return &cobra.Command{
		Use:   "explain REQUEST-ID [LOG-FILE…]",
		Short: "Say why a request was refused, from the log of the service",
		Long: `Says in plain words what became of a request: who asked for what, what the
caller was told, and the true reason, which callers are not told: the check that
failed, what was seen and what would have passed.

The log is read from the files, or from standard input. Both of its formats do,
also behind what a journal puts before each line. Requests that were granted are
in the log only with --log-level debug.`,
		Example: `  daypass explain 7f0c5d2e-3f8a-4a55-9d0c-0a4f6c0b8e11 daypass.log
  journalctl -u daypass -o cat | daypass explain 7f0c5d2e-3f8a-4a55-9d0c-0a4f6c0b8e11`,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return badUsage("which request? Its id is in the error that the caller got; see 'daypass explain --help'")
			}
			id, files := args[0], args[1:]
			line, err := findRequest(id, files, std.In)
			if err != nil {
				return err
			}
			return writeExplanation(std.Out, line)
		},
	}
}

// findRequest returns the last line of the request in the logs.
func findRequest(id string, files []string, stdin io.Reader) (line map[string]string, err error) {
	where := "standard input"
	if len(files) == 0 {
		if line, err = findInLog(id, stdin); err != nil {
			return nil, fmt.Errorf("reading %s: %w", where, err)
		}
	} else {
		where = strings.Join(files, ", ")
	}
	for _, name := range files {
		found, err := findInFile(id, name)
		if err != nil {
			return nil, err
		}
		if found != nil {
			line = found
		}
	}
	if line == nil {
		return nil, fmt.Errorf("request %s is not in %s; requests that were granted are logged with --log-level debug only", id, where)
	}
	return line, nil
}

func findInFile(id, name string) (map[string]string, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	line, err := findInLog(id, f)
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	return line, nil
}

func findInLog(id string, log io.Reader) (found map[string]string, err error) {
	lines := bufio.NewReaderSize(log, maxLogLine)
	for {
		text, err := lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue // no line of the service's is as long
		case err != nil && !errors.Is(err, io.EOF):
			return nil, err
		}
		if strings.Contains(string(text), id) {
			if line := parseLogLine(string(text)); line["id"] == id {
				found = line
			}
		}
		if err != nil {
			return found, nil
		}
	}
}

// writeExplanation writes what the line of a request says.
func writeExplanation(out io.Writer, line map[string]string) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	row := func(what string, texts ...string) {
		if text := strings.Join(nonEmpty(texts), ""); text != "" {
			fmt.Fprintf(w, "%s\t%s\n", what, printable(text))
		}
	}
	row("request", line["id"])
	row("when", line["time"], prefixed(", took ", line["took"]), prefixed(", from ", line["from"]))
	row("asked for", line["action"])
	if line["caller"] == "" {
		row("by", "nobody who is known: the request was not signed, or not by whom it says")
	} else {
		row("by", line["caller"], prefixed(", with ", line["key"]))
	}
	row("answered", line["status"], prefixed(" ", line["code"]), prefixed(": ", line["message"]))
	row("because", because(line))
	row("seen", line["saw"])
	row("expected", line["want"])
	return w.Flush()
}

// because is the reason in words.
func because(line map[string]string) string {
	switch {
	case line["check"] != "":
		return "this check failed: " + line["check"]
	case line["verdict"] == "explicitDeny":
		return "statement " + line["statement"] + " of " + line["policy"] + " (" + line["layer"] + ") denies it"
	case line["verdict"] == "implicitDeny":
		return "no " + strings.TrimPrefix(line["layer"], "no ") + " allows it"
	case line["cause"] != "":
		return line["cause"]
	case line["code"] == "":
		return "nothing was wrong: it was granted"
	}
	return "what the caller was told is all there is to it"
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func nonEmpty(texts []string) (some []string) {
	for _, t := range texts {
		if t != "" {
			some = append(some, t)
		}
	}
	return some
}

// printable leaves out what a terminal might obey.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}
