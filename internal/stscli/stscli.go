// Package stscli is "daypass sts": the operations of the Security Token Service
// as commands, with the options, files, environment and profiles of "aws sts", and
// what it prints.
//
//	daypass sts assume-role --role-arn arn:aws:iam::123456789012:role/build \
//	    --role-session-name me --tags Key=team,Value=web --query Credentials
//
// The commands and their options come from [sts.Operations]; nothing here knows an
// operation. A command line goes through three grammars, as it does in version 1 of
// the AWS CLI: the global options, the name of the command, its own options. What one
// does not know is for the next.
//
// The exit codes are the AWS CLI's too: 0 for an answer, 2 for wrong usage, 255 for
// everything else that fails, 130 for an interrupt.
package stscli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/daypass/daypass/internal/ordered"
	"github.com/daypass/daypass/internal/rolecache"
	"github.com/daypass/daypass/internal/terminal"
)

// Env is what surrounds a command.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	Getenv   func(string) string // "" for what is not set
	Version  string              // what --version prints
	Person   *terminal.Person    // who is asked for MFA codes; nil for what is behind In
	Roles    *rolecache.Dir      // where credentials of the roles of profiles are kept between runs; nil keeps none
}

// The exit codes.
const (
	exitUsage     = 2
	exitInterrupt = 130
	exitFailed    = 255
)

// awsError is an error in the words of the AWS CLI, which are sentences.
type awsError string

func (e awsError) Error() string { return string(e) }

func awsErrorf(format string, args ...any) error { return awsError(fmt.Sprintf(format, args...)) }

// hintError is an error that the AWS CLI prints without a blank line before it.
type hintError string

func (e hintError) Error() string { return string(e) }

// unknownError are options that no grammar knows.
type unknownError []string

func (e unknownError) Error() string { return "Unknown options: " + strings.Join(e, ", ") }

const usage = `usage: daypass sts [options] <command> [parameters]
To see help text, you can run:

  daypass sts help
  daypass sts <command> help
`

// Run runs the command line behind "daypass sts" and returns the exit code. It ends
// soon after ctx does.
func Run(ctx context.Context, args []string, e Env) int {
	err := run(ctx, args, e)
	if err == nil || isBrokenPipe(err) { // whoever reads has read enough
		return 0
	}
	if ctx.Err() != nil {
		fmt.Fprintln(e.Out)
		return exitInterrupt
	}
	if _, ok := errors.AsType[usageError](err); ok {
		fmt.Fprintf(e.Err, "%sdaypass sts: error: %v\n", usage, err)
		return exitUsage
	}
	before := "\n"
	if _, ok := errors.AsType[unknownError](err); ok {
		before = usage + "\n"
	}
	if _, ok := errors.AsType[hintError](err); ok {
		before = ""
	}
	fmt.Fprintf(e.Err, "%s%v\n", before, err)
	return exitFailed
}

func run(ctx context.Context, args []string, e Env) error {
	if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
		args = []string{"help"}
	}
	found, rest, err := globalGrammar().parse(append([]string{"sts"}, args...))
	if err != nil {
		return err
	}
	if found.has("--version") {
		fmt.Fprintln(e.Out, e.Version)
		return nil
	}
	g, err := resolve(found)
	if err != nil {
		return err
	}
	found, rest, err = commandGrammar().parse(rest)
	if err != nil {
		return err
	}
	if found.text("operation") == "help" {
		return writeHelp(e.Out)
	}
	c := commandNamed(found.text("operation"))
	if len(rest) == 1 && slices.Contains([]string{"help", "--help", "-h"}, rest[0]) {
		return c.writeHelp(e.Out)
	}
	found, rest, err = c.grammar(rest).parse(rest)
	if err != nil {
		return err
	}
	if word := found.text("help"); word == "help" {
		return c.writeHelp(e.Out)
	} else if word != "" {
		rest = append(rest, word)
	}
	if rest != nil {
		return unknownError(rest)
	}
	in, err := c.params(found, files{e.Getenv})
	if err != nil {
		return err
	}
	switch found.text(skeleton) {
	case "input":
		text := ordered.AppendJSON(nil, sample(c.input, "", false), ordered.Style{Indent: 4, ASCII: true})
		_, err := e.Out.Write(append(text, '\n'))
		return err
	case "output":
		return c.printSample(in, g, e)
	}
	return c.call(ctx, in, g, e)
}

// commandGrammar reads the name of the command.
func commandGrammar() grammar {
	var names []string
	for _, c := range commands() {
		names = append(names, c.name)
	}
	return grammar{{name: "operation", required: true, choices: append(names, "help")}}
}
