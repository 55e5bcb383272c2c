package iamsvc_test

import (
	"strings"
	"testing"
	"time"
)

const (
	noDana = "404 NoSuchEntity The user with name dana cannot be found."
	whoAmI = "400 ValidationError Must specify userName when calling with non-User credentials"
)

func TestUsers(t *testing.T) {
	s := newStory(t)
	s.tell([]step{
		{call: "GetUser UserName=dana", want: noDana},
		{call: "UpdateUser UserName=dana NewPath=/x/", want: noDana},
		{call: "DeleteUser UserName=dana", want: noDana},
		{call: "ListGroupsForUser UserName=dana", want: noDana},
		{
			call: "CreateUser UserName=dana Path=/ops/ Tags=team:red,Env:prod",
			has: "<Path>/ops/</Path><UserName>dana</UserName> … <Arn>arn:aws:iam::123456789012:user/ops/dana</Arn> … " +
				"<Tags><member><Key>team</Key><Value>red</Value></member><member><Key>Env</Key><Value>prod</Value></member></Tags>",
		},
		{call: "CreateUser UserName=DANA", want: "409 EntityAlreadyExists User with name DANA already exists."},
		{call: "GetUser UserName=Dana", has: "<UserName>dana</UserName> … <Tags>"},
		{call: "CreateUser UserName=eve", not: "<Tags"},
		{call: "UpdateUser UserName=dana NewUserName=EVE", want: "409 EntityAlreadyExists User with name EVE already exists."},
		{call: "UpdateUser UserName=dana NewUserName=Diana NewPath=/dev/"},
		{call: "GetUser UserName=dana", want: noDana},
		{call: "GetUser UserName=diana", has: "<Arn>arn:aws:iam::123456789012:user/dev/Diana</Arn> … <Tags>"},
		{call: "UpdateUser UserName=diana"}, // nothing to change
		{call: "ListUsers", has: "<UserName>Diana</UserName> … <UserName>eve</UserName> … <IsTruncated>false</IsTruncated>", not: "<Tags"},
		{call: "ListUsers PathPrefix=/dev", has: "Diana", not: "eve"},
		{call: "DeleteUser UserName=diana"},
		{call: "ListUsers", not: "Diana"},
		{call: "CreateUser UserName=x Tags=a:1,A:2", want: "400 InvalidInput Duplicate tag keys found. Please note that Tag keys are case insensitive."},
		{
			call: "CreateUser UserName=x Tags.member.1.Key=AWS:x Tags.member.1.Value=",
			want: "400 InvalidInput Tag keys beginning with aws: are reserved for system use.",
		},
		{
			call: "CreateUser UserName=x PermissionsBoundary=arn:aws:iam::123456789012:policy/none",
			want: "404 NoSuchEntity Scope ARN: arn:aws:iam::123456789012:policy/none does not exist or is not attachable.",
		},
		{call: "GetUser UserName=x", want: "404 NoSuchEntity The user with name x cannot be found."},
	})
}

func TestUniqueIDsAreNotInherited(t *testing.T) {
	s := newStory(t)
	first := s.do("", "CreateUser UserName=dana").Element("UserId")
	s.do("", "DeleteUser UserName=dana")
	second := s.do("", "CreateUser UserName=dana").Element("UserId")
	if first == second || !strings.HasPrefix(first, "AIDA") || len(first) != 21 {
		t.Errorf("ids of two users of one name: %q, %q", first, second)
	}
}

func TestUsersThatHoldSomethingStay(t *testing.T) {
	conflict := "409 DeleteConflict Cannot delete entity, must "
	tests := []struct{ name, give, want, take string }{
		{
			"an attached policy", "AttachUserPolicy UserName=dana PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess", "detach all policies first.",
			"DetachUserPolicy UserName=dana PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess",
		},
		{"an inline policy", "PutUserPolicy UserName=dana PolicyName=p PolicyDocument=@allow", "delete policies first.", "DeleteUserPolicy UserName=dana PolicyName=p"},
		{"a password", "CreateLoginProfile UserName=dana Password=Secret-Password-1", "delete login profile first.", "DeleteLoginProfile UserName=dana"},
		{"a group", "AddUserToGroup UserName=dana GroupName=g", "remove users from group first.", "RemoveUserFromGroup UserName=dana GroupName=g"},
	}
	s := newStory(t)
	s.tell([]step{{call: "CreateUser UserName=dana"}, {call: "CreateGroup GroupName=g"}})
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s.t = t
			s.tell([]step{{call: tt.give}, {call: "DeleteUser UserName=dana", want: conflict + tt.want}, {call: tt.take}})
		})
	}
	t.Run("an access key", func(t *testing.T) {
		s.t = t
		key := s.do("", "CreateAccessKey UserName=dana").Element("AccessKeyId")
		s.tell([]step{
			{call: "DeleteUser UserName=dana", want: conflict + "delete access keys first."},
			{call: "DeleteAccessKey UserName=dana AccessKeyId=" + key},
			{call: "DeleteUser UserName=dana"},
		})
	})
}

