"""IAM as tools use it: nouns, pages, waiters, tags, documents and simulation."""

import json
import re

from harness import *

USERS = "arn:aws:iam::%s:user/" % ACCOUNT


def pages(operation, key, size=2, by=None, **arguments):
    """Lists all pages of an operation; returns the items and the number of pages."""
    items, n = [], 0
    for page in (by or iam()).get_paginator(operation).paginate(PaginationConfig={"PageSize": size}, **arguments):
        assert len(page[key]) <= size, len(page[key])
        items, n = items + page[key], n + 1
    return items, n


def policy(name, document=None, **more):
    return iam().create_policy(PolicyName=name, PolicyDocument=document or allow("s3:GetObject"), **more)["Policy"]["Arn"]


@case
def users():
    i = iam()
    i.create_user(UserName="u-ann", Path="/staff/", Tags=[{"Key": "Team", "Value": "red"}])
    i.get_waiter("user_exists").wait(UserName="u-ann", WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    u = i.get_user(UserName="u-ann")["User"]
    equal(sorted(u), ["Arn", "CreateDate", "Path", "Tags", "UserId", "UserName"])
    equal((u["Arn"], u["Tags"]), (USERS + "staff/u-ann", [{"Key": "Team", "Value": "red"}]))
    i.tag_user(UserName="u-ann", Tags=[{"Key": "team", "Value": "blue"}, {"Key": "Empty", "Value": ""}])
    i.untag_user(UserName="u-ann", TagKeys=["EMPTY"])
    tags = i.list_user_tags(UserName="u-ann")
    equal([(t["Key"].lower(), t["Value"]) for t in tags["Tags"]], [("team", "blue")])
    key = i.create_access_key(UserName="u-ann")["AccessKey"]
    i.update_user(UserName="u-ann", NewUserName="u-bob", NewPath="/staff/ops/")
    equal(sts(key).get_caller_identity()["Arn"], USERS + "staff/ops/u-bob")  # the key follows
    equal(sts(key).get_caller_identity()["UserId"], u["UserId"])
    refused(lambda: i.get_user(UserName="u-ann"), 404, "NoSuchEntity", "The user with name u-ann cannot be found.")
    refused(lambda: i.create_user(UserName="U-BOB"), 409, "EntityAlreadyExists", "User with name U-BOB already exists.")
    refused(lambda: i.delete_user(UserName="u-bob"), 409, "DeleteConflict", "Cannot delete entity, must delete access keys first.")
    equal(iam(new_user("u-self", allow("iam:GetUser"))).get_user()["User"]["UserName"], "u-self")  # without a name: the caller


@case
def pages_of_users_roles_and_groups():
    i = iam()
    for n in range(5):
        i.create_user(UserName="pg-%d" % n, Path="/pages/")
        i.create_role(RoleName="pg-%d" % n, Path="/pages/", AssumeRolePolicyDocument=trust(ACCOUNT))
        i.create_group(GroupName="pg-%d" % n, Path="/pages/")
    want = ["pg-%d" % n for n in range(5)]
    for operation, key, name in (("list_users", "Users", "UserName"), ("list_roles", "Roles", "RoleName"), ("list_groups", "Groups", "GroupName")):
        items, n = pages(operation, key, PathPrefix="/pages/")
        equal(([x[name] for x in items], n), (want, 3), operation)
    refused(lambda: i.list_users(Marker="bogus"), 400, "ValidationError", "Invalid Marker.")
    role = i.list_roles(PathPrefix="/pages/")["Roles"][0]
    equal(sorted(role), ["Arn", "AssumeRolePolicyDocument", "CreateDate", "MaxSessionDuration", "Path", "RoleId", "RoleName"])


@case
def groups_give_their_policies():
    i = iam()
    i.create_group(GroupName="g-ops")
    ann = new_user("g-ann")
    denied(lambda: iam(ann).list_groups(), ann["Arn"], "iam:ListGroups", "arn:aws:iam::%s:group/" % ACCOUNT, no_identity("iam:ListGroups"))
    i.put_group_policy(GroupName="g-ops", PolicyName="inline", PolicyDocument=allow("iam:ListGroups"))
    i.attach_group_policy(GroupName="g-ops", PolicyArn=policy("g-users", allow("iam:ListUsers")))
    i.add_user_to_group(GroupName="g-ops", UserName="g-ann")
    iam(ann).list_groups(), iam(ann).list_users()
    equal([u["UserName"] for u in i.get_group(GroupName="g-ops")["Users"]], ["g-ann"])
    equal([g["GroupName"] for g in pages("list_groups_for_user", "Groups", UserName="g-ann")[0]], ["g-ops"])
    equal(pages("list_group_policies", "PolicyNames", GroupName="g-ops")[0], ["inline"])
    equal([p["PolicyName"] for p in pages("list_attached_group_policies", "AttachedPolicies", GroupName="g-ops")[0]], ["g-users"])
    refused(lambda: i.delete_group(GroupName="g-ops"), 409, "DeleteConflict", re.compile("Cannot delete entity, must .* first."))
    i.remove_user_from_group(GroupName="g-ops", UserName="g-ann")
    denied(lambda: iam(ann).list_users(), ann["Arn"], "iam:ListUsers", USERS, no_identity("iam:ListUsers"))


@case
def roles():
    i = iam()
    created = i.create_role(RoleName="r-role", AssumeRolePolicyDocument=trust(ACCOUNT), Description="a role", MaxSessionDuration=7200, Tags=[{"Key": "a", "Value": "b"}])["Role"]
    assert "MaxSessionDuration" not in created, created
    i.get_waiter("role_exists").wait(RoleName="r-role", WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    r = i.get_role(RoleName="r-role")["Role"]
    equal(sorted(r), ["Arn", "AssumeRolePolicyDocument", "CreateDate", "Description", "MaxSessionDuration", "Path", "RoleId", "RoleLastUsed", "RoleName", "Tags"])
    equal((r["MaxSessionDuration"], r["RoleLastUsed"]), (7200, {}))
    equal(r["AssumeRolePolicyDocument"], json.loads(trust("arn:aws:iam::%s:root" % ACCOUNT)))  # an account is its root
    i.update_role(RoleName="r-role", Description="", MaxSessionDuration=3600)
    i.update_role_description(RoleName="r-role", Description="other")
    equal(i.get_role(RoleName="r-role")["Role"]["Description"], "other")
    refused(lambda: i.create_role(RoleName="r-bad", AssumeRolePolicyDocument="no json"), 400, "MalformedPolicyDocument", "This policy contains invalid Json")
    refused(lambda: i.update_assume_role_policy(RoleName="r-role", PolicyDocument=trust(ACCOUNT, action="s3:GetObject")), 400, "MalformedPolicyDocument",
            "AssumeRole policy may only specify STS AssumeRole actions.")
    refused(lambda: i.update_assume_role_policy(RoleName="r-role", PolicyDocument=allow("sts:AssumeRole")), 400, "MalformedPolicyDocument", "Has prohibited field Resource")
    equal([t["Key"] for t in pages("list_role_tags", "Tags", RoleName="r-role")[0]], ["a"])
    i.delete_role(RoleName="r-role")
    refused(lambda: i.get_role(RoleName="r-role"), 404, "NoSuchEntity", "The role with name r-role cannot be found.")


@case
def documents_come_back_as_they_went():
    i = iam()
    i.create_role(RoleName="d-role", AssumeRolePolicyDocument=trust(ACCOUNT))
    odd = {"Version": "2012-10-17", "Statement": [{"Sid": "A1", "Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/%3A+ &<é>'\"${aws:username}",
                                                   "Condition": {"StringLike": {"aws:UserAgent": ["a b", "\u00a0?*"]}}}]}
    i.put_role_policy(RoleName="d-role", PolicyName="odd", PolicyDocument=json.dumps(odd, ensure_ascii=False))
    equal(i.get_role_policy(RoleName="d-role", PolicyName="odd")["PolicyDocument"], odd)
    i.create_user(UserName="d-user")
    i.put_user_policy(UserName="d-user", PolicyName="odd", PolicyDocument=json.dumps(odd))
    got = i.get_user_policy(UserName="d-user", PolicyName="odd")
    equal((got["UserName"], got["PolicyName"], got["PolicyDocument"]), ("d-user", "odd", odd))
    arn = policy("d-policy", json.dumps(odd))
    equal(i.get_policy_version(PolicyArn=arn, VersionId="v1")["PolicyVersion"]["Document"], odd)
    refused(lambda: i.put_user_policy(UserName="d-user", PolicyName="bad", PolicyDocument='{"Version":"2012-10-17"}'), 400, "MalformedPolicyDocument", "Syntax errors in policy.")
    refused(lambda: i.get_role_policy(RoleName="d-role", PolicyName="none"), 404, "NoSuchEntity", "The role policy with name none cannot be found.")


@case
def managed_policies_and_versions():
    i = iam()
    p = i.create_policy(PolicyName="m-policy", Path="/m/", Description="d", PolicyDocument=allow("iam:ListUsers"))["Policy"]
    equal((p["AttachmentCount"], p["PermissionsBoundaryUsageCount"], p["DefaultVersionId"], p["IsAttachable"]), (0, 0, "v1", True))
    i.get_waiter("policy_exists").wait(PolicyArn=p["Arn"], WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    ann = new_user("m-ann")
    i.attach_user_policy(UserName="m-ann", PolicyArn=p["Arn"])
    iam(ann).list_users()
    i.create_policy_version(PolicyArn=p["Arn"], PolicyDocument=allow("iam:ListRoles"), SetAsDefault=True)
    denied(lambda: iam(ann).list_users(), ann["Arn"], "iam:ListUsers", USERS, no_identity("iam:ListUsers"))
    i.set_default_policy_version(PolicyArn=p["Arn"], VersionId="v1")
    iam(ann).list_users()
    for _ in range(3):
        i.create_policy_version(PolicyArn=p["Arn"], PolicyDocument=allow("iam:ListRoles"))
    refused(lambda: i.create_policy_version(PolicyArn=p["Arn"], PolicyDocument=allow("iam:ListRoles")), 409, "LimitExceeded",
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.")
    equal([v["VersionId"] for v in pages("list_policy_versions", "Versions", PolicyArn=p["Arn"])[0]], ["v5", "v4", "v3", "v2", "v1"])
    refused(lambda: i.delete_policy_version(PolicyArn=p["Arn"], VersionId="v1"), 409, "DeleteConflict", "Cannot delete the default version of a policy.")
    refused(lambda: i.delete_policy(PolicyArn=p["Arn"]), 409, "DeleteConflict", "Cannot delete a policy attached to entities.")
    equal(i.get_policy(PolicyArn=p["Arn"])["Policy"]["AttachmentCount"], 1)
    refused(lambda: policy("m-policy"), 409, "EntityAlreadyExists", "A policy called m-policy already exists. Duplicate names are not allowed.")


@case
def pages_of_policies_and_attachments():
    i = iam()
    i.create_user(UserName="at-user")
    i.create_role(RoleName="at-role", AssumeRolePolicyDocument=trust(ACCOUNT))
    i.create_group(GroupName="at-group")
    arns = [policy("at-%d" % n, Path="/attach/") for n in range(5)]
    for arn in arns:
        i.attach_user_policy(UserName="at-user", PolicyArn=arn)
        i.attach_role_policy(RoleName="at-role", PolicyArn=arn)
        i.attach_group_policy(GroupName="at-group", PolicyArn=arn)
    for operation, owner in (("list_attached_user_policies", {"UserName": "at-user"}), ("list_attached_role_policies", {"RoleName": "at-role"}),
                             ("list_attached_group_policies", {"GroupName": "at-group"})):
        items, n = pages(operation, "AttachedPolicies", **owner)
        equal(([p["PolicyArn"] for p in items], n), (arns, 3), operation)
    items, n = pages("list_policies", "Policies", Scope="Local", PathPrefix="/attach/")
    equal(([p["Arn"] for p in items], n), (arns, 3))
    managed, n = pages("list_policies", "Policies", size=20, Scope="AWS")
    assert n > 1 and "arn:aws:iam::aws:policy/ReadOnlyAccess" in [p["Arn"] for p in managed], n
    whole = i.list_entities_for_policy(PolicyArn=arns[0])
    equal((whole["PolicyUsers"][0]["UserName"], whole["PolicyRoles"][0]["RoleName"], whole["PolicyGroups"][0]["GroupName"]), ("at-user", "at-role", "at-group"))
    n = sum(len(p["PolicyUsers"]) + len(p["PolicyRoles"]) + len(p["PolicyGroups"])
            for p in i.get_paginator("list_entities_for_policy").paginate(PolicyArn=arns[0], PaginationConfig={"PageSize": 1}))
    equal(n, 3)
    for name in ("c", "a", "b"):
        i.put_user_policy(UserName="at-user", PolicyName=name, PolicyDocument=allow("s3:GetObject"))
        i.put_role_policy(RoleName="at-role", PolicyName=name, PolicyDocument=allow("s3:GetObject"))
    equal(pages("list_user_policies", "PolicyNames", UserName="at-user"), (["a", "b", "c"], 2))
    equal(pages("list_role_policies", "PolicyNames", RoleName="at-role"), (["a", "b", "c"], 2))
    refused(lambda: i.detach_role_policy(RoleName="at-role", PolicyArn="arn:aws:iam::aws:policy/Nonexistent"), 404, "NoSuchEntity", "Policy arn:aws:iam::aws:policy/Nonexistent was not found.")
    refused(lambda: i.attach_user_policy(UserName="at-user", PolicyArn="longpolicynamebutnoarn"), 400, "ValidationError", "ARN longpolicynamebutnoarn is not valid.")


@case
def boundaries_limit():
    i = iam()
    boundary = policy("b-boundary", allow(["iam:ListUsers", "iam:ListGroups"]))
    ann = new_user("b-ann", allow("iam:*"), PermissionsBoundary=boundary)
    equal(i.get_user(UserName="b-ann")["User"]["PermissionsBoundary"], {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary})
    iam(ann).list_users()
    refused(lambda: iam(ann).list_roles(), 403, "AccessDenied",
            "User: %s is not authorized to perform: iam:ListRoles on resource: arn:aws:iam::%s:role/ because no permissions boundary allows the iam:ListRoles action" % (ann["Arn"], ACCOUNT))
    i.delete_user_permissions_boundary(UserName="b-ann")
    iam(ann).list_roles()
    bob = new_user("b-bob")
    role = new_role("b-role", trust(bob["Arn"]), allow("iam:*"), PermissionsBoundary=boundary)
    session = iam(assume(bob, role))
    session.list_groups()
    refused(session.list_roles, 403, "AccessDenied", re.compile(".* because no permissions boundary allows the iam:ListRoles action"))
    refused(lambda: i.put_role_permissions_boundary(RoleName="b-role", PermissionsBoundary="arn:aws:iam::123456789012:policy/none"), 404, "NoSuchEntity",
            "Scope ARN: arn:aws:iam::123456789012:policy/none does not exist or is not attachable.")


@case
def denials_say_why():
    explicit = new_user("why-explicit", allow("iam:*"), deny("iam:ListRoles"))
    denied(lambda: iam(explicit).list_roles(), explicit["Arn"], "iam:ListRoles", "arn:aws:iam::%s:role/" % ACCOUNT, " with an explicit deny in an identity-based policy")
    nobody = new_user("why-nobody")
    denied(lambda: iam(nobody).delete_role(RoleName="why-none"), nobody["Arn"], "iam:DeleteRole", "role why-none", no_identity("iam:DeleteRole"))


@case
def access_keys():
    i = iam()
    ann = new_user("k-ann")
    second = i.create_access_key(UserName="k-ann")["AccessKey"]
    equal(sorted(second), ["AccessKeyId", "CreateDate", "SecretAccessKey", "Status", "UserName"])
    refused(lambda: i.create_access_key(UserName="k-ann"), 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
    session = sts(ann).get_session_token()["Credentials"]
    i.update_access_key(UserName="k-ann", AccessKeyId=ann["AccessKeyId"], Status="Inactive")
    refused(lambda: sts(ann).get_caller_identity(), 403, "InvalidClientTokenId", "The security token included in the request is invalid.")
    sts(second).get_caller_identity()
    sts(session).get_caller_identity()  # a session does not end with the key that it was made with
    i.update_access_key(UserName="k-ann", AccessKeyId=ann["AccessKeyId"], Status="Active")
    sts(ann).get_caller_identity()
    keys, _ = pages("list_access_keys", "AccessKeyMetadata", size=1, UserName="k-ann")
    equal(sorted((k["AccessKeyId"], k["Status"]) for k in keys), sorted((k, "Active") for k in (ann["AccessKeyId"], second["AccessKeyId"])))
    used = i.get_access_key_last_used(AccessKeyId=ann["AccessKeyId"])
    equal((used["UserName"], used["AccessKeyLastUsed"]["ServiceName"], used["AccessKeyLastUsed"]["Region"]), ("k-ann", "sts", "us-east-1"))
    i.delete_access_key(UserName="k-ann", AccessKeyId=ann["AccessKeyId"])
    refused(lambda: sts(ann).get_caller_identity(), 403, "InvalidClientTokenId", "The AWS access key provided does not exist in our records.")
    refused(lambda: i.update_access_key(UserName="k-ann", AccessKeyId="AKIAIOSFODNN7EXAMPLE", Status="Active"), 404, "NoSuchEntity",
            "The Access Key with id AKIAIOSFODNN7EXAMPLE cannot be found.")


@case
def instance_profiles():
    i = iam()
    i.create_role(RoleName="ip-role", AssumeRolePolicyDocument=trust(ACCOUNT))
    i.create_instance_profile(InstanceProfileName="ip-profile", Path="/p/")
    i.add_role_to_instance_profile(InstanceProfileName="ip-profile", RoleName="ip-role")
    i.get_waiter("instance_profile_exists").wait(InstanceProfileName="ip-profile", WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    p = i.get_instance_profile(InstanceProfileName="ip-profile")["InstanceProfile"]
    equal((p["Arn"], [r["RoleName"] for r in p["Roles"]]), ("arn:aws:iam::%s:instance-profile/p/ip-profile" % ACCOUNT, ["ip-role"]))
    refused(lambda: i.add_role_to_instance_profile(InstanceProfileName="ip-profile", RoleName="ip-role"), 409, "LimitExceeded",
            "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
    refused(lambda: i.delete_role(RoleName="ip-role"), 409, "DeleteConflict", "Cannot delete entity, must remove roles from instance profile first.")
    equal([x["InstanceProfileName"] for x in pages("list_instance_profiles_for_role", "InstanceProfiles", RoleName="ip-role")[0]], ["ip-profile"])
    equal([x["InstanceProfileName"] for x in pages("list_instance_profiles", "InstanceProfiles", PathPrefix="/p/")[0]], ["ip-profile"])


@case
def the_account():
    i = iam()
    i.create_account_alias(AccountAlias="clients-test")
    equal(pages("list_account_aliases", "AccountAliases")[0], ["clients-test"])
    i.delete_account_alias(AccountAlias="clients-test")
    summary = i.get_account_summary()["SummaryMap"]
    equal((summary["AccessKeysPerUserQuota"], summary["VersionsPerPolicyQuota"], summary["GlobalEndpointTokenVersion"]), (2, 5, 1))
    assert summary["Users"] == len(pages("list_users", "Users", size=100)[0]), summary
    refused(lambda: i.get_account_password_policy(), 404, "NoSuchEntity", "The Password Policy with domain name %s cannot be found." % ACCOUNT)
    i.update_account_password_policy(MinimumPasswordLength=12, RequireSymbols=True)
    p = i.get_account_password_policy()["PasswordPolicy"]
    equal((p["MinimumPasswordLength"], p["RequireSymbols"]), (12, True))
    i.delete_account_password_policy()
    i.create_user(UserName="acc-user", Path="/acc/", Tags=[{"Key": "a", "Value": "b"}])
    i.put_user_policy(UserName="acc-user", PolicyName="inline", PolicyDocument=allow("s3:GetObject"))
    details = i.get_paginator("get_account_authorization_details").paginate(Filter=["User", "Role", "Group", "LocalManagedPolicy"], PaginationConfig={"PageSize": 10}).build_full_result()
    user, = [u for u in details["UserDetailList"] if u["UserName"] == "acc-user"]
    equal((user["UserPolicyList"], user["Tags"]), ([{"PolicyName": "inline", "PolicyDocument": json.loads(allow("s3:GetObject"))}], [{"Key": "a", "Value": "b"}]))
    assert len(details["UserDetailList"]) == summary["Users"] + 1, len(details["UserDetailList"])


@case
def what_no_account_has_lists_empty():
    i = iam()
    i.create_user(UserName="empty-user")
    equal(pages("list_mfa_devices", "MFADevices", UserName="empty-user")[0], [])
    equal(pages("list_virtual_mfa_devices", "VirtualMFADevices")[0], [])
    equal(i.list_saml_providers()["SAMLProviderList"], [])
    equal(i.list_open_id_connect_providers()["OpenIDConnectProviderList"], [])
    equal(pages("list_server_certificates", "ServerCertificateMetadataList")[0], [])
    equal(i.list_service_specific_credentials(UserName="empty-user")["ServiceSpecificCredentials"], [])


@case
def violations_are_reported_without_values():
    i = iam(validate=False)
    refused(lambda: i.create_user(UserName="v" * 65), 400, "ValidationError",
            "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 64")
    refused(lambda: i.update_account_password_policy(MinimumPasswordLength=129, PasswordReusePrevention=25, MaxPasswordAge=1096), 400, "ValidationError",
            "3 validation errors detected: Value at 'minimumPasswordLength' failed to satisfy constraint: Member must have value less than or equal to 128; "
            "Value at 'passwordReusePrevention' failed to satisfy constraint: Member must have value less than or equal to 24; "
            "Value at 'maxPasswordAge' failed to satisfy constraint: Member must have value less than or equal to 1095")
    refused(lambda: i.create_user(UserName="v-user", Tags=[{"Key": "k%d" % n, "Value": ""} for n in range(51)]), 400, "ValidationError",
            "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50")
    refused(lambda: i.create_role(RoleName="v-role", AssumeRolePolicyDocument=trust(ACCOUNT), Tags=[{"Key": "a", "Value": ""}, {"Key": "A", "Value": ""}]),
            400, "InvalidInput", "Duplicate tag keys found. Please note that Tag keys are case insensitive.")


# Simulation

PUT = '{"Version": "2012-10-17", "Statement": {"Sid": "", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}'
BUCKET = "arn:aws:s3:::bucket"


def simulated(answer, source):
    """Compares a simulation with the recorded one (2025-04-21), whose account was
    in an organization: it has OrganizationsDecisionDetail, too."""
    equal(answer["IsTruncated"], False)
    statement = {"SourcePolicyId": source, "SourcePolicyType": "IAM Policy", "StartPosition": {"Line": 1, "Column": 41}, "EndPosition": {"Line": 1, "Column": 113}}
    want = [("s3:PutObject", "allowed", [statement]), ("s3:GetObjectVersion", "implicitDeny", [])]
    for got, (action, decision, statements) in zip(answer["EvaluationResults"], want, strict=True):
        equal(got, {
            "EvalActionName": action, "EvalResourceName": BUCKET, "EvalDecision": decision, "EvalDecisionDetails": {},
            "MatchedStatements": statements, "MissingContextValues": [],
            "ResourceSpecificResults": [{"EvalResourceName": BUCKET, "EvalResourceDecision": decision, "MatchedStatements": statements, "MissingContextValues": []}],
        })


@case
def simulate_principal_policy():
    i = iam()
    i.create_user(UserName="sim-user")
    i.create_group(GroupName="sim-group")
    i.create_role(RoleName="sim-role", AssumeRolePolicyDocument=trust(ACCOUNT))
    i.put_user_policy(UserName="sim-user", PolicyName="put", PolicyDocument=PUT)
    i.put_group_policy(GroupName="sim-group", PolicyName="put", PolicyDocument=PUT)
    i.put_role_policy(RoleName="sim-role", PolicyName="put", PolicyDocument=PUT)
    for kind in ("user", "group", "role"):
        a = i.simulate_principal_policy(PolicySourceArn="arn:aws:iam::%s:%s/sim-%s" % (ACCOUNT, kind, kind),
                                        ActionNames=["s3:PutObject", "s3:GetObjectVersion"], ResourceArns=[BUCKET])
        simulated(a, a["EvaluationResults"][0]["MatchedStatements"][0]["SourcePolicyId"])
    refused(lambda: i.simulate_principal_policy(PolicySourceArn=USERS + "sim-none", ActionNames=["s3:PutObject"]), 404, "NoSuchEntity", re.compile(".*sim-none.*"))


@case
def simulate_custom_policy():
    i = iam()
    simulated(i.simulate_custom_policy(PolicyInputList=[PUT], ActionNames=["s3:PutObject", "s3:GetObjectVersion"], ResourceArns=[BUCKET]), "PolicyInputList.1")
    a = i.simulate_custom_policy(PolicyInputList=[PUT, deny("s3:*", Condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}})],
                                 ActionNames=["s3:PutObject"])["EvaluationResults"][0]
    equal((a["EvalDecision"], a["EvalResourceName"], a["MissingContextValues"]), ("allowed", "*", ["aws:PrincipalTag/Team"]))
    a = i.simulate_custom_policy(PolicyInputList=[PUT, deny("s3:*", Condition={"StringEquals": {"aws:PrincipalTag/Team": "red"}})], ActionNames=["s3:PutObject"],
                                 ContextEntries=[{"ContextKeyName": "aws:PrincipalTag/Team", "ContextKeyType": "string", "ContextKeyValues": ["red"]}])["EvaluationResults"][0]
    equal((a["EvalDecision"], [s["SourcePolicyId"] for s in a["MatchedStatements"]]), ("explicitDeny", ["PolicyInputList.2"]))
    a = i.simulate_custom_policy(PolicyInputList=[PUT], PermissionsBoundaryPolicyInputList=[allow("s3:GetObject")], ActionNames=["s3:PutObject"])["EvaluationResults"][0]
    equal((a["EvalDecision"], a["PermissionsBoundaryDecisionDetail"]), ("implicitDeny", {"AllowedByPermissionsBoundary": False}))
    equal(sorted(i.get_context_keys_for_custom_policy(PolicyInputList=[allow("s3:*", "arn:aws:s3:::${aws:username}/*", Condition={"Bool": {"aws:SecureTransport": "true"}})])["ContextKeyNames"]),
          ["aws:SecureTransport", "aws:username"])
    results, n = pages("simulate_custom_policy", "EvaluationResults", size=2, PolicyInputList=[PUT], ActionNames=["s3:PutObject", "s3:GetObject", "s3:ListBucket"])
    equal(([r["EvalDecision"] for r in results], n), (["allowed", "implicitDeny", "implicitDeny"], 2))
    refused(lambda: i.simulate_custom_policy(PolicyInputList=["no json"], ActionNames=["s3:PutObject"]), 400, "InvalidInput", re.compile(".*"))
