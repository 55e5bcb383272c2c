package iamsvc_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/daypass/daypass/daypasstest"
	"github.com/daypass/daypass/internal/saml/samltest"
)

const idp = account + "saml-provider/idp"

// samlStory has the documents of SAML providers.
func samlStory(t *testing.T) *story {
	s := newStory(t)
	s.docs["short"] = "<EntityDescriptor/>"
	s.docs["unread"] = strings.Repeat("<EntityDescriptor/>", 60)
	s.docs["typed"] = "<!DOCTYPE x>" + samltest.New("x").Metadata()
	s.docs["keyless"] = strings.Replace(samltest.New("x").Metadata(), `use="signing"`, `use="encryption"`, 1)
	s.docs["key1"], s.docs["key2"] = samltest.PEM(samltest.RSAKey(1)), samltest.PEM(samltest.RSAKey(2))
	s.docs["pkcs1"] = string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(samltest.RSAKey(1))}))
	s.docs["encrypted"] = strings.ReplaceAll(s.docs["key1"], "PRIVATE KEY", "ENCRYPTED PRIVATE KEY")
	s.docs["procType"] = string(pem.EncodeToMemory(&pem.Block{
		Type: "RSA PRIVATE KEY", Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC,00"}, Bytes: []byte{1},
	}))
	s.docs["public"] = strings.ReplaceAll(s.docs["key1"], "PRIVATE KEY", "PUBLIC KEY")
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	s.docs["small"] = samltest.PEM(small)
	return s
}

func TestSAMLProvidersComeAndGo(t *testing.T) {
	s := samlStory(t)
	s.tell([]step{
		{call: "ListSAMLProviders", has: "<SAMLProviderList/>"},
		{call: "GetSAMLProvider SAMLProviderArn=" + idp, want: "404 NoSuchEntity Manifest not found for arn " + idp},
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@metadata", has: "<SAMLProviderArn>" + idp + "</SAMLProviderArn>", not: "<Tags"},
		{call: "CreateSAMLProvider Name=IDP SAMLMetadataDocument=@metadata", want: "409 EntityAlreadyExists Provider with name IDP already exists."},
		{
			call: "GetSAMLProvider SAMLProviderArn=" + idp,
			has:  "<SAMLProviderUUID>SAMLSP … &lt;IDPSSODescriptor … <Tags/> … <AssertionEncryptionMode>Allowed</AssertionEncryptionMode> … <PrivateKeyList/>",
		},
		{call: "CreateSAMLProvider Name=a-first SAMLMetadataDocument=@metadata Tags=team:red", has: "<Key>team</Key><Value>red</Value>"},
		{call: "ListSAMLProviders", has: "saml-provider/a-first</Arn> … saml-provider/idp</Arn>"},
		{call: "GetAccountSummary", has: "<key>Providers</key><value>2</value>"},
		{call: "UpdateSAMLProvider SAMLProviderArn=" + idp + " SAMLMetadataDocument=@metadata", has: "<SAMLProviderArn>" + idp + "</SAMLProviderArn>"},
		{call: "DeleteSAMLProvider SAMLProviderArn=" + idp},
		{call: "DeleteSAMLProvider SAMLProviderArn=" + idp, want: "404 NoSuchEntity Manifest not found for arn " + idp},
		{call: "UpdateSAMLProvider SAMLProviderArn=" + idp + " AssertionEncryptionMode=Allowed", want: "404 NoSuchEntity Manifest not found for arn " + idp},
		{call: "TagSAMLProvider SAMLProviderArn=" + idp + " Tags=a:b", want: "404 NoSuchEntity Manifest not found for arn " + idp},
		{call: "GetSAMLProvider SAMLProviderArn=" + account + "oidc-provider/idp", want: "400 InvalidInput Invalid SAML provider ARN: " + account + "oidc-provider/idp"},
		{call: "GetSAMLProvider SAMLProviderArn=this-is-not-an-arn-at-all", want: "400 InvalidInput Invalid SAML provider ARN: this-is-not-an-arn-at-all"},
	})
	a := s.do("", "GetSAMLProvider SAMLProviderArn="+account+"saml-provider/a-first")
	created, until := a.Element("CreateDate"), a.Element("ValidUntil")
	want, err := time.Parse(time.RFC3339, created)
	if err != nil || until != want.AddDate(100, 0, 0).Format(time.RFC3339) {
		t.Errorf("created %s, valid until %s", created, until)
	}
}

