// Package cli is the daypass command: its subcommands, flags and configuration
// file, and what it prints.
//
// A setting comes from the first of: its flag, its environment twin
// (--data-dir is DAYPASS_DATA_DIR), its key in the configuration file
// (data-dir), its default. Errors are one line on standard error that says
// what is wrong and how to mend it. The exit code is 0 when all went well, 1 for
// a failure at run time, 2 for wrong usage.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/store"
	"github.com/daypass/daypass/internal/stscli"
	"github.com/daypass/daypass/internal/terminal"
)

// Streams are where a command reads and prints.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	person *terminal.Person
}

// Env looks up an environment variable.
type Env func(name string) (string, bool)

// The exit codes.
const (
	exitFine  = 0
	exitFail  = 1
	exitUsage = 2
)

// usageError is wrong usage, as opposed to a failure at run time.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

func badUsage(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// Run runs the command line args and returns the exit code. It ends when the
// command does, or soon after ctx ends.
func Run(ctx context.Context, args []string, std Streams, env Env) int {
	std.person = terminal.At(std.In, std.Err)
	defer std.person.Leave()
	root := newRoot(std, env)
	root.SetArgs(withSTSInFront(args))
	root.SetIn(std.In)
	root.SetOut(std.Out)
	root.SetErr(std.Err)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitFine
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code) // it has said for itself what was wrong
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		err = errors.New("interrupted")
	}
	fmt.Fprintln(std.Err, "daypass: "+oneLine(err)+remedy(err))
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	return exitFail
}

// withSTSInFront lets the options of 'daypass sts' stand before that word, also
// where a shell asks how to complete them.
func withSTSInFront(args []string) []string {
	if len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		return append(args[:1:1], withSTSInFront(args[1:])...)
	}
	return stscli.Front(args)
}

// remedy says what mends a failure whose error, from deep down, cannot know.
func remedy(err error) string {
	if errors.Is(err, store.ErrCorrupt) {
		return "; stop daypass, move daypass.db, daypass.db-wal and daypass.db-shm away together, and bring a backup back with 'daypass restore FILE'"
	}
	return ""
}

func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }

func newRoot(std Streams, env Env) *cobra.Command {
	var version bool
	root := &cobra.Command{
		Use:   "daypass",
		Short: "A self-hosted AWS Security Token Service",
		Long: `Daypass hands out temporary, limited-privilege credentials over the wire
protocol of AWS STS, with the IAM API that manages them.`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if version {
				printVersion(cmd)
				return nil
			}
			return cmd.Help()
		},
	}
	root.Flags().BoolVar(&version, "version", false, "print the version") // cobra's own would link text/template: 11 MB
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return badUsage("%w; see '%s --help'", err, cmd.CommandPath())
	})
	root.AddCommand(
		newServe(std, env), newAccount(std, env), newKeys(std, env), newBackup(std, env), newRestore(std, env),
		newExplain(std), newFederation(std, env), newTrail(std, env),
		newSTS(std, env), newLogin(std, env), newExec(std, env), newEnv(std, env), newCredentialProcess(std, env), newAgent(std, env),
		newVersion(),
	)
	return root
}

// noArgs refuses arguments, as wrong usage.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() {
		return badUsage("unknown command %q; see '%s --help'", args[0], cmd.CommandPath())
	}
	return badUsage("%s takes no arguments, got %q", cmd.CommandPath(), args[0])
}
