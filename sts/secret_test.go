package sts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretsOfInputsAndOutputsDoNotPrint(t *testing.T) {
	const secret = "hidden-987654"
	keys := Credentials{AccessKeyId: "ASIARZPUZDIKEXAMPLE0", SecretAccessKey: secret, SessionToken: secret}
	for name, v := range map[string]any{
		"AssumeRole":                    AssumeRoleInput{RoleArn: "shown", TokenCode: secret},
		"AssumeRoleWithSAML":            AssumeRoleWithSAMLInput{RoleArn: "shown", SAMLAssertion: secret},
		"AssumeRoleWithWebIdentity":     AssumeRoleWithWebIdentityInput{RoleArn: "shown", WebIdentityToken: secret},
		"GetDelegatedAccessToken":       struct{ A, B any }{"shown", GetDelegatedAccessTokenInput{TradeInToken: secret}},
		"GetSessionToken":               GetSessionTokenInput{SerialNumber: "shown", TokenCode: secret},
		"answer of AssumeRole":          AssumeRoleOutput{Credentials: keys, SourceIdentity: "shown"},
		"answer of GetWebIdentityToken": struct{ A, B any }{"shown", GetWebIdentityTokenOutput{WebIdentityToken: secret}},
		"credentials":                   struct{ A, B any }{"shown", keys},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, v)
			if strings.Contains(text, secret) || strings.Contains(text, fmt.Sprintf("%x", secret)) {
				t.Errorf("%s, %s: %s", name, verb, text)
			}
		}
		if text := fmt.Sprintf("%+v", v); !strings.Contains(text, "shown") {
			t.Errorf("%s prints as %s", name, text)
		}
	}
	var out bytes.Buffer
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "c", keys, "in", AssumeRoleWithWebIdentityInput{WebIdentityToken: secret}, "code", GetSessionTokenInput{TokenCode: secret},
		"role", AssumeRoleInput{TokenCode: secret}, "saml", AssumeRoleWithSAMLInput{SAMLAssertion: secret}, "trade", GetDelegatedAccessTokenInput{TradeInToken: secret},
		"jwt", GetWebIdentityTokenOutput{WebIdentityToken: secret})
	if strings.Contains(out.String(), secret) {
		t.Errorf("the log has a secret: %s", out.String())
	}
	if text, err := json.Marshal(keys); err != nil || !strings.Contains(string(text), secret) {
		t.Errorf("credentials that are meant to be written come out as %s, %v", text, err)
	}
}
