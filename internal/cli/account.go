package cli

import (
	"fmt"
	"log/slog"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/installation"
)

func newAccount(std Streams, env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "account",
		Short: "Create and list accounts, also beside a running service",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newAccountCreate(std, env), newAccountList(std, env))
	return cmd
}

func newAccountCreate(std Streams, env Env) *cobra.Command {
	var p place
	var id, name string
	cmd := &cobra.Command{
		Use:     "create",
		Short:   "Create an account and put its root credentials into the credentials file",
		Example: "  daypass account create --id 111122223333 --name staging",
		Args:    noArgs,
		RunE: withInstallation(&p, env, func(cmd *cobra.Command, in *installation.Installation) error {
			if id != "" && !iam.IsAccountID(id) {
				return badUsage("--id %q is not 12 digits", id)
			}
			root, err := in.CreateAccount(cmd.Context(), id, name)
			if err != nil {
				return err
			}
			fmt.Fprintf(std.Out, "account %s created; its root credentials are profile daypass-root-%s of %s\n",
				root.Account, root.Account, in.CredentialsFile())
			return nil
		}),
	}
	p.register(cmd)
	cmd.Flags().StringVar(&id, "id", "", "12 digits (default: random)")
	cmd.Flags().StringVar(&name, "name", "", "a name for people")
	return cmd
}

func newAccountList(std Streams, env Env) *cobra.Command {
	var p place
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the accounts",
		Args:  noArgs,
		RunE: withInstallation(&p, env, func(cmd *cobra.Command, in *installation.Installation) error {
			accounts, err := in.Accounts(cmd.Context())
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(std.Out, 0, 8, 2, ' ', 0)
			fmt.Fprintln(w, "ID\tCREATED\tNAME")
			for _, a := range accounts {
				fmt.Fprintf(w, "%s\t%s\t%s\n", a.ID, a.Created.UTC().Format(time.RFC3339), a.Name)
			}
			return w.Flush()
		}),
	}
	p.register(cmd)
	return cmd
}

// withInstallation runs f on the installation that the flags name, opened
// beside whoever serves from it.
func withInstallation(p *place, env Env, f func(*cobra.Command, *installation.Installation) error) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, _ []string) (err error) {
		if err := settle(cmd, env); err != nil {
			return err
		}
		in, err := p.open(cmd.Context(), env, slog.New(slog.DiscardHandler), false)
		if err != nil {
			return err
		}
		defer func() {
			if e := in.Close(); err == nil {
				err = e
			}
		}()
		return f(cmd, in)
	}
}
