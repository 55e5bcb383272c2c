package iamsvc_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/daypass/daypass/internal/iamsvc"
)

// permission is an action, called on things that are there, and how its refusal
// names the resource.
type permission struct{ call, resource string }

const account = "arn:aws:iam::123456789012:"

var permissions = []permission{
	{"CreateUser UserName=new Path=/a/", account + "user/a/new"},
	{"GetUser UserName=dana", "user dana"},
	{"UpdateUser UserName=dana", "user dana"},
	{"DeleteUser UserName=dana", "user dana"},
	{"ListUsers PathPrefix=/a/", account + "user/a/"},
	{"TagUser UserName=dana Tags=a:b", "user dana"},
	{"UntagUser UserName=dana TagKeys=[a]", "user dana"},
	{"ListUserTags UserName=dana", "user dana"},
	{"CreateGroup GroupName=new", account + "group/new"},
	{"GetGroup GroupName=ops", "group ops"},
	{"UpdateGroup GroupName=ops", "group ops"},
	{"DeleteGroup GroupName=ops", "group ops"},
	{"ListGroups", account + "group/"},
	{"AddUserToGroup GroupName=ops UserName=dana", "group ops"},
	{"RemoveUserFromGroup GroupName=ops UserName=dana", "group ops"},
	{"ListGroupsForUser UserName=dana", "user dana"},
	{"CreateAccessKey UserName=dana", "user dana"},
	{"UpdateAccessKey UserName=dana AccessKeyId=AKIAIOSFODNN7EXAMPLE Status=Active", "user dana"},
	{"DeleteAccessKey UserName=dana AccessKeyId=AKIAIOSFODNN7EXAMPLE", "user dana"},
	{"ListAccessKeys UserName=dana", "user dana"},
	{"GetAccessKeyLastUsed AccessKeyId=AKIARZPUZDIKROOTROOT", "access key AKIARZPUZDIKROOTROOT"},
	{"CreateRole RoleName=new AssumeRolePolicyDocument=@trust", account + "role/new"},
	{"GetRole RoleName=app", "role app"},
	{"UpdateRole RoleName=app", "role app"},
	{"UpdateRoleDescription RoleName=app Description=x", "role app"},
	{"DeleteRole RoleName=app", "role app"},
	{"ListRoles", account + "role/"},
	{"UpdateAssumeRolePolicy RoleName=app PolicyDocument=@trust", "role app"},
	{"TagRole RoleName=app Tags=a:b", "role app"},
	{"UntagRole RoleName=app TagKeys=[a]", "role app"},
	{"ListRoleTags RoleName=app", "role app"},
	{"CreateServiceLinkedRole AWSServiceName=ecs.amazonaws.com", account + "role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS"},
	{"DeleteServiceLinkedRole RoleName=app", "role app"},
	{
		"GetServiceLinkedRoleDeletionStatus DeletionTaskId=task/aws-service-role/ecs.amazonaws.com/x/01234567-89ab-cdef-0123-456789abcdef",
		account + "role/aws-service-role/ecs.amazonaws.com/x",
	},
	{"CreatePolicy PolicyName=new PolicyDocument=@allow", "policy new"},
	{"GetPolicy PolicyArn=" + readARN, "policy " + readARN},
	{"DeletePolicy PolicyArn=" + readARN, "policy " + readARN},
	{"ListPolicies PathPrefix=/a/", "policy path /a/"},
	{"TagPolicy PolicyArn=" + readARN + " Tags=a:b", "policy " + readARN},
	{"UntagPolicy PolicyArn=" + readARN + " TagKeys=[a]", "policy " + readARN},
	{"ListPolicyTags PolicyArn=" + readARN, "policy " + readARN},
	{"ListEntitiesForPolicy PolicyArn=" + readARN, "policy " + readARN},
	{"CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@allow", "policy " + readARN},
	{"GetPolicyVersion PolicyArn=" + readARN + " VersionId=v1", "policy " + readARN},
	{"DeletePolicyVersion PolicyArn=" + readARN + " VersionId=v1", "policy " + readARN},
	{"ListPolicyVersions PolicyArn=" + readARN, "policy " + readARN},
	{"SetDefaultPolicyVersion PolicyArn=" + readARN + " VersionId=v1", "policy " + readARN},
	{"PutUserPolicy UserName=dana PolicyName=p PolicyDocument=@allow", "user dana"},
	{"GetUserPolicy UserName=dana PolicyName=p", "user dana"},
	{"DeleteUserPolicy UserName=dana PolicyName=p", "user dana"},
	{"ListUserPolicies UserName=dana", "user dana"},
	{"PutGroupPolicy GroupName=ops PolicyName=p PolicyDocument=@allow", "group ops"},
	{"GetGroupPolicy GroupName=ops PolicyName=p", "group ops"},
	{"DeleteGroupPolicy GroupName=ops PolicyName=p", "group ops"},
	{"ListGroupPolicies GroupName=ops", "group ops"},
	{"PutRolePolicy RoleName=app PolicyName=p PolicyDocument=@allow", "role app"},
	{"GetRolePolicy RoleName=app PolicyName=p", "role app"},
	{"DeleteRolePolicy RoleName=app PolicyName=p", "role app"},
	{"ListRolePolicies RoleName=app", "role app"},
	{"AttachUserPolicy UserName=dana PolicyArn=" + readARN, "user dana"},
	{"DetachUserPolicy UserName=dana PolicyArn=" + readARN, "user dana"},
	{"ListAttachedUserPolicies UserName=dana", "user dana"},
	{"AttachGroupPolicy GroupName=ops PolicyArn=" + readARN, "group ops"},
	{"DetachGroupPolicy GroupName=ops PolicyArn=" + readARN, "group ops"},
	{"ListAttachedGroupPolicies GroupName=ops", "group ops"},
	{"AttachRolePolicy RoleName=app PolicyArn=" + readARN, "role app"},
	{"DetachRolePolicy RoleName=app PolicyArn=" + readARN, "role app"},
	{"ListAttachedRolePolicies RoleName=app", "role app"},
	{"PutUserPermissionsBoundary UserName=dana PermissionsBoundary=" + readARN, "user dana"},
	{"DeleteUserPermissionsBoundary UserName=dana", "user dana"},
	{"PutRolePermissionsBoundary RoleName=app PermissionsBoundary=" + readARN, "role app"},
	{"DeleteRolePermissionsBoundary RoleName=app", "role app"},
	{"SimulateCustomPolicy PolicyInputList=[@allow] ActionNames=[s3:GetObject]", "*"},
	{"SimulatePrincipalPolicy PolicySourceArn=" + account + "user/x/dana ActionNames=[s3:GetObject]", "user dana"},
	{"GetContextKeysForCustomPolicy PolicyInputList=[@allow]", "*"},
	{"GetContextKeysForPrincipalPolicy PolicySourceArn=" + account + "user/x/dana", "user dana"},
	{"ListPoliciesGrantingServiceAccess Arn=" + account + "user/x/dana ServiceNamespaces=[s3]", "user dana"},
	{"CreateInstanceProfile InstanceProfileName=new", account + "instance-profile/new"},
	{"GetInstanceProfile InstanceProfileName=web", "instance profile web"},
	{"DeleteInstanceProfile InstanceProfileName=web", "instance profile web"},
	{"ListInstanceProfiles", account + "instance-profile/"},
	{"ListInstanceProfilesForRole RoleName=app", "role app"},
	{"AddRoleToInstanceProfile InstanceProfileName=web RoleName=app", "instance profile web"},
	{"RemoveRoleFromInstanceProfile InstanceProfileName=web RoleName=app", "instance profile web"},
	{"TagInstanceProfile InstanceProfileName=web Tags=a:b", "instance profile web"},
	{"UntagInstanceProfile InstanceProfileName=web TagKeys=[a]", "instance profile web"},
	{"ListInstanceProfileTags InstanceProfileName=web", "instance profile web"},
	{"CreateAccountAlias AccountAlias=acme", "*"},
	{"DeleteAccountAlias AccountAlias=acme", "*"},
	{"ListAccountAliases", "*"},
	{"GetAccountSummary", "*"},
	{"SetSecurityTokenServicePreferences GlobalEndpointTokenVersion=v2Token", "*"},
	{"ListOrganizationsFeatures", "*"},
	{"EnableOutboundWebIdentityFederation", "*"},
	{"GetOutboundWebIdentityFederationInfo", "*"},
	{"DisableOutboundWebIdentityFederation", "*"},
	{"GetAccountAuthorizationDetails", "*"},
	{"GetAccountPasswordPolicy", "*"},
	{"UpdateAccountPasswordPolicy", "*"},
	{"DeleteAccountPasswordPolicy", "*"},
	{"CreateLoginProfile UserName=dana Password=Secret-Password-1", "user dana"},
	{"GetLoginProfile UserName=dana", "user dana"},
	{"UpdateLoginProfile UserName=dana", "user dana"},
	{"DeleteLoginProfile UserName=dana", "user dana"},
	{"CreateVirtualMFADevice VirtualMFADeviceName=x Path=/a/", account + "mfa/a/x"},
	{"TagMFADevice SerialNumber=" + account + "mfa/x Tags=a:b", account + "mfa/x"},
	{"UntagMFADevice SerialNumber=" + account + "mfa/x TagKeys=[a]", account + "mfa/x"},
	{"ListMFADevices UserName=dana", "user dana"},
	{"ListVirtualMFADevices", account + "mfa/"},
	{"GetMFADevice UserName=dana SerialNumber=" + account + "mfa/x", "user dana"},
	{"ListMFADeviceTags SerialNumber=" + account + "mfa/x", account + "mfa/x"},
	{"DeactivateMFADevice UserName=dana SerialNumber=" + account + "mfa/x", "user dana"},
	{"DeleteVirtualMFADevice SerialNumber=" + account + "mfa/x", account + "mfa/x"},
	{"EnableMFADevice UserName=dana SerialNumber=" + account + "mfa/x AuthenticationCode1=123456 AuthenticationCode2=123456", "user dana"},
	{"ResyncMFADevice UserName=dana SerialNumber=" + account + "mfa/x AuthenticationCode1=123456 AuthenticationCode2=123456", "user dana"},
	{"ListSSHPublicKeys UserName=dana", "user dana"},
	{"ListSigningCertificates UserName=dana", "user dana"},
	{"ListServiceSpecificCredentials UserName=dana", "user dana"},
	{"ListServerCertificates PathPrefix=/a/", account + "server-certificate/a/"},
	{"GenerateCredentialReport", "*"},
	{"GetCredentialReport", "*"},
	{"ListSAMLProviders", "*"},
	{"CreateSAMLProvider Name=new SAMLMetadataDocument=@metadata", account + "saml-provider/new"},
	{"UpdateSAMLProvider SAMLProviderArn=" + account + "saml-provider/x", account + "saml-provider/x"},
	{"TagSAMLProvider SAMLProviderArn=" + account + "saml-provider/x Tags=a:b", account + "saml-provider/x"},
	{"UntagSAMLProvider SAMLProviderArn=" + account + "saml-provider/x TagKeys=[a]", account + "saml-provider/x"},
	{"ListSAMLProviderTags SAMLProviderArn=" + account + "saml-provider/x", account + "saml-provider/x"},
	{"GetSAMLProvider SAMLProviderArn=" + account + "saml-provider/x", account + "saml-provider/x"},
	{"DeleteSAMLProvider SAMLProviderArn=" + account + "saml-provider/x", account + "saml-provider/x"},
	{"ListOpenIDConnectProviders", "*"},
	{"GetOpenIDConnectProvider OpenIDConnectProviderArn=" + account + "oidc-provider/x.example", account + "oidc-provider/x.example"},
	{"DeleteOpenIDConnectProvider OpenIDConnectProviderArn=" + account + "oidc-provider/x.example", account + "oidc-provider/x.example"},
	{"CreateOpenIDConnectProvider Url=https://x.example", account + "oidc-provider/x.example"},
	{"AddClientIDToOpenIDConnectProvider OpenIDConnectProviderArn=" + account + "oidc-provider/x.example ClientID=a", account + "oidc-provider/x.example"},
	{"RemoveClientIDFromOpenIDConnectProvider OpenIDConnectProviderArn=" + account + "oidc-provider/x.example ClientID=a", account + "oidc-provider/x.example"},
	{"UpdateOpenIDConnectProviderThumbprint OpenIDConnectProviderArn=" + account + "oidc-provider/x.example ThumbprintList=[0000000000000000000000000000000000000000]", account + "oidc-provider/x.example"},
	{"TagOpenIDConnectProvider OpenIDConnectProviderArn=" + account + "oidc-provider/x.example Tags=a:b", account + "oidc-provider/x.example"},
	{"UntagOpenIDConnectProvider OpenIDConnectProviderArn=" + account + "oidc-provider/x.example TagKeys=[a]", account + "oidc-provider/x.example"},
	{"ListOpenIDConnectProviderTags OpenIDConnectProviderArn=" + account + "oidc-provider/x.example", account + "oidc-provider/x.example"},
}

