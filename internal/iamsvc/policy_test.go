package iamsvc_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

const (
	readARN  = "arn:aws:iam::123456789012:policy/p/read"
	noneARN  = "arn:aws:iam::123456789012:policy/none"
	awsARN   = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	notFound = "404 NoSuchEntity Policy " + noneARN + " was not found."
	notThere = "404 NoSuchEntity Policy " + noneARN + " does not exist or is not attachable."
)

func TestManagedPolicies(t *testing.T) {
	s := newStory(t)
	s.docs["big"] = strings.Replace(s.docs["allow"], "s3:*", "s3:"+strings.Repeat("x", 6144), 1)
	s.docs["spacious"] = strings.Replace(s.docs["allow"], ":", ": "+strings.Repeat(" ", 6144), 1)
	s.tell([]step{
		{call: "GetPolicy PolicyArn=" + noneARN, want: notFound},
		{call: "DeletePolicy PolicyArn=" + noneARN, want: notFound},
		{call: "ListEntitiesForPolicy PolicyArn=" + noneARN, want: notThere},
		{call: "TagPolicy PolicyArn=" + noneARN + " Tags=a:b", want: notFound},
		{call: "ListPolicyVersions PolicyArn=" + noneARN, want: notFound},
		{call: "CreatePolicyVersion PolicyArn=" + noneARN + " PolicyDocument=@allow", want: notThere},
		{call: "GetPolicyVersion PolicyArn=" + noneARN + " VersionId=v1", want: "404 NoSuchEntity Policy " + noneARN + " version v1 does not exist or is not attachable."},
		{call: "GetPolicy PolicyArn=longpolicynamebutnoarn", want: "400 ValidationError ARN longpolicynamebutnoarn is not valid."},
		{call: "GetPolicy PolicyArn=arn:aws:iam::123456789012:role/x", want: "400 InvalidInput ARN arn:aws:iam::123456789012:role/x is not valid."},
		{
			call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@allow Description=reads Tags=a:b",
			has: "<PolicyName>read</PolicyName><PolicyId>ANPA … <Arn>" + readARN + "</Arn><Path>/p/</Path><DefaultVersionId>v1</DefaultVersionId>" +
				"<AttachmentCount>0</AttachmentCount><PermissionsBoundaryUsageCount>0</PermissionsBoundaryUsageCount><IsAttachable>true</IsAttachable> … <Tags>",
			not: "<Description>",
		},
		{call: "CreatePolicy PolicyName=READ PolicyDocument=@allow", want: "409 EntityAlreadyExists A policy called READ already exists. Duplicate names are not allowed."},
		{call: "CreatePolicy PolicyName=x PolicyDocument=@broken", want: "400 MalformedPolicyDocument Syntax errors in policy."},
		{call: "CreatePolicy PolicyName=x PolicyDocument=@old", want: "400 MalformedPolicyDocument Policy document must be version 2012-10-17 or greater."},
		{call: "CreatePolicy PolicyName=x PolicyDocument=@big", want: "409 LimitExceeded Cannot exceed quota for PolicySize: 6144"},
		{call: "CreatePolicy PolicyName=spacious PolicyDocument=@spacious"},
		{call: "GetPolicy PolicyArn=" + readARN, has: "<Description>reads</Description> … <Tags><member><Key>a</Key>"},
		{call: "GetPolicy PolicyArn=" + strings.ToUpper(readARN[:3]) + readARN[3:], want: "400 ValidationError ARN ARN:aws:iam::123456789012:policy/p/read is not valid."},
		{call: "GetPolicy PolicyArn=" + awsARN, has: "<PolicyName>ReadOnlyAccess</PolicyName>"},
		{call: "DeletePolicy PolicyArn=" + awsARN, want: "403 AccessDenied Cannot delete policies outside your own account."},
		{call: "TagPolicy PolicyArn=" + awsARN + " Tags=a:b", want: "403 AccessDenied Cannot update policies outside your own account."},
		{call: "CreateUser UserName=dana"},
		{call: "AttachUserPolicy UserName=dana PolicyArn=" + readARN},
		{call: "GetPolicy PolicyArn=" + readARN, has: "<AttachmentCount>1</AttachmentCount>"},
		{call: "DeletePolicy PolicyArn=" + readARN, want: "409 DeleteConflict Cannot delete a policy attached to entities."},
		{call: "DetachUserPolicy UserName=dana PolicyArn=" + readARN},
		{call: "PutUserPermissionsBoundary UserName=dana PermissionsBoundary=" + readARN},
		{call: "GetPolicy PolicyArn=" + readARN, has: "<PermissionsBoundaryUsageCount>1</PermissionsBoundaryUsageCount>"},
		{call: "DeletePolicy PolicyArn=" + readARN, want: "409 DeleteConflict Cannot delete a policy attached to entities."},
		{call: "DeleteUserPermissionsBoundary UserName=dana"},
		{call: "CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@allow"},
		{
			call: "DeletePolicy PolicyArn=" + readARN,
			want: "409 DeleteConflict This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
		},
		{call: "DeletePolicyVersion PolicyArn=" + readARN + " VersionId=v2"},
		{call: "DeletePolicy PolicyArn=" + readARN},
	})
}

