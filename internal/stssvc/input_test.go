package stssvc

import (
	"reflect"
	"testing"

	"github.com/daypass/daypass/internal/apimodel"
	"github.com/daypass/daypass/sts"
)

func op[In, Out any]() apimodel.Operation {
	return apimodel.Operation{In: reflect.TypeFor[In](), Out: reflect.TypeFor[Out]()}
}

func TestInputsAndOutputsAreThoseOfTheServiceModel(t *testing.T) {
	m := apimodel.Load(t, "sts", "2011-06-15")
	operations := map[string]apimodel.Operation{
		"AssumeRole":                 op[assumeRoleInput, sts.AssumeRoleOutput](),
		"AssumeRoleWithSAML":         op[assumeRoleWithSAMLInput, sts.AssumeRoleWithSAMLOutput](),
		"AssumeRoleWithWebIdentity":  op[assumeRoleWithWebIdentityInput, sts.AssumeRoleWithWebIdentityOutput](),
		"AssumeRoot":                 op[assumeRootInput, sts.AssumeRootOutput](),
		"DecodeAuthorizationMessage": op[decodeAuthorizationMessageInput, sts.DecodeAuthorizationMessageOutput](),
		"GetAccessKeyInfo":           op[getAccessKeyInfoInput, sts.GetAccessKeyInfoOutput](),
		"GetCallerIdentity":          op[getCallerIdentityInput, sts.GetCallerIdentityOutput](),
		"GetDelegatedAccessToken":    op[getDelegatedAccessTokenInput, sts.GetDelegatedAccessTokenOutput](),
		"GetFederationToken":         op[getFederationTokenInput, sts.GetFederationTokenOutput](),
		"GetSessionToken":            op[getSessionTokenInput, sts.GetSessionTokenOutput](),
		"GetWebIdentityToken":        op[getWebIdentityTokenInput, sts.GetWebIdentityTokenOutput](),
	}
	for name := range m.Operations {
		if _, ok := operations[name]; !ok {
			t.Errorf("operation %s of the model is missing", name)
		}
	}
	meant := []apimodel.Divergence{{
		Difference: "GetWebIdentityToken().SigningAlgorithm: values are [RS256 ES384], in the model []",
		Reason:     "the documentation names the two; the model has their length alone",
	}}
	for _, name := range []string{
		"AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity", "AssumeRoot", "GetFederationToken", "GetSessionToken",
	} {
		for _, member := range []string{"SessionTokenSize", "SessionTokenUtilization"} {
			meant = append(meant, apimodel.Divergence{
				Difference: name + "." + member + ": not in the model",
				Reason:     "newer than the model; we do not answer it, our SDK reads it",
			})
		}
	}
	for _, path := range []string{
		"AssumeRole().PolicyArns[]", "AssumeRoleWithSAML().PolicyArns[]", "AssumeRoleWithWebIdentity().PolicyArns[]",
		"GetFederationToken().PolicyArns[]", "AssumeRoot().TaskPolicyArn",
	} {
		meant = append(meant, apimodel.Divergence{
			Difference: path + ".arn: required is true, in the model false",
			Reason:     "a session policy that names nothing must not become no session policy",
		})
	}
	m.Check(t, operations, meant)
}
