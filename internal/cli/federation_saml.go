package cli

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/daypass/daypass/internal/installation"
	"github.com/daypass/daypass/internal/proof"
	"github.com/daypass/daypass/internal/saml"
)

// maxResponseFile is the longest file with a response that is read: one of the
// API's limit in base64, with each character escaped as in a form.
const maxResponseFile = 300 << 10

func newTestSAML(std Streams, env Env) *cobra.Command {
	var t trial
	cmd := &cobra.Command{
		Use:   "saml FILE",
		Short: "Check a captured SAML response",
		Long: `Checks a response as AssumeRoleWithSAML does, and says each check. With --role, the
trust policy of the role is tried too, but for what it asks of a request's address. The file holds the response as XML, or in base64, as browsers
send it (the field SAMLResponse). With --at, one that has expired is checked as of
the time it was captured.`,
		Example: `  daypass federation test saml response.b64 --provider arn:aws:iam::111122223333:saml-provider/Corp \
    --role arn:aws:iam::111122223333:role/Dev --at 2026-11-22T10:00:00Z`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return withInstallation(&t.place, env, func(cmd *cobra.Command, in *installation.Installation) error {
				now, err := t.time()
				if err != nil {
					return err
				}
				text, err := readSmall(args[0], std.In, maxResponseFile)
				if err != nil {
					return err
				}
				response, err := decodeResponse(text)
				if err != nil {
					return err
				}
				p, err := in.Facts.SAMLProvider(cmd.Context(), t.provider)
				if err != nil {
					return fmt.Errorf("loading the provider: %w", err)
				}
				site := t.saml
				site.UUID = p.UUID
				report := new(proof.Report)
				a, err := saml.Verify(response, &saml.Check{Metadata: p.Metadata, Site: site, Keys: p.Keys, Required: p.Required}, now, report)
				if err != nil {
					return writeTrial(std.Out, report.Steps, err, nil)
				}
				claims, err := a.Claims(report)
				if err != nil {
					return writeTrial(std.Out, report.Steps, err, nil)
				}
				if try := t.tries(in, now); try != nil {
					err = try.SAML(cmd.Context(), p, a, claims, report)
				}
				return writeTrial(std.Out, report.Steps, err, responseFacts(a, claims))
			})(cmd, args)
		},
	}
	t.register(cmd)
	t.registerSAML(cmd)
	return cmd
}

// decodeResponse takes a response as XML, in base64, or as a field of a form.
func decodeResponse(text []byte) ([]byte, error) {
	text = bytes.TrimSpace(text)
	if bytes.HasPrefix(text, []byte("<")) {
		return text, nil
	}
	encoded := strings.TrimPrefix(string(text), "SAMLResponse=")
	if strings.Contains(encoded, "%") {
		var err error
		if encoded, err = url.QueryUnescape(encoded); err != nil {
			return nil, fmt.Errorf("the file is neither XML nor base64: %w", err)
		}
	}
	response, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(encoded), ""))
	if err != nil {
		return nil, errors.New("the file is neither XML nor base64")
	}
	return response, nil
}

// responseFacts are what trust policies can ask about a response.
func responseFacts(a *saml.Assertion, claims *saml.Claims) []fact {
	facts := []fact{
		{"saml:sub", a.Subject},
		{"saml:sub_type", a.SubjectType()},
		{"saml:iss", a.Issuer},
		{"saml:aud", a.Recipient},
		{"RoleSessionName", claims.SessionName},
		{"roles", strings.Join(claims.Roles(), "; ")},
		{"source identity", claims.Source},
		{"transitive tags", strings.Join(claims.Transitive, ", ")},
	}
	for _, t := range claims.Tags {
		facts = append(facts, fact{"session tag " + t.Key, t.Value})
	}
	for _, c := range a.Conditions() {
		facts = append(facts, fact{c.Key, strings.Join(c.Values, ", ")})
	}
	if claims.Longest > 0 {
		facts = append(facts, fact{"SessionDuration", claims.Longest.String()})
	}
	return facts
}