func TestEveryActionAsksForItsPermission(t *testing.T) {
	s := newStory(t)
	s.person("nobody")
	s.tell([]step{
		{call: "CreateUser UserName=dana Path=/x/"},
		{call: "CreateGroup GroupName=ops Path=/x/"},
		{call: "CreateRole RoleName=app Path=/x/ AssumeRolePolicyDocument=@trust"},
		{call: "CreateInstanceProfile InstanceProfileName=web Path=/x/"},
		{call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@allow"},
	})
	names := iamsvc.New(iamsvc.Config{}).Names()
	for _, p := range permissions {
		name, _, _ := strings.Cut(p.call, " ")
		names = slices.DeleteFunc(names, func(n string) bool { return n == name })
		t.Run(name, func(t *testing.T) {
			s.t = t
			want := fmt.Sprintf("403 AccessDenied User: "+account+"user/nobody is not authorized to perform: iam:%s on resource: %s because no identity-based policy allows the iam:%s action",
				name, p.resource, name)
			s.tell([]step{{as: "nobody", call: p.call, want: want}})

			// What is not there is refused in the same words.
			gone := strings.NewReplacer("=dana", "=none", "=ops", "=none", "=app", "=none", "=web", "=none", "KIROOTROOT", "KIAAAAAAAA", "user/x/dana", "user/x/none", readARN, noneARN)
			if absent := gone.Replace(p.call); absent != p.call {
				words := strings.NewReplacer("user dana", "user none", "group ops", "group none", "role app", "role none", "profile web", "profile none", "KIROOTROOT", "KIAAAAAAAA", readARN, noneARN)
				s.tell([]step{{as: "nobody", call: absent, want: words.Replace(want)}})
			}
		})
	}
	if len(names) > 0 {
		t.Errorf("no permission is tested for %v", names)
	}
}

func TestPermissionsAreOnTheRightResource(t *testing.T) {
	// Each is called by a user who may do just this, on just this resource; on
	// any other it is refused.
	tests := []struct{ call, resource string }{
		{"GetUser UserName=dana", account + "user/x/dana"},
		{"GetUser UserName=DANA", account + "user/x/dana"},
		{"GetGroup GroupName=ops", account + "group/x/ops"},
		{"GetRole RoleName=app", account + "role/x/app"},
		{"GetInstanceProfile InstanceProfileName=web", account + "instance-profile/x/web"},
		{"GetPolicy PolicyArn=" + readARN, readARN},
		{"GetPolicy PolicyArn=" + awsARN, awsARN},
		{"ListUsers", account + "user/"},
		{"ListUsers PathPrefix=/x/", account + "user/x/"},
		{"ListPolicies PathPrefix=/p/", account + "policy/p/"},
		{"CreateUser UserName=new Path=/n/", account + "user/n/new"},
		{"CreateGroup GroupName=new Path=/n/", account + "group/n/new"},
		{"CreateRole RoleName=new Path=/n/ AssumeRolePolicyDocument=@trust", account + "role/n/new"},
		{"CreatePolicy PolicyName=new Path=/n/ PolicyDocument=@allow", account + "policy/n/new"},
		{"CreateInstanceProfile InstanceProfileName=new Path=/n/", account + "instance-profile/n/new"},
		{"GetAccessKeyLastUsed AccessKeyId=@key", account + "user/x/dana"},
		{"SimulatePrincipalPolicy PolicySourceArn=" + account + "user/x/dana ActionNames=[s3:GetObject]", account + "user/x/dana"},
		{"GetUser UserName=absent", account + "user/absent"},
		{"AddUserToGroup GroupName=ops UserName=dana", account + "group/x/ops"},
		{"ListGroupsForUser UserName=dana", account + "user/x/dana"},
		{"AttachUserPolicy UserName=dana PolicyArn=" + awsARN, account + "user/x/dana"},
	}
	for _, tt := range tests {
		name, _, _ := strings.Cut(tt.call, " ")
		t.Run(tt.call, func(t *testing.T) {
			s := newStory(t)
			s.tell([]step{
				{call: "CreateUser UserName=dana Path=/x/"},
				{call: "CreateGroup GroupName=ops Path=/x/"},
				{call: "CreateRole RoleName=app Path=/x/ AssumeRolePolicyDocument=@trust"},
				{call: "CreateInstanceProfile InstanceProfileName=web Path=/x/"},
				{call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@allow"},
			})
			s.docs["key"] = s.do("", "CreateAccessKey UserName=dana").Element("AccessKeyId")
			s.person("other", statements(allowed("iam:"+name, tt.resource+"2"), allowed("iam:"+name, account+"user/dana")))
			s.person("right", statements(allowed("iam:"+name, tt.resource)))
			if a := s.do("other", tt.call); a.Status != 403 {
				t.Errorf("allowed on another resource: %s", brief(a))
			}
			if a := s.do("right", tt.call); a.Status == 403 {
				t.Errorf("refused on %s: %s", tt.resource, brief(a))
			}
		})
	}
}

func TestFurtherPermissions(t *testing.T) {
	denied := func(action, resource string) string {
		return fmt.Sprintf("403 AccessDenied User: "+account+"user/half is not authorized to perform: iam:%s on resource: %s because no identity-based policy allows the iam:%s action", action, resource, action)
	}
	tests := []struct{ name, call, needs, resource string }{
		{"a user comes with tags", "CreateUser UserName=new Tags=a:b", "TagUser", account + "user/new"},
		{"a role comes with tags", "CreateRole RoleName=new AssumeRolePolicyDocument=@trust Tags=a:b", "TagRole", account + "role/new"},
		{"a policy comes with tags", "CreatePolicy PolicyName=new PolicyDocument=@allow Tags=a:b", "TagPolicy", "policy new"},
		{"an instance profile comes with tags", "CreateInstanceProfile InstanceProfileName=new Tags=a:b", "TagInstanceProfile", account + "instance-profile/new"},
		{"a role is handed to machines", "AddRoleToInstanceProfile InstanceProfileName=web RoleName=app", "PassRole", account + "role/app"},
		{"a role that is not there is handed to machines", "AddRoleToInstanceProfile InstanceProfileName=web RoleName=none", "PassRole", account + "role/none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStory(t)
			s.person("half", statements(allowed("*", "*"), refused("iam:"+tt.needs, "*")))
			s.person("whole", allowAll)
			s.tell([]step{
				{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@trust"},
				{call: "CreateInstanceProfile InstanceProfileName=web"},
				{as: "half", call: tt.call, want: strings.Replace(denied(tt.needs, tt.resource), "because no identity-based policy allows the iam:"+tt.needs+" action",
					"with an explicit deny in an identity-based policy", 1)},
			})
			if a := s.do("whole", tt.call); a.Status == 403 {
				t.Errorf("refused: %s", brief(a))
			}
		})
	}
	t.Run("a user is moved to a path", func(t *testing.T) {
		s := newStory(t)
		s.person("half", statements(allowed("iam:UpdateUser", account+"user/dana"), allowed("iam:UpdateGroup", account+"group/ops")))
		s.tell([]step{
			{call: "CreateUser UserName=dana"},
			{call: "CreateGroup GroupName=ops"},
			{as: "half", call: "UpdateUser UserName=dana NewPath=/admin/", want: denied("UpdateUser", account+"user/admin/dana")},
			{as: "half", call: "UpdateGroup GroupName=ops NewGroupName=admins", want: denied("UpdateGroup", account+"group/admins")},
			{as: "half", call: "UpdateUser UserName=dana"},
			{as: "half", call: "UpdateGroup GroupName=ops"},
		})
	})
}

func TestConditionKeys(t *testing.T) {
	when := func(operator, key, value string) string {
		return statements(fmt.Sprintf(`{"Effect":"Allow","Action":"iam:*","Resource":"*","Condition":{%q:{%q:%q}}}`, operator, key, value))
	}
	tests := []struct{ name, policy, yes, no string }{
		{"tag of the target", when("StringEquals", "aws:ResourceTag/team", "red"), "GetUser UserName=red", "GetUser UserName=blue"},
		{"tag of the target, IAM's own key", when("StringEquals", "iam:ResourceTag/team", "red"), "GetRole RoleName=red", "GetRole RoleName=blue"},
		{"tag of the target user by default name", when("StringEquals", "aws:ResourceTag/team", "red"), "ListAccessKeys UserName=red", "ListAccessKeys UserName=blue"},
		{"tag that is passed", when("StringEquals", "aws:RequestTag/team", "red"), "TagUser UserName=blue Tags=team:red", "TagUser UserName=red Tags=team:blue"},
		{"tag that is passed on creation", when("StringEquals", "aws:RequestTag/team", "red"), "CreateUser UserName=new Tags=team:red", "CreateUser UserName=new"},
		{"keys of tags", when("ForAnyValue:StringEquals", "aws:TagKeys", "team"), "TagRole RoleName=red Tags=x:y,team:z", "TagRole RoleName=red Tags=x:y"},
		{"keys of tags that go", when("ForAnyValue:StringEquals", "aws:TagKeys", "team"), "UntagRole RoleName=red TagKeys=[team]", "UntagRole RoleName=red TagKeys=[x]"},
		{"policy that is attached to a user", when("ArnEquals", "iam:PolicyARN", awsARN), "AttachUserPolicy UserName=red PolicyArn=" + awsARN, "AttachUserPolicy UserName=red PolicyArn=" + readARN},
		{"policy that is attached to a group", when("ArnEquals", "iam:PolicyARN", awsARN), "AttachGroupPolicy GroupName=ops PolicyArn=" + awsARN, "AttachGroupPolicy GroupName=ops PolicyArn=" + readARN},
		{"policy that is detached from a role", when("ArnEquals", "iam:PolicyARN", awsARN), "DetachRolePolicy RoleName=red PolicyArn=" + awsARN, "DetachRolePolicy RoleName=red PolicyArn=" + readARN},
		{"boundary of a new user", when("StringEquals", "iam:PermissionsBoundary", awsARN), "CreateUser UserName=new PermissionsBoundary=" + awsARN, "CreateUser UserName=new"},
		{"boundary of a new role", when("StringEquals", "iam:PermissionsBoundary", awsARN), "CreateRole RoleName=new AssumeRolePolicyDocument=@trust PermissionsBoundary=" + awsARN, "CreateRole RoleName=new AssumeRolePolicyDocument=@trust"},
		{"boundary that is put", when("StringEquals", "iam:PermissionsBoundary", awsARN), "PutUserPermissionsBoundary UserName=blue PermissionsBoundary=" + awsARN, "PutUserPermissionsBoundary UserName=blue PermissionsBoundary=" + readARN},
		{"boundary that is put on a role", when("StringEquals", "iam:PermissionsBoundary", awsARN), "PutRolePermissionsBoundary RoleName=blue PermissionsBoundary=" + awsARN, "PutRolePermissionsBoundary RoleName=blue PermissionsBoundary=" + readARN},
		{"boundary that goes", when("StringEquals", "iam:PermissionsBoundary", awsARN), "DeleteUserPermissionsBoundary UserName=red", "DeleteUserPermissionsBoundary UserName=blue"},
		{"boundary of a role that goes", when("StringEquals", "iam:PermissionsBoundary", awsARN), "DeleteRolePermissionsBoundary RoleName=red", "DeleteRolePermissionsBoundary RoleName=blue"},
		{"boundary of a user who gets a policy", when("StringEquals", "iam:PermissionsBoundary", awsARN), "PutUserPolicy UserName=red PolicyName=p PolicyDocument=@allow", "PutUserPolicy UserName=blue PolicyName=p PolicyDocument=@allow"},
		{"boundary of a user who loses a policy", when("StringEquals", "iam:PermissionsBoundary", awsARN), "DeleteUserPolicy UserName=red PolicyName=p", "DeleteUserPolicy UserName=blue PolicyName=p"},
		{"boundary of a role that gets a policy", when("StringEquals", "iam:PermissionsBoundary", awsARN), "PutRolePolicy RoleName=red PolicyName=p PolicyDocument=@allow", "PutRolePolicy RoleName=blue PolicyName=p PolicyDocument=@allow"},
		{"boundary of a user at an attachment", when("StringEquals", "iam:PermissionsBoundary", awsARN), "AttachUserPolicy UserName=red PolicyArn=" + awsARN, "AttachUserPolicy UserName=blue PolicyArn=" + awsARN},
		{"boundary of a role at an attachment", when("StringEquals", "iam:PermissionsBoundary", awsARN), "AttachRolePolicy RoleName=red PolicyArn=" + awsARN, "AttachRolePolicy RoleName=blue PolicyArn=" + awsARN},
		{"service of a linked role", when("StringEquals", "iam:AWSServiceName", "ecs.amazonaws.com"), "CreateServiceLinkedRole AWSServiceName=ecs.amazonaws.com", "CreateServiceLinkedRole AWSServiceName=eks.amazonaws.com"},
		{"tag of a policy", when("StringEquals", "aws:ResourceTag/team", "red"), "GetPolicy PolicyArn=" + readARN, "GetPolicy PolicyArn=" + awsARN},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStory(t)
			s.tell([]step{
				{call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@allow Tags=team:red"},
				{call: "CreateUser UserName=red Tags=team:red PermissionsBoundary=" + awsARN},
				{call: "CreateUser UserName=blue"},
				{call: "CreateGroup GroupName=ops"},
				{call: "CreateRole RoleName=red AssumeRolePolicyDocument=@trust Tags=team:red PermissionsBoundary=" + awsARN},
				{call: "CreateRole RoleName=blue AssumeRolePolicyDocument=@trust"},
			})
			s.person("limited", tt.policy)
			if a := s.do("limited", tt.no); a.Status != 403 {
				t.Errorf("%s is allowed: %s", tt.no, brief(a))
			}
			if a := s.do("limited", tt.yes); a.Status == 403 {
				t.Errorf("%s is refused: %s", tt.yes, brief(a))
			}
		})
	}
	t.Run("service that a role is passed to", func(t *testing.T) {
		s := newStory(t)
		s.person("limited", statements(allowed("iam:AddRoleToInstanceProfile", "*"),
			`{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ec2.amazonaws.com","aws:ResourceTag/team":"red"}}}`))
		s.tell([]step{
			{call: "CreateInstanceProfile InstanceProfileName=web"},
			{call: "CreateRole RoleName=red AssumeRolePolicyDocument=@trust Tags=team:red"},
			{as: "limited", call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=red"},
		})
	})
}
