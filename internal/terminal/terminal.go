// Package terminal is for talking with a person: what is a terminal, how wide it is,
// and asking for what nobody else should see.
package terminal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/term"
)

// Is reports whether stream, which programs read from or write to, is a terminal.
func Is(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Width returns the columns of the terminal that w is, and whether it is one. The
// width is 0 when it is not known.
func Width(w io.Writer) (columns int, ok bool) {
	f, isFile := w.(*os.File)
	if !isFile {
		return 0, false
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	return columns, err == nil
}

// ErrNone says that there is no terminal to ask on.
var ErrNone = errors.New("there is no terminal")

// Person is who can be asked at the process's terminal.
type Person struct {
	in   io.Reader
	out  io.Writer
	mu   sync.Mutex    // held while a question is open
	gone chan struct{} // closed when no answer is waited for any longer
}

// At returns who sits at the process's terminal. That need not be in or out, its
// standard input and standard error, which may be pipes: they are used where the
// terminal itself cannot be opened.
func At(in io.Reader, out io.Writer) *Person {
	return &Person{in: in, out: out, gone: make(chan struct{})}
}

// Leave gives up the question that is open, if one is, and all that come. When it
// returns the terminal is as it was: call it once, before the process ends.
func (p *Person) Leave() {
	close(p.gone)
	p.mu.Lock()
	defer p.mu.Unlock()
}

// errGone is a question that Leave gave up.
var errGone = errors.New("the program has ended")

// Ask asks for a line, one question at a time, and does not show what is typed. It
// ends with ctx, or with [ErrNone] when nobody can be asked.
func (p *Person) Ask(ctx context.Context, prompt string) (string, error) {
	stdin, ok := p.in.(*os.File)
	if !ok {
		return "", ErrNone // not a program's standard input: nobody's terminal is meant
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case <-p.gone:
		return "", errGone
	default:
	}
	if tty := open(); tty != nil {
		return p.hidden(ctx, prompt, tty, tty) // and leave it open: when ctx ends it is still read from
	}
	if !Is(stdin) {
		return "", ErrNone
	}
	return p.hidden(ctx, prompt, stdin, p.out)
}

// open opens the process's terminal, if it has one and the system has a name for it.
func open() *os.File {
	if runtime.GOOS == "windows" {
		return nil // whose consoles are two files; standard input does
	}
	f, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	return f
}

// hidden asks on a terminal.
func (p *Person) hidden(ctx context.Context, prompt string, in *os.File, out io.Writer) (string, error) {
	fd := int(in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", err
	}
	if _, err := io.WriteString(out, prompt); err != nil {
		return "", err
	}
	type answer struct {
		line []byte
		err  error
	}
	read := make(chan answer, 1)
	go func() {
		line, err := term.ReadPassword(fd)
		read <- answer{line, err}
	}()
	defer fmt.Fprintln(out) // that of the person did not show
	select {                // the reading ends with the program
	case a := <-read:
		return strings.TrimSpace(string(a.line)), a.err
	case <-ctx.Done():
		return "", errors.Join(ctx.Err(), term.Restore(fd, before))
	case <-p.gone:
		return "", errors.Join(errGone, term.Restore(fd, before))
	}
}
