package iamsvc_test

import (
	"net/url"
	"strings"
	"testing"
)

func TestRoles(t *testing.T) {
	const noApp = "404 NoSuchEntity The role with name app cannot be found."
	s := newStory(t)
	s.tell([]step{
		{call: "GetRole RoleName=app", want: noApp},
		{call: "UpdateRole RoleName=app", want: noApp},
		{call: "UpdateRoleDescription RoleName=app Description=x", want: noApp},
		{call: "UpdateAssumeRolePolicy RoleName=app PolicyDocument=@trust", want: noApp},
		{call: "DeleteRole RoleName=app", want: noApp},
		{call: "ListRolePolicies RoleName=app", want: noApp},
		{
			call: "CreateRole RoleName=app Path=/svc/ AssumeRolePolicyDocument=@trust Description=first MaxSessionDuration=7200 Tags=a:b",
			has:  "<RoleName>app</RoleName><RoleId>AROA … <Arn>arn:aws:iam::123456789012:role/svc/app</Arn> … <Tags>", not: "MaxSessionDuration",
		},
		{call: "CreateRole RoleName=App AssumeRolePolicyDocument=@trust", want: "409 EntityAlreadyExists Role with name App already exists."},
		{
			call: "GetRole RoleName=app",
			has:  "<Description>first</Description><MaxSessionDuration>7200</MaxSessionDuration> … <Tags> … <RoleLastUsed/>",
		},
		{call: "ListRoles", has: "<MaxSessionDuration>7200</MaxSessionDuration>", not: "<Tags"},
		{call: "ListRoles", not: "RoleLastUsed"},
		{call: "ListRoles PathPrefix=/svc/", has: "<RoleName>app</RoleName>"},
		{call: "ListRoles PathPrefix=/other/", has: "<Roles/>"},
		{call: "UpdateRole RoleName=app Description=second", has: "<UpdateRoleResult/>"},
		{call: "GetRole RoleName=app", has: "<Description>second</Description><MaxSessionDuration>7200<"},
		{call: "UpdateRole RoleName=app MaxSessionDuration=3600 Description="},
		{call: "GetRole RoleName=app", has: "<MaxSessionDuration>3600<", not: "<Description>"},
		{call: "UpdateRoleDescription RoleName=app Description=third", has: "<Description>third</Description>"},
		{
			call: "CreateRole RoleName=x Path=/aws-service-role/x/ AssumeRolePolicyDocument=@trust",
			want: "400 InvalidInput The path /aws-service-role/ is reserved for service-linked roles.",
		},
		{call: "CreateInstanceProfile InstanceProfileName=web"},
		{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=app"},
		{call: "DeleteRole RoleName=app", want: "409 DeleteConflict Cannot delete entity, must remove roles from instance profile first."},
		{call: "RemoveRoleFromInstanceProfile InstanceProfileName=web RoleName=app"},
		{call: "PutRolePolicy RoleName=app PolicyName=p PolicyDocument=@allow"},
		{call: "DeleteRole RoleName=app", want: "409 DeleteConflict Cannot delete entity, must delete policies first."},
		{call: "DeleteRolePolicy RoleName=app PolicyName=p"},
		{call: "AttachRolePolicy RoleName=app PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess"},
		{call: "DeleteRole RoleName=app", want: "409 DeleteConflict Cannot delete entity, must detach all policies first."},
		{call: "DetachRolePolicy RoleName=app PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess"},
		{call: "DeleteRole RoleName=app"},
		{call: "GetRole RoleName=app", want: noApp},
	})
}

// trustOf returns the trust policy that GetRole shows.
func (s *story) trustOf(role string) string {
	s.t.Helper()
	text, err := url.PathUnescape(s.do("", "GetRole RoleName="+role).Element("AssumeRolePolicyDocument"))
	if err != nil {
		s.t.Fatal(err)
	}
	return text
}

func TestTrustPoliciesNameThoseWhoExist(t *testing.T) {
	s := newStory(t)
	other, otherRoot := s.NewAccount()
	s.people["other"] = otherRoot
	trust := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":"sts:AssumeRole"}]}`
	}
	s.tell([]step{
		{call: "CreateUser UserName=dana Path=/ops/"},
		{call: "CreateRole RoleName=boss AssumeRolePolicyDocument=@trust"},
		{as: "other", call: "CreateUser UserName=olga"},
	})
	invalid := func(value string) string {
		return `400 MalformedPolicyDocument Invalid principal in policy: "AWS":"` + value + `"`
	}
	tests := []struct{ name, principal, want, shown string }{
		{"a user", "arn:aws:iam::123456789012:user/ops/dana", "", ""},
		{"a role", "arn:aws:iam::123456789012:role/boss", "", ""},
		{"a user of another account here", "arn:aws:iam::" + other + ":user/olga", "", ""},
		{"a user of an account elsewhere", "arn:aws:iam::999988887777:user/anyone", "", ""},
		{"an account number", "123456789012", "", "arn:aws:iam::123456789012:root"},
		{"a root user", "arn:aws:iam::123456789012:root", "", ""},
		{"everyone", "*", "", ""},
		{"a session", "arn:aws:sts::123456789012:assumed-role/boss/x1", "", ""},
		{"nobody", "arn:aws:iam::123456789012:user/nobody", invalid("arn:aws:iam::123456789012:user/nobody"), ""},
		{"no role", "arn:aws:iam::123456789012:role/nobody", invalid("arn:aws:iam::123456789012:role/nobody"), ""},
		{"the path left out", "arn:aws:iam::123456789012:user/dana", invalid("arn:aws:iam::123456789012:user/dana"), ""},
		{"other case", "arn:aws:iam::123456789012:role/Boss", invalid("arn:aws:iam::123456789012:role/Boss"), ""},
		{"another partition", "arn:aws-cn:iam::123456789012:role/boss", invalid("arn:aws-cn:iam::123456789012:role/boss"), ""},
		{"a root user of another partition", "arn:aws-cn:iam::123456789012:root", invalid("arn:aws-cn:iam::123456789012:root"), ""},
		{"nobody of another account here", "arn:aws:iam::" + other + ":user/nobody", invalid("arn:aws:iam::" + other + ":user/nobody"), ""},
		{"a group", "arn:aws:iam::123456789012:group/ops", invalid("arn:aws:iam::123456789012:group/ops"), ""},
		{"every user", "arn:aws:iam::123456789012:user/*", invalid("arn:aws:iam::123456789012:user/*"), ""},
		{"an id of somebody", "@id", "", "arn:aws:iam::123456789012:user/ops/dana"},
		{"an id of nobody", "AIDARZPUZDIKAAAAAAAAA", invalid("AIDARZPUZDIKAAAAAAAAA"), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.t = t
			if tt.principal == "@id" {
				tt.principal = s.do("", "GetUser UserName=dana").Element("UserId")
			}
			s.docs["new"] = trust(tt.principal)
			for _, call := range []string{"CreateRole RoleName=app AssumeRolePolicyDocument=@new", "UpdateAssumeRolePolicy RoleName=boss PolicyDocument=@new"} {
				a := s.do("", call)
				if got := result(a); got != tt.want {
					t.Errorf("%s: got %q, want %q", call, got, tt.want)
				}
				if tt.want != "" {
					continue
				}
				if sent, _ := url.PathUnescape(a.Element("AssumeRolePolicyDocument")); strings.HasPrefix(call, "Create") && sent != s.docs["new"] {
					t.Errorf("CreateRole answered %s, want it as sent", sent)
				}
			}
			if tt.want != "" {
				return
			}
			want := s.docs["new"]
			if tt.shown != "" {
				want = trust(tt.shown)
			}
			for _, role := range []string{"app", "boss"} {
				if got := s.trustOf(role); got != want {
					t.Errorf("GetRole %s shows %s, want %s", role, got, want)
				}
			}
			s.do("", "DeleteRole RoleName=app")
		})
	}
}

