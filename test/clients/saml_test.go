package clients

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/daypass/daypass/internal/saml/samltest"
)

var samlIdP = samltest.New("https://idp.example.com/saml")

// samlResponse is a response, fresh now, that vouches for ann.
func samlResponse(role, provider string) string {
	return samlIdP.Base64(samltest.Response{Now: time.Now(), Attributes: []samltest.Attribute{
		samltest.A("Role", role+","+provider), samltest.A("RoleSessionName", "ann@example.com"),
		samltest.A("SourceIdentity", "ann"), samltest.A("PrincipalTag:team", "red"),
	}})
}

// file writes a file for a client to read, and returns its path.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// samlForBoto are the settings that the cases of saml_cases.py need.
func samlForBoto(t *testing.T) []string {
	t.Helper()
	return []string{
		"SAML_METADATA=" + file(t, "metadata.xml", samlIdP.Metadata()), "SAML_PRIVATE_KEY=" + file(t, "key.pem", samltest.PEM(samltest.RSAKey(1))),
		"SAML_RESPONSE=" + samlResponse("arn:aws:iam::123456789012:role/boto-saml", "arn:aws:iam::123456789012:saml-provider/boto-idp"),
	}
}

func TestAWSCLIWithSAML(t *testing.T) {
	t.Parallel()
	s := start(t)
	root := newAWSCLI(t, s)
	const provider = "arn:aws:iam::123456789012:saml-provider/idp"
	root.ok("iam create-saml-provider --name idp --saml-metadata-document file://"+file(t, "metadata.xml", samlIdP.Metadata()), `
{
    "SAMLProviderArn": "arn:aws:iam::123456789012:saml-provider/idp"
}
`)
	root.ok("iam list-saml-providers --query SAMLProviderList[].Arn --output text", provider+"\n")
	root.ok("iam tag-saml-provider --saml-provider-arn "+provider+" --tags Key=team,Value=red", "")
	root.ok("iam create-role --role-name people --assume-role-policy-document '"+
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"`+provider+
		`"},"Action":["sts:AssumeRoleWithSAML","sts:TagSession","sts:SetSourceIdentity"],"Condition":{"StringEquals":{"SAML:aud":"https://signin.aws.amazon.com/saml"}}}}'`, "-")
	const role = "arn:aws:iam::123456789012:role/people"
	stranger := root.with("AWS_ACCESS_KEY_ID=", "AWS_SECRET_ACCESS_KEY=") // the call is not signed
	answer := stranger.ok("sts assume-role-with-saml --role-arn "+role+" --principal-arn "+provider+" --saml-assertion "+samlResponse(role, provider), "-")
	for name, want := range map[string]string{
		"Subject": "ann", "SubjectType": "persistent", "Issuer": "https://idp.example.com/saml", "Audience": "https://signin.aws.amazon.com/saml", "SourceIdentity": "ann",
	} {
		if answer[name] != want {
			t.Errorf("%s is %v, want %s", name, answer[name], want)
		}
	}
	credentials, _ := answer["Credentials"].(map[string]any)
	root.as(credentials).ok("sts get-caller-identity --query Arn --output text", "arn:aws:sts::123456789012:assumed-role/people/ann@example.com\n")
	stranger.refused("sts assume-role-with-saml --role-arn arn:aws:iam::123456789012:role/other --principal-arn "+provider+" --saml-assertion "+samlResponse(role, provider),
		"An error occurred (AccessDenied) when calling the AssumeRoleWithSAML operation: Not authorized to perform sts:AssumeRoleWithSAML")
	root.ok("iam delete-saml-provider --saml-provider-arn "+provider, "")
}

// TestTerraformSAML takes a provider through its life, and logs in through it.
func TestTerraformSAML(t *testing.T) {
	if testing.Short() {
		t.Skip("Terraform is slow")
	}
	t.Parallel()
	s := start(t)
	tf := newTerraform(t, s)
	if err := os.Remove(filepath.Join(tf.dir, "main.tf")); err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(tf.dir, os.DirFS("testdata/terraform-saml")); err != nil {
		t.Fatal(err)
	}
	tf.env = append(tf.env, asRoot()...)
	metadata := file(t, "metadata.xml", samlIdP.Metadata())
	tf.vars(map[string]any{"metadata": metadata, "team": "red"})
	tf.run(0, "apply", "-auto-approve")
	tf.run(0, "plan", "-detailed-exitcode")
	out := tf.outputs()
	if out["name"] != "tf-idp" {
		t.Errorf("the data source names it %v", out["name"])
	}
	role, _ := out["role"].(string)
	provider, _ := out["provider"].(string)
	root := newAWSCLI(t, s)
	root.refused("sts assume-role-with-saml --role-arn "+role+" --principal-arn "+provider+" --saml-assertion "+samlResponse(role, provider),
		"An error occurred (AccessDenied) when calling the AssumeRoleWithSAML operation: Not authorized to perform sts:AssumeRoleWithSAML") // sets a source identity

	// The keys of the provider roll over.
	next := samltest.WithKey(samlIdP.EntityID, samltest.RSAKey(2))
	tf.vars(map[string]any{"metadata": file(t, "metadata.xml", samlIdP.Metadata(next)), "team": "blue"})
	tf.run(0, "apply", "-auto-approve")
	tf.run(0, "plan", "-detailed-exitcode")
	if tf.outputs()["provider"] != provider {
		t.Error("the provider was made anew")
	}
	root.ok("sts assume-role-with-saml --role-arn "+role+" --principal-arn "+provider+" --saml-assertion "+next.Base64(samltest.Response{
		Now: time.Now(), Attributes: []samltest.Attribute{samltest.A("Role", role+","+provider), samltest.A("RoleSessionName", "ann")},
	}), "-")
	tf.run(0, "destroy", "-auto-approve")
	root.ok("iam list-saml-providers --query SAMLProviderList --output json", "[]\n")
}
