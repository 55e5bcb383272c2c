package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/spool"
)

// tailPause is how long a tail waits before it looks again.
const tailPause = 100 * time.Millisecond

func newTrailTail(std Streams, env Env) *cobra.Command {
	var f trailFlags
	var last int
	cmd := &cobra.Command{
		Use:   "tail",
		Short: "Follow the calls as they come",
		Long: `Prints the last calls and goes on with those that come, a line each, until it is
interrupted. Of several replicas it follows the one whose data directory is
given. The flags say which calls; all that are given must hold.`,
		Example: "  daypass trail tail\n  daypass trail tail --failed --principal ann\n  daypass trail tail --lines 0 --output json | jq .",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			where, err := f.settle(cmd, env)
			if err != nil {
				return err
			}
			if last < 0 || last > maxFound {
				return badUsage("--lines %d is not from 0 to %d", last, maxFound)
			}
			t := &tail{dir: where.Spool, filter: f.filter, p: newEventPrinter(std.Out, f.output, env)}
			if err := t.begin(cmd.Context(), where, last); err != nil {
				return err
			}
			return t.follow(cmd.Context())
		},
	}
	f.register(cmd)
	cmd.Flags().IntVar(&last, "lines", 10, "how many of the last calls to begin with")
	return cmd
}

// tail follows a spool.
type tail struct {
	dir    string
	filter history.Filter
	p      *eventPrinter
	at     spool.Position
	begun  map[string]bool // ids of the events printed by begin, which may come again
}

// begin prints the last n calls.
func (t *tail) begin(ctx context.Context, where history.Config, n int) error {
	return withReader(ctx, where, func(r *history.Reader) (err error) {
		if t.at, err = spool.End(t.dir); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		events, err := r.Newest(ctx, t.filter, n)
		t.begun = make(map[string]bool, len(events))
		for _, e := range slices.Backward(events) {
			t.begun[e.ID] = true
			if err := t.p.print(e); err != nil {
				return err
			}
		}
		return err
	})
}

// follow prints what comes until ctx ends, which is no error, nor is it that
// nobody reads any more.
func (t *tail) follow(ctx context.Context) error {
	for {
		next, err := spool.Read(t.dir, t.at, func(record []byte) error {
			e, wanted := t.filter.Match(record)
			if !wanted || t.begun[e.ID] {
				return nil
			}
			return t.p.print(e)
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		idle := next == t.at
		t.at = next
		if !idle && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(tailPause):
		}
		if end, err := spool.End(t.dir); err == nil && end.Segment < t.at.Segment {
			t.at = spool.Position{} // the directory was emptied, and begins anew
		} else if errors.Is(err, os.ErrNotExist) {
			t.at = spool.Position{}
		}
	}
}
