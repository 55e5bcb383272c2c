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
		Short: "Seal new tokens under a new key; tokens that are out stay good",
		Args:  noArgs,
		RunE: withInstallation(&p, env, func(cmd *cobra.Command, in *installation.Installation) error {
			id, err := in.RotateKeys(cmd.Context())
			if err != nil {
				return err
			}
			fmt.Fprintf(std.Out, "key %d seals from now on\n", id)
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
				state := "seals"
				if !k.Retired.IsZero() {
					state = "opens until " + k.Drops.UTC().Format(time.RFC3339)
				}
				fmt.Fprintf(w, "%d\t%s\t%s\n", k.ID, k.Created.UTC().Format(time.RFC3339), state)
			}
			return w.Flush()
		}),
	}
	p.register(cmd)
	return cmd
}
