package iamsvc_test

import (
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAccountAliases(t *testing.T) {
	s := newStory(t)
	_, s.people["other"] = s.NewAccount()
	s.tell([]step{
		{call: "ListAccountAliases", has: "<AccountAliases/><IsTruncated>false"},
		{call: "CreateAccountAlias AccountAlias=acme"},
		{call: "ListAccountAliases", has: "<AccountAliases><member>acme</member></AccountAliases>"},
		{call: "CreateAccountAlias AccountAlias=acme"},
		{as: "other", call: "CreateAccountAlias AccountAlias=acme", want: "409 EntityAlreadyExists The account alias acme already exists."},
		{call: "CreateAccountAlias AccountAlias=acme-two"},
		{call: "ListAccountAliases", has: "acme-two", not: "<member>acme<"},
		{as: "other", call: "CreateAccountAlias AccountAlias=acme"},
		{call: "DeleteAccountAlias AccountAlias=acme", want: "404 NoSuchEntity The account alias acme cannot be found."},
		{call: "DeleteAccountAlias AccountAlias=acme-two"},
		{call: "ListAccountAliases", has: "<AccountAliases/>"},
	})
}

func TestAccountSummaryCounts(t *testing.T) {
	s := newStory(t)
	s.tell([]step{
		{call: "CreateUser UserName=a"},
		{call: "CreateUser UserName=b"},
		{call: "CreateGroup GroupName=a"},
		{call: "CreateRole RoleName=a AssumeRolePolicyDocument=@trust"},
		{call: "CreateInstanceProfile InstanceProfileName=a"},
		{call: "CreatePolicy PolicyName=a PolicyDocument=@allow"},
		{call: "CreatePolicyVersion PolicyArn=arn:aws:iam::123456789012:policy/a PolicyDocument=@allow"},
		{call: "SetSecurityTokenServicePreferences GlobalEndpointTokenVersion=v2Token"},
	})
	a := flat(s.do("", "GetAccountSummary"))
	for key, n := range map[string]int{
		"Users": 2, "Groups": 1, "Roles": 1, "InstanceProfiles": 1, "Policies": 1, "PolicyVersionsInUse": 2, "AccountAccessKeysPresent": 1,
		"GlobalEndpointTokenVersion": 2, "AccessKeysPerUserQuota": 2, "AccountMFAEnabled": 0, "AssumeRolePolicySizeQuota": 2048, "UsersQuota": 5000,
		"GroupPolicySizeQuota": 5120, "PolicyVersionsInUseQuota": 10000, "RolePolicySizeQuota": 10240, "VersionsPerPolicyQuota": 5,
	} {
		if !strings.Contains(a, fmt.Sprintf("<key>%s</key><value>%d</value>", key, n)) {
			t.Errorf("summary lacks %s = %d:\n%s", key, n, a)
		}
	}
	s.tell([]step{
		{call: "SetSecurityTokenServicePreferences GlobalEndpointTokenVersion=v1Token"},
		{call: "GetAccountSummary", has: "<key>GlobalEndpointTokenVersion</key><value>1</value>"},
	})
}

func TestNoAccountIsOfAnOrganization(t *testing.T) {
	newStory(t).tell([]step{{call: "ListOrganizationsFeatures", want: "400 OrganizationNotFoundException The account is not a member of an organization."}})
}

func TestPasswordPolicy(t *testing.T) {
	s := newStory(t)
	s.tell([]step{
		{call: "GetAccountPasswordPolicy", want: "404 NoSuchEntity The Password Policy with domain name 123456789012 cannot be found."},
		{call: "DeleteAccountPasswordPolicy", want: "404 NoSuchEntity The account policy with name PasswordPolicy cannot be found."},
		{
			call: "UpdateAccountPasswordPolicy MinimumPasswordLength=129 PasswordReusePrevention=25 MaxPasswordAge=1096",
			want: "400 ValidationError 3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value less than or equal to 128; " +
				"Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24; " +
				"Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095",
		},
		{call: "UpdateAccountPasswordPolicy MinimumPasswordLength=12 RequireSymbols=true MaxPasswordAge=90"},
		{call: "GetAccountPasswordPolicy", has: "<MinimumPasswordLength>12< … <RequireSymbols>true< … <RequireNumbers>false< … <ExpirePasswords>true< … <MaxPasswordAge>90<"},
		{call: "UpdateAccountPasswordPolicy"}, // everything back to its default
		{call: "GetAccountPasswordPolicy", has: "<MinimumPasswordLength>6< … <RequireSymbols>false< … <ExpirePasswords>false<", not: "MaxPasswordAge"},
		{call: "DeleteAccountPasswordPolicy"},
		{call: "DeleteAccountPasswordPolicy", want: "404 NoSuchEntity The account policy with name PasswordPolicy cannot be found."},
	})
}

func TestLoginProfiles(t *testing.T) {
	const none = "404 NoSuchEntity Login Profile for User dana cannot be found."
	s := newStory(t)
	s.tell([]step{
		{call: "CreateLoginProfile UserName=dana Password=Secret-Password-1", want: noDana},
		{call: "CreateUser UserName=dana"},
		{call: "GetLoginProfile UserName=dana", want: none},
		{call: "UpdateLoginProfile UserName=dana Password=Secret-Password-2", want: none},
		{call: "DeleteLoginProfile UserName=dana", want: none},
		{call: "CreateLoginProfile UserName=dana Password=Secret-Password-1 PasswordResetRequired=true", has: "<UserName>dana</UserName><CreateDate> … <PasswordResetRequired>true<"},
		{call: "CreateLoginProfile UserName=dana Password=Secret-Password-1", want: "409 EntityAlreadyExists Login Profile for user dana already exists."},
		{call: "UpdateLoginProfile UserName=dana PasswordResetRequired=false"},
		{call: "GetLoginProfile UserName=dana", has: "<PasswordResetRequired>false<"},
		{call: "UpdateLoginProfile UserName=dana Password=Secret-Password-2"},
		{call: "DeleteLoginProfile UserName=dana"},
		{call: "GetLoginProfile UserName=dana", want: none},
	})
}

func TestPasswordsFollowThePolicy(t *testing.T) {
	const refused = "400 PasswordPolicyViolation Password does not conform to the account password policy."
	tests := []struct{ name, policy, password, want string }{
		{"by default eight characters of three sorts", "", "Abcdef-g", ""},
		{"by default seven are too few", "", "Abcde-1", refused},
		{"by default two sorts are too few", "", "Abcdefghij", refused},
		{"a policy of its own lifts the sorts", "UpdateAccountPasswordPolicy", "abcdef", ""},
		{"its length", "UpdateAccountPasswordPolicy MinimumPasswordLength=9", "Abcdef-1", refused},
		{"its symbols", "UpdateAccountPasswordPolicy RequireSymbols=true", "Abcdef12", refused},
		{"its numbers", "UpdateAccountPasswordPolicy RequireNumbers=true", "Abcdef--", refused},
		{"its capitals", "UpdateAccountPasswordPolicy RequireUppercaseCharacters=true", "abcdef-1", refused},
		{"its small letters", "UpdateAccountPasswordPolicy RequireLowercaseCharacters=true", "ABCDEF-1", refused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStory(t)
			s.tell([]step{{call: "CreateUser UserName=dana"}, {call: "CreateUser UserName=eve"}, {call: "CreateLoginProfile UserName=eve Password=Secret-Password-1"}})
			if tt.policy != "" {
				s.tell([]step{{call: tt.policy}})
			}
			s.tell([]step{
				{call: "CreateLoginProfile UserName=dana Password=" + tt.password, want: tt.want},
				{call: "UpdateLoginProfile UserName=eve Password=" + tt.password, want: tt.want},
			})
		})
	}
}

