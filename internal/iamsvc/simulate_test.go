package iamsvc_test

import (
	"fmt"
	"strings"
	"testing"
)

// The document and the answer that were recorded from the real service.
const recorded = `{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}`

const bucket = "arn:aws:s3:::bucket"

func TestSimulatePrincipalPolicyAnswersAsRecorded(t *testing.T) {
	s := newStory(t)
	s.docs["recorded"] = recorded
	s.tell([]step{
		{call: "CreateUser UserName=dana Path=/x/"},
		{call: "CreateGroup GroupName=ops"},
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@trust"},
		{call: "PutUserPolicy UserName=dana PolicyName=in PolicyDocument=@recorded"},
		{call: "PutGroupPolicy GroupName=ops PolicyName=in PolicyDocument=@recorded"},
		{call: "PutRolePolicy RoleName=app PolicyName=in PolicyDocument=@recorded"},
	})
	const statement = "<MatchedStatements><member><SourcePolicyId>in</SourcePolicyId><SourcePolicyType>IAM Policy</SourcePolicyType>" +
		"<StartPosition><Line>1</Line><Column>41</Column></StartPosition><EndPosition><Line>1</Line><Column>113</Column></EndPosition></member></MatchedStatements><MissingContextValues/>"
	want := "<EvaluationResults><member><EvalActionName>s3:PutObject</EvalActionName><EvalResourceName>" + bucket + "</EvalResourceName><EvalDecision>allowed</EvalDecision>" + statement +
		"<EvalDecisionDetails/><ResourceSpecificResults><member><EvalResourceName>" + bucket + "</EvalResourceName><EvalResourceDecision>allowed</EvalResourceDecision>" + statement +
		"</member></ResourceSpecificResults></member><member><EvalActionName>s3:GetObjectVersion</EvalActionName><EvalResourceName>" + bucket +
		"</EvalResourceName><EvalDecision>implicitDeny</EvalDecision><MatchedStatements/><MissingContextValues/><EvalDecisionDetails/><ResourceSpecificResults><member><EvalResourceName>" + bucket +
		"</EvalResourceName><EvalResourceDecision>implicitDeny</EvalResourceDecision><MatchedStatements/><MissingContextValues/></member></ResourceSpecificResults></member></EvaluationResults><IsTruncated>false"
	for _, entity := range []string{"user/x/dana", "group/ops", "role/app"} {
		s.tell([]step{{
			call: "SimulatePrincipalPolicy PolicySourceArn=arn:aws:iam::123456789012:" + entity + " ActionNames=[s3:PutObject,s3:GetObjectVersion] ResourceArns=[" + bucket + "]",
			has:  want,
		}})
	}
}

// statements is a document of the statements.
func statements(s ...string) string {
	return `{"Version":"2012-10-17","Statement":[` + strings.Join(s, ",") + `]}`
}

func allowed(action, resource string) string {
	return fmt.Sprintf(`{"Effect":"Allow","Action":%q,"Resource":%q}`, action, resource)
}

func refused(action, resource string) string {
	return strings.Replace(allowed(action, resource), "Allow", "Deny", 1)
}

