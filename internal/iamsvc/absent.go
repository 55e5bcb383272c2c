package iamsvc

import (
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
	"github.com/daypass/daypass/internal/query"
	"github.com/daypass/daypass/internal/store"
)

// What no account has yet: identity providers, certificates, SSH
// keys and service-specific credentials. Lists of them are empty, and one by
// name or ARN is not there, in the words of the real service. So tools that
// look before they act go on; nothing here makes one.

func absentActions() []pipeline.Handler {
	return []pipeline.Handler{
		read("ListSSHPublicKeys", holders, func(in *iamapi.ListSSHPublicKeysInput) string { return in.UserName },
			empty[holder](func(in *iamapi.ListSSHPublicKeysInput) string { return in.Marker }, iamapi.ListSSHPublicKeysOutput{})),
		read("ListSigningCertificates", holders, func(in *iamapi.ListSigningCertificatesInput) string { return in.UserName },
			empty[holder](func(in *iamapi.ListSigningCertificatesInput) string { return in.Marker }, iamapi.ListSigningCertificatesOutput{})),
		read("ListServiceSpecificCredentials", holders, func(in *iamapi.ListServiceSpecificCredentialsInput) string { return in.UserName },
			empty[holder](func(in *iamapi.ListServiceSpecificCredentialsInput) string { return in.Marker }, iamapi.ListServiceSpecificCredentialsOutput{})),
		emptyList("ListServerCertificates", "server-certificate", func(in *iamapi.ListServerCertificatesInput) string { return in.PathPrefix },
			func(in *iamapi.ListServerCertificatesInput) string { return in.Marker }, iamapi.ListServerCertificatesOutput{}),
		onAccount("ListSAMLProviders", pipeline.NoTx, func(*pipeline.Call, *iamapi.ListSAMLProvidersInput) (*iamapi.ListSAMLProvidersOutput, error) {
			return new(iamapi.ListSAMLProvidersOutput), nil
		}),

		missing[iamapi.GetSAMLProviderOutput]("GetSAMLProvider", noSAMLProvider, func(in *iamapi.GetSAMLProviderInput) string { return in.SAMLProviderArn }),
		missing[query.NoResult]("DeleteSAMLProvider", noSAMLProvider, func(in *iamapi.DeleteSAMLProviderInput) string { return in.SAMLProviderArn }),
	}
}

const (
	noSAMLProvider = "Manifest not found for arn %s"
)

// empty is the work of an action that lists what its target has none of.
func empty[T, In, Out any](marker func(*In) string, out Out) func(*pipeline.Call, *In, T) (*Out, error) {
	return func(c *pipeline.Call, in *In, _ T) (*Out, error) {
		if _, err := newPage(c, marker(in), nil); err != nil {
			return nil, err
		}
		return &out, nil
	}
}

// emptyList makes an action that lists what the account has none of.
func emptyList[In, Out any](name, typ string, prefix, marker func(*In) string, out Out) pipeline.Handler {
	return pipeline.Action[In, Out]{
		Name: name, ReadOnly: true, Asks: ask("iam:"+name, below(typ, prefix)),
		Do: func(c *pipeline.Call, in *In) (*Out, error) {
			return empty[none](marker, out)(c, in, none{})
		},
	}
}

// missing makes an action on something that is not there, by ARN.
func missing[Out, In any](name, sentence string, of func(*In) string) pipeline.Handler {
	n := noun[none]{
		missing: sentence,
		load:    func(*pipeline.Call, string) (none, error) { return none{}, store.ErrNotFound },
		guess:   func(_ *pipeline.Call, name string) string { return name },
		text:    func(_ *pipeline.Call, name string) string { return name },
		owner:   policies.owner,
	}
	return target(name, pipeline.NoTx, n, of, func(*pipeline.Call, *In, none) (*Out, error) { return nil, nil }, nil)
}