func TestCredentialReport(t *testing.T) {
	s := newStory(t)
	s.person("dana", allowAll)
	s.tell([]step{
		{call: "GetCredentialReport", want: "410 ReportNotPresent"},
		{call: "GenerateCredentialReport", has: "<State>STARTED</State><Description>No report exists. Starting a new report generation task</Description>"},
		{call: "GenerateCredentialReport", has: "<State>COMPLETE</State>", not: "Description"},
		{call: "CreateLoginProfile UserName=dana Password=Secret-Password-1"},
	})
	a := s.do("dana", "GetCredentialReport")
	text, err := base64.StdEncoding.DecodeString(a.Element("Content"))
	if err != nil || a.Element("ReportFormat") != "text/csv" {
		t.Fatalf("%v: %s", err, a.Body)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil || len(rows) != 3 || len(rows[0]) != 22 {
		t.Fatalf("%v: %d rows of the report:\n%s", err, len(rows), text)
	}
	at := func(when time.Time) string { return when.UTC().Format("2006-01-02T15:04:05+00:00") }
	now := at(s.Now())
	for i, want := range []string{
		"<root_account>,arn:aws:iam::123456789012:root," + now + ",not_supported,no_information,not_supported,not_supported,false,true," + now + "," + now +
			",us-east-1,iam,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A",
		"dana,arn:aws:iam::123456789012:user/dana," + now + ",true,no_information," + now + ",N/A,false,true," + now + "," + now +
			",us-east-1,iam,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A",
	} {
		if got := strings.Join(rows[i+1], ","); got != want {
			t.Errorf("row %d\n got %s\nwant %s", i+1, got, want)
		}
	}
	s.Advance(4 * time.Hour)
	s.tell([]step{
		{call: "GetCredentialReport", want: "410 ReportExpired"},
		{call: "GenerateCredentialReport", has: "STARTED"},
		{call: "GetCredentialReport"},
	})
}

func TestAuthorizationDetails(t *testing.T) {
	s := newStory(t)
	s.tell([]step{
		{call: "GetAccountAuthorizationDetails", has: "<UserDetailList/><GroupDetailList/><RoleDetailList/><Policies/><IsTruncated>false"},
		{call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@allow"},
		{call: "CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@allow"},
		{call: "CreateUser UserName=dana Tags=a:b PermissionsBoundary=" + readARN},
		{call: "CreateGroup GroupName=ops"},
		{call: "AddUserToGroup UserName=dana GroupName=ops"},
		{call: "PutUserPolicy UserName=dana PolicyName=in PolicyDocument=@allow"},
		{call: "AttachGroupPolicy GroupName=ops PolicyArn=" + awsARN},
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@trust"},
		{call: "CreateInstanceProfile InstanceProfileName=web"},
		{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=app"},
		{
			call: "GetAccountAuthorizationDetails",
			has: "<UserPolicyList><member><PolicyName>in</PolicyName><PolicyDocument>%7B … <GroupList><member>ops</member></GroupList><AttachedManagedPolicies/>" +
				"<PermissionsBoundary> … <Tags><member><Key>a</Key> … <GroupName>ops</GroupName> … <GroupPolicyList/><AttachedManagedPolicies><member><PolicyName>ReadOnlyAccess< … " +
				"<RoleName>app</RoleName> … <InstanceProfileList><member> … <RolePolicyList/><AttachedManagedPolicies/> … <RoleLastUsed/> … " +
				"<PolicyName>read</PolicyName> … <PolicyVersionList><member><Document>%7B … <VersionId>v2< … <VersionId>v1< … <PolicyName>ReadOnlyAccess</PolicyName>",
		},
		{call: "GetAccountAuthorizationDetails Filter=[Role]", has: "<UserDetailList/> … <RoleName>app<", not: "PolicyVersionList"},
		{call: "GetAccountAuthorizationDetails Filter=[LocalManagedPolicy]", has: "<PolicyName>read<", not: "ReadOnlyAccess"},
		{call: "GetAccountAuthorizationDetails Filter=[AWSManagedPolicy]", has: "ReadOnlyAccess", not: "<PolicyName>read<"},
		{call: "GetAccountAuthorizationDetails Marker=nonsense", want: "400 ValidationError Invalid Marker."},
		{call: "GetAccountAuthorizationDetails Marker=" + base64.RawURLEncoding.EncodeToString([]byte("GetAccountAuthorizationDetails Cat x")), want: "400 ValidationError Invalid Marker."},
	})
	for i := range 5 {
		s.do("", fmt.Sprintf("CreateUser UserName=u%d", i))
		s.do("", fmt.Sprintf("CreateRole RoleName=r%d AssumeRolePolicyDocument=@trust", i))
	}
	for size := 1; size <= 7; size++ {
		seen := map[string]int{}
		marker, pages := "", 0
		for {
			call := fmt.Sprintf("GetAccountAuthorizationDetails MaxItems=%d", size)
			if marker != "" {
				call += " Marker=" + marker
			}
			a := flat(s.do("", call))
			n := 0
			for _, id := range []string{"<UserId>", "<GroupId>", "<PolicyId>", "<RoleDetailList><member>", "</RoleLastUsed>", "<RoleLastUsed/>"} {
				if id != "<RoleDetailList><member>" {
					n += strings.Count(a, id)
				}
				for _, part := range strings.Split(a, id)[1:] {
					if strings.HasSuffix(id, "Id>") {
						seen[part[:strings.Index(part, "<")]]++
					}
				}
			}
			if n > size {
				t.Errorf("a page of %d holds %d items", size, n)
			}
			pages++
			marker = ""
			if i := strings.Index(a, "<Marker>"); i >= 0 {
				marker = a[i+8 : strings.Index(a, "</Marker>")]
			}
			if marker == "" || pages > 100 {
				break
			}
		}
		if len(seen) != 9 { // 6 users, 1 group, 2 policies; roles repeat inside instance profiles
			t.Errorf("pages of %d: %d users, groups and policies, want 9", size, len(seen))
		}
		for id, n := range seen {
			if n != 1 {
				t.Errorf("pages of %d: %s is there %d times", size, id, n)
			}
		}
	}
}

func TestWhatNobodyHas(t *testing.T) {
	const oidc = "arn:aws:iam::123456789012:oidc-provider/non-existent.example.com"
	s := newStory(t)
	s.tell([]step{{call: "CreateUser UserName=dana"}})
	for action, list := range map[string]string{
		"ListSSHPublicKeys": "SSHPublicKeys", "ListSigningCertificates": "Certificates", "ListServiceSpecificCredentials": "ServiceSpecificCredentials",
	} {
		s.tell([]step{
			{call: action + " UserName=dana", has: "<" + list + "/>"},
			{call: action + " UserName=eve", want: "404 NoSuchEntity The user with name eve cannot be found."},
			{call: action + " UserName=dana Marker=x", want: "400 ValidationError Invalid Marker."},
		})
	}
	s.tell([]step{
		{call: "ListServerCertificates", has: "<ServerCertificateMetadataList/>"},
		{call: "ListOpenIDConnectProviders", has: "<OpenIDConnectProviderList/>"},
		{call: "GetOpenIDConnectProvider OpenIDConnectProviderArn=" + oidc, want: "404 NoSuchEntity OpenIDConnect Provider not found for arn " + oidc},
		{call: "DeleteOpenIDConnectProvider OpenIDConnectProviderArn=" + oidc, want: "404 NoSuchEntity OpenId connect Provider " + oidc + " cannot be found."},
	})
}
