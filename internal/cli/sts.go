package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/stscli"
)

// newSTS is the client. It reads its own command line, as the AWS CLI would.
func newSTS(std Streams, env Env) *cobra.Command {
	return &cobra.Command{
		Use:   "sts COMMAND [parameters]",
		Short: "Call a Security Token Service, as 'aws sts' does",
		Long: `Calls a Security Token Service: this one or another Daypass, or that of AWS. The
commands, options, environment variables, profiles, output and exit codes are
those of 'aws sts'; 'daypass sts help' lists them.`,
		Example: `  daypass sts get-caller-identity
  daypass sts assume-role --role-arn arn:aws:iam::123456789012:role/build \
      --role-session-name ann --query Credentials --output table`,
		DisableFlagParsing: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			off, err := noCache(env)
			if err != nil {
				return err
			}
			// Who reads may stop, as head does: a write then fails, and does not end the
			// process. Only asking for the signal has that effect, here and not in a child.
			pipe := make(chan os.Signal, 1)
			signal.Notify(pipe, syscall.SIGPIPE)
			defer signal.Stop(pipe)
			code := stscli.Run(cmd.Context(), args, stscli.Env{
				In: std.In, Out: std.Out, Err: std.Err, Version: versionLine(), Person: std.person, Roles: roleCache(env, off),
				Getenv: func(name string) string { v, _ := env(name); return v },
			})
			if code != 0 {
				return exitCode(code)
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, word string) ([]string, cobra.ShellCompDirective) {
			words, files := stscli.Complete(args, word)
			if files {
				return words, cobra.ShellCompDirectiveDefault
			}
			return words, cobra.ShellCompDirectiveNoFileComp
		},
	}
}
