package iamsvc

import (
	"net/http"

	"github.com/daypass/daypass/internal/authz"
	"github.com/daypass/daypass/internal/awserr"
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
)

// none is the input of an action without parameters.
type none struct{}

func accountActions() []pipeline.Handler {
	return []pipeline.Handler{
		onAccount("CreateAccountAlias", pipeline.WriteTx, createAccountAlias),
		onAccount("DeleteAccountAlias", pipeline.WriteTx, deleteAccountAlias),
		onAccount("ListAccountAliases", pipeline.ReadTx, listAccountAliases),
		onAccount("SetSecurityTokenServicePreferences", pipeline.WriteTx, setSecurityTokenServicePreferences),
		onAccount("ListOrganizationsFeatures", pipeline.NoTx, listOrganizationsFeatures),
	}
}

// onAccount makes an action that concerns the account as a whole, and so asks
// for its permission on every resource.
func onAccount[In, Out any](name string, mode pipeline.TxMode, do func(*pipeline.Call, *In) (*Out, error)) pipeline.Handler {
	return pipeline.Action[In, Out]{
		Name: name, Tx: mode, ReadOnly: mode == pipeline.ReadTx,
		Asks: func(*pipeline.Call, *In) ([]authz.Question, error) {
			return []authz.Question{{Action: "iam:" + name, Resource: "*"}}, nil
		},
		Do: do,
	}
}

// createAccountAlias gives the account an alias, in place of the one it had.
func createAccountAlias(c *pipeline.Call, in *iamapi.CreateAccountAliasInput) (*query.NoResult, error) {
	err := c.Tx.SetAccountAlias(c.Account, in.AccountAlias)
	return new(query.NoResult), taken(err, alreadyExists("The account alias %s already exists.", in.AccountAlias))
}

func deleteAccountAlias(c *pipeline.Call, in *iamapi.DeleteAccountAliasInput) (*query.NoResult, error) {
	a, err := c.Tx.Account(c.Account)
	if err != nil {
		return nil, err
	}
	if a.Alias != in.AccountAlias {
		return nil, noSuchEntity("The account alias %s cannot be found.", in.AccountAlias)
	}
	return new(query.NoResult), c.Tx.SetAccountAlias(c.Account, "")
}

func listAccountAliases(c *pipeline.Call, in *iamapi.ListAccountAliasesInput) (*iamapi.ListAccountAliasesOutput, error) {
	p, err := newPage(c, in.Marker, in.MaxItems)
	if err != nil {
		return nil, err
	}
	a, err := c.Tx.Account(c.Account)
	if err != nil {
		return nil, err
	}
	aliases := []string{}
	if a.Alias != "" {
		aliases = append(aliases, a.Alias)
	}
	out := new(iamapi.ListAccountAliasesOutput)
	out.AccountAliases, out.IsTruncated, out.Marker, err = byCount(p, aliases)
	return out, err
}

func setSecurityTokenServicePreferences(c *pipeline.Call, in *iamapi.SetSecurityTokenServicePreferencesInput) (*query.NoResult, error) {
	version := 1
	if in.GlobalEndpointTokenVersion == "v2Token" {
		version = 2
	}
	return new(query.NoResult), c.Tx.SetTokenVersion(c.Account, version)
}

// listOrganizationsFeatures refuses: no account is part of an organization.
func listOrganizationsFeatures(*pipeline.Call, *iamapi.ListOrganizationsFeaturesInput) (*iamapi.ListOrganizationsFeaturesOutput, error) {
	return nil, awserr.New(http.StatusBadRequest, "OrganizationNotFoundException", "The account is not a member of an organization.")
}
