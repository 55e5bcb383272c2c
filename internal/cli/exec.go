package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/internal/terminal"
)

func newExec(std Streams, env Env) *cobra.Command {
	var f sourceFlags
	cmd := &cobra.Command{
		Use:   "exec [flags] -- COMMAND [ARGUMENT…]",
		Short: "Run a command with temporary credentials in its environment",
		Long: `Gets credentials and runs a command with them in its environment, where every
AWS SDK finds them. Other credentials and profiles in the environment are
removed, so that the command cannot take another identity by chance. The exit
code is the command's.

The credentials do not change while the command runs: what runs for longer than
they last wants 'daypass agent'.`,
		Example: `  daypass exec --role arn:aws:iam::111122223333:role/deploy -- terraform apply
  daypass exec --login default -- aws sts get-caller-identity`,
		Args: someCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, p, err := f.get(cmd, std, env)
			if err != nil {
				return err
			}
			return run(args, withVariables(os.Environ(), credentialVariables(c, p.region, p.endpoint)))
		},
	}
	f.register(cmd)
	return cmd
}

func someCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return badUsage("which command? See '%s --help'", cmd.CommandPath())
	}
	return nil
}

// run runs a command in place of this process where there is such a thing.
func run(args, env []string) error {
	path, err := exec.LookPath(args[0])
	if err != nil {
		return fmt.Errorf("%w; is it installed?", err)
	}
	if err := replace(path, args, env); err != nil {
		return fmt.Errorf("running %s: %w", args[0], err)
	}
	return nil
}

func newEnv(std Streams, env Env) *cobra.Command {
	var f sourceFlags
	var shell string
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range shells {
			if !yield(name) {
				return
			}
		}
	})
	cmd := &cobra.Command{
		Use:   "env",
		Short: "Print temporary credentials as variables of a shell",
		Long: `Gets credentials and prints the commands that put them into the environment of
a shell. Variables that name another identity, such as AWS_PROFILE, are unset.`,
		Example: `  eval "$(daypass env --role arn:aws:iam::111122223333:role/deploy)"
  daypass env --login default --shell fish | source`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			print := shells[shell]
			if print == nil {
				return badUsage("--shell %q is none of %s", shell, strings.Join(names, ", "))
			}
			c, p, err := f.get(cmd, std, env)
			if err != nil {
				return err
			}
			if terminal.Is(std.Out) {
				fmt.Fprintf(std.Err, "# These are secrets, on your screen now. Meant was: eval \"$(%s …)\"\n", cmd.CommandPath())
			}
			return print(std.Out, others(credentialVariables(c, p.region, p.endpoint)))
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&shell, "shell", "sh", "whose commands to print: "+strings.Join(names, ", "))
	return cmd
}

func newCredentialProcess(std Streams, env Env) *cobra.Command {
	var f sourceFlags
	cmd := &cobra.Command{
		Use:   "credential-process",
		Short: "Print temporary credentials as the credential_process of any AWS SDK",
		Long: `Gets credentials and prints them in the form that AWS SDKs take from a
credential_process. In ~/.aws/config:

  [profile deploy]
  credential_process = daypass credential-process --login default
  region = us-east-1`,
		Example: "  daypass credential-process --role arn:aws:iam::111122223333:role/deploy",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, _, err := f.get(cmd, std, env)
			if err != nil {
				return err
			}
			return writeProcess(std.Out, c)
		},
	}
	f.register(cmd)
	return cmd
}

// writeProcess prints credentials as SDKs read them from a process.
func writeProcess(w io.Writer, c credentials.Credentials) error {
	out := struct {
		Version         int
		AccessKeyID     string `json:"AccessKeyId"`
		SecretAccessKey string
		SessionToken    string `json:",omitempty"`
		Expiration      string `json:",omitempty"`
	}{Version: 1, AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
	if !c.Expires.IsZero() {
		out.Expiration = c.Expires.UTC().Format(time.RFC3339)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(out)
}

// exitCode is the exit code of a command that was run, as an error.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("the command ended with code %d", int(e)) }

// asExit makes the end of a child process an [exitCode], as shells do: 128 and the
// signal's number when a signal ended it.
func asExit(err error) error {
	e, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return err
	}
	if s, ok := e.Sys().(interface {
		Signaled() bool
		Signal() syscall.Signal
	}); ok && s.Signaled() {
		return exitCode(128 + int(s.Signal()))
	}
	return exitCode(max(e.ExitCode(), 1))
}
