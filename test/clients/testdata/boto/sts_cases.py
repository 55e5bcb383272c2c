"""Every action of STS: what it answers, and how it refuses."""

import base64
import datetime
import hashlib
import json
import re

from harness import *

EVERYTHING = allow("*")


def at(seconds):
    """The time in so many seconds, as far as the tests can know it."""
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)


def lasts(credentials, seconds):
    assert abs((credentials["Expiration"] - at(seconds)).total_seconds()) < 60, credentials["Expiration"]


def temporary(credentials):
    members(credentials, "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
    matches("ASIA[A-Z2-7]{16}", credentials["AccessKeyId"])
    matches("[A-Za-z0-9/+]{40}", credentials["SecretAccessKey"])
    matches("[A-Za-z0-9/+]+=*", credentials["SessionToken"])
    assert len(credentials["SessionToken"]) < 1024, len(credentials["SessionToken"])


def validation(path_and_value, constraint):
    return "1 validation error detected: Value %s failed to satisfy constraint: %s" % (path_and_value, constraint)


# GetCallerIdentity


@case
def caller_identity_of_root_user_and_session():
    who = sts().get_caller_identity()
    members(who, "Account", "Arn", "UserId")
    equal((who["Account"], who["Arn"], who["UserId"]), (ACCOUNT, "arn:aws:iam::%s:root" % ACCOUNT, ACCOUNT))
    ann = new_user("who-ann", Path="/staff/ops/")
    who = sts(ann).get_caller_identity()
    equal(who["Arn"], "arn:aws:iam::%s:user/staff/ops/who-ann" % ACCOUNT)
    matches("AIDA[A-Z2-7]{17}", who["UserId"])
    role = new_role("who-role", trust(ann["Arn"]), Path="/deep/er/")
    answer = sts(ann).assume_role(RoleArn=role, RoleSessionName="s@1,=.-+_")
    who = sts(answer["Credentials"]).get_caller_identity()
    equal(who["Arn"], "arn:aws:sts::%s:assumed-role/who-role/s@1,=.-+_" % ACCOUNT)  # the role's path is not in it
    equal(who["UserId"], answer["AssumedRoleUser"]["AssumedRoleId"])


@case
def caller_identity_needs_no_permission():
    who = sts(new_user("who-denied", deny("*"))).get_caller_identity()
    equal(who["Arn"], "arn:aws:iam::%s:user/who-denied" % ACCOUNT)


@case
def caller_identity_is_refused_to_strangers():
    refused(lambda: sts({"AccessKeyId": "AKIARZPUZDIKNOBODYAA", "SecretAccessKey": "x" * 40}).get_caller_identity(),
            403, "InvalidClientTokenId", "The security token included in the request is invalid.")
    refused(lambda: sts(dict(ROOT, SecretAccessKey="x" * 40)).get_caller_identity(), 403, "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
    refused(lambda: sts(dict(ROOT, SessionToken="AAAA")).get_caller_identity(),
            403, "InvalidClientTokenId", "The security token included in the request is invalid")
    refused(lambda: sts(region="eu-west-1").get_caller_identity(), 403, "SignatureDoesNotMatch",
            re.compile(r"Credential should be scoped to a valid region\. ?"))


@case
def temporary_credentials_hold_together():
    ann = new_user("whole-ann", EVERYTHING)
    role = new_role("whole-role", trust(ann["Arn"]))
    one, two = assume(ann, role, "one"), assume(ann, role, "two")
    bad = "The security token included in the request is invalid"
    refused(lambda: sts(dict(one, SessionToken=two["SessionToken"])).get_caller_identity(), 403, "InvalidClientTokenId", bad)
    refused(lambda: sts(dict(one, SessionToken=one["SessionToken"][:-8] + "AAAAAAA=")).get_caller_identity(), 403, "InvalidClientTokenId", bad)
    refused(lambda: sts({k: one[k] for k in ("AccessKeyId", "SecretAccessKey")}).get_caller_identity(), 403, "InvalidClientTokenId", bad + ".")
    refused(lambda: sts(dict(one, SecretAccessKey=two["SecretAccessKey"])).get_caller_identity(), 403, "SignatureDoesNotMatch", re.compile("The request signature .*"))


# AssumeRole


@case
def assume_role_answers():
    ann = new_user("ar-ann")
    role = new_role("ar-role", trust(ann["Arn"]))
    a = sts(ann).assume_role(RoleArn=role, RoleSessionName="build-42")
    members(a, "Credentials", "AssumedRoleUser")
    temporary(a["Credentials"])
    lasts(a["Credentials"], 3600)
    equal(a["AssumedRoleUser"]["Arn"], session_arn(role, "build-42"))
    matches("AROA[A-Z2-7]{17}:build-42", a["AssumedRoleUser"]["AssumedRoleId"])
    a = sts(ann).assume_role(
        RoleArn=role, RoleSessionName="build-43", Policy=allow("s3:GetObject"), SourceIdentity="ann",
        PolicyArns=[{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}], Tags=[{"Key": "Team", "Value": ""}], DurationSeconds=900,
    )
    members(a, "Credentials", "AssumedRoleUser", "PackedPolicySize", "SourceIdentity")
    lasts(a["Credentials"], 900)
    equal(a["SourceIdentity"], "ann")
    assert 0 < a["PackedPolicySize"] < 100, a["PackedPolicySize"]


@case
def assume_role_recorded_arn_answers():
    ann = new_user("arn-ann", EVERYTHING)
    s = sts(ann, validate=False)
    for bad in ("nothing-valid-in-here", "arn::b:::something/test-role", "arn:a::::something/test-role", "arn:a:::something/test-role", "arn:a:a::aaaaaaaaaa:"):
        refused(lambda: s.assume_role(RoleArn=bad, RoleSessionName="session"), 400, "ValidationError", bad + " is invalid")
    refused(lambda: s.assume_role(RoleArn="arn:a:b:::something/test-role", RoleSessionName="Session1:2"), 400, "ValidationError",
            validation("'Session1:2' at 'roleSessionName'", r"Member must satisfy regular expression pattern: [\w+=,.@-]*"))
    refused(lambda: s.assume_role(RoleArn="arn:aws:iam::123456789012:role/x", RoleSessionName="s" * 65), 400, "ValidationError",
            validation("'%s' at 'roleSessionName'" % ("s" * 65), "Member must have length less than or equal to 64"))
    refused(lambda: s.assume_role(RoleArn="arn:aws:iam::123456789012:role/x", RoleSessionName="ss", DurationSeconds=20), 400, "ValidationError",
            validation("'20' at 'durationSeconds'", "Member must have value greater than or equal to 900"))
    refused(lambda: s.assume_role(RoleArn="arn:aws:iam::123456789012:role/x", RoleSessionName="ss", DurationSeconds=345600), 400, "ValidationError",
            validation("'345600' at 'durationSeconds'", "Member must have value less than or equal to 43200"))
    refused(lambda: s.assume_role(), 400, "ValidationError", re.compile(
        "2 validation errors detected: (Value null at '(roleArn|roleSessionName)' failed to satisfy constraint: Member must not be null(; )?){2}"))


@case
def assume_role_refusals_look_alike():
    ann = new_user("alike-ann", EVERYTHING)
    other = new_role("alike-other", trust("arn:aws:iam::123456789012:user/alike-ann", Condition={"StringEquals": {"sts:ExternalId": "never"}}))
    for role in (other, "arn:aws:iam::123456789012:role/alike-none", "arn:aws:iam::999999999999:role/alike-none"):
        denied(lambda: assume(ann, role), ann["Arn"], "sts:AssumeRole", role)
    refused(lambda: assume(ROOT, other), 403, "AccessDenied", "Roles may not be assumed by root accounts.")


@case
def assume_role_needs_both_sides_or_a_named_principal():
    nobody = new_user("sides-nobody")
    allowed = new_user("sides-allowed", allow("sts:AssumeRole"))
    forbidden = new_user("sides-forbidden", deny("sts:AssumeRole"))
    by_account = new_role("sides-account", trust(ACCOUNT))
    by_name = new_role("sides-name", trust(nobody["Arn"], forbidden["Arn"]))
    denied(lambda: assume(nobody, by_account), nobody["Arn"], "sts:AssumeRole", by_account)
    assume(allowed, by_account)
    assume(nobody, by_name)  # trust alone suffices
    denied(lambda: assume(allowed, by_name), allowed["Arn"], "sts:AssumeRole", by_name)
    denied(lambda: assume(forbidden, by_name), forbidden["Arn"], "sts:AssumeRole", by_name)


@case
def external_id_is_compared():
    ann = new_user("ext-ann")
    role = new_role("ext-role", trust(ann["Arn"], Condition={"StringEquals": {"sts:ExternalId": "partner/7"}}))
    assume(ann, role, ExternalId="partner/7")
    denied(lambda: assume(ann, role), ann["Arn"], "sts:AssumeRole", role)
    denied(lambda: assume(ann, role, ExternalId="partner/8"), ann["Arn"], "sts:AssumeRole", role)


@case
def session_name_can_be_prescribed():
    ann = new_user("name-ann")
    role = new_role("name-role", trust(ann["Arn"], Condition={"StringLike": {"sts:RoleSessionName": "${aws:username}"}}))
    assume(ann, role, "name-ann")
    denied(lambda: assume(ann, role, "name-bob"), ann["Arn"], "sts:AssumeRole", role)


@case
def trust_is_bound_to_the_unique_id():
    ann = new_user("id-ann", allow("sts:AssumeRole"))
    role = new_role("id-role", trust(ann["Arn"]))
    nested = new_role("id-nested", trust(role))
    assume(ann, role)
    user_id = iam().get_user(UserName="id-ann")["User"]["UserId"]
    role_id = iam().get_role(RoleName="id-role")["Role"]["RoleId"]

    def principal(name):
        only, = iam().get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"]["Statement"][0]["Principal"]["AWS"]
        return only

    equal(principal("id-role"), ann["Arn"])
    iam().delete_access_key(UserName="id-ann", AccessKeyId=ann["AccessKeyId"])
    iam().delete_user_policy(UserName="id-ann", PolicyName="policy0")
    iam().delete_user(UserName="id-ann")
    equal(principal("id-role"), user_id)
    again = new_user("id-ann", allow("sts:AssumeRole"))
    equal(again["Arn"], ann["Arn"])
    denied(lambda: assume(again, role), again["Arn"], "sts:AssumeRole", role)
    equal(principal("id-role"), user_id)
    iam().delete_role(RoleName="id-role")
    equal(principal("id-nested"), role_id)
    new_role("id-role", trust(again["Arn"]))
    denied(lambda: assume(assume(again, role), nested), session_arn(role), "sts:AssumeRole", nested)
    iam().update_assume_role_policy(RoleName="id-nested", PolicyDocument=trust(role))  # saved anew, bound anew
    assume(assume(again, role), nested)
    refused(lambda: iam().update_assume_role_policy(RoleName="id-nested", PolicyDocument=trust("arn:aws:iam::123456789012:user/id-none")),
            400, "MalformedPolicyDocument", 'Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:user/id-none"')


@case
def a_deleted_role_ends_its_sessions():
    ann = new_user("gone-ann")
    role = new_role("gone-role", trust(ann["Arn"]), allow("iam:ListUsers"))
    live = assume(ann, role)
    iam(live).list_users()
    iam().delete_role_policy(RoleName="gone-role", PolicyName="policy0")
    denied(lambda: iam(live).list_users(), session_arn(role), "iam:ListUsers", "arn:aws:iam::123456789012:user/", no_identity("iam:ListUsers"))
    iam().delete_role(RoleName="gone-role")
    refused(lambda: sts(live).get_caller_identity(), 403, "InvalidClientTokenId", re.compile(r"The security token included in the request is invalid\.?"))
    new_role("gone-role", trust(ann["Arn"]), allow("iam:ListUsers"))
    refused(lambda: iam(live).list_users(), 403, "InvalidClientTokenId", re.compile(r"The security token included in the request is invalid\.?"))


@case
def sessions_can_be_revoked():
    ann = new_user("revoke-ann")
    role = new_role("revoke-role", trust(ann["Arn"]), allow("iam:ListUsers"))
    live = assume(ann, role)
    iam(live).list_users()
    iam().put_role_policy(RoleName="revoke-role", PolicyName="AWSRevokeOlderSessions",
                          PolicyDocument=deny("*", Condition={"DateLessThan": {"aws:TokenIssueTime": at(5).strftime("%Y-%m-%dT%H:%M:%SZ")}}))
    denied(lambda: iam(live).list_users(), session_arn(role), "iam:ListUsers", "arn:aws:iam::123456789012:user/", " with an explicit deny in an identity-based policy")


@case
def across_accounts_both_sides_must_allow():
    other_root = new_account("111122223333")
    other = iam(other_root)
    here = new_user("cross-ann", allow("sts:AssumeRole"))
    without = new_user("cross-bob")
    role = new_role("visited", trust(here["Arn"], without["Arn"]), allow("iam:GetRole"), by=other, MaxSessionDuration=7200)
    equal(role, "arn:aws:iam::111122223333:role/visited")
    answer = sts(here).assume_role(RoleArn=role, RoleSessionName="visit", DurationSeconds=7200)
    equal(answer["AssumedRoleUser"]["Arn"], "arn:aws:sts::111122223333:assumed-role/visited/visit")
    visit = answer["Credentials"]
    who = sts(visit).get_caller_identity()
    equal((who["Account"], who["Arn"]), ("111122223333", answer["AssumedRoleUser"]["Arn"]))
    equal(iam(visit).get_role(RoleName="visited")["Role"]["Arn"], role)  # acts in the other account
    denied(lambda: assume(without, role), without["Arn"], "sts:AssumeRole", role)
    untrusting = new_role("untrusting", trust("111122223333"), by=other)
    denied(lambda: assume(here, untrusting), here["Arn"], "sts:AssumeRole", untrusting)
    by_account = new_role("by-account", trust("arn:aws:iam::%s:root" % ACCOUNT, action="sts:AssumeRole"), by=other)
    assume(here, by_account)
    denied(lambda: assume(here, by_account, Tags=[{"Key": "a", "Value": "b"}]), here["Arn"], "sts:TagSession", by_account)
    equal(sts().get_access_key_info(AccessKeyId=visit["AccessKeyId"])["Account"], "111122223333")
    equal(sts(other_root).get_caller_identity()["Arn"], "arn:aws:iam::111122223333:root")
    equal([u for u in other.list_users()["Users"]], [])  # nothing of the first account is seen


@case
def duration_rules():
    ann = new_user("dur-ann", allow("sts:AssumeRole"))
    short = new_role("dur-short", trust(ann["Arn"]))
    role = new_role("dur-long", trust(ann["Arn"]), allow("sts:AssumeRole"), MaxSessionDuration=43200)
    again = new_role("dur-again", trust(role), MaxSessionDuration=43200)
    too_long = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    chained = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
    refused(lambda: assume(ann, short, DurationSeconds=3601), 400, "ValidationError", too_long)
    lasts(assume(ann, role, DurationSeconds=43200), 43200)
    first = assume(ann, role)
    lasts(first, 3600)  # whatever the role allows
    lasts(assume(first, again, DurationSeconds=3600), 3600)
    refused(lambda: assume(first, again, DurationSeconds=3601), 400, "ValidationError", chained)
    refused(lambda: assume(sts(ann).get_session_token()["Credentials"], role, DurationSeconds=3601), 400, "ValidationError", chained)
    lasts(assume(assume(ann, role, DurationSeconds=900), again, DurationSeconds=3600), 3600)  # may outlive the caller's


# Session policies


@case
def session_policies_limit_the_role():
    ann = new_user("sp-ann")
    role = new_role("sp-role", trust(ann["Arn"]), allow(["iam:ListUsers", "iam:ListRoles"]))
    managed = iam().create_policy(PolicyName="sp-managed", PolicyDocument=allow("iam:ListUsers"))["Policy"]["Arn"]
    users, roles = "arn:aws:iam::123456789012:user/", "arn:aws:iam::123456789012:role/"
    no_session = " because no session policy allows the %s action"
    for how in ({"Policy": allow(["iam:ListUsers", "iam:ListGroups"])}, {"PolicyArns": [{"arn": managed}]}):
        s = iam(assume(ann, role, **how))
        s.list_users()
        denied(s.list_roles, session_arn(role), "iam:ListRoles", roles, no_session % "iam:ListRoles")
    both = iam(assume(ann, role, Policy=allow("iam:ListRoles"), PolicyArns=[{"arn": managed}]))
    both.list_users(), both.list_roles()  # the union of the session policies
    denied(lambda: iam(assume(ann, role, Policy=deny("iam:ListUsers"))).list_users(), session_arn(role), "iam:ListUsers", users,
           " with an explicit deny in a session policy")
    denied(lambda: iam(assume(ann, role, Policy=allow("*"))).list_groups(), session_arn(role), "iam:ListGroups",
           "arn:aws:iam::123456789012:group/", no_identity("iam:ListGroups"))  # grants nothing


@case
def session_policy_limits():
    ann = new_user("spl-ann", allow("sts:*"))
    role = new_role("spl-role", trust(ann["Arn"]))
    s = sts(ann, validate=False)
    go = lambda **more: lambda: s.assume_role(RoleArn=role, RoleSessionName="session", **more)
    refused(go(Policy="no json"), 400, "MalformedPolicyDocument", "The policy is not in the valid JSON format.")
    refused(go(Policy='{"Statement": 1}'), 400, "MalformedPolicyDocument", "Syntax errors in policy.")
    refused(go(Policy=trust("*")), 400, "MalformedPolicyDocument", re.compile(".+"))
    bucket = lambda i: "arn:aws:s3:::" + hashlib.sha256(b"%d" % i).hexdigest()[:48]
    document = lambda n: allow("s3:GetObject", [bucket(i) for i in range(n)])
    longer, dense = document(31), document(25)
    assert len(dense) < 2048 < len(longer)
    for call in (go(Policy=longer), lambda: s.get_federation_token(Name="bob", Policy=longer)):
        refused(call, 400, "ValidationError", validation("'%s' at 'policy'" % longer, "Member must have length less than or equal to 2048"))
    packed = re.compile(r"Packed policy consumes \d{3}% of allotted space, please use smaller policy\.")
    refused(go(Policy=dense), 400, "PackedPolicyTooLarge", packed)
    refused(go(Tags=[{"Key": "key%d" % i, "Value": ("%d" % (7919**17 * i))[:60]} for i in range(1, 51)]), 400, "PackedPolicyTooLarge",
            re.compile(r"Packed size of session tags consumes \d{3}% of allotted space\."))
    refused(go(PolicyArns=[{"arn": "arn:aws:iam::123456789012:policy/none-%d" % i} for i in range(11)]), 400, "ValidationError",
            re.compile(".*at 'policyArns' failed to satisfy constraint: Member must have length less than or equal to 10"))
    refused(go(PolicyArns=[{"arn": "arn:aws:iam::123456789012:policy/none"}]), 400, "ValidationError", re.compile(".*does not exist or is not attachable.*"))


@case
def packed_size_of_the_recorded_policy():
    ann = new_user("packed-ann")
    role = new_role("packed-role", trust(ann["Arn"]))
    p = '{"Version": "2012-10-17", "Statement": [{"Sid": "RestrictedAccess", "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::example-bucket/*"]}]}'
    size = sts(ann).assume_role(RoleArn=role, RoleSessionName="session", Policy=p)["PackedPolicySize"]
    assert 8 <= size <= 32, size  # the real service says 16; its packing is not public


# Session tags and source identity


@case
def session_tags():
    ann = new_user("tag-ann", allow("sts:*"), Tags=[{"Key": "Team", "Value": "user"}])
    role = new_role("tag-role", trust(ann["Arn"]), allow("iam:ListUsers", Condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}}), Tags=[{"Key": "team", "Value": "role"}])
    untagged = new_role("tag-untagged", trust(ann["Arn"], action="sts:AssumeRole"))
    users = "arn:aws:iam::123456789012:user/"
    iam(assume(ann, role, Tags=[{"Key": "TEAM", "Value": "red"}])).list_users()  # over the role's tag, whatever the case
    denied(lambda: iam(assume(ann, role)).list_users(), session_arn(role), "iam:ListUsers", users, no_identity("iam:ListUsers"))
    iam().tag_role(RoleName="tag-role", Tags=[{"Key": "Team", "Value": "red"}])
    iam(assume(ann, role)).list_users()
    bob = new_user("tag-bob")
    iam().update_assume_role_policy(RoleName="tag-untagged", PolicyDocument=trust(bob["Arn"], action="sts:AssumeRole"))
    denied(lambda: assume(bob, untagged, Tags=[{"Key": "a", "Value": "b"}]), bob["Arn"], "sts:TagSession", untagged)
    tag = lambda key: {"Key": key, "Value": "v"}
    refused(lambda: assume(ann, role, Tags=[tag("SessionTag1"), tag("sessiontag1")]), 400, "InvalidParameterValue",
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    refused(lambda: assume(ann, role, Tags=[tag("SessionTag1")], TransitiveTagKeys=["InvalidKey"]), 400, "InvalidParameterValue",
            "The specified transitive tag key must be included in the requested tags.")
    assume(ann, role, Tags=[tag("SessionTag1")], TransitiveTagKeys=["sessiontag1"])


@case
def transitive_tags_go_through_chains():
    ann = new_user("tr-ann", allow("sts:*"))
    by_tag = allow(["iam:ListUsers", "sts:*"], Condition={"StringEquals": {"aws:PrincipalTag/Project": "x"}})
    by_other = allow(["iam:ListRoles"], Condition={"StringEquals": {"aws:PrincipalTag/Local": "y"}})
    first = new_role("tr-first", trust(ann["Arn"]), allow("sts:*"))
    second = new_role("tr-second", trust(first), by_tag, by_other)
    third = new_role("tr-third", trust(second), by_tag, by_other)
    plain = new_role("tr-plain", trust(first, action="sts:AssumeRole"))
    one = assume(ann, first, Tags=[{"Key": "Project", "Value": "x"}, {"Key": "Local", "Value": "y"}], TransitiveTagKeys=["Project"])
    two = assume(one, second)
    three = assume(two, third)
    for role, credentials in ((second, two), (third, three)):
        iam(credentials).list_users()
        denied(lambda: iam(credentials).list_roles(), session_arn(role), "iam:ListRoles", "arn:aws:iam::123456789012:role/", no_identity("iam:ListRoles"))
    conflict = "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session."
    for key in ("Project", "project"):
        refused(lambda: assume(one, second, Tags=[{"Key": key, "Value": "z"}]), 400, "InvalidParameterValue", conflict)
        refused(lambda: assume(two, third, Tags=[{"Key": key, "Value": "z"}]), 400, "InvalidParameterValue", conflict)
    iam(assume(one, second, Tags=[{"Key": "Local", "Value": "y"}])).list_roles()  # what is not transitive may be set anew
    assert sts(two).assume_role(RoleArn=third, RoleSessionName="session")["PackedPolicySize"] > 0  # inherited tags count
    # Inherited tags, too, need sts:TagSession; ann's own policies do not help here.
    iam().put_role_policy(RoleName="tr-first", PolicyName="policy0", PolicyDocument=allow("sts:AssumeRole"))
    denied(lambda: assume(one, plain), session_arn(first), "sts:TagSession", plain)


@case
def source_identity_sticks():
    ann = new_user("si-ann", allow("sts:*"))
    first = new_role("si-first", trust(ann["Arn"]), allow("sts:*"))
    second = new_role("si-second", trust(first), allow("iam:ListUsers", Condition={"StringEquals": {"aws:SourceIdentity": "ann@home"}}))
    plain = new_role("si-plain", trust(first, action="sts:AssumeRole"))
    one = assume(ann, first, SourceIdentity="ann@home")
    answer = sts(one).assume_role(RoleArn=second, RoleSessionName="session")
    equal(answer["SourceIdentity"], "ann@home")
    iam(answer["Credentials"]).list_users()
    equal(sts(one).assume_role(RoleArn=second, RoleSessionName="session", SourceIdentity="ann@home")["SourceIdentity"], "ann@home")
    denied(lambda: assume(one, second, SourceIdentity="bob"), session_arn(first), "sts:SetSourceIdentity", second)
    iam().put_role_policy(RoleName="si-first", PolicyName="policy0", PolicyDocument=allow("sts:AssumeRole"))
    denied(lambda: assume(one, plain), session_arn(first), "sts:SetSourceIdentity", plain)
    denied(lambda: iam(assume(assume(ann, first), second)).list_users(), session_arn(second), "iam:ListUsers",
           "arn:aws:iam::123456789012:user/", no_identity("iam:ListUsers"))
    a = sts(ann, validate=False)
    refused(lambda: a.assume_role(RoleArn=first, RoleSessionName="session", SourceIdentity="x"), 400, "ValidationError",
            validation("'x' at 'sourceIdentity'", "Member must have length greater than or equal to 2"))


# GetFederationToken and GetSessionToken


@case
def federation_token():
    ann = new_user("fed-ann", EVERYTHING)
    a = sts(ann).get_federation_token(Name="bob", DurationSeconds=900)
    members(a, "Credentials", "FederatedUser", "PackedPolicySize")
    equal(a["FederatedUser"], {"FederatedUserId": ACCOUNT + ":bob", "Arn": "arn:aws:sts::%s:federated-user/bob" % ACCOUNT})
    equal(a["PackedPolicySize"], 0)
    temporary(a["Credentials"])
    lasts(a["Credentials"], 900)
    lasts(sts(ann).get_federation_token(Name="bob")["Credentials"], 43200)
    lasts(sts().get_federation_token(Name="bob", DurationSeconds=129600)["Credentials"], 3600)  # clamped for root
    who = sts(a["Credentials"]).get_caller_identity()
    equal((who["UserId"], who["Arn"]), (ACCOUNT + ":bob", a["FederatedUser"]["Arn"]))
    a = sts(ann).get_federation_token(Name="bob", Policy=allow("*"), Tags=[{"Key": "a", "Value": "b"}])
    assert a["PackedPolicySize"] > 0


@case
def federation_token_refusals():
    nobody = new_user("fedr-nobody")
    bob = "arn:aws:sts::%s:federated-user/bob" % ACCOUNT
    denied(lambda: sts(nobody).get_federation_token(Name="bob"), nobody["Arn"], "sts:GetFederationToken", bob)
    only = new_user("fedr-only", allow("sts:GetFederationToken", bob))
    sts(only).get_federation_token(Name="bob")
    denied(lambda: sts(only).get_federation_token(Name="eve"), only["Arn"], "sts:GetFederationToken", bob[:-3] + "eve")
    denied(lambda: sts(only).get_federation_token(Name="bob", Tags=[{"Key": "a", "Value": "b"}]), only["Arn"], "sts:TagSession", bob)
    refused(lambda: sts(only, validate=False).get_federation_token(Name="b"), 400, "ValidationError",
            validation("'b' at 'name'", "Member must have length greater than or equal to 2"))
    role = new_role("fedr-role", trust(nobody["Arn"]), EVERYTHING)
    refused(lambda: sts(assume(nobody, role)).get_federation_token(Name="bob"), 403, "AccessDenied", "Cannot call GetFederationToken with session credentials")


@case
def federated_users_have_no_rights_in_iam_and_sts():
    ann = new_user("fedn-ann", EVERYTHING)
    role = new_role("fedn-role", trust("arn:aws:sts::%s:federated-user/bob" % ACCOUNT, ACCOUNT))
    for more in ({}, {"Policy": allow("*")}):
        bob = sts(ann).get_federation_token(Name="bob", **more)["Credentials"]
        refused(lambda: iam(bob).list_users(), 403, "InvalidClientTokenId", "The security token included in the request is invalid")
        refused(lambda: assume(bob, role), 403, "AccessDenied", re.compile(".+"))
        refused(lambda: sts(bob).get_session_token(), 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
        refused(lambda: sts(bob).get_federation_token(Name="eve"), 403, "AccessDenied", "Cannot call GetFederationToken with session credentials")


@case
def session_token():
    ann = new_user("st-ann", EVERYTHING)
    role = new_role("st-role", trust(ann["Arn"]))
    a = sts(ann).get_session_token()
    members(a, "Credentials")
    temporary(a["Credentials"])
    lasts(a["Credentials"], 43200)
    lasts(sts().get_session_token(DurationSeconds=129600)["Credentials"], 3600)
    lasts(sts(ann).get_session_token(DurationSeconds=129600)["Credentials"], 129600)
    equal(sts(a["Credentials"]).get_caller_identity()["Arn"], ann["Arn"])
    assume(a["Credentials"], role)
    refused(lambda: iam(a["Credentials"]).list_users(), 403, "InvalidClientTokenId", "The security token included in the request is invalid")  # no MFA
    refused(lambda: sts(a["Credentials"]).get_session_token(), 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
    refused(lambda: sts(a["Credentials"]).get_federation_token(Name="bob"), 403, "AccessDenied", "Cannot call GetFederationToken with session credentials")
    refused(lambda: sts(a["Credentials"]).get_access_key_info(AccessKeyId=ann["AccessKeyId"]), 403, "AccessDenied", re.compile(".+"))
    refused(lambda: sts(ann, validate=False).get_session_token(DurationSeconds=345600), 400, "ValidationError",
            validation("'345600' at 'durationSeconds'", "Member must have value less than or equal to 129600"))
    sts(new_user("st-nobody", deny("*"))).get_session_token()  # policies neither allow nor deny it


@case
def mfa_that_is_not_there():
    ann = new_user("mfa-ann", EVERYTHING)
    role = new_role("mfa-role", trust(ann["Arn"]))
    unknown = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
    serial = "arn:aws:iam::123456789012:mfa/none"
    refused(lambda: sts(ann).get_session_token(SerialNumber=serial, TokenCode="123456"), 403, "AccessDenied", unknown)
    refused(lambda: assume(ann, role, SerialNumber=serial, TokenCode="123456"), 403, "AccessDenied", unknown)
    refused(lambda: assume(ann, role, SerialNumber=serial), 403, "AccessDenied",
            "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.")
    iam().update_assume_role_policy(RoleName="mfa-role", PolicyDocument=trust(ann["Arn"], Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}))
    denied(lambda: assume(ann, role), ann["Arn"], "sts:AssumeRole", role)


# The others


@case
def access_key_info():
    info = sts().get_access_key_info
    a = info(AccessKeyId="ASIAQNZGKIQY56JQ7WML")
    members(a, "Account")
    equal(a["Account"], "029608264753")
    equal(info(AccessKeyId="ASIAY34FZKBOKMUTVV7A")["Account"], "609629065308")
    equal(info(AccessKeyId=ROOT["AccessKeyId"])["Account"], ACCOUNT)
    nobody = new_user("aki-nobody")
    denied(lambda: sts(nobody).get_access_key_info(AccessKeyId="ASIAY34FZKBOKMUTVV7A"), nobody["Arn"], "sts:GetAccessKeyInfo", "*")
    refused(lambda: sts(validate=False).get_access_key_info(AccessKeyId="short"), 400, "ValidationError",
            validation("'short' at 'accessKeyId'", "Member must have length greater than or equal to 16"))


@case
def decode_authorization_message():
    ann = new_user("dec-ann", allow("sts:DecodeAuthorizationMessage"))
    r = refused(lambda: iam(ann).get_user(UserName="dec-bob"), 403, "AccessDenied", re.compile(".*not authorized to perform: iam:GetUser.*"))
    message = r["ResponseMetadata"]["HTTPHeaders"]["x-daypass-encoded-authorization-message"]
    matches("[A-Za-z0-9_-]{1,10240}", message)
    a = sts(ann).decode_authorization_message(EncodedMessage=message)
    members(a, "DecodedMessage")
    m = json.loads(a["DecodedMessage"])
    equal((m["allowed"], m["explicitDeny"], m["matchedStatements"]), (False, False, {"items": []}))
    equal((m["context"]["principal"]["arn"], m["context"]["action"], m["context"]["resource"]),
          (ann["Arn"], "iam:GetUser", "arn:aws:iam::%s:user/dec-bob" % ACCOUNT))
    bad = (400, "InvalidAuthorizationMessageException", "Message is not valid.")
    for text in ("bogus", message[:-1], message[:-1] + ("A" if message[-1] != "A" else "B"), message[:20] + "\n" + message[20:]):
        refused(lambda: sts(ann).decode_authorization_message(EncodedMessage=text), *bad)
    nobody = new_user("dec-nobody")
    denied(lambda: sts(nobody).decode_authorization_message(EncodedMessage=message), nobody["Arn"], "sts:DecodeAuthorizationMessage", "*")
    refused(lambda: sts(new_account("444455556666")).decode_authorization_message(EncodedMessage=message), *bad)  # not theirs to read


@case
def web_identity_refusals():
    part = lambda v: base64.urlsafe_b64encode(json.dumps(v).encode()).decode().rstrip("=")
    token = ".".join([part({"alg": "RS256", "kid": "k"}), part({"iss": "https://idp.example.com", "sub": "s", "aud": "a", "iat": 1, "exp": 2}), "c2ln"])
    go = lambda **more: lambda: sts(validate=False).assume_role_with_web_identity(**dict(dict(
        RoleArn="arn:aws:iam::123456789012:role/none", RoleSessionName="session", WebIdentityToken=token), **more))
    refused(go(), 400, "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://idp.example.com")
    refused(go(WebIdentityToken="not.a.token"), 400, "InvalidIdentityToken", "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)")
    refused(go(RoleArn="nothing-valid-in-here"), 400, "ValidationError", "nothing-valid-in-here is invalid")
    refused(go(DurationSeconds=1), 400, "ValidationError", validation("'1' at 'durationSeconds'", "Member must have value greater than or equal to 900"))


@case
def saml_refusals():
    go = lambda **more: lambda: sts(validate=False).assume_role_with_saml(**dict(dict(
        RoleArn="arn:aws:iam::123456789012:role/none", PrincipalArn="arn:aws:iam::123456789012:saml-provider/idp", SAMLAssertion="PHNhbWwvPg=="), **more))
    refused(go(), 400, "InvalidIdentityToken", "Specified provider doesn't exist.")
    printable = "[\\u0009\\u000A\\u000D\\u0020-\\u007E\\u0085\\u00A0-\\uD7FF\\uE000-\\uFFFD\\u10000-\\u10FFFF]+"
    clauses = ["Value '' at '%s' failed to satisfy constraint: %s" % (path, c) for path in ("roleArn", "principalArn")
               for c in ("Member must satisfy regular expression pattern: " + printable, "Member must have length greater than or equal to 20")]
    refused(go(RoleArn="", PrincipalArn=""), 400, "ValidationError", "4 validation errors detected: " + "; ".join(clauses))


@case
def the_newest_actions_are_refused():
    s = sts(new_user("newest-ann", EVERYTHING), validate=False)
    ann = "arn:aws:iam::123456789012:user/newest-ann"
    if hasattr(s, "assume_root"):
        denied(lambda: s.assume_root(TargetPrincipal="111122223333", TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}),
               ann, "sts:AssumeRoot", "arn:aws:iam::111122223333:root")
    if hasattr(s, "get_delegated_access_token"):
        denied(lambda: s.get_delegated_access_token(TradeInToken="token"), ann, "sts:GetDelegatedAccessToken", "*")
    if hasattr(s, "get_web_identity_token"):
        refused(lambda: s.get_web_identity_token(Audience=["a"], SigningAlgorithm="RS256"), 403, "OutboundWebIdentityFederationDisabledException", re.compile(".+"))
        refused(lambda: s.get_web_identity_token(Audience=["a"], SigningAlgorithm="RS384"), 400, "ValidationError", re.compile(".*'RS384' at 'signingAlgorithm'.*"))