func TestPoliciesOfOtherAccountsAreOutOfReach(t *testing.T) {
	s := newStory(t)
	other, root := s.NewAccount()
	s.people["other"] = root
	arn := "arn:aws:iam::" + other + ":policy/theirs"
	s.tell([]step{
		{as: "other", call: "CreatePolicy PolicyName=theirs PolicyDocument=@allow"},
		{call: "CreateUser UserName=dana"},
		{call: "GetPolicy PolicyArn=" + arn, want: "403 AccessDenied User: arn:aws:iam::123456789012:root is not authorized to perform: iam:GetPolicy on resource: policy " + arn},
		{call: "DeletePolicy PolicyArn=" + arn, want: "403 AccessDenied User: arn:aws:iam::123456789012:root is not authorized to perform: iam:DeletePolicy on resource: policy " + arn},
		{call: "AttachUserPolicy UserName=dana PolicyArn=" + arn, want: "404 NoSuchEntity Policy " + arn + " does not exist or is not attachable."},
		{call: "PutUserPermissionsBoundary UserName=dana PermissionsBoundary=" + arn, want: "404 NoSuchEntity Scope ARN: " + arn + " does not exist or is not attachable."},
	})
}

func TestPolicyVersions(t *testing.T) {
	s := newStory(t)
	missing := "404 NoSuchEntity Policy " + readARN + " version v9 does not exist or is not attachable."
	s.docs["v2"] = strings.Replace(s.docs["allow"], "s3", "sqs", 1)
	s.tell([]step{{call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@allow"}})
	s.Advance(time.Hour)
	s.tell([]step{
		{
			call: "CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@v2",
			has:  "<VersionId>v2</VersionId><IsDefaultVersion>false</IsDefaultVersion>", not: "<Document>",
		},
		{call: "CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@old", want: "400 MalformedPolicyDocument Policy document must be version 2012-10-17 or greater."},
		{call: "CreatePolicyVersion PolicyArn=" + awsARN + " PolicyDocument=@allow", want: "403 AccessDenied Cannot create policy versions for policies outside your own account."},
		{call: "GetPolicyVersion PolicyArn=" + readARN + " VersionId=v2", has: "<Document>" + encoded(s.docs["v2"]) + "</Document><VersionId>v2</VersionId>"},
		{call: "GetPolicyVersion PolicyArn=" + readARN + " VersionId=v9", want: missing},
		{call: "GetPolicyVersion PolicyArn=" + readARN + " VersionId=v2.x", want: "404 NoSuchEntity Policy " + readARN + " version v2.x does not exist or is not attachable."},
		{call: "GetPolicyVersion PolicyArn=" + readARN + " VersionId=v99999999999999999999", want: "404 NoSuchEntity Policy " + readARN + " version v99999999999999999999 does not exist or is not attachable."},
		{call: "GetPolicyVersion PolicyArn=" + awsARN + " VersionId=0", want: `400 ValidationError 1 validation error detected: Value at 'versionId' failed to satisfy constraint: ` +
			`Member must satisfy regular expression pattern: v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`},
		{call: "SetDefaultPolicyVersion PolicyArn=" + readARN + " VersionId=v9", want: missing},
		{call: "SetDefaultPolicyVersion PolicyArn=" + awsARN + " VersionId=v1", want: "403 AccessDenied Cannot update policies outside your own account."},
		{call: "SetDefaultPolicyVersion PolicyArn=" + readARN + " VersionId=v2"},
		{call: "GetPolicy PolicyArn=" + readARN, has: "<DefaultVersionId>v2</DefaultVersionId> … <UpdateDate>" + s.Now().UTC().Format(time.RFC3339)},
		{call: "DeletePolicyVersion PolicyArn=" + readARN + " VersionId=v2", want: "409 DeleteConflict Cannot delete the default version of a policy."},
		{call: "DeletePolicyVersion PolicyArn=" + readARN + " VersionId=v9", want: missing},
		{call: "DeletePolicyVersion PolicyArn=" + awsARN + " VersionId=v1", want: "403 AccessDenied Cannot delete policy versions for policies outside your own account."},
		{call: "DeletePolicyVersion PolicyArn=" + readARN + " VersionId=v1"},
		{call: "CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@v2 SetAsDefault=true", has: "<VersionId>v3</VersionId><IsDefaultVersion>true</IsDefaultVersion>"},
		{call: "ListPolicyVersions PolicyArn=" + readARN, has: "v3 … v2 … <IsTruncated>false", not: "<VersionId>v1<"},
		{call: "ListPolicyVersions PolicyArn=" + awsARN, has: "<IsDefaultVersion>true</IsDefaultVersion>"},
		{call: "CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@v2"},
		{call: "CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@v2"},
		{call: "CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@v2"},
		{
			call: "CreatePolicyVersion PolicyArn=" + readARN + " PolicyDocument=@v2",
			want: "409 LimitExceeded A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.",
		},
	})
}

// encoded is a document as the wire has it.
func encoded(document string) string {
	return strings.NewReplacer("+", "%20", "*", "%2A", "%7E", "~").Replace(url.QueryEscape(document))
}

func TestListPolicies(t *testing.T) {
	s := newStory(t)
	s.tell([]step{
		{call: "CreatePolicy PolicyName=AdministratorAccess PolicyDocument=@allow"}, // a name of the service's own
		{call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@allow"},
		{call: "CreateUser UserName=dana PermissionsBoundary=" + readARN},
		{call: "AttachUserPolicy UserName=dana PolicyArn=" + awsARN},
		{call: "ListPolicies Scope=Local", has: ":123456789012:policy/AdministratorAccess<", not: ":aws:policy/"},
		{call: "ListPolicies Scope=AWS PathPrefix=/job-function/", has: "ViewOnlyAccess", not: "123456789012"},
		{call: "ListPolicies Scope=Local PathPrefix=/p/", has: "<PolicyName>read</PolicyName>", not: "AdministratorAccess"},
		{call: "ListPolicies OnlyAttached=true", has: "<PolicyName>read</PolicyName> … <PolicyName>ReadOnlyAccess</PolicyName>", not: "AdministratorAccess"},
		{call: "ListPolicies PolicyUsageFilter=PermissionsPolicy", has: "ReadOnlyAccess", not: "<PolicyName>read<"},
		{call: "ListPolicies PolicyUsageFilter=PermissionsBoundary", has: "<PolicyName>read<", not: "ReadOnlyAccess"},
		{call: "ListPolicies Scope=Local", not: "<Tags"},
		{call: "ListPolicies Scope=All MaxItems=1 Marker=TGlzdFBvbGljaWVz", want: "400 ValidationError Invalid Marker."},
	})
	seen := map[string]int{}
	marker, last := "", ""
	for range 100 {
		call := "ListPolicies MaxItems=7"
		if marker != "" {
			call += " Marker=" + marker
		}
		a := s.do("", call)
		for _, part := range strings.Split(flat(a), "<Arn>")[1:] {
			arn := part[:strings.Index(part, "<")]
			seen[arn]++
			name := strings.ToLower(arn[strings.LastIndex(arn, "/")+1:])
			if name < last {
				t.Errorf("%s comes after %s", name, last)
			}
			last = name
		}
		if marker = a.Element("Marker"); marker == "" {
			break
		}
	}
	for arn, n := range seen {
		if n != 1 {
			t.Errorf("%s is listed %d times", arn, n)
		}
	}
	if seen["arn:aws:iam::123456789012:policy/AdministratorAccess"] != 1 || seen["arn:aws:iam::aws:policy/AdministratorAccess"] != 1 || len(seen) < 100 {
		t.Errorf("%d policies were listed", len(seen))
	}
}

func TestAttachments(t *testing.T) {
	s := newStory(t)
	s.tell([]step{
		{call: "CreateUser UserName=x"},
		{call: "CreateGroup GroupName=x"},
		{call: "CreateRole RoleName=x AssumeRolePolicyDocument=@trust"},
		{call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@allow"},
		{call: "AttachRolePolicy RoleName=x PolicyArn=longpolicynamebutnoarn", want: "400 ValidationError Invalid ARN:  Could not be parsed!"},
		{call: "AttachUserPolicy UserName=x PolicyArn=longpolicynamebutnoarn", want: "400 ValidationError ARN longpolicynamebutnoarn is not valid."},
		{call: "AttachGroupPolicy GroupName=x PolicyArn=longpolicynamebutnoarn", want: "400 ValidationError ARN longpolicynamebutnoarn is not valid."},
	})
	for _, kind := range []string{"User", "Group", "Role"} {
		t.Run(kind, func(t *testing.T) {
			s.t = t
			on := kind + "Name=x"
			s.tell([]step{
				{call: "Attach" + kind + "Policy " + on + " PolicyArn=" + noneARN, want: notThere},
				{call: "Detach" + kind + "Policy " + on + " PolicyArn=" + noneARN, want: notFound},
				{call: "Detach" + kind + "Policy " + on + " PolicyArn=" + readARN, want: "404 NoSuchEntity Policy " + readARN + " was not found."},
				{call: "Attach" + kind + "Policy " + on + " PolicyArn=" + readARN},
				{call: "Attach" + kind + "Policy " + on + " PolicyArn=" + readARN},
				{call: "Attach" + kind + "Policy " + on + " PolicyArn=" + awsARN},
				{call: "ListAttached" + kind + "Policies " + on, has: "<PolicyName>read</PolicyName><PolicyArn>" + readARN + "</PolicyArn> … ReadOnlyAccess"},
				{call: "ListAttached" + kind + "Policies " + on + " PathPrefix=/p/", has: "read", not: "ReadOnlyAccess"},
				{call: "ListAttached" + kind + "Policies " + on + " MaxItems=1", has: "<IsTruncated>true"},
				{call: "Detach" + kind + "Policy " + on + " PolicyArn=" + readARN},
				{call: "ListAttached" + kind + "Policies " + on, not: "<PolicyName>read<"},
			})
		})
	}
	for i := range 10 {
		s.do("", fmt.Sprintf("CreatePolicy PolicyName=p%d PolicyDocument=@allow", i))
	}
	for _, kind := range []string{"User", "Group", "Role"} {
		for i := range 10 {
			want := ""
			if i == 9 {
				want = "409 LimitExceeded Cannot exceed quota for PoliciesPer" + kind + ": 10"
			}
			s.tell([]step{{call: fmt.Sprintf("Attach%sPolicy %sName=x PolicyArn=arn:aws:iam::123456789012:policy/p%d", kind, kind, i), want: want}})
		}
		s.tell([]step{{call: "Attach" + kind + "Policy " + kind + "Name=x PolicyArn=" + awsARN}}) // is there already
	}
}

func TestEntitiesForPolicy(t *testing.T) {
	s := newStory(t)
	s.tell([]step{
		{call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@allow"},
		{call: "CreateUser UserName=ann Path=/x/"},
		{call: "CreateUser UserName=bob PermissionsBoundary=" + readARN},
		{call: "CreateGroup GroupName=ops"},
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@trust PermissionsBoundary=" + readARN},
		{call: "AttachUserPolicy UserName=ann PolicyArn=" + readARN},
		{call: "AttachGroupPolicy GroupName=ops PolicyArn=" + readARN},
		{call: "AttachRolePolicy RoleName=app PolicyArn=" + readARN},
		{call: "ListEntitiesForPolicy PolicyArn=" + readARN, has: "<PolicyGroups><member><GroupName>ops</GroupName><GroupId>AGPA … " +
			"<PolicyUsers><member><UserName>ann</UserName><UserId>AIDA … <UserName>bob</UserName> … <PolicyRoles><member><RoleName>app</RoleName><RoleId>AROA … <IsTruncated>false"},
		{call: "ListEntitiesForPolicy PolicyUsageFilter=PermissionsBoundary PolicyArn=" + readARN, has: "bob … app", not: "ann"},
		{call: "ListEntitiesForPolicy PolicyUsageFilter=PermissionsPolicy PolicyArn=" + readARN, has: "ann … app", not: "bob"},
		{call: "ListEntitiesForPolicy EntityFilter=User PolicyArn=" + readARN, has: "<PolicyGroups/> … ann … <PolicyRoles/>"},
		{call: "ListEntitiesForPolicy PathPrefix=/x/ PolicyArn=" + readARN, has: "ann", not: "bob"},
		{call: "ListEntitiesForPolicy MaxItems=2 PolicyArn=" + readARN, has: "ops … ann … <PolicyRoles/><IsTruncated>true"},
	})
	if n := strings.Count(s.do("", "ListEntitiesForPolicy PolicyArn="+readARN).Body, "<RoleName>"); n != 1 {
		t.Errorf("the role, which both holds the policy and is bounded by it, is listed %d times", n)
	}
}

func TestInlinePolicies(t *testing.T) {
	s := newStory(t)
	s.tell([]step{{call: "CreateUser UserName=x"}, {call: "CreateGroup GroupName=x"}, {call: "CreateRole RoleName=x AssumeRolePolicyDocument=@trust"}})
	for kind, limit := range map[string]int{"User": 2048, "Group": 5120, "Role": 10240} {
		t.Run(kind, func(t *testing.T) {
			s.t = t
			word, on := strings.ToLower(kind), kind+"Name=x"
			missing := "404 NoSuchEntity The " + word + " policy with name p cannot be found."
			exceeded := fmt.Sprintf("409 LimitExceeded Maximum policy size of %d bytes exceeded for %s x", limit, word)
			size := len(s.docs["allow"])
			s.docs["full"] = strings.Replace(s.docs["allow"], "s3:*", "s3:*"+strings.Repeat("x", limit-size), 1)
			s.docs["over"] = strings.Replace(s.docs["allow"], "s3:*", "s3:*"+strings.Repeat("x", limit-size+1), 1)
			s.docs["percent"] = strings.Replace(s.docs["allow"], `"Resource":"*"`, `"Resource": "arn:aws:s3:::b/%3A"`, 1)
			s.tell([]step{
				{call: "Get" + kind + "Policy " + on + " PolicyName=p", want: missing},
				{call: "Delete" + kind + "Policy " + on + " PolicyName=p", want: missing},
				{call: "Put" + kind + "Policy " + on + " PolicyName=p PolicyDocument=@broken", want: "400 MalformedPolicyDocument Syntax errors in policy."},
				{call: "Put" + kind + "Policy " + on + " PolicyName=p PolicyDocument=@old"},
				{call: "Put" + kind + "Policy " + on + " PolicyName=p PolicyDocument=@percent"},
				{call: "Get" + kind + "Policy " + on + " PolicyName=p", has: "<" + kind + "Name>x</" + kind + "Name><PolicyName>p</PolicyName><PolicyDocument>" + encoded(s.docs["percent"]) + "<"},
				{call: "Put" + kind + "Policy " + on + " PolicyName=p PolicyDocument=@over", want: exceeded},
				{call: "Put" + kind + "Policy " + on + " PolicyName=p PolicyDocument=@full"},
				{call: "Put" + kind + "Policy " + on + " PolicyName=q PolicyDocument=@allow", want: exceeded},
				{call: "Put" + kind + "Policy " + on + " PolicyName=p PolicyDocument=@allow"},
				{call: "Put" + kind + "Policy " + on + " PolicyName=a PolicyDocument=@allow"},
				{call: "List" + kind + "Policies " + on, has: "<PolicyNames><member>a</member><member>p</member></PolicyNames><IsTruncated>false"},
				{call: "List" + kind + "Policies " + on + " MaxItems=1", has: "<IsTruncated>true"},
				{call: "Delete" + kind + "Policy " + on + " PolicyName=p"},
				{call: "Get" + kind + "Policy " + on + " PolicyName=p", want: missing},
			})
		})
	}
}

func TestBoundaries(t *testing.T) {
	s := newStory(t)
	s.tell([]step{
		{call: "CreateUser UserName=x"},
		{call: "CreateRole RoleName=x AssumeRolePolicyDocument=@trust"},
		{call: "PutRolePermissionsBoundary RoleName=nonexistent-role PermissionsBoundary=" + awsARN, want: "404 NoSuchEntity The role with name nonexistent-role cannot be found."},
	})
	for _, kind := range []string{"User", "Role"} {
		on := "PermissionsBoundary " + kind + "Name=x"
		s.tell([]step{
			{
				call: "Put" + kind + on + " PermissionsBoundary=arn:aws:iam::123456789012:not_a_policy/invalid",
				want: "400 InvalidInput ARN arn:aws:iam::123456789012:not_a_policy/invalid is not valid.",
			},
			{call: "Put" + kind + on + " PermissionsBoundary=" + noneARN, want: "404 NoSuchEntity Scope ARN: " + noneARN + " does not exist or is not attachable."},
			{call: "Delete" + kind + on, want: "404 NoSuchEntity The permissions boundary for " + strings.ToLower(kind) + " x cannot be found."},
			{call: "Put" + kind + on + " PermissionsBoundary=" + awsARN},
			{call: "Get" + kind + " " + kind + "Name=x", has: "<PermissionsBoundary><PermissionsBoundaryType>Policy</PermissionsBoundaryType><PermissionsBoundaryArn>" + awsARN + "</PermissionsBoundaryArn>"},
			{call: "List" + kind + "s", not: "PermissionsBoundary"},
			{call: "Delete" + kind + on},
			{call: "Get" + kind + " " + kind + "Name=x", not: "PermissionsBoundary"},
		})
	}
}

func TestTags(t *testing.T) {
	s := newStory(t)
	many := make([]string, 50)
	for i := range many {
		many[i] = fmt.Sprintf("k%02d:v", i)
	}
	all := strings.Join(many, ",")
	s.tell([]step{
		{call: "CreateUser UserName=x"},
		{call: "CreateRole RoleName=x AssumeRolePolicyDocument=@trust"},
		{call: "CreatePolicy PolicyName=x PolicyDocument=@allow"},
		{call: "CreateInstanceProfile InstanceProfileName=x"},
	})
	on := "PolicyArn=arn:aws:iam::123456789012:policy/x"
	s.tell([]step{ // the keys of policies are exact (recorded)
		{call: "TagPolicy " + on + " Tags=a:1"},
		{call: "TagPolicy " + on + " Tags=A:2"},
		{call: "ListPolicyTags " + on, has: "<Tags><member><Key>A</Key><Value>2</Value></member><member><Key>a</Key><Value>1</Value></member></Tags>"},
		{call: "TagPolicy " + on + " Tags=a:1,a:2", want: "400 InvalidInput Duplicate tag keys found."},
		{call: "UntagPolicy " + on + " TagKeys=[A]"},
		{call: "ListPolicyTags " + on, has: "<Key>a</Key>", not: "<Key>A</Key>"},
		{call: "TagPolicy " + on + " Tags=abc:1,b:2,z:3"},
		{call: "ListPolicyTags " + on, has: "<Key>a</Key> … <Key>b</Key> … <Key>z</Key> … <Key>abc</Key>"},
		{call: "UntagPolicy " + on + " TagKeys=[abc,b,z]"},
		{call: "TagPolicy " + on + " Tags=" + all, want: "409 LimitExceeded The number of tags has reached the maximum limit."},
		{call: "CreatePolicy PolicyName=y PolicyDocument=@allow Tags=a:1,A:2"},
	})
	for kind, on := range map[string]string{
		"User": "UserName=x", "Role": "RoleName=x", "InstanceProfile": "InstanceProfileName=x",
	} {
		t.Run(kind, func(t *testing.T) {
			s.t = t
			s.tell([]step{
				{call: "List" + kind + "Tags " + on, has: "<Tags/><IsTruncated>false"},
				{call: "Tag" + kind + " " + on + " Tags=b:1,A:2"},
				{call: "Tag" + kind + " " + on + " Tags=B:3,c:"},
				{call: "List" + kind + "Tags " + on, has: "<Tags><member><Key>A</Key><Value>2</Value></member><member><Key>B</Key><Value>3</Value></member><member><Key>c</Key><Value></Value></member></Tags>"},
				{call: "List" + kind + "Tags " + on + " MaxItems=2", has: "<IsTruncated>true"},
				{call: "Get" + kind + " " + on, has: "<Tags><member><Key>B</Key>"},
				{call: "Tag" + kind + " " + on + " Tags=a:1,A:2", want: "400 InvalidInput Duplicate tag keys found. Please note that Tag keys are case insensitive."},
				{call: "Tag" + kind + " " + on + " Tags=" + all, want: "409 LimitExceeded The number of tags has reached the maximum limit."},
				{call: "Untag" + kind + " " + on + " TagKeys=[a,B,zz]"},
				{call: "List" + kind + "Tags " + on, has: "<Key>c</Key>", not: "<Key>A</Key>"},
				{call: "Untag" + kind + " " + on + " TagKeys=[C]"},
				{call: "Tag" + kind + " " + on + " Tags=" + all},
				{call: "Tag" + kind + " " + on + " Tags=k07:w"},
				{call: "Tag" + kind + " " + on + " Tags=more:w", want: "409 LimitExceeded The number of tags has reached the maximum limit."},
				{call: "Tag" + kind + " " + on + " Tags=" + all + ",k50:v", want: "400 ValidationError 1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50"},
			})
		})
	}
}
