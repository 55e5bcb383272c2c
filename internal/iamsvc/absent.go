package iamsvc

import (
	"github.com/daypass/daypass/internal/iamapi"
	"github.com/daypass/daypass/internal/pipeline"
)

// What no account has: certificates, SSH keys and service-specific credentials.
// Lists of them are empty, so that tools that look before they act go on;
// nothing here makes one.

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
	}
}

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
