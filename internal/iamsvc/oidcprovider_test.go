package iamsvc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/iam"
)

const (
	oidcARN   = account + "oidc-provider/idp.example/realms/main"
	noSuchARN = account + "oidc-provider/none.example"
)

func TestOpenIDConnectProviders(t *testing.T) {
	s := newStory(t)
	_, s.people["other"] = s.NewAccount()
	print1, print2 := strings.Repeat("a1", 20), strings.Repeat("B2", 20)
	s.tell([]step{
		{call: "ListOpenIDConnectProviders", has: "<OpenIDConnectProviderList/>"},
		{
			call: "CreateOpenIDConnectProvider Url=https://idp.example/realms/main ClientIDList=[b,a,b] ThumbprintList=[" + print1 + "] Tags=k:v",
			has:  "<OpenIDConnectProviderArn>" + oidcARN + "</OpenIDConnectProviderArn> … <Tags><member><Key>k</Key><Value>v</Value></member></Tags>",
		},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example/realms/main", want: "409 EntityAlreadyExists Provider with url https://idp.example/realms/main already exists."},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example/realms/Main", has: "oidc-provider/idp.example/realms/Main<", not: "<Tags"},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example/", has: "oidc-provider/idp.example/<"},
		{as: "other", call: "CreateOpenIDConnectProvider Url=https://idp.example/realms/main"},
		{
			call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN,
			has: "<Url>idp.example/realms/main</Url> … <ClientIDList><member>b</member><member>a</member></ClientIDList> … <ThumbprintList><member>" + print1 +
				"</member></ThumbprintList> … <CreateDate> … <Tags><member><Key>k</Key>",
		},
		{call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=" + account + "oidc-provider/idp.example/", has: "<ClientIDList/> … <ThumbprintList/> … <Tags/>"},
		{as: "other", call: "CreateOpenIDConnectProvider Url=https://idp.example:8443/x"},
		{as: "other", call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=arn:aws:iam::" + otherAccount(s) + ":oidc-provider/idp.example:8443/x", has: "<Url>https://idp.example:8443/x</Url>"},
		{call: "ListOpenIDConnectProviders", has: "<member><Arn>" + oidcARN + "</Arn></member> … idp.example/</Arn>"},
		{call: "GetAccountSummary", has: "<key>Providers</key><value>3</value>"},

		{call: "AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN + " ClientID=c"},
		{call: "AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN + " ClientID=c"},
		{call: "RemoveClientIDFromOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN + " ClientID=b"},
		{call: "RemoveClientIDFromOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN + " ClientID=b"},
		{call: "UpdateOpenIDConnectProviderThumbprint OpenIDConnectProviderArn=" + oidcARN + " ThumbprintList=[" + print2 + "," + print1 + "]"},
		{
			call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN,
			has:  "<ClientIDList><member>a</member><member>c</member></ClientIDList> … <ThumbprintList><member>" + print2 + "</member><member>" + print1 + "<",
		},

		{call: "TagOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN + " Tags=K:w,k:x"},
		{call: "ListOpenIDConnectProviderTags OpenIDConnectProviderArn=" + oidcARN, has: "<Key>K</Key><Value>w</Value></member><member><Key>k</Key><Value>x</Value> … <IsTruncated>false"},
		{call: "ListOpenIDConnectProviderTags OpenIDConnectProviderArn=" + oidcARN + " MaxItems=1", has: "<IsTruncated>true … <Marker>", not: "<Key>k<"},
		{call: "UntagOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN + " TagKeys=[k,x]"},
		{call: "ListOpenIDConnectProviderTags OpenIDConnectProviderArn=" + oidcARN, has: "<Key>K</Key>", not: "<Key>k<"},
		{call: "TagOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN + " Tags=a:1,a:2", want: "400 InvalidInput Duplicate tag keys found."},

		{as: "other", call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN, want: "403 AccessDenied User: arn:aws:iam::" + otherAccount(s) + ":root is not authorized to perform: iam:GetOpenIDConnectProvider on resource: " + oidcARN},
		{call: "DeleteOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN},
		{call: "DeleteOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN, want: "404 NoSuchEntity OpenId connect Provider " + oidcARN + " cannot be found."},
		{call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN, want: "404 NoSuchEntity OpenIDConnect Provider not found for arn " + oidcARN},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example/realms/main"},
	})
}

func otherAccount(s *story) string {
	return s.Call(s.people["other"], "sts", "GetCallerIdentity").Element("Account")
}

func TestRefusalsOfOpenIDConnectProviders(t *testing.T) {
	s := newStory(t)
	prints := func(n int) string {
		return "[" + strings.TrimSuffix(strings.Repeat(strings.Repeat("a", 40)+",", n), ",") + "]"
	}
	clients := func(from, n int) string {
		var all []string
		for i := range n {
			all = append(all, fmt.Sprint("client-", from+i))
		}
		return "[" + strings.Join(all, ",") + "]"
	}
	const badURL = "400 ValidationError Invalid Open ID Connect Provider URL"
	s.tell([]step{
		{call: "CreateOpenIDConnectProvider Url=http://idp.example", want: badURL},
		{call: "CreateOpenIDConnectProvider Url=idp.example", want: badURL},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example/?x=1", want: badURL},
		{call: "CreateOpenIDConnectProvider Url=https://ann@idp.example", want: badURL},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example/a/../b", want: badURL},
		{
			call: "CreateOpenIDConnectProvider Url=https://" + strings.Repeat("x", 256) + " ClientIDList=[" + strings.Repeat("c", 256) + "] ThumbprintList=[a]",
			want: "400 ValidationError 3 validation errors detected: Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: " +
				"[Member must have length less than or equal to 255, Member must have length greater than or equal to 1]; " +
				"Value at 'thumbprintList' failed to satisfy constraint: Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]; " +
				"Value at 'url' failed to satisfy constraint: Member must have length less than or equal to 255",
		},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example ThumbprintList=" + prints(6), want: "400 InvalidInput Thumbprint list must contain fewer than 5 entries."},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example ThumbprintList=[" + strings.Repeat("g", 40) + "]", want: "400 InvalidInput Thumbprint must be 40 hexadecimal characters."},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example ClientIDList=" + clients(0, 101), want: "409 LimitExceeded Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"},
		{call: "CreateOpenIDConnectProvider Url=https://idp.example/realms/main ClientIDList=" + clients(0, 100) + " ThumbprintList=" + prints(5)},
		{call: "AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN + " ClientID=client-7"},
		{call: "AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=" + oidcARN + " ClientID=client-100", want: "409 LimitExceeded Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"},
		{call: "UpdateOpenIDConnectProviderThumbprint OpenIDConnectProviderArn=" + oidcARN + " ThumbprintList=" + prints(6), want: "400 InvalidInput Thumbprint list must contain fewer than 5 entries."},
		{call: "UpdateOpenIDConnectProviderThumbprint OpenIDConnectProviderArn=" + oidcARN + " ThumbprintList=[" + strings.Repeat("g", 40) + "]", want: "400 InvalidInput Thumbprint must be 40 hexadecimal characters."},
		{call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=" + strings.Repeat("x", 20), want: "400 ValidationError ARN " + strings.Repeat("x", 20) + " is not valid."},
		{call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=" + account + "saml-provider/x", want: "400 InvalidInput ARN " + account + "saml-provider/x is not valid."},
	})
	for _, call := range []string{
		"GetOpenIDConnectProvider", "AddClientIDToOpenIDConnectProvider ClientID=a", "RemoveClientIDFromOpenIDConnectProvider ClientID=a",
		"UpdateOpenIDConnectProviderThumbprint ThumbprintList=" + prints(1), "TagOpenIDConnectProvider Tags=a:b", "UntagOpenIDConnectProvider TagKeys=[a]",
		"ListOpenIDConnectProviderTags",
	} {
		s.tell([]step{{call: call + " OpenIDConnectProviderArn=" + noSuchARN, want: "404 NoSuchEntity OpenIDConnect Provider not found for arn " + noSuchARN}})
	}
}

func TestTheQuotaOfOpenIDConnectProviders(t *testing.T) {
	s := newStory(t)
	for i := range iam.OIDCProvidersQuota {
		s.tell([]step{{call: fmt.Sprintf("CreateOpenIDConnectProvider Url=https://idp%d.example", i)}})
	}
	s.tell([]step{
		{call: "CreateOpenIDConnectProvider Url=https://one-more.example", want: "409 LimitExceeded Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100"},
		{call: "CreateOpenIDConnectProvider Url=https://idp7.example", want: "409 EntityAlreadyExists Provider with url https://idp7.example already exists."},
		{call: "DeleteOpenIDConnectProvider OpenIDConnectProviderArn=" + account + "oidc-provider/idp7.example"},
		{call: "CreateOpenIDConnectProvider Url=https://one-more.example"},
	})
}

func TestTagsOfOpenIDConnectProvidersAreConditionKeys(t *testing.T) {
	s := newStory(t)
	s.tell([]step{{call: "CreateOpenIDConnectProvider Url=https://idp.example/realms/main Tags=team:a"}})
	conditional := func(action, key, value string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":%q,"Resource":"*","Condition":{"StringEquals":{%q:%q}}}}`, "iam:"+action, key, value)
	}
	for i, c := range []struct {
		action, params, key, value string
		want                       bool
	}{
		{"GetOpenIDConnectProvider", "", "aws:ResourceTag/team", "a", true},
		{"GetOpenIDConnectProvider", "", "aws:ResourceTag/team", "b", false},
		{"TagOpenIDConnectProvider", "Tags=stage:x", "aws:RequestTag/stage", "x", true},
		{"TagOpenIDConnectProvider", "Tags=stage:x", "aws:RequestTag/stage", "y", false},
		{"UntagOpenIDConnectProvider", "TagKeys=[stage]", "aws:ResourceTag/team", "a", true},
	} {
		who := fmt.Sprint("user", i)
		s.person(who, conditional(c.action, c.key, c.value))
		a := s.do(who, strings.TrimSpace(c.action+" OpenIDConnectProviderArn="+oidcARN+" "+c.params))
		if (a.Status == 200) != c.want {
			t.Errorf("%+v: %d %s", c, a.Status, a.Body)
		}
	}
	s.person("creator", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:CreateOpenIDConnectProvider","Resource":"*"}}`)
	s.tell([]step{
		{as: "creator", call: "CreateOpenIDConnectProvider Url=https://a.example"},
		{
			as: "creator", call: "CreateOpenIDConnectProvider Url=https://b.example Tags=a:b",
			want: "403 AccessDenied User: " + account + "user/creator is not authorized to perform: iam:TagOpenIDConnectProvider on resource: " + account +
				"oidc-provider/b.example because no identity-based policy allows the iam:TagOpenIDConnectProvider action",
		},
	})
}

// TestRolesThatTrustSharedIssuers: both ways of giving a role its trust policy
// pass the guard, and the provider need not exist.
func TestRolesThatTrustSharedIssuers(t *testing.T) {
	s := newStory(t)
	const github = account + "oidc-provider/token.actions.githubusercontent.com"
	trust := func(condition string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + github + `"},"Action":"sts:AssumeRoleWithWebIdentity"` + condition + `}]}`
	}
	s.docs["open"] = trust("")
	s.docs["second"] = trust(`,"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":["repo:corp/app:*","*"]}}`)
	s.docs["narrow"] = trust(`,"Condition":{"StringLike":{"token.actions.githubusercontent.com:sub":"repo:corp/app:*"}}`)
	const refused = "400 MalformedPolicyDocument Trust policy with trusted principal " + github +
		" must evaluate, using StringEquals, StringLike or StringEqualsIgnoreCase, token.actions.githubusercontent.com:sub or token.actions.githubusercontent.com:job_workflow_ref which is not scoped to all."
	s.tell([]step{
		{call: "CreateRole RoleName=r AssumeRolePolicyDocument=@open", want: refused},
		{call: "CreateRole RoleName=r AssumeRolePolicyDocument=@second", want: refused},
		{call: "CreateRole RoleName=r AssumeRolePolicyDocument=@narrow"},
		{call: "UpdateAssumeRolePolicy RoleName=r PolicyDocument=@open", want: refused},
		{call: "UpdateAssumeRolePolicy RoleName=r PolicyDocument=@second", want: refused},
		{call: "UpdateAssumeRolePolicy RoleName=r PolicyDocument=@narrow"},
	})
}
