package cli

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/installation"
)

func newKeys(std Streams, env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "keys",
		Short: "Rotate and list the keys that seal session tokens, also beside a running service",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newKeysRotate(std, env), newKeysList(std, env))
	return cmd
}

func newKeysRotate(std Streams, env Env) *cobra.Command {
	var p place
	cmd := &cobra.Command{
		Use:   "rotate",
		Short: "Seal new tokens under a new key, soon; tokens that are out stay good",
		Args:  noArgs,
		RunE: withInstallation(&p, env, func(cmd *cobra.Command, in *installation.Installation) error {
			id, err := in.RotateKeys(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintf(std.Out, "key %d seals in %.0f seconds, when every replica has it\n", id, installation.SealDelay.Seconds())
			return nil
		}),
	}
	p.register(cmd)
	return cmd
}

func newKeysList(std Streams, env Env) *cobra.Command {
	var p place
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the keys: which seals, and until when the others open",
		Args:  noArgs,
		RunE: withInstallation(&p, env, func(cmd *cobra.Command, in *installation.Installation) error {
			keys, err := in.Keys(cmd.Context())
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(std.Out, 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tCREATED\tSTATE")
			for _, k := range keys {
				fmt.Fprintf(w, "%d\t%s\t%s\n", k.ID, k.Created.UTC().Format(time.RFC3339), keyState(k, time.Now()))
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
