package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/arn"
	"github.com/daypass/daypass/internal/iam"
	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/oidc"
	"github.com/daypass/daypass/internal/proof"
)

// The longest files that are read: a token of the API's limit, a key set as the
// service fetches it.
const (
	maxTokenFile = 32 << 10
	maxKeysFile  = 2 << 20
)

func newTestOIDC(std Streams, env Env) *cobra.Command {
	var t trial
	var keysFile, sessionName string
	cmd := &cobra.Command{
		Use:   "oidc FILE",
		Short: "Check a captured OpenID Connect token",
		Long: `Checks a token as AssumeRoleWithWebIdentity does, and says each check. With --role,
the trust policy of the role is tried too, but for what it asks of a request's address. Nothing is fetched: the keys of the issuer, which its
jwks_uri serves, come from a file.`,
		Example: `  curl -s https://token.actions.githubusercontent.com/.well-known/jwks > keys.json
  daypass federation test oidc token.jwt --keys keys.json \
    --provider arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withInstallation(&t.place, env, func(cmd *cobra.Command, in *installation.Installation) error {
				now, err := t.time()
				if err != nil {
					return err
				}
				if keysFile == "" {
					return badUsage("give the issuer's key set with --keys FILE: the document at its jwks_uri")
				}
				text, err := readSmall(args[0], std.In, maxTokenFile)
				if err != nil {
					return err
				}
				document, err := readSmall(keysFile, std.In, maxKeysFile)
				if err != nil {
					return err
				}
				p, err := oidcProvider(cmd, in, t.provider)
				if err != nil {
					return err
				}
				report := new(proof.Report)
				keys, err := oidc.ParseKeys(document)
				if err != nil {
					return fmt.Errorf("reading the key set: %w", err)
				}
				report.Pass("key set", fmt.Sprintf("%d keys that can verify tokens", keys.Len()))
				provider := oidc.Provider{URL: p.URL, Clients: p.Clients, Thumbprints: p.Thumbprints}
				id, err := oidc.Verify(strings.TrimSpace(string(text)), provider, keys, now, report)
				if err != nil {
					return writeTrial(std.Out, report.Steps, err, nil)
				}
				if try := t.tries(in, now); try != nil {
					err = try.Token(cmd.Context(), provider, p.ARN, sessionName, id, report)
				}
				return writeTrial(std.Out, report.Steps, err, tokenFacts(p.URL, id))
			})(cmd, args)
		},
	}
	t.register(cmd)
	cmd.Flags().StringVar(&sessionName, "role-session-name", "test", "the name that the session would have")
	cmd.Flags().StringVar(&keysFile, "keys", "", "file with the issuer's key set, a JWKS document (required)")
	return cmd
}

func oidcProvider(cmd *cobra.Command, in *installation.Installation, text string) (*iam.OIDCProvider, error) {
	a, err := arn.Parse(text)
	url, ok := strings.CutPrefix(a.Resource, "oidc-provider/")
	if err != nil || !ok {
		return nil, badUsage("--provider %q is not the ARN of an OpenID Connect provider", text)
	}
	p, err := in.Facts.OIDCProvider(cmd.Context(), a.Account, url)
	if err != nil {
		return nil, fmt.Errorf("loading the provider: %w", err)
	}
	return p, nil
}

// tokenFacts are what trust policies can ask about a token.
func tokenFacts(url string, id *oidc.Identity) []fact {
	facts := []fact{{url + ":sub", id.Subject}, {url + ":aud", id.Audience}, {url + ":email", id.Email}, {url + ":amr", strings.Join(id.AMR, ", ")}}
	for _, c := range id.IssuerClaims(url) {
		facts = append(facts, fact{url + ":" + c.Name, c.Value})
	}
	for _, t := range id.Tags {
		facts = append(facts, fact{"session tag " + t.Key, t.Value})
	}
	return append(facts, fact{"transitive tags", strings.Join(id.Transitive, ", ")}, fact{"source identity", id.Source}, fact{"roles", strings.Join(id.Roles, ", ")})
}