func TestTrustFollowsThePersonNotTheName(t *testing.T) {
	s := newStory(t)
	s.person("dana", allowAll)
	s.docs["dana"] = strings.Replace(s.docs["trust"], "123456789012", "arn:aws:iam::123456789012:user/dana", 1)
	s.tell([]step{{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@dana"}})
	roleARN := "arn:aws:iam::123456789012:role/app"
	id := s.do("dana", "GetUser").Element("UserId")

	s.tell([]step{{call: "UpdateUser UserName=dana NewUserName=diana NewPath=/x/"}})
	if got := s.trustOf("app"); !strings.Contains(got, `"arn:aws:iam::123456789012:user/x/diana"`) {
		t.Errorf("after a rename GetRole shows %s", got)
	}
	s.AssumeRole(s.people["dana"], roleARN, "still")

	s.tell([]step{
		{call: "DeleteAccessKey UserName=diana AccessKeyId=" + s.people["dana"].AccessKeyID},
		{call: "DeleteUserPolicy UserName=diana PolicyName=policy0"},
		{call: "DeleteUser UserName=diana"},
	})
	if got := s.trustOf("app"); !strings.Contains(got, `"`+id+`"`) {
		t.Errorf("after the deletion GetRole shows %s, want the bare id %s", got, id)
	}
	s.person("dana") // another dana
	a := s.Call(s.people["dana"], "sts", "AssumeRole", "RoleArn", roleARN, "RoleSessionName", "thief")
	if a.Status != 403 {
		t.Errorf("the second dana assumed the role: %s", a.Body)
	}
}

func TestTrustPolicyRefusals(t *testing.T) {
	s := newStory(t)
	s.docs["long"] = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:username":"` +
		strings.Repeat("x", 2048) + `"}}}]}`
	s.docs["spacious"] = strings.Replace(s.docs["trust"], ":", ": "+strings.Repeat(" ", 3000), 1)
	s.docs["s3"] = strings.Replace(s.docs["trust"], "sts:AssumeRole", "s3:GetObject", 1)
	s.docs["resource"] = strings.Replace(s.docs["trust"], `"Action"`, `"Resource":"*","Action"`, 1)
	s.tell([]step{
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@broken", want: "400 MalformedPolicyDocument This policy contains invalid Json"},
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@s3", want: "400 MalformedPolicyDocument AssumeRole policy may only specify STS AssumeRole actions."},
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@resource", want: "400 MalformedPolicyDocument Has prohibited field Resource"},
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@long", want: "409 LimitExceeded Cannot exceed quota for ACLSizePerRole: 2048"},
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@spacious"},
		{call: "UpdateAssumeRolePolicy RoleName=app PolicyDocument=@long", want: "409 LimitExceeded Cannot exceed quota for ACLSizePerRole: 2048"},
	})
}

func TestServiceLinkedRoles(t *testing.T) {
	const name = "AWSServiceRoleForECS"
	protected := "400 UnmodifiableEntity Cannot perform the operation on the protected role '" + name + "' - this role is only modifiable by AWS (service ecs.amazonaws.com)"
	s := newStory(t)
	s.tell([]step{
		{
			call: "CreateServiceLinkedRole AWSServiceName=ecs.amazonaws.com",
			has:  "<Path>/aws-service-role/ecs.amazonaws.com/</Path><RoleName>" + name + "</RoleName>",
		},
		{call: "ListAttachedRolePolicies RoleName=" + name, has: "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"},
		{
			call: "CreateServiceLinkedRole AWSServiceName=ecs.amazonaws.com",
			want: "400 InvalidInput Service role name " + name + " has been taken in this account, please try a different suffix.",
		},
		{
			call: "CreateServiceLinkedRole AWSServiceName=ops.apigateway.amazonaws.com CustomSuffix=x",
			want: "400 InvalidInput Custom suffix is not allowed for ops.apigateway.amazonaws.com",
		},
		{call: "CreateServiceLinkedRole AWSServiceName=autoscaling.amazonaws.com CustomSuffix=blue", has: "AWSServiceRoleForAutoScaling_blue"},
		{call: "CreateServiceLinkedRole AWSServiceName=connect.amazonaws.com CustomSuffix=blue", has: "AWSServiceRoleForAmazonConnect_blue"},
		{call: "CreateServiceLinkedRole AWSServiceName=lexv2.amazonaws.com CustomSuffix=blue", has: "AWSServiceRoleForLexV2Bots_blue"},
		{
			call: "CreateServiceLinkedRole AWSServiceName=autoscaling.amazonaws.com CustomSuffix=" + strings.Repeat("x", 64),
			want: "400 InvalidInput Role name AWSServiceRoleForAutoScaling_" + strings.Repeat("x", 64) + " is longer than 64 characters.",
		},
		{
			call: "CreateServiceLinkedRole AWSServiceName=nosuch.amazonaws.com",
			want: "400 InvalidInput Service nosuch.amazonaws.com does not have service-linked roles.",
		},
		{call: "DeleteRole RoleName=" + name, want: protected},
		{call: "UpdateRole RoleName=" + name + " MaxSessionDuration=3600", want: protected},
		{call: "UpdateAssumeRolePolicy RoleName=" + name + " PolicyDocument=@trust", want: protected},
		{call: "PutRolePolicy RoleName=" + name + " PolicyName=p PolicyDocument=@allow", want: protected},
		{call: "AttachRolePolicy RoleName=" + name + " PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess", want: protected},
		{call: "DetachRolePolicy RoleName=" + name + " PolicyArn=arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy", want: protected},
		{call: "PutRolePermissionsBoundary RoleName=" + name + " PermissionsBoundary=arn:aws:iam::aws:policy/ReadOnlyAccess", want: protected},
		{call: "TagRole RoleName=" + name + " Tags=a:b,c:d"}, // Terraform does
		{call: "UntagRole RoleName=" + name + " TagKeys=[a]"},
		{call: "ListRoleTags RoleName=" + name, has: "<Tags><member><Key>c</Key><Value>d</Value></member></Tags>"},
		{call: "UpdateRole RoleName=" + name + " Description=fine"},
		{call: "DeleteServiceLinkedRole RoleName=none", want: "404 NoSuchEntity The role with name none cannot be found."},
		{call: "CreateRole RoleName=plain AssumeRolePolicyDocument=@trust"},
		{call: "DeleteServiceLinkedRole RoleName=plain", want: "400 InvalidInput Role plain is not a service-linked role."},
		{
			call: "AttachRolePolicy RoleName=plain PolicyArn=arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy",
			want: "400 PolicyNotAttachable Cannot attach a Service Role Policy to a Customer Role.",
		},
	})
	task := s.do("", "DeleteServiceLinkedRole RoleName="+name).Element("DeletionTaskId")
	if !strings.HasPrefix(task, "task/aws-service-role/ecs.amazonaws.com/"+name+"/") {
		t.Errorf("DeletionTaskId = %q", task)
	}
	s.tell([]step{
		{call: "GetRole RoleName=" + name, want: "404 NoSuchEntity The role with name " + name + " cannot be found."},
		{call: "GetServiceLinkedRoleDeletionStatus DeletionTaskId=" + task, has: "<Status>SUCCEEDED</Status>"},
		{call: "GetServiceLinkedRoleDeletionStatus DeletionTaskId=x", want: "404 NoSuchEntity The deletion task with id x cannot be found."},
	})
}

func TestRoleLastUsed(t *testing.T) {
	s := newStory(t)
	s.person("dana", allowAll)
	roleARN := s.Role("app", trustAll, allowAll)
	s.people["app"] = s.AssumeRole(s.people["dana"], roleARN, "session")
	s.tell([]step{
		{as: "app", call: "ListUsers"},
		{call: "GetRole RoleName=app", has: "<RoleLastUsed><LastUsedDate> … <Region>us-east-1</Region>"},
	})
}

func TestInstanceProfiles(t *testing.T) {
	const missing = "404 NoSuchEntity Instance Profile web cannot be found."
	s := newStory(t)
	s.tell([]step{
		{call: "GetInstanceProfile InstanceProfileName=web", want: missing},
		{call: "DeleteInstanceProfile InstanceProfileName=web", want: missing},
		{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=app", want: missing},
		{call: "CreateInstanceProfile InstanceProfileName=web Path=/a/ Tags=k:v", has: "<InstanceProfileId>AIPA … :instance-profile/a/web</Arn> … <Roles/><Tags>"},
		{call: "CreateInstanceProfile InstanceProfileName=WEB", want: "409 EntityAlreadyExists Instance Profile WEB already exists."},
		{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=app", want: "404 NoSuchEntity The role with name app cannot be found."},
		{call: "RemoveRoleFromInstanceProfile InstanceProfileName=web RoleName=app", want: "404 NoSuchEntity The role with name app cannot be found."},
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@trust"},
		{call: "CreateRole RoleName=two AssumeRolePolicyDocument=@trust"},
		{call: "RemoveRoleFromInstanceProfile InstanceProfileName=web RoleName=app", want: "404 NoSuchEntity Role app in Instance Profile web cannot be found."},
		{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=app"},
		{call: "AddRoleToInstanceProfile InstanceProfileName=web RoleName=two", want: "409 LimitExceeded Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1"},
		{call: "GetInstanceProfile InstanceProfileName=web", has: "<Roles><member><Path>/</Path><RoleName>app</RoleName> … <Tags>"},
		{call: "ListInstanceProfiles", has: "<RoleName>app</RoleName>", not: "<Tags>"},
		{call: "ListInstanceProfiles PathPrefix=/b/", has: "<InstanceProfiles/>"},
		{call: "ListInstanceProfilesForRole RoleName=app", has: "<InstanceProfileName>web</InstanceProfileName>"},
		{call: "ListInstanceProfilesForRole RoleName=two", has: "<InstanceProfiles/>"},
		{call: "DeleteInstanceProfile InstanceProfileName=web", want: "409 DeleteConflict Cannot delete entity, must remove roles from instance profile first."},
		{call: "RemoveRoleFromInstanceProfile InstanceProfileName=web RoleName=app"},
		{call: "DeleteInstanceProfile InstanceProfileName=web"},
		{call: "GetInstanceProfile InstanceProfileName=web", want: missing},
	})
}
