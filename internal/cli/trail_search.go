package cli

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/history"
)

// maxFound is how many events a search prints at most.
const maxFound = 10_000

func newTrailSearch(std Streams, env Env) *cobra.Command {
	var f trailFlags
	var limit int
	cmd := &cobra.Command{
		Use:   "search",
		Short: "Find calls of the last 90 days",
		Long: `Prints the newest calls that the flags ask for, the last one last, a line each: when
(UTC), what, who, with which access key, from where, about what, and what it
failed with. All flags that are given must hold.`,
		Example: `  daypass trail search --since 2h --principal ann
  daypass trail search --event AssumeRole --error AccessDenied --since 2026-11-20 --until 2026-11-22
  daypass trail search --access-key ASIARZPUZDIKEXAMPLE1 --output json`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			where, err := f.settle(cmd, env)
			if err != nil {
				return err
			}
			now := time.Now()
			if f.filter.Start, err = moment("since", f.since, now); err != nil {
				return err
			}
			if f.filter.End, err = moment("until", f.until, now); err != nil {
				return err
			}
			if limit < 1 || limit > maxFound {
				return badUsage("--limit %d is not from 1 to %d", limit, maxFound)
			}
			return withReader(cmd.Context(), where, func(r *history.Reader) error {
				events, err := r.Newest(cmd.Context(), f.filter, limit)
				if err != nil {
					return err
				}
				p := newEventPrinter(std.Out, f.output, env)
				for _, e := range slices.Backward(events) {
					if err := p.print(e); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
	f.register(cmd)
	cmd.Flags().StringVar(&f.since, "since", "", "from when on: how long ago (2h, 3d), a day or a time in UTC")
	cmd.Flags().StringVar(&f.until, "until", "", "until when, likewise")
	cmd.Flags().IntVar(&limit, "limit", 100, "the newest so many of what is found, 10000 at most")
	return cmd
}
