package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/endpoint"
	"github.com/daypass/daypass/internal/history"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/store"
)

func newTrailHolders(std Streams, env Env) *cobra.Command {
	var p place
	var account, output string
	cmd := &cobra.Command{
		Use:   "holders ROLE",
		Short: "Say who holds credentials of a role now, and through which chain",
		Long: `Lists the credentials of a role that are good now: the session, when they were
issued and expire, and below it who had them issued; if that was with temporary
credentials, who had those issued, and so on to a user, the root user or an
identity provider.

ROLE is the role's ARN, or its name. Sessions of a role that was deleted, and made
again under its name, are not listed: they are worth nothing. What policies take
away from a session (such as a condition on aws:TokenIssueTime) is not looked at.`,
		Example: "  daypass trail holders deploy\n  daypass trail holders arn:aws:iam::123456789012:role/deploy --output json",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return badUsage("%s takes one argument, the role", cmd.CommandPath())
			}
			if err := settle(cmd, env); err != nil {
				return err
			}
			if err := checkOutput(output); err != nil {
				return err
			}
			where, err := p.records(env)
			if err != nil {
				return err
			}
			return withReader(cmd.Context(), where, func(r *history.Reader) error {
				role, err := p.findRole(cmd.Context(), args[0], account)
				if err != nil {
					return err
				}
				now := time.Now()
				holdings, err := r.Holders(cmd.Context(), role.arn, now)
				if err != nil {
					return err
				}
				holdings = role.live(holdings)
				if output == "json" {
					return json.NewEncoder(std.Out).Encode(holdings)
				}
				return writeHoldings(std.Out, role.arn, holdings, now)
			})
		},
	}
	p.register(cmd)
	cmd.Flags().StringVar(&account, "account", "", "12 digits of the role's account, where ROLE is a name and there are several")
	registerOutput(cmd.Flags(), &output)
	return cmd
}

// holdable is a role whose credentials are asked for.
type holdable struct{ arn, id string }

// live leaves out the sessions of another role, which had the name before.
func (h holdable) live(all []history.Holding) []history.Holding {
	some := []history.Holding{}
	for _, one := range all {
		if strings.HasPrefix(one.SessionID, h.id+":") {
			some = append(some, one)
		}
	}
	return some
}

// findRole finds the role in the database. Its name will do where there is one
// account.
func (p *place) findRole(ctx context.Context, text, account string) (h holdable, err error) {
	name := text
	if strings.HasPrefix(text, "arn:") {
		a, err := arn.Parse(text)
		if err != nil || a.Service != "iam" || !strings.HasPrefix(a.Resource, "role/") {
			return h, badUsage("%q is not the ARN of a role", text)
		}
		account, name = a.Account, a.Resource[strings.LastIndexByte(a.Resource, '/')+1:]
	}
	if account != "" && !iam.IsAccountID(account) {
		return h, badUsage("%q is not the 12 digits of an account", account)
	}
	db, err := store.Open(ctx, store.Config{URL: p.databaseURL, Dir: p.dataDir, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return h, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	err = db.View(ctx, func(tx *store.Tx) error {
		if account == "" {
			accounts, err := tx.Accounts()
			if err != nil {
				return err
			}
			if len(accounts) != 1 {
				return badUsage("there are %d accounts: give the role's ARN, or --account", len(accounts))
			}
			account = accounts[0].ID
		}
		role, err := tx.Role(account, name)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("account %s has no role %q; credentials of one that was deleted are worth nothing", account, name)
		}
		h = holdable{arn.Role(endpoint.PartitionOf(p.region).Name, account, role.Path, role.Name).String(), role.ID}
		return err
	})
	return h, err
}

// writeHoldings writes credentials and, below each, how they came about.
func writeHoldings(w io.Writer, role string, all []history.Holding, now time.Time) error {
	var b strings.Builder
	if len(all) == 0 {
		fmt.Fprintf(&b, "nobody holds credentials of %s\n", role)
	}
	for _, h := range all {
		fmt.Fprintf(&b, "%s  %s  issued %s, expires %s (in %s)", printable(h.Session), h.AccessKeyID,
			h.Issued.Format(time.RFC3339), h.Expires.Format(time.RFC3339), h.Expires.Sub(now).Round(time.Second))
		if h.Source != "" {
			fmt.Fprintf(&b, ", source identity %s", printable(h.Source))
		}
		b.WriteByte('\n')
		for i, l := range h.Chain {
			fmt.Fprintf(&b, "%s%s by %s %s", strings.Repeat("  ", i+1), l.Event, l.Kind, printable(l.Name))
			if l.AccessKeyID != "" {
				fmt.Fprintf(&b, " with %s", l.AccessKeyID)
			}
			fmt.Fprintf(&b, " from %s at %s\n", printable(l.SourceIP), l.Time.Format(time.RFC3339))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
