"""What the cases share: clients for any credentials, checks, and a look at every
answer that is stricter than botocore's own.

botocore takes from an answer what its model names and passes over the rest, so a
misspelt element would be a member that is silently absent. The hook below reads
each body again and fails the case for an element that the model does not have, a
required one that is missing, or envelope and headers that are not the protocol's.
"""

import json
import logging
import os
import re
import subprocess
import sys
import time
import traceback
import warnings
import xml.etree.ElementTree as ET

import boto3
import botocore
import botocore.exceptions
import botocore.session
from botocore.config import Config

URL = os.environ["AWS_ENDPOINT_URL"]
REGION = os.environ["AWS_REGION"]
ACCOUNT = "123456789012"
ROOT = {"AccessKeyId": os.environ["AWS_ACCESS_KEY_ID"], "SecretAccessKey": os.environ["AWS_SECRET_ACCESS_KEY"]}

NAMESPACES = {
    "sts": "{https://sts.amazonaws.com/doc/2011-06-15/}",
    "iam": "{https://iam.amazonaws.com/doc/2010-05-08/}",
}

session = boto3.Session()
_core = session._session
cases = []
# Values that the real service was recorded to send although the model's enum
# lacks them.
RECORDED = {"PermissionsBoundaryType": "Policy", "SourcePolicyType": "IAM Policy"}

complaints = []  # of the hook and of the loggers, about the case that runs
looked_at = set()  # operations whose answers the hook has read


def case(f):
    """Marks a function as a case; its name is the rule that it checks."""
    cases.append(f)
    return f


class Complaints(logging.Handler):
    def emit(self, record):
        complaints.append("%s: %s" % (record.name, record.getMessage()))


def client(service, credentials=ROOT, region=REGION, url=URL, validate=True, **config):
    return session.client(
        service,
        region_name=region,
        endpoint_url=url,
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials.get("SessionToken"),
        config=Config(parameter_validation=validate, retries={"total_max_attempts": 1}, **config),
    )


def sts(credentials=ROOT, **more):
    return client("sts", credentials, **more)


def iam(credentials=ROOT, **more):
    return client("iam", credentials, **more)


def cloudtrail(credentials=ROOT, **more):
    return client("cloudtrail", credentials, **more)


def look(operation_model, response_dict, **_):
    service = operation_model.service_model.service_name
    looked_at.add((service, operation_model.name))
    headers, body = response_dict["headers"], response_dict["body"]

    def complain(text):
        complaints.append("%s: %s\n%s" % (operation_model.name, text, body.decode()))

    if operation_model.service_model.protocol == "json":
        if headers.get("content-type") != "application/x-amz-json-1.1":
            complain("Content-Type is %r" % headers.get("content-type"))
        answer = json.loads(body)
        if response_dict["status_code"] >= 300:
            if sorted(answer) not in (["__type", "message"], ["__type"]):
                complain("not the shape of an error")
        else:
            match_json(answer, operation_model.output_shape, operation_model.output_shape.name, complain)
        return
    if headers.get("content-type") != "text/xml":
        complain("Content-Type is %r" % headers.get("content-type"))
    root, ns = ET.fromstring(body), NAMESPACES[service]
    request_id = root.find(".//%sRequestId" % ns)
    if request_id is None or request_id.text != headers.get("x-amzn-requestid"):
        complain("the request ids of header and body differ")
    if response_dict["status_code"] >= 300:
        if [e.tag for e in root] != [ns + "Error", ns + "RequestId"] or [e.tag for e in root[0]][:2] != [ns + "Type", ns + "Code"]:
            complain("not the shape of an error")
        return
    if root.tag != ns + operation_model.name + "Response":
        complain("the root element is %s" % root.tag)
    wrapper = (operation_model.output_shape.serialization if operation_model.output_shape is not None else {}).get("resultWrapper")
    expected = ([ns + wrapper] if wrapper else []) + [ns + "ResponseMetadata"]
    if [e.tag for e in root] != expected:
        complain("the parts are %s, want %s" % ([e.tag for e in root], expected))
    if wrapper:
        match(root[0], operation_model.output_shape, ns, operation_model.output_shape.name, complain)


