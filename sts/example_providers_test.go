package sts_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/daypass/daypass/credentials"
	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/oidctest"
	"github.com/daypass/daypass/sts"
)

// signedBy is a client of a Daypass that signs with what a provider answers. Without
// one it is for what brings a proof of its own.
func signedBy(server *daypasstest.Server, p credentials.Provider) *sts.Client {
	c, err := sts.New(sts.Config{Region: server.Region, Endpoint: server.URL, Now: server.Now, Credentials: p})
	if err != nil {
		panic(err)
	}
	return c
}

// whoIs prints who a Daypass says that the holder of a provider's credentials is.
func whoIs(server *daypasstest.Server, p credentials.Provider) {
	who, err := signedBy(server, credentials.NewCache(p, credentials.CacheOptions{})).GetCallerIdentity(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(who.Arn)
}

// The response of a SAML identity provider is good for five minutes: Assertion gets a
// new one whenever credentials are renewed.
func ExampleSAMLProvider() {
	withDaypass(func(server *daypasstest.Server, _ *sts.Client) {
		corp := server.SAMLProvider("corp")
		role := server.Role("analyst", corp.Trust())

		whoIs(server, &sts.SAMLProvider{
			Client: signedBy(server, nil),
			Input:  sts.AssumeRoleWithSAMLInput{RoleArn: role, PrincipalArn: corp.ARN},
			Assertion: func(context.Context) (string, error) {
				return corp.Response(role, "ann@example.com"), nil // here, the form that the browser would post
			},
		})
	})
	// Output:
	// arn:aws:sts::123456789012:assumed-role/analyst/ann@example.com
}

// The token of a pod, which is renewed in its file: the file is read whenever
// credentials are.
func ExampleWebIdentityProvider() {
	issuer := oidctest.New("https://cluster.example.com")
	withDaypass(func(server *daypasstest.Server, _ *sts.Client) {
		provider := server.Call(server.Root, "iam", "CreateOpenIDConnectProvider", "Url", issuer.URL, "ClientIDList.member.1", "sts").Element("OpenIDConnectProviderArn")
		role := server.Role("pod", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"`+provider+`"},"Action":"sts:AssumeRoleWithWebIdentity"}}`)
		dir, err := os.MkdirTemp("", "pod")
		if err != nil {
			fmt.Println(err)
			return
		}
		defer os.RemoveAll(dir)
		file := filepath.Join(dir, "token") // in a pod, AWS_WEB_IDENTITY_TOKEN_FILE
		if err := os.WriteFile(file, []byte(issuer.Token(server.Now(), map[string]any{"aud": "sts"})), 0o600); err != nil {
			fmt.Println(err)
			return
		}

		whoIs(server, &sts.WebIdentityProvider{
			Client: signedBy(server, nil),
			Input:  sts.AssumeRoleWithWebIdentityInput{RoleArn: role, RoleSessionName: "web-1"},
			Token:  sts.TokenFile(file),
		})
	}, daypasstest.WithIssuer(issuer.URL, issuer))
	// Output:
	// arn:aws:sts::123456789012:assumed-role/pod/web-1
}

// Temporary credentials of a user, as for a machine that should not have the user's
// long-term ones. With MFA, SerialNumber and TokenCode go along.
func ExampleSessionTokenProvider() {
	withDaypass(func(server *daypasstest.Server, ann *sts.Client) {
		p := &sts.SessionTokenProvider{Client: ann, Input: sts.GetSessionTokenInput{DurationSeconds: 900}}
		c, err := p.Retrieve(context.Background())
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(c.Source, c.Expires.Sub(server.Now().Truncate(time.Second)))
		whoIs(server, p)
	})
	// Output:
	// GetSessionToken 15m0s
	// arn:aws:iam::123456789012:user/ann
}

// A broker gives its own users credentials that can do no more than the policy says.
func ExampleFederationTokenProvider() {
	withDaypass(func(server *daypasstest.Server, _ *sts.Client) {
		keys := server.User("broker", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:GetFederationToken","Resource":"*"}}`)
		broker := signedBy(server, credentials.Static(keys.AccessKeyID, keys.SecretAccessKey, ""))
		whoIs(server, &sts.FederationTokenProvider{Client: broker, Input: sts.GetFederationTokenInput{
			Name:   "jill",
			Policy: `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}}`,
		}})
	})
	// Output:
	// arn:aws:sts::123456789012:federated-user/jill
}

// Keep puts what a program likes around the roles of profiles; here, a file, a keyring
// or another process could be between.
func ExampleLoadOptions_keep() {
	withDaypass(func(server *daypasstest.Server, _ *sts.Client) {
		keys := server.User("bob")
		role := server.Role("deployer", daypasstest.Trust(server.UserARN("bob")))
		files, err := credentials.ParseFiles([]byte("[profile deploy]\nregion = us-east-1\nendpoint_url = "+server.URL+"\nrole_arn = "+role+"\nsource_profile = bob\nrole_session_name = me\n"),
			[]byte("[bob]\naws_access_key_id = "+keys.AccessKeyID+"\naws_secret_access_key = "+keys.SecretAccessKey+"\n"))
		if err != nil {
			fmt.Println(err)
			return
		}
		kept := map[string]credentials.Provider{} // lasts longer than a configuration
		for range 2 {
			cfg, err := sts.Load(sts.LoadOptions{Profile: "deploy", Files: files, Keep: func(id string, role credentials.Provider) credentials.Provider {
				if kept[id] == nil {
					fmt.Println("a new role")
					kept[id] = credentials.NewCache(role, credentials.CacheOptions{})
				}
				return kept[id]
			}})
			if err != nil {
				fmt.Println(err)
				return
			}
			whoIs(server, cfg.Credentials)
		}
	})
	// Output:
	// a new role
	// arn:aws:sts::123456789012:assumed-role/deployer/me
	// arn:aws:sts::123456789012:assumed-role/deployer/me
}
