"""SAML providers, and sessions for whom they vouch. The test that runs the cases
is the identity provider: it hands over its metadata and a fresh response."""

import json
import os

from harness import *

METADATA = open(os.environ["SAML_METADATA"]).read()
RESPONSE = os.environ["SAML_RESPONSE"]  # for arn:aws:iam::123456789012:role/boto-saml by saml-provider/boto-idp
KEY = open(os.environ["SAML_PRIVATE_KEY"]).read()
PROVIDER = "arn:aws:iam::123456789012:saml-provider/boto-idp"
ROLE = "arn:aws:iam::123456789012:role/boto-saml"


@case
def saml_provider_and_session():
    i = iam()
    made = i.create_saml_provider(Name="boto-idp", SAMLMetadataDocument=METADATA, Tags=[{"Key": "team", "Value": "red"}])
    equal(made["SAMLProviderArn"], PROVIDER)
    equal(made["Tags"], [{"Key": "team", "Value": "red"}])
    got = i.get_saml_provider(SAMLProviderArn=PROVIDER)
    equal(got["SAMLMetadataDocument"], METADATA)
    equal(got["AssertionEncryptionMode"], "Allowed")
    equal(got["PrivateKeyList"], [])
    matches("SAMLSP[A-Z2-7]{16}", got["SAMLProviderUUID"])
    assert (got["ValidUntil"] - got["CreateDate"]).days > 36000
    equal([p["Arn"] for p in i.list_saml_providers()["SAMLProviderList"]], [PROVIDER])

    i.create_role(RoleName="boto-saml", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Federated": PROVIDER}, "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession", "sts:SetSourceIdentity"],
        "Condition": {"StringEquals": {"saml:sub": "ann"}}}}))
    answer = sts().assume_role_with_saml(RoleArn=ROLE, PrincipalArn=PROVIDER, SAMLAssertion=RESPONSE)
    equal(answer["Subject"], "ann")
    equal(answer["SubjectType"], "persistent")
    equal(answer["Issuer"], "https://idp.example.com/saml")
    equal(answer["Audience"], "https://signin.aws.amazon.com/saml")
    equal(answer["SourceIdentity"], "ann")
    matches("[A-Za-z0-9+/]{27}=", answer["NameQualifier"])
    equal(answer["AssumedRoleUser"]["Arn"], "arn:aws:sts::123456789012:assumed-role/boto-saml/ann@example.com")
    assert 0 < answer["PackedPolicySize"] < 100
    equal(sts(answer["Credentials"]).get_caller_identity()["Arn"], answer["AssumedRoleUser"]["Arn"])

    i.tag_saml_provider(SAMLProviderArn=PROVIDER, Tags=[{"Key": "cost", "Value": "1"}])
    equal(i.list_saml_provider_tags(SAMLProviderArn=PROVIDER)["Tags"], [{"Key": "cost", "Value": "1"}, {"Key": "team", "Value": "red"}])
    i.untag_saml_provider(SAMLProviderArn=PROVIDER, TagKeys=["team", "cost"])
    equal(i.list_saml_provider_tags(SAMLProviderArn=PROVIDER)["Tags"], [])

    equal(i.update_saml_provider(SAMLProviderArn=PROVIDER, AssertionEncryptionMode="Required", AddPrivateKey=KEY)["SAMLProviderArn"], PROVIDER)
    got = i.get_saml_provider(SAMLProviderArn=PROVIDER)
    equal(got["AssertionEncryptionMode"], "Required")
    equal(len(got["PrivateKeyList"]), 1)
    matches("SAMLPK[A-Z2-7]{16}", got["PrivateKeyList"][0]["KeyId"])
    refused(lambda: sts().assume_role_with_saml(RoleArn=ROLE, PrincipalArn=PROVIDER, SAMLAssertion=RESPONSE), 400, "InvalidIdentityToken", "Response signature invalid")

    i.delete_role(RoleName="boto-saml")
    i.delete_saml_provider(SAMLProviderArn=PROVIDER)
    refused(lambda: i.get_saml_provider(SAMLProviderArn=PROVIDER), 404, "NoSuchEntity", "Manifest not found for arn " + PROVIDER)