def match(element, shape, ns, path, complain):
    """Compares an element with the shape that the model gives it."""
    children = list(element)
    if shape.type_name == "structure":
        names = {m.serialization.get("name", name): name for name, m in shape.members.items()}
        seen = set()
        for child in children:
            name = names.get(child.tag.replace(ns, "", 1))
            if name is None or not child.tag.startswith(ns):
                complain("the model has no %s in %s" % (child.tag, path))
                continue
            if name in seen:
                complain("%s occurs twice in %s" % (name, path))
            seen.add(name)
            match(child, shape.members[name], ns, path + "." + name, complain)
        for name in shape.required_members:
            if name not in seen:
                complain("%s lacks the required %s" % (path, name))
    elif shape.type_name == "list":
        for child in children:
            if child.tag != ns + shape.member.serialization.get("name", "member"):
                complain("%s in the list %s" % (child.tag, path))
            match(child, shape.member, ns, path + "[]", complain)
    elif shape.type_name == "map":
        for entry in children:
            if [e.tag for e in entry] != [ns + shape.key.serialization.get("name", "key"), ns + shape.value.serialization.get("name", "value")]:
                complain("%s in the map %s" % ([e.tag for e in entry], path))
    elif children:
        complain("%s has elements" % path)
    elif shape.type_name == "timestamp" and not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", element.text or ""):
        complain("%s is %r" % (path, element.text))
    elif getattr(shape, "enum", None) and element.text not in shape.enum + [RECORDED.get(path.split(".")[-1])]:
        complain("%s is %r, not one of %s" % (path, element.text, shape.enum))
    elif shape.type_name == "string":
        text = element.text or ""
        low, high = shape.metadata.get("min"), shape.metadata.get("max")
        if low is not None and len(text) < low or high is not None and len(text) > high:
            complain("%s has %d characters" % (path, len(text)))


def match_json(value, shape, path, complain):
    """Compares a value with the shape that the model gives it."""
    if shape.type_name == "structure":
        for name, inner in value.items():
            if name not in shape.members:
                complain("the model has no %s in %s" % (name, path))
                continue
            match_json(inner, shape.members[name], path + "." + name, complain)
        for name in shape.required_members:
            if name not in value:
                complain("%s lacks the required %s" % (path, name))
    elif shape.type_name == "list":
        for inner in value:
            match_json(inner, shape.member, path + "[]", complain)
    elif not isinstance(value, {"string": str, "blob": str, "boolean": bool, "timestamp": (int, float)}.get(shape.type_name, int)):
        complain("%s is %r" % (path, value))


def equal(got, want, what="value"):
    assert got == want, "%s = %r, want %r" % (what, got, want)


def matches(pattern, got, what="value"):
    assert re.fullmatch(pattern, got or ""), "%s = %r does not match %s" % (what, got, pattern)


def members(answer, *names):
    """Checks which members an answer has."""
    equal(sorted(k for k in answer if k != "ResponseMetadata"), sorted(names), "members")


def refused(call, status, code, message):
    """Checks that a call is refused in these words; a compiled pattern matches."""
    try:
        call()
    except botocore.exceptions.ClientError as e:
        r = e.response
        equal((r["ResponseMetadata"]["HTTPStatusCode"], r["Error"]["Code"]), (status, code), r["Error"].get("Message"))
        if "Type" in r["Error"] or not code.endswith("Exception"):  # JSON has none
            equal(r["Error"].get("Type"), "Sender", "Type")
        if isinstance(message, re.Pattern):
            assert message.fullmatch(r["Error"]["Message"]), r["Error"]["Message"]
        else:
            equal(r["Error"]["Message"], message, "message")
        return r
    raise AssertionError("not refused, want %s: %s" % (code, message))


