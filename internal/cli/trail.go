package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/iam"
)

func newTrail(std Streams, env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "trail",
		Short: "Read the records of calls, also beside a running service",
		Long: `Reads the records of calls in the data directory: those of the last moments from
the spool, those of the last 90 days from the event history. Nothing is changed,
and a service that runs on the directory is not disturbed.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newTrailTail(std, env), newTrailSearch(std, env), newTrailHolders(std, env))
	return cmd
}

// trailFlags say which events are wanted, and how they are printed.
type trailFlags struct {
	place
	filter       history.Filter
	since, until string
	output       string
}

func (f *trailFlags) register(cmd *cobra.Command) {
	f.place.register(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.filter.Principal, "principal", "", "who called: the name of a user or session, an ARN, a principal id, or the ARN of the session's role")
	flags.StringVar(&f.filter.AccessKeyID, "access-key", "", "id of the access key that signed the call, or that it issued")
	flags.StringVar(&f.filter.Name, "event", "", "name of the call, such as AssumeRole")
	flags.StringVar(&f.filter.Error, "error", "", "code of the error, such as AccessDenied")
	flags.BoolVar(&f.filter.Failed, "failed", false, "only calls that failed")
	flags.StringVar(&f.filter.Resource, "resource", "", "what the call was about: an ARN, or the name of a user, role, group or trail")
	flags.StringVar(&f.filter.Account, "account", "", "12 digits of the account whose trail has the record")
	registerOutput(flags, &f.output)
}

func registerOutput(flags *pflag.FlagSet, output *string) {
	flags.StringVar(output, "output", "text", "text, a line for each event; or json, its whole record on a line")
}

// settle checks the flags, once the environment and the configuration file have
// had their say.
func (f *trailFlags) settle(cmd *cobra.Command, env Env) (where history.Config, err error) {
	if err := settle(cmd, env); err != nil {
		return where, err
	}
	if err := checkOutput(f.output); err != nil {
		return where, err
	}
	if f.filter.Account != "" && !iam.IsAccountID(f.filter.Account) {
		return where, badUsage("--account %q is not 12 digits", f.filter.Account)
	}
	return f.records(env)
}

func checkOutput(output string) error {
	if output != "text" && output != "json" {
		return badUsage("--output %q is neither text nor json", output)
	}
	return nil
}

// records says where the records of the installation are.
func (p *place) records(env Env) (where history.Config, err error) {
	cfg, err := p.settings(env)
	return history.Config{Spool: filepath.Join(cfg.Dir, "spool"), Dir: cfg.Dir, DatabaseURL: cfg.DatabaseURL}, err
}

// withReader runs f on the records of the place.
func withReader(ctx context.Context, where history.Config, f func(*history.Reader) error) error {
	r, err := history.OpenReader(ctx, where)
	if err != nil {
		return fmt.Errorf("%w; name the directory of the installation with --data-dir", err)
	}
	defer func() { _ = r.Close() }()
	return f(r)
}

// moment reads a time as people say it: how long ago (2h, 3d), a day
// (2026-11-22), or a time (2026-11-22T10:00:00Z).
func moment(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	ago := text
	if days, ok := strings.CutSuffix(text, "d"); ok {
		ago = days + "h"
	}
	if d, err := time.ParseDuration(ago); err == nil && d >= 0 {
		if ago != text {
			d *= 24
		}
		return now.Add(-d), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly} {
		if t, err := time.Parse(form, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, badUsage("--%s %q is neither how long ago, such as 2h or 3d, nor a time in UTC, such as 2026-11-22T10:00:00Z", flag, text)
}
