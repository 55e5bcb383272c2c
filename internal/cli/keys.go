package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/outbound"
)

func newKeys(std Streams, env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Rotate and list the keys of tokens, also beside a running service",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newKeysRotate(std, env), newKeysList(std, env))
	return cmd
}

func newKeysRotate(std Streams, env Env) *cobra.Command {
	var p place
	var signing bool
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Seal session tokens under a new key, soon; tokens that are out stay good",
		Args:  noArgs,
		RunE: withInstallation(&p, env, func(cmd *cobra.Command, in *installation.Installation) error {
			if signing {
				ids, starts, err := in.Outbound.Rotate(cmd.Context(), time.Now())
				if err != nil {
					return err
				}
				fmt.Fprintf(std.Out, "keys %s are published now and sign from %s\n", strings.Join(ids, " and "), starts.UTC().Format(time.RFC3339))
				return nil
			}
			id, err := in.RotateKeys(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintf(std.Out, "key %d seals in %.0f seconds, when every replica has it\n", id, installation.SealDelay.Seconds())
			return nil
		}),
	}
	p.register(cmd)
	cmd.Flags().BoolVar(&signing, "outbound", false, "rotate the keys that sign web identity tokens instead")
	return cmd
}

func newKeysList(std Streams, env Env) *cobra.Command {
	var p place
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the keys: which seal and sign, and until when the others are of use",
		Args:  noArgs,
		RunE: withInstallation(&p, env, func(cmd *cobra.Command, in *installation.Installation) error {
			keys, err := in.Keys(cmd.Context())
			if err != nil {
				return err
			}
			signing, err := in.Outbound.Keys(cmd.Context())
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(std.Out, 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tCREATED\tSTATE")
			for _, k := range keys {
				fmt.Fprintf(w, "%d\t%s\t%s\n", k.ID, k.Created.UTC().Format(time.RFC3339), keyState(k, time.Now()))
			}
			for _, k := range signing {
				fmt.Fprintf(w, "%s\t%s\t%s\n", k.ID, k.Starts.UTC().Format(time.RFC3339), signingState(k, time.Now()))
			}
			return w.Flush()
		}),
	}
	p.register(cmd)
	return cmd
}

// keyState says what a key is good for.
func keyState(k installation.KeyInfo, now time.Time) string {
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	switch {
	case now.Before(k.Created):
		return "seals from " + at(k.Created)
	case k.Retired.IsZero():
		return "seals"
	case now.Before(k.Retired):
		return "seals until " + at(k.Retired)
	}
	return "opens until " + at(k.Drops)
}

// signingState says what a key that signs web identity tokens is good for.
func signingState(k outbound.Key, now time.Time) string {
	at := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	switch {
	case now.Before(k.Starts):
		return "signs from " + at(k.Starts)
	case k.Retired.IsZero():
		return "signs"
	case now.Before(k.Retired):
		return "signs until " + at(k.Retired)
	case now.Before(k.Drops()):
		return "published until " + at(k.Drops())
	}
	return "of no use any more"
}