def denied(call, who, action, resource, why=""):
    return refused(
        call, 403, "AccessDenied",
        "User: %s is not authorized to perform: %s on resource: %s%s" % (who, action, resource, why),
    )


def no_identity(action):
    return " because no identity-based policy allows the %s action" % action


def allow(action, resource="*", **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [dict({"Effect": "Allow", "Action": action, "Resource": resource}, **more)]})


def deny(action, resource="*", **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [dict({"Effect": "Deny", "Action": action, "Resource": resource}, **more)]})


ASSUMING = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]


def trust(*principals, action=ASSUMING, **more):
    return json.dumps({"Version": "2012-10-17", "Statement": [dict({"Effect": "Allow", "Principal": {"AWS": list(principals)}, "Action": action}, **more)]})


def new_user(name, *policies, by=None, **more):
    """Makes a user with inline policies and returns its access key, with its ARN."""
    by = by or iam()
    arn = by.create_user(UserName=name, **more)["User"]["Arn"]
    for i, p in enumerate(policies):
        by.put_user_policy(UserName=name, PolicyName="policy%d" % i, PolicyDocument=p)
    return dict(by.create_access_key(UserName=name)["AccessKey"], Arn=arn)


def new_role(name, trusted, *policies, by=None, **more):
    """Makes a role with inline policies and returns its ARN."""
    by = by or iam()
    arn = by.create_role(RoleName=name, AssumeRolePolicyDocument=trusted, **more)["Role"]["Arn"]
    for i, p in enumerate(policies):
        by.put_role_policy(RoleName=name, PolicyName="policy%d" % i, PolicyDocument=p)
    return arn


def assume(credentials, role, name="session", **more):
    """Assumes a role and returns the credentials."""
    return sts(credentials).assume_role(RoleArn=role, RoleSessionName=name, **more)["Credentials"]


def session_arn(role, name="session"):
    return "arn:aws:sts::%s:assumed-role/%s/%s" % (role.split(":")[4], role.split("/")[-1], name)


def new_account(number):
    """Creates an account beside the running service; returns its root credentials."""
    out = subprocess.run(
        [os.environ["DAYPASS"], "account", "create", "--data-dir", os.environ["DAYPASS_DIR"], "--id", number],
        check=True, capture_output=True, text=True,
    ).stdout
    equal(out.split(";")[0], "account %s created" % number, "output")
    with open(os.path.join(os.environ["DAYPASS_DIR"], "credentials")) as f:
        profile = f.read().split("[daypass-root-%s]\n" % number)[1].split("\n[")[0]
    settings = dict(line.split(" = ") for line in profile.strip().splitlines())
    return {"AccessKeyId": settings["aws_access_key_id"], "SecretAccessKey": settings["aws_secret_access_key"]}


def main():
    logging.getLogger("botocore").addHandler(Complaints(level=logging.WARNING))
    logging.getLogger("boto3").addHandler(Complaints(level=logging.WARNING))
    warnings.showwarning = lambda message, category, *_: None if "PythonDeprecation" in category.__name__ else complaints.append(str(message))
    _core.register("before-parse", look)
    for f in cases:
        complaints.clear()
        started = time.monotonic()
        try:
            f()
            assert not complaints, "\n".join(complaints)
            print("ok %s %.2fs" % (f.__name__, time.monotonic() - started), flush=True)
        except Exception:
            trace = traceback.format_exc().strip() + ("\n" + "\n".join(complaints) if complaints else "")
            print("FAIL %s\n    %s" % (f.__name__, trace.replace("\n", "\n    ")), flush=True)
    if not looked_at and tuple(map(int, botocore.__version__.split(".")[:2])) < (1, 43):
        print("looked at no operation: botocore %s may be too old for the hook" % botocore.__version__)
    else:
        print("looked at %d operations" % len(looked_at))
    sys.stdout.flush()