func TestSimulateCustomPolicy(t *testing.T) {
	s := newStory(t)
	const (
		dana  = " CallerArn=arn:aws:iam::111122223333:user/dana"
		one   = " PolicyInputList=[@all] ActionNames=[s3:GetObject]"
		queue = "arn:aws:sqs:us-east-1:444455556666:q"
	)
	docs := map[string]string{
		"all":     statements(allowed("*", "*")),
		"get":     statements(allowed("s3:Get*", bucket+"/*")),
		"denyPut": statements(refused("s3:Put*", "*")),
		"both":    statements(allowed("s3:*", "*"), refused("s3:GetObject", "*"), refused("s3:Get*", "*")),
		"cond": statements(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"StringEquals":{"aws:username":"dana"},"IpAddress":{"aws:SourceIp":"203.0.113.0/24"}}}`,
			`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:PrincipalTag/team}/*"}`),
		"tags":     statements(`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["a","b"]},"Null":{"aws:TagKeys":"false"}}}`),
		"old":      `{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`,
		"forDana":  statements(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:user/dana"},"Action":"s3:*","Resource":"*"}`),
		"forAll":   statements(`{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["s3:*","sqs:*"],"Resource":"*"}`),
		"denyDana": statements(`{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*"}`),
		"session":  `{"Version":"2012-10-17"`,
	}
	tests := []struct{ name, call, want, has, not string }{
		{name: "allowed, on everything by default", call: one, has: "<EvalResourceName>*</EvalResourceName><EvalDecision>allowed<", not: "ResourceSpecificResults"},
		{name: "no details without a resource", call: one, not: "EvalDecisionDetails"},
		{name: "nothing of organizations", call: one, not: "OrganizationsDecisionDetail"},
		{name: "implicit deny", call: " PolicyInputList=[@get] ActionNames=[s3:PutObject]", has: "<EvalDecision>implicitDeny</EvalDecision><MatchedStatements/>"},
		{name: "a wildcard does not cover *", call: " PolicyInputList=[@get] ActionNames=[s3:GetObject]", has: "implicitDeny"},
		{name: "on a resource", call: " PolicyInputList=[@get] ActionNames=[s3:GetObject] ResourceArns=[" + bucket + "/k]", has: "<EvalDecision>allowed<"},
		{
			name: "explicit deny shows only the denying", call: " PolicyInputList=[@all,@denyPut] ActionNames=[s3:PutObject]",
			has: "<EvalDecision>explicitDeny</EvalDecision><MatchedStatements><member><SourcePolicyId>PolicyInputList.2</SourcePolicyId>", not: "PolicyInputList.1",
		},
		{name: "every denying statement", call: " PolicyInputList=[@both] ActionNames=[s3:GetObject]", has: "<Column>89</Column> … <Column>146</Column>"},
		{name: "every allowing policy", call: " PolicyInputList=[@all,@old] ActionNames=[s3:GetObject]", has: "PolicyInputList.1 … PolicyInputList.2"},
		{name: "a document without version", call: " PolicyInputList=[@old] ActionNames=[s3:GetObject]", has: "allowed"},
		{
			name: "several resources, one result for the action", call: " PolicyInputList=[@get] ActionNames=[s3:GetObject] ResourceArns=[" + bucket + "/k,arn:aws:s3:::other/k]",
			has: "<EvalResourceName>*</EvalResourceName><EvalDecision>implicitDeny</EvalDecision><MatchedStatements/> … " +
				"<EvalResourceName>" + bucket + "/k</EvalResourceName><EvalResourceDecision>allowed< … <EvalResourceName>arn:aws:s3:::other/k</EvalResourceName><EvalResourceDecision>implicitDeny<",
		},

		{
			name: "missing keys at the top without resources", call: " PolicyInputList=[@cond] ActionNames=[s3:GetObject]",
			has: "<EvalDecision>implicitDeny< … <MissingContextValues><member>aws:username</member><member>aws:SourceIp</member><member>aws:PrincipalTag/team</member></MissingContextValues>",
		},
		{
			name: "missing keys below with resources", call: " PolicyInputList=[@cond] ActionNames=[s3:GetObject] ResourceArns=[" + bucket + "/k] ContextEntries.member.1.ContextKeyName=AWS:sourceip " +
				"ContextEntries.member.1.ContextKeyType=ip ContextEntries.member.1.ContextKeyValues=[203.0.113.7]",
			has: "<MatchedStatements/><MissingContextValues/><EvalDecisionDetails/> … <MissingContextValues><member>aws:username</member><member>aws:PrincipalTag/team</member>",
		},
		{name: "keys given", call: " PolicyInputList=[@cond] ActionNames=[s3:GetObject] ContextEntries.member.1.ContextKeyName=aws:SourceIp ContextEntries.member.1.ContextKeyType=ip " +
			"ContextEntries.member.1.ContextKeyValues=[203.0.113.7] ContextEntries.member.2.ContextKeyName=aws:username ContextEntries.member.2.ContextKeyType=string " +
			"ContextEntries.member.2.ContextKeyValues=[dana]", has: "<EvalDecision>allowed<"},
		{name: "a list of values", call: " PolicyInputList=[@tags] ActionNames=[s3:GetObject] ContextEntries.member.1.ContextKeyName=aws:TagKeys ContextEntries.member.1.ContextKeyType=stringList " +
			"ContextEntries.member.1.ContextKeyValues=[a,b]", has: "<EvalDecision>allowed<"},
		{name: "a list of values that do not all hold", call: " PolicyInputList=[@tags] ActionNames=[s3:GetObject] ContextEntries.member.1.ContextKeyName=aws:TagKeys ContextEntries.member.1.ContextKeyType=stringList " +
			"ContextEntries.member.1.ContextKeyValues=[a,c]", has: "<EvalDecision>implicitDeny<"},
		{name: "nothing is assumed of the caller", call: " PolicyInputList=[@cond] ActionNames=[s3:GetObject]" + dana, has: "<member>aws:username</member>"},

		{name: "boundary allows", call: one + " PermissionsBoundaryPolicyInputList=[@all]", has: "<EvalDecision>allowed< … <AllowedByPermissionsBoundary>true<"},
		{name: "boundary is silent", call: one + " PermissionsBoundaryPolicyInputList=[@get]", has: "<EvalDecision>implicitDeny< … <AllowedByPermissionsBoundary>false<"},
		{
			name: "boundary refuses", call: " PolicyInputList=[@all] ActionNames=[s3:PutObject] PermissionsBoundaryPolicyInputList=[@denyPut]",
			has: "<EvalDecision>explicitDeny< … <SourcePolicyId>PermissionsBoundaryPolicyInputList.1</SourcePolicyId><SourcePolicyType>IAM Permissions Boundary< … <AllowedByPermissionsBoundary>false<",
		},
		{
			name: "boundary alone grants nothing", call: " PolicyInputList=[@get] ActionNames=[s3:PutObject] PermissionsBoundaryPolicyInputList=[@all]",
			has: "<EvalDecision>implicitDeny< … <AllowedByPermissionsBoundary>true<",
		},
		{
			name: "boundary per resource", call: one + " PermissionsBoundaryPolicyInputList=[@get] ResourceArns=[" + bucket + "/k]",
			has: "<EvalResourceDecision>allowed< … <AllowedByPermissionsBoundary>true</AllowedByPermissionsBoundary></PermissionsBoundaryDecisionDetail></member></ResourceSpecificResults>",
		},
		{name: "two boundaries", call: one + " PermissionsBoundaryPolicyInputList=[@all,@get]", want: "400 InvalidInput Only one permissions boundary policy can be simulated."},

		{
			name: "resource policy grants the user", call: " PolicyInputList=[@denyPut] ActionNames=[s3:GetObject] ResourceArns=[" + bucket + "/k] ResourcePolicy=@forDana" + dana,
			has: "<EvalDecision>allowed< … <SourcePolicyId>ResourcePolicy</SourcePolicyId><SourcePolicyType>Resource Policy<",
		},
		{name: "resource policy grants the account only", call: " PolicyInputList=[@denyPut] ActionNames=[s3:GetObject] ResourceArns=[" + bucket + "/k] ResourcePolicy=@forAll" + dana, has: "<EvalDecision>implicitDeny<"},
		{name: "resource policy refuses", call: one + " ResourceArns=[" + bucket + "/k] ResourcePolicy=@denyDana" + dana, has: "<EvalDecision>explicitDeny<"},
		{name: "resource policy needs a caller", call: one + " ResourcePolicy=@forDana", want: "400 InvalidInput CallerArn is required when ResourcePolicy is given."},
		{
			name: "across accounts by owner, both agree", call: one + " ResourceArns=[" + bucket + "/k] ResourcePolicy=@forAll ResourceOwner=arn:aws:iam::444455556666:root" + dana,
			has: "<EvalDecision>allowed< … <entry><key>IAM Policy</key><value>allowed</value></entry><entry><key>Resource Policy</key><value>allowed</value></entry>",
		},
		{
			name: "across accounts the identity policy must allow too", call: " PolicyInputList=[@denyPut] ActionNames=[s3:GetObject] ResourceArns=[" + bucket + "/k] ResourcePolicy=@forDana ResourceOwner=444455556666" + dana,
			has: "<EvalDecision>implicitDeny< … <key>IAM Policy</key><value>implicitDeny</value>",
		},
		{name: "across accounts by the ARN", call: " PolicyInputList=[@all] ActionNames=[sqs:SendMessage] ResourceArns=[" + queue + "] ResourcePolicy=@forAll" + dana, has: "<EvalDecision>allowed< … <key>Resource Policy</key>"},
		{name: "across accounts without a resource policy", call: " PolicyInputList=[@all] ActionNames=[sqs:SendMessage] ResourceArns=[" + queue + "]" + dana, has: "<EvalDecision>implicitDeny<"},
		{name: "without a caller nothing is across accounts", call: " PolicyInputList=[@all] ActionNames=[sqs:SendMessage] ResourceArns=[" + queue + "]", has: "<EvalDecision>allowed<"},
		{name: "the caller's own account in the ARN", call: " PolicyInputList=[@all] ActionNames=[sqs:SendMessage] ResourceArns=[arn:aws:sqs:us-east-1:111122223333:q]" + dana, has: "<EvalDecision>allowed< … <EvalDecisionDetails/>"},

		{name: "broken document", call: " PolicyInputList=[@session] ActionNames=[s3:GetObject]", want: "400 InvalidInput Syntax errors in policy."},
		{name: "broken boundary", call: one + " PermissionsBoundaryPolicyInputList=[@session]", want: "400 InvalidInput Syntax errors in policy."},
		{name: "broken resource policy", call: one + " ResourcePolicy=@session" + dana, want: "400 InvalidInput Syntax errors in policy."},
		{name: "a resource policy among the identity policies", call: " PolicyInputList=[@forAll] ActionNames=[s3:GetObject]", want: "400 InvalidInput Policy document should not specify a principal."},
		{
			name: "action without service", call: " PolicyInputList=[@all] ActionNames=[GetObject]",
			want: "400 InvalidInput Invalid action GetObject: it must be a service and an API operation, such as iam:CreateUser, without wildcards.",
		},
		{
			name: "action with a wildcard", call: " PolicyInputList=[@all] ActionNames=[s3:Get*]",
			want: "400 InvalidInput Invalid action s3:Get*: it must be a service and an API operation, such as iam:CreateUser, without wildcards.",
		},
		{
			name: "caller that is a role", call: one + " CallerArn=arn:aws:iam::111122223333:role/app",
			want: "400 InvalidInput Invalid caller ARN arn:aws:iam::111122223333:role/app: it must be the ARN of an IAM user.",
		},
		{name: "caller that is nothing", call: one + " CallerArn=dana", want: "400 InvalidInput Invalid caller ARN dana: it must be the ARN of an IAM user."},
		{
			name: "owner that is a user", call: one + " ResourceOwner=arn:aws:iam::111122223333:user/dana" + dana,
			want: "400 InvalidInput Invalid resource owner arn:aws:iam::111122223333:user/dana: it must be the ARN of an account, such as arn:aws:iam::111122223333:root.",
		},
		{name: "context entry without a name", call: one + " ContextEntries.member.1.ContextKeyType=string", want: "400 InvalidInput A context entry has no key name."},
		{
			name: "context entry of no type", call: one + " ContextEntries.member.1.ContextKeyName=aws:UserId ContextEntries.member.1.ContextKeyType=text",
			want: "400 ValidationError 1 validation error detected: Value at 'contextEntries.1.member.contextKeyType' failed to satisfy constraint: Member must satisfy enum value set",
		},
		{name: "unknown scenario", call: one + " ResourceHandlingOption=EC2-Classic", want: "400 InvalidInput Invalid resource handling option EC2-Classic."},
		{
			name: "scenario that lacks resources", call: one + " ResourceArns=[arn:aws:ec2:us-east-1:111122223333:instance/*,arn:aws:ec2:us-east-1::image/i] ResourceHandlingOption=EC2-VPC-EBS",
			want: "400 InvalidInput Resource handling option EC2-VPC-EBS needs resources of these types: security-group, network-interface, volume.",
		},
		{name: "scenario with all resources", call: " PolicyInputList=[@all] ActionNames=[ec2:RunInstances] ResourceArns=[arn:aws:ec2:us-east-1:1:instance/*,arn:aws:ec2:us-east-1::image/i," +
			"arn:aws:ec2:us-east-1:1:security-group/s,arn:aws:ec2:us-east-1:1:network-interface/n] ResourceHandlingOption=EC2-VPC-InstanceStore", has: "<EvalDecision>allowed<"},
		{name: "page", call: " PolicyInputList=[@all] ActionNames=[s3:A,s3:B,s3:C] MaxItems=2", has: "s3:A … s3:B … <IsTruncated>true", not: "s3:C"},
		{name: "bad marker", call: one + " Marker=x", want: "400 ValidationError Invalid Marker."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.t, s.docs = t, docs
			s.tell([]step{{call: "SimulateCustomPolicy" + tt.call, want: tt.want, has: tt.has, not: tt.not}})
		})
	}
}

func TestSimulationsAreBounded(t *testing.T) {
	s := newStory(t)
	actions, resources := make([]string, 30), make([]string, 600)
	for i := range actions {
		actions[i] = fmt.Sprintf("s3:Action%d", i)
	}
	for i := range resources {
		resources[i] = fmt.Sprintf("arn:aws:s3:::b%d", i)
	}
	call := "SimulateCustomPolicy PolicyInputList=[@allow] ActionNames=[" + strings.Join(actions, ",") + "] ResourceArns=[" + strings.Join(resources, ",") + "]"
	a := s.do("", call)
	n := strings.Count(a.Body, "<EvalActionName>")
	if a.Status != 200 || n*len(resources) > 10_000 || n == 0 || a.Element("IsTruncated") != "true" {
		t.Fatalf("%d actions were decided on %d resources: %.300s", n, len(resources), a.Body)
	}
	next := s.do("", call+" Marker="+a.Element("Marker"))
	if got, want := next.Element("EvalActionName"), actions[n]; got != want {
		t.Errorf("the next page begins with %s, want %s", got, want)
	}
}

func TestSimulatePrincipalPolicyGathersPolicies(t *testing.T) {
	s := newStory(t)
	s.docs["sqs"], s.docs["sns"] = statements(allowed("sqs:*", "*")), statements(allowed("sns:*", "*"))
	s.docs["denySQS"] = statements(refused("sqs:*", "*"))
	s.docs["forDana"] = statements(`{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/dana"},"Action":"*","Resource":"*"}`)
	const on = "SimulatePrincipalPolicy PolicySourceArn=arn:aws:iam::123456789012:"
	s.tell([]step{
		{call: "CreatePolicy PolicyName=read Path=/p/ PolicyDocument=@sqs"},
		{call: "CreateUser UserName=dana"},
		{call: "CreateGroup GroupName=ops"},
		{call: "CreateRole RoleName=app AssumeRolePolicyDocument=@trust"},
		{call: on + "user/dana ActionNames=[sqs:SendMessage]", has: "implicitDeny"},
		{call: "AttachGroupPolicy GroupName=ops PolicyArn=" + readARN},
		{call: "AddUserToGroup UserName=dana GroupName=ops"},
		{call: on + "user/dana ActionNames=[sqs:SendMessage]", has: "<EvalDecision>allowed< … <SourcePolicyId>read</SourcePolicyId>"},
		{call: on + "group/ops ActionNames=[sqs:SendMessage]", has: "<EvalDecision>allowed<"},
		{call: on + "user/dana ActionNames=[sqs:SendMessage] PolicyInputList=[@denySQS]", has: "explicitDeny … PolicyInputList.1"},
		{call: on + "role/app ActionNames=[sns:Publish] PolicyInputList=[@sns]", has: "<EvalDecision>allowed<"},
		{call: "PutUserPermissionsBoundary UserName=dana PermissionsBoundary=arn:aws:iam::aws:policy/AmazonSNSFullAccess"},
		{call: on + "user/dana ActionNames=[sqs:SendMessage]", has: "implicitDeny … <AllowedByPermissionsBoundary>false<"},
		{call: on + "user/dana ActionNames=[sqs:SendMessage] PermissionsBoundaryPolicyInputList=[@sqs]", has: "<EvalDecision>allowed< … <AllowedByPermissionsBoundary>true<"},
		{call: on + "user/dana ActionNames=[s3:GetObject] ResourceArns=[" + bucket + "] ResourcePolicy=@forDana", has: "<EvalDecision>allowed< … Resource Policy"},
		{call: on + "role/app ActionNames=[s3:GetObject] ResourcePolicy=@forDana", want: "400 InvalidInput CallerArn is required when ResourcePolicy is given."},
		{call: on + "role/app ActionNames=[s3:GetObject] ResourcePolicy=@forDana CallerArn=arn:aws:iam::123456789012:user/dana", has: "<EvalDecision>allowed<"},
		{call: on + "root ActionNames=[s3:GetObject]", want: "400 InvalidInput Invalid Entity Arn: arn:aws:iam::123456789012:root does not clearly define entity type and name."},
		{call: "SimulatePrincipalPolicy PolicySourceArn=twentycharactersatleast ActionNames=[s3:GetObject]", want: "400 InvalidInput Invalid Entity Arn: twentycharactersatleast is not an ARN."},
		{call: on + "user/eve ActionNames=[s3:GetObject]", want: "404 NoSuchEntity The user with name eve cannot be found."},
		{call: on + "user/x/dana ActionNames=[s3:GetObject]", want: "404 NoSuchEntity The user with name dana cannot be found."},
		{call: on + "role/none ActionNames=[s3:GetObject]", want: "404 NoSuchEntity The role with name none cannot be found."},
		{call: on + "group/none ActionNames=[s3:GetObject]", want: "404 NoSuchEntity The group with name none cannot be found."},
	})
}

func TestContextKeys(t *testing.T) {
	s := newStory(t)
	s.docs["cond"] = statements(`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::${aws:username}/*","Condition":{"StringEquals":{"aws:UserName":"x","s3:prefix":["a","${aws:userid}"]}}}`)
	s.docs["bucket"] = statements(`{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":true}}}`)
	s.tell([]step{
		{call: "GetContextKeysForCustomPolicy PolicyInputList=[@cond,@bucket]", has: "aws:username … s3:prefix … aws:userid … aws:SecureTransport", not: "aws:UserName"},
		{call: "GetContextKeysForCustomPolicy PolicyInputList=[@allow]", has: "<ContextKeyNames/>"},
		{call: "GetContextKeysForCustomPolicy PolicyInputList=[@broken]", want: "400 InvalidInput Syntax errors in policy."},
		{call: "CreateUser UserName=dana"},
		{call: "PutUserPolicy UserName=dana PolicyName=p PolicyDocument=@cond"},
		{call: "GetContextKeysForPrincipalPolicy PolicySourceArn=arn:aws:iam::123456789012:user/dana", has: "<member>s3:prefix</member>"},
		{call: "GetContextKeysForPrincipalPolicy PolicySourceArn=arn:aws:iam::123456789012:user/dana PolicyInputList=[@bucket]", has: "s3:prefix … aws:SecureTransport"},
		{call: "GetContextKeysForPrincipalPolicy PolicySourceArn=arn:aws:iam::123456789012:user/dana PolicyInputList=[@broken]", want: "400 InvalidInput Syntax errors in policy."},
		{call: "GetContextKeysForPrincipalPolicy PolicySourceArn=arn:aws:iam::123456789012:user/eve", want: "404 NoSuchEntity The user with name eve cannot be found."},
	})
}

func TestPoliciesGrantingServiceAccess(t *testing.T) {
	s := newStory(t)
	s.docs["s3"] = statements(allowed("S3:Get*", "*"), refused("sqs:*", "*"))
	s.docs["not"] = statements(`{"Effect":"Allow","NotAction":["s3:*","sqs:Send*"],"Resource":"*"}`)
	const on = "ListPoliciesGrantingServiceAccess Arn=arn:aws:iam::123456789012:"
	s.tell([]step{
		{call: "CreateUser UserName=dana"},
		{call: "CreateGroup GroupName=ops"},
		{call: "AddUserToGroup UserName=dana GroupName=ops"},
		{call: "PutUserPolicy UserName=dana PolicyName=mine PolicyDocument=@s3"},
		{call: "PutGroupPolicy GroupName=ops PolicyName=ours PolicyDocument=@not"},
		{call: "AttachUserPolicy UserName=dana PolicyArn=arn:aws:iam::aws:policy/AmazonS3FullAccess"},
		{
			call: on + "user/dana ServiceNamespaces=[s3]",
			has: "<ServiceNamespace>s3</ServiceNamespace><Policies><member><PolicyName>mine</PolicyName><PolicyType>INLINE</PolicyType><EntityType>USER</EntityType><EntityName>dana</EntityName></member>" +
				"<member><PolicyName>AmazonS3FullAccess</PolicyName><PolicyType>MANAGED</PolicyType><PolicyArn>arn:aws:iam::aws:policy/AmazonS3FullAccess</PolicyArn></member></Policies>",
			not: "ours",
		},
		{call: on + "user/dana ServiceNamespaces=[sqs,ec2]", has: "sqs … <PolicyName>ours</PolicyName> … <EntityType>GROUP</EntityType> … ec2 … ours", not: "mine"},
		{call: on + "group/ops ServiceNamespaces=[s3]", has: "<Policies/>"},
		{call: on + "user/eve ServiceNamespaces=[s3]", want: "404 NoSuchEntity The user with name eve cannot be found."},
	})
}
