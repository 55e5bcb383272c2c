package iamsvc_test

import (
	"fmt"
	"testing"
)

const (
	allowAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`
	trustAll = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}`
)

func TestGroups(t *testing.T) {
	const noOps = "404 NoSuchEntity The group with name ops cannot be found."
	s := newStory(t)
	s.tell([]step{
		{call: "GetGroup GroupName=ops", want: noOps},
		{call: "UpdateGroup GroupName=ops NewGroupName=x", want: noOps},
		{call: "DeleteGroup GroupName=ops", want: noOps},
		{call: "ListGroupPolicies GroupName=ops", want: noOps},
		{call: "CreateGroup GroupName=ops Path=/a/", has: "<Arn>arn:aws:iam::123456789012:group/a/ops</Arn>"},
		{call: "CreateGroup GroupName=OPS", want: "409 EntityAlreadyExists Group with name OPS already exists."},
		{call: "CreateGroup GroupName=dev"},
		{call: "UpdateGroup GroupName=ops NewGroupName=dev", want: "409 EntityAlreadyExists Group with name dev already exists."},
		{call: "ListGroups", has: "<GroupName>dev</GroupName> … <GroupName>ops</GroupName>"},
		{call: "ListGroups PathPrefix=/a/", not: "dev"},
		{call: "CreateUser UserName=dana"},
		{call: "AddUserToGroup UserName=dana GroupName=nonexistent-group", want: "404 NoSuchEntity The group with name nonexistent-group cannot be found."},
		{call: "AddUserToGroup UserName=x GroupName=ops", want: "404 NoSuchEntity The user with name x cannot be found."},
		{call: "RemoveUserFromGroup UserName=any-user GroupName=none", want: "404 NoSuchEntity The user with name any-user cannot be found."},
		{call: "RemoveUserFromGroup UserName=dana GroupName=ops"}, // no member: no error
		{call: "AddUserToGroup UserName=dana GroupName=ops"},
		{call: "AddUserToGroup UserName=dana GroupName=ops"}, // no error, no second membership
		{call: "GetGroup GroupName=ops", has: "<Users><member><Path>/</Path><UserName>dana</UserName> … </member></Users><IsTruncated>false"},
		{call: "ListGroupsForUser UserName=dana", has: "<GroupName>ops</GroupName>"},
		{call: "DeleteGroup GroupName=ops", want: "409 DeleteConflict Cannot delete entity, must remove users from group first."},
		{call: "UpdateGroup GroupName=ops NewGroupName=Operators NewPath=/"},
		{call: "ListGroupsForUser UserName=dana", has: "<Arn>arn:aws:iam::123456789012:group/Operators</Arn>"},
		{call: "RemoveUserFromGroup UserName=dana GroupName=operators"},
		{call: "PutGroupPolicy GroupName=operators PolicyName=p PolicyDocument=@allow"},
		{call: "DeleteGroup GroupName=operators", want: "409 DeleteConflict Cannot delete entity, must delete policies first."},
		{call: "DeleteGroupPolicy GroupName=operators PolicyName=p"},
		{call: "DeleteGroup GroupName=operators"},
		{call: "GetGroup GroupName=dev", has: "<Users/>"},
	})
}

func TestAUserIsInTenGroupsAtMost(t *testing.T) {
	s := newStory(t)
	s.tell([]step{{call: "CreateUser UserName=dana"}})
	for i := range 11 {
		s.tell([]step{{call: fmt.Sprintf("CreateGroup GroupName=g%d", i)}})
		want := ""
		if i == 10 {
			want = "409 LimitExceeded Cannot exceed quota for GroupsPerUser: 10"
		}
		s.tell([]step{{call: fmt.Sprintf("AddUserToGroup UserName=dana GroupName=g%d", i), want: want}})
	}
	s.tell([]step{
		{call: "AddUserToGroup UserName=dana GroupName=g3"}, // she is there already
		{call: "ListGroupsForUser UserName=dana MaxItems=9", has: "<IsTruncated>true</IsTruncated><Marker>"},
	})
}

func TestGroupPoliciesHoldForMembers(t *testing.T) {
	s := newStory(t)
	s.person("dana")
	const denied = "403 AccessDenied User: arn:aws:iam::123456789012:user/dana is not authorized to perform: iam:ListUsers on resource: " +
		"arn:aws:iam::123456789012:user/ because no identity-based policy allows the iam:ListUsers action"
	s.docs["all"] = allowAll
	s.tell([]step{
		{call: "CreateGroup GroupName=ops"},
		{call: "PutGroupPolicy GroupName=ops PolicyName=p PolicyDocument=@all"},
		{as: "dana", call: "ListUsers", want: denied},
		{call: "AddUserToGroup UserName=dana GroupName=ops"},
		{as: "dana", call: "ListUsers"},
		{call: "RemoveUserFromGroup UserName=dana GroupName=ops"},
		{as: "dana", call: "ListUsers", want: denied},
	})
}