func TestSAMLProvidersOfOtherAccountsAreNotThere(t *testing.T) {
	s := samlStory(t)
	s.tell([]step{{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@metadata"}})
	_, other := s.NewAccount()
	for _, action := range []string{"GetSAMLProvider", "DeleteSAMLProvider", "ListSAMLProviderTags"} {
		if a := s.Call(other, "iam", action, "SAMLProviderArn", idp); a.Status == 200 {
			t.Errorf("%s: %s", action, a.Body)
		}
	}
	s.tell([]step{{call: "GetSAMLProvider SAMLProviderArn=" + idp}})
}

func TestConstraintsOfSAMLProviders(t *testing.T) {
	s := samlStory(t)
	const one = "400 ValidationError 1 validation error detected: Value at "
	s.tell([]step{
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@short", want: one + "'sAMLMetadataDocument' failed to satisfy constraint: Member must have length greater than or equal to 1000"},
		{call: "CreateSAMLProvider Name=a@b SAMLMetadataDocument=@metadata", want: one + `'name' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w._-]+`},
		{call: "CreateSAMLProvider Name=" + strings.Repeat("n", 129) + " SAMLMetadataDocument=@metadata", want: one + "'name' failed to satisfy constraint: Member must have length less than or equal to 128"},
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@unread", want: "400 InvalidInput Could not parse metadata"},
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@typed", want: "400 InvalidInput Could not parse metadata"},
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@keyless", want: "400 InvalidInput Could not parse metadata"},
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@metadata Tags=a:b,a:c", want: "400 InvalidInput Duplicate tag keys found."},
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@metadata AssertionEncryptionMode=required", want: one + "'assertionEncryptionMode' failed to satisfy constraint: Member must satisfy enum value set"},
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@metadata AssertionEncryptionMode=Required", want: "400 InvalidInput Unable to set assertion encryption mode to Required because no private key is provided."},
		{call: "ListSAMLProviders", has: "<SAMLProviderList/>"},
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@metadata"},
		{call: "UpdateSAMLProvider SAMLProviderArn=" + idp + " SAMLMetadataDocument=@unread", want: "400 InvalidInput Could not parse metadata"},
		{call: "UpdateSAMLProvider SAMLProviderArn=" + idp, want: "400 InvalidInput Unable to update identity provider. No updates are defined for metadata or encryption assertion."},
		{call: "UpdateSAMLProvider SAMLProviderArn=" + idp + " RemovePrivateKey=x", want: "400 ValidationError 2 validation errors detected: Value at 'removePrivateKey' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Z0-9]+; Value at 'removePrivateKey' failed to satisfy constraint: Member must have length greater than or equal to 22"},
	})
}

func TestPrivateKeysOfSAMLProviders(t *testing.T) {
	s := samlStory(t)
	update := "UpdateSAMLProvider SAMLProviderArn=" + idp
	const noKey = "SAMLPKAAAAAAAAAAAAAAAA"
	s.tell([]step{
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@metadata AddPrivateKey=@encrypted", want: "400 InvalidInput Invalid private key. The private key is encrypted."},
		{call: "ListSAMLProviders", has: "<SAMLProviderList/>"},
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@metadata AssertionEncryptionMode=Required AddPrivateKey=@pkcs1"},
		{call: "GetSAMLProvider SAMLProviderArn=" + idp, has: "<KeyId>SAMLPK … <AssertionEncryptionMode>Required<", not: "PRIVATE KEY"},
		{call: update + " AddPrivateKey=@procType", want: "400 InvalidInput Invalid private key. The private key is encrypted."},
		{call: update + " AddPrivateKey=@public", want: "400 InvalidInput Invalid private key. The format of the private key is not recognized."},
		{call: update + " AddPrivateKey=hello", want: "400 InvalidInput Invalid private key. The format of the private key is not recognized."},
		{call: update + " AddPrivateKey=@small", want: "400 InvalidInput Invalid private key."},
		{call: update + " RemovePrivateKey=" + noKey, want: "400 InvalidInput Failed to remove private key because the Key ID does not match a private key."},
		{call: update + " AddPrivateKey=@key2 RemovePrivateKey=" + noKey, want: "400 InvalidInput Unable to add and remove private keys in the same request. Set a value for only one of the two parameters."},
	})
	key := s.do("", "GetSAMLProvider SAMLProviderArn="+idp).Element("KeyId")
	s.tell([]step{
		{call: update + " RemovePrivateKey=" + key, want: "400 InvalidInput Failed to remove private key."},
		{call: update + " AddPrivateKey=@key2"},
		{call: update + " AddPrivateKey=@key2", want: "409 LimitExceeded Private key limit of 2 is reached."},
		{call: update + " RemovePrivateKey=" + key},
		{call: update + " RemovePrivateKey=" + key, want: "400 InvalidInput Failed to remove private key because the Key ID does not match a private key."},
	})
	last := s.do("", "GetSAMLProvider SAMLProviderArn="+idp).Element("KeyId")
	s.tell([]step{
		{call: update + " RemovePrivateKey=" + last + " AssertionEncryptionMode=Allowed"},
		{call: "GetSAMLProvider SAMLProviderArn=" + idp, has: "<PrivateKeyList/> … <AssertionEncryptionMode>Allowed<"},
		{call: update + " AssertionEncryptionMode=Required", want: "400 InvalidInput Unable to set assertion encryption mode to Required because no private key is provided."},
		{call: update + " AssertionEncryptionMode=Required AddPrivateKey=@key1"},
		{call: "DeleteSAMLProvider SAMLProviderArn=" + idp},
	})
}

func TestTagsOfSAMLProviders(t *testing.T) {
	s := samlStory(t)
	s.person("tagger", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:TagSAMLProvider","iam:CreateSAMLProvider"],"Resource":"`+account+`saml-provider/*","Condition":{"StringEquals":{"aws:RequestTag/team":"red"}}},
		{"Effect":"Allow","Action":"iam:GetSAMLProvider","Resource":"*","Condition":{"StringEquals":{"aws:ResourceTag/team":"red"}}},
		{"Effect":"Allow","Action":"iam:UntagSAMLProvider","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":"team"}}}]}`)
	denied := func(action string) string {
		return "403 AccessDenied User: " + account + "user/tagger is not authorized to perform: iam:" + action + " on resource: " + idp + " because no identity-based policy allows the iam:" + action + " action"
	}
	s.tell([]step{
		{call: "CreateSAMLProvider Name=idp SAMLMetadataDocument=@metadata"},
		{call: "ListSAMLProviderTags SAMLProviderArn=" + idp, has: "<Tags/><IsTruncated>false<"},
		{as: "tagger", call: "GetSAMLProvider SAMLProviderArn=" + idp, want: denied("GetSAMLProvider")},
		{as: "tagger", call: "TagSAMLProvider SAMLProviderArn=" + idp + " Tags=team:blue", want: denied("TagSAMLProvider")},
		{as: "tagger", call: "TagSAMLProvider SAMLProviderArn=" + idp + " Tags=team:red"},
		{as: "tagger", call: "GetSAMLProvider SAMLProviderArn=" + idp, has: "<Value>red</Value>"},
		{call: "TagSAMLProvider SAMLProviderArn=" + idp + " Tags=Team:x,a:1"},
		{call: "TagSAMLProvider SAMLProviderArn=" + idp + " Tags=a:1,a:2", want: "400 InvalidInput Duplicate tag keys found."},
		{call: "ListSAMLProviderTags SAMLProviderArn=" + idp + " MaxItems=2", has: "<Key>Team</Key> … <Key>a</Key> … <IsTruncated>true<", not: "<Key>team<"},
		{as: "tagger", call: "UntagSAMLProvider SAMLProviderArn=" + idp + " TagKeys=[a]", want: denied("UntagSAMLProvider")},
		{as: "tagger", call: "UntagSAMLProvider SAMLProviderArn=" + idp + " TagKeys=[team]"},
		{call: "UntagSAMLProvider SAMLProviderArn=" + idp + " TagKeys=[a,none]"},
		{call: "ListSAMLProviderTags SAMLProviderArn=" + idp, has: "<Key>Team</Key>", not: "<Key>a<"},
		{as: "tagger", call: "CreateSAMLProvider Name=new SAMLMetadataDocument=@metadata Tags=team:red"},
	})
}

func TestAnAccountHasAHundredSAMLProviders(t *testing.T) {
	s := samlStory(t)
	for i := range 100 {
		s.tell([]step{{call: fmt.Sprintf("CreateSAMLProvider Name=p%d SAMLMetadataDocument=@metadata", i)}})
	}
	s.tell([]step{
		{call: "CreateSAMLProvider Name=more SAMLMetadataDocument=@metadata", want: "409 LimitExceeded Cannot exceed quota for SAMLProvidersPerAccount: 100"},
		{call: "DeleteSAMLProvider SAMLProviderArn=" + account + "saml-provider/p7"},
		{call: "CreateSAMLProvider Name=more SAMLMetadataDocument=@metadata"},
	})
}

// A private key is nowhere in the data directory but sealed.
func TestAPrivateKeyIsSealedAtRest(t *testing.T) {
	dir := t.TempDir()
	s := daypasstest.New(t, daypasstest.WithDir(dir))
	key := samltest.RSAKey(1)
	a := s.Call(s.Root, "iam", "CreateSAMLProvider", "Name", "idp", "SAMLMetadataDocument", samltest.New("x").Metadata(), "AddPrivateKey", samltest.PEM(key))
	if a.Status != 200 {
		t.Fatal(a.Body)
	}
	secrets := []string{string(key.Primes[0].Bytes()), strings.Split(samltest.PEM(key), "\n")[5]}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		for _, secret := range secrets {
			if strings.Contains(string(data), secret) {
				t.Errorf("%s holds the private key", filepath.Base(path))
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