func TestARenamedUserKeepsWhatItHas(t *testing.T) {
	s := newStory(t)
	s.person("dana", allowAll)
	s.tell([]step{
		{call: "CreateGroup GroupName=g"},
		{call: "AddUserToGroup UserName=dana GroupName=g"},
		{call: "AttachUserPolicy UserName=dana PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess"},
		{call: "UpdateUser UserName=dana NewUserName=diana"},
		{as: "dana", call: "GetUser", has: "<UserName>diana</UserName>"}, // by her old key
		{call: "ListGroupsForUser UserName=diana", has: "<GroupName>g</GroupName>"},
		{call: "ListAttachedUserPolicies UserName=diana", has: "ReadOnlyAccess"},
		{call: "ListUserPolicies UserName=diana", has: "<member>policy0</member>"},
		{call: "GetGroup GroupName=g", has: "<UserName>diana</UserName>"},
		{call: "ListEntitiesForPolicy PolicyArn=arn:aws:iam::aws:policy/ReadOnlyAccess", has: "<UserName>diana</UserName>"},
	})
}

func TestWithoutANameTheCallerIsMeant(t *testing.T) {
	s := newStory(t)
	s.person("dana", allowAll)
	roleARN := s.Role("app", trustAll, allowAll)
	s.people["session"] = s.AssumeRole(s.people["dana"], roleARN, "session")
	s.tell([]step{
		{as: "dana", call: "GetUser", has: "<UserName>dana</UserName>"},
		{as: "dana", call: "ListAccessKeys", has: "<UserName>dana</UserName>"},
		{as: "dana", call: "CreateAccessKey", has: "<UserName>dana</UserName>"},
		{as: "dana", call: "ListMFADevices", has: "<MFADevices/>"},
		{call: "GetUser", has: "<UserId>123456789012</UserId><Arn>arn:aws:iam::123456789012:root</Arn>", not: "<UserName>"},
		{call: "ListAccessKeys", has: "AKIARZPUZDIKROOTROOT", not: "<UserName>"},
		{call: "GetLoginProfile", want: whoAmI},
	})
	for _, action := range []string{"GetUser", "ListAccessKeys", "CreateAccessKey", "ListMFADevices", "GetLoginProfile", "ListSSHPublicKeys"} {
		s.tell([]step{{as: "session", call: action, want: whoAmI}})
	}
	s.tell([]step{
		{as: "session", call: "DeleteAccessKey AccessKeyId=AKIAIOSFODNN7EXAMPLE", want: whoAmI},
		{as: "session", call: "GetUser UserName=dana", has: "<UserName>dana</UserName>"},
	})
}

func TestSessionsOfUsersCannotCallIAM(t *testing.T) {
	s := newStory(t)
	s.person("dana", allowAll)
	s.people["token"] = s.Call(s.people["dana"], "sts", "GetSessionToken").Credentials()
	s.people["federated"] = s.Call(s.people["dana"], "sts", "GetFederationToken", "Name", "fred", "Policy", allowAll).Credentials()
	for _, as := range []string{"token", "federated"} {
		s.tell([]step{{as: as, call: "ListUsers", want: "403 InvalidClientTokenId The security token included in the request is invalid"}})
	}
}

func TestListsArePaged(t *testing.T) {
	s := newStory(t)
	for _, name := range []string{"a", "B", "c", "D", "e"} {
		s.do("", "CreateUser UserName="+name)
	}
	var names []string
	marker := ""
	for {
		call := "ListUsers MaxItems=2"
		if marker != "" {
			call += " Marker=" + marker
		}
		a := s.do("", call)
		for _, part := range strings.Split(flat(a), "<UserName>")[1:] {
			names = append(names, part[:strings.Index(part, "<")])
		}
		marker = a.Element("Marker")
		if more := a.Element("IsTruncated") == "true"; more != (marker != "") {
			t.Fatalf("IsTruncated %v with marker %q", more, marker)
		}
		if marker == "" {
			break
		}
		s.tell([]step{{call: "ListGroups Marker=" + marker, want: "400 ValidationError Invalid Marker."}}) // another action's
	}
	if got := strings.Join(names, " "); got != "a B c D e" {
		t.Errorf("pages give %q", got)
	}
	s.tell([]step{
		{call: "ListUsers Marker=nonsense", want: "400 ValidationError Invalid Marker."},
		{call: "ListUserTags UserName=a Marker=TGlzdFVzZXJUYWdzIHg", want: "400 ValidationError Invalid Marker."}, // "ListUserTags x"
		{call: "ListUsers MaxItems=0", want: "400 ValidationError 1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value greater than or equal to 1"},
		{call: "ListUsers MaxItems=1001", want: "400 ValidationError 1 validation error detected: Value at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000"},
	})
}

