package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/stssvc"
)

func newFederation(std Streams, env Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "federation",
		Short: "Find out why an identity provider's word is not taken",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	test := &cobra.Command{
		Use:   "test",
		Short: "Check a captured SAML response or token against a provider, step by step",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	test.AddCommand(newTestSAML(std, env), newTestOIDC(std, env))
	cmd.AddCommand(test)
	return cmd
}

// trial is what the two tests have in common.
type trial struct {
	place
	provider string // ARN
	at       string
	role     string // ARN
}

func (t *trial) register(cmd *cobra.Command) {
	t.place.register(cmd)
	cmd.Flags().StringVar(&t.provider, "provider", "", "ARN of the provider (required)")
	cmd.Flags().StringVar(&t.role, "role", "", "ARN of a role: try its trust policy too")
	cmd.Flags().StringVar(&t.at, "at", "", "check as of this time, as 2026-11-22T10:00:00Z (default: now): what was captured expires soon")
}

// time checks what was given and returns the time to check as of.
func (t *trial) time() (time.Time, error) {
	if t.provider == "" {
		return time.Time{}, badUsage("name the provider with --provider ARN; 'aws iam list-saml-providers' and 'aws iam list-open-id-connect-providers' list them")
	}
	if t.at == "" {
		return time.Now(), nil
	}
	at, err := time.Parse(time.RFC3339, t.at)
	if err != nil {
		return at, badUsage("--at %q is not a time such as 2026-11-22T10:00:00Z", t.at)
	}
	return at, nil
}

// tries returns what tries the role, nil when none is named.
func (t *trial) tries(in *installation.Installation, now time.Time) *stssvc.Trial {
	if t.role == "" {
		return nil
	}
	return &stssvc.Trial{Facts: in.Facts, Authz: in.Pipeline.Authz, Partition: in.Partition, Region: t.region, Now: now, Role: t.role}
}

// readSmall reads a file, or standard input for "-", of at most limit bytes.
func readSmall(name string, stdin io.Reader, limit int64) ([]byte, error) {
	in := stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, limit+1))
	if err != nil {
		return nil, fmt.Errorf("reading %s: %w", name, err)
	}
	if int64(len(data)) > limit {
		return nil, fmt.Errorf("%s has more than %d bytes", name, limit)
	}
	return data, nil
}

// fact is something that a proof says.
type fact struct{ name, value string }

// errRefused ends a test whose verdict has been printed.
var errRefused = errors.New("the proof is not taken: see the check that failed")

// writeTrial writes the checks that were passed, and the one that was not or what
// is proved.
func writeTrial(out io.Writer, steps []proof.Step, failed error, proved []fact) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	row := func(verdict, what, text string) {
		fmt.Fprintf(w, "%s\t%s\t%s\n", verdict, printable(what), printable(text))
	}
	for _, s := range steps {
		row("passed", s.Check, s.Saw)
	}
	if failed == nil {
		for _, f := range proved {
			if f.value != "" {
				row("says", f.name, f.value)
			}
		}
		return w.Flush()
	}
	f, ok := errors.AsType[*proof.Failure](failed)
	if !ok {
		return errors.Join(w.Flush(), failed)
	}
	row("FAILED", f.Check, strings.TrimPrefix(strings.TrimPrefix(f.Error(), f.Check), ": "))
	if e, ok := errors.AsType[*awserr.Error](failed); ok {
		row("", "the caller is told", e.Code+": "+e.Message)
	}
	return errors.Join(w.Flush(), errRefused)
}