func TestAccessKeys(t *testing.T) {
	s := newStory(t)
	s.person("dana", allowAll) // has a key
	s.person("eve")
	second := s.do("dana", "CreateAccessKey")
	id := second.Element("AccessKeyId")
	if len(second.Element("SecretAccessKey")) != 40 || second.Element("Status") != "Active" {
		t.Errorf("CreateAccessKey answered %s", second.Body)
	}
	s.people["second"] = s.people["dana"]
	key := s.people["second"]
	key.AccessKeyID, key.SecretAccessKey = id, second.Element("SecretAccessKey")
	s.people["second"] = key
	const unknown = "404 NoSuchEntity The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found."
	s.tell([]step{
		{call: "CreateAccessKey UserName=dana", want: "409 LimitExceeded Cannot exceed quota for AccessKeysPerUser: 2"},
		{call: "CreateAccessKey UserName=x", want: "404 NoSuchEntity The user with name x cannot be found."},
		{as: "second", call: "GetUser", has: "dana"},
		{call: "UpdateAccessKey UserName=dana AccessKeyId=" + id + " Status=Inactive"},
		{call: "ListAccessKeys UserName=dana", has: "<AccessKeyId>" + id + "</AccessKeyId><Status>Inactive</Status>", not: "Secret"},
		{as: "second", call: "GetUser", want: "403 InvalidClientTokenId The security token included in the request is invalid."},
		{call: "UpdateAccessKey UserName=dana AccessKeyId=" + id + " Status=Active"},
		{as: "second", call: "GetUser", has: "dana"},
		{
			call: "UpdateAccessKey UserName=dana AccessKeyId=" + id + " Status=Expired",
			want: "400 ValidationError 1 validation error detected: Value at 'status' failed to satisfy constraint: Member must satisfy enum value set",
		},
		{call: "UpdateAccessKey UserName=dana AccessKeyId=AKIAIOSFODNN7EXAMPLE Status=Active", want: unknown},
		{call: "DeleteAccessKey UserName=dana AccessKeyId=AKIAIOSFODNN7EXAMPLE", want: unknown},
		{call: "DeleteAccessKey UserName=eve AccessKeyId=" + id, want: "404 NoSuchEntity The Access Key with id " + id + " cannot be found."},
		{call: "DeleteAccessKey AccessKeyId=" + id, want: "404 NoSuchEntity The Access Key with id " + id + " cannot be found."},
		{call: "DeleteAccessKey UserName=dana AccessKeyId=" + id},
		{as: "second", call: "GetUser", want: "403 InvalidClientTokenId The AWS access key provided does not exist in our records."},
		{call: "ListAccessKeys UserName=dana", not: id},
	})
}

func TestAccessKeyLastUsed(t *testing.T) {
	s := newStory(t)
	s.person("dana", allowAll)
	id := s.people["dana"].AccessKeyID
	_, foreign := s.NewAccount()
	refusal := "403 AccessDenied User: arn:aws:iam::123456789012:root is not authorized to perform iam:GetAccessKeyLastUsed on resource: access key "
	s.tell([]step{
		{call: "GetAccessKeyLastUsed AccessKeyId=" + id, has: "<UserName>dana</UserName><AccessKeyLastUsed><ServiceName>N/A</ServiceName><Region>N/A</Region></AccessKeyLastUsed>"},
		{call: "GetAccessKeyLastUsed AccessKeyId=AKIAIOSFODNN7EXAMPLE", want: refusal + "AKIAIOSFODNN7EXAMPLE"},
		{call: "GetAccessKeyLastUsed AccessKeyId=" + foreign.AccessKeyID, want: refusal + foreign.AccessKeyID},
	})
	s.Advance(time.Minute)
	s.tell([]step{
		{as: "dana", call: "GetUser"},
		{call: "GetAccessKeyLastUsed AccessKeyId=" + id, has: "<LastUsedDate>" + s.Now().UTC().Format(time.RFC3339) + "</LastUsedDate><ServiceName>iam</ServiceName><Region>us-east-1</Region>"},
	})
}
