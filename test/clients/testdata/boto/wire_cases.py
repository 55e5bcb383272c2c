"""What is signed here and sent by someone else, or sent by hand."""

import base64
import datetime
import http.client
import json
import re
import unittest.mock
import urllib.parse
import xml.etree.ElementTree as ET

import botocore.auth
import botocore.awsrequest
import botocore.credentials

from harness import *

WHERE = urllib.parse.urlsplit(URL).netloc
PUBLIC = "sts.us-east-1.amazonaws.com"
BODY = "Action=GetCallerIdentity&Version=2011-06-15"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def send(method, target, headers=(), body=None):
    """Sends a request as it is, and follows nothing."""
    c = http.client.HTTPConnection(WHERE, timeout=30)
    c.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
    headers = dict(headers)
    headers.setdefault("Host", WHERE)
    if body is not None:
        headers["Content-Length"] = str(len(body))
    for name, value in headers.items():
        c.putheader(name, value)
    c.endheaders(body.encode() if body is not None else None)
    r = c.getresponse()
    text = r.read().decode()
    c.close()
    return r.status, r.headers, text


def code(answer):
    status, _, text = answer
    find = lambda name: next((e.text for e in ET.fromstring(text).iter() if e.tag.endswith("}" + name)), None)
    return status, find("Code"), find("Message")


class Clock:
    """botocore's clock, so many seconds off."""

    def __init__(self, seconds):
        self.now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) + datetime.timedelta(seconds=seconds)
        if hasattr(botocore.auth, "get_current_datetime"):
            self.patch = unittest.mock.patch.object(botocore.auth, "get_current_datetime", lambda *a, **k: self.now)
        else:
            frozen = unittest.mock.Mock(wraps=datetime.datetime)
            frozen.utcnow.return_value = self.now
            self.patch = unittest.mock.patch.object(botocore.auth.datetime, "datetime", frozen)

    def __enter__(self):
        self.patch.start()

    def __exit__(self, *_):
        self.patch.stop()

    def stamp(self, minutes=0):
        return (self.now + datetime.timedelta(minutes=minutes)).strftime("%Y%m%dT%H%M%SZ")


def keys(credentials):
    return botocore.credentials.Credentials(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials.get("SessionToken"))


def presign(credentials=ROOT, host=None, expires=60, seconds=0, headers=(), params=(), region=REGION):
    """Presigns GetCallerIdentity, as cluster authenticators do; returns the target."""
    query = dict({"Action": "GetCallerIdentity", "Version": "2011-06-15"}, **dict(params))
    r = botocore.awsrequest.AWSRequest("GET", "https://%s/" % (host or WHERE), headers=dict(headers), params=query)
    with Clock(seconds):
        botocore.auth.SigV4QueryAuth(keys(credentials), "sts", region, expires=expires).add_auth(r)
    return urllib.parse.urlsplit(r.prepare().url)


def target(url):
    return url.path + "?" + url.query


def sign(credentials=ROOT, host=None, headers=(), body=BODY, service="sts", seconds=0, region=REGION):
    """Signs a POST; returns its headers."""
    r = botocore.awsrequest.AWSRequest("POST", "https://%s/" % (host or WHERE), headers=dict({"Content-Type": FORM}, **dict(headers)), data=body)
    with Clock(seconds):
        botocore.auth.SigV4Auth(keys(credentials), service, region).add_auth(r)
    return dict(r.headers.items(), Host=host or WHERE)


# Presigned requests


@case
def presigned_by_boto3():
    ann = new_user("pre-ann", deny("*"))
    url = urllib.parse.urlsplit(sts(ann).generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET"))
    status, headers, text = send("GET", target(url))
    equal((status, headers["Content-Type"]), (200, "text/xml"))
    equal(ET.fromstring(text).find(".//{*}Arn").text, ann["Arn"])


@case
def presigned_for_a_cluster_and_verified_there():
    ann = new_user("eks-ann")
    role = new_role("eks-role", trust(ann["Arn"]))
    session = assume(ann, role, "cluster")
    # At the user's: a token, which must fit into a header of 4096 bytes.
    url = presign(session, host=PUBLIC, headers={"x-k8s-aws-id": "prod"})
    token = "k8s-aws-v1." + base64.urlsafe_b64encode(url.geturl().encode()).decode().rstrip("=")
    assert len("Bearer " + token) < 4096, len(token)
    # At the cluster's authenticator: Daypass stands where STS would.
    text = token[len("k8s-aws-v1."):]
    url = urllib.parse.urlsplit(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode())
    ask = lambda **more: send("GET", target(url), dict({"Host": url.netloc, "x-k8s-aws-id": "prod", "Accept": "application/json"}, **more))
    status, headers, text = ask()
    equal((status, headers["Content-Type"]), (200, "application/json"), text)
    answer = json.loads(text)["GetCallerIdentityResponse"]
    equal(answer["ResponseMetadata"]["RequestId"], headers["x-amzn-RequestId"])
    who = answer["GetCallerIdentityResult"]
    equal((who["Account"], who["Arn"]), (ACCOUNT, session_arn(role, "cluster")))
    matches("AROA[A-Z2-7]{17}:cluster", who["UserId"])
    # The token is for one cluster.
    status, headers, text = ask(**{"x-k8s-aws-id": "staging"})
    answer = json.loads(text)
    equal((status, headers["Content-Type"], answer["Error"]["Code"], answer["Error"]["Type"]), (403, "application/json", "SignatureDoesNotMatch", "Sender"))
    equal((sorted(answer), answer["RequestId"]), (["Error", "RequestId"], headers["x-amzn-RequestId"]))


@case
def presigned_requests_last_15_minutes_whatever_they_say():
    equal(send("GET", target(presign(expires=1, seconds=-14 * 60)))[0], 200)
    late = Clock(-16 * 60)
    status, kind, message = code(send("GET", target(presign(expires=3600, seconds=-16 * 60))))
    equal((status, kind), (403, "SignatureDoesNotMatch"))
    matches(r"Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)", message)
    assert late.stamp()[:11] in message, message


@case
def presigned_requests_can_not_be_changed():
    url = presign()
    changed = target(url).replace("GetCallerIdentity", "GetSessionToken")
    equal(code(send("GET", changed))[:2], (403, "SignatureDoesNotMatch"))
    equal(code(send("GET", target(url) + "&X-Extra=1"))[:2], (403, "SignatureDoesNotMatch"))
    equal(code(send("GET", target(url), {"Host": "sts.eu-west-1.amazonaws.com"}))[:2], (403, "SignatureDoesNotMatch"))
    both = dict(sign(), Host=WHERE)
    equal(code(send("POST", target(url), both, BODY)), (403, "SignatureDoesNotMatch", None))  # two signatures


# Requests signed by one and sent by another


@case
def signed_for_a_public_host_and_replayed_at_two_slashes():
    # A login of HashiCorp Vault: URL, headers and body go to Vault, which sends
    # them to its own STS endpoint with "/" added, and follows no redirect.
    ann = new_user("vault-ann")
    for host, region in ((PUBLIC, "us-east-1"), ("sts.amazonaws.com", "us-east-1"), ("sts.eu-central-1.amazonaws.com", "eu-central-1")):
        headers = sign(ann, host=host, region=region, headers={"Content-Length": str(len(BODY)), "X-Vault-AWS-IAM-Server-ID": "vault.example.com", "User-Agent": "aws-sdk-go/1"})
        assert "content-length;content-type;host;" in headers["Authorization"], headers["Authorization"]
        for path in ("//", "/"):
            status, got, text = send("POST", path, headers, BODY)
            equal((status, got["Content-Type"]), (200, "text/xml"), text)
            equal(ET.fromstring(text).find(".//{*}Arn").text, ann["Arn"])
        equal(code(send("POST", "//", dict(headers, **{"X-Vault-AWS-IAM-Server-ID": "other.example.com"}), BODY))[:2], (403, "SignatureDoesNotMatch"))
        equal(code(send("POST", "//", headers, BODY + "&Extra=1"))[:2], (403, "SignatureDoesNotMatch"))


@case
def clock_skew():
    for seconds in (-14 * 60, 14 * 60):
        equal(send("POST", "/", sign(seconds=seconds), BODY)[0], 200)
    stamp = r"\d{8}T\d{6}Z"
    for seconds, sentence in ((-16 * 60, r"Signature expired: %s is now earlier than %s \(%s - 15 min\.\)"),
                              (16 * 60, r"Signature not yet current: %s is still later than %s \(%s \+ 15 min\.\)")):
        status, kind, message = code(send("POST", "/", sign(seconds=seconds), BODY))
        equal((status, kind), (403, "SignatureDoesNotMatch"))
        matches(sentence % ((stamp,) * 3), message)


@case
def region_and_service_of_the_scope():
    equal(code(send("POST", "/", sign(region="eu-west-1"), BODY)), (403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region. "))
    equal(code(send("POST", "/", sign(host="sts.eu-west-1.amazonaws.com"), BODY))[:2], (403, "SignatureDoesNotMatch"))
    status, kind, message = code(send("POST", "/", sign(service="s3"), BODY))
    equal((status, kind, message), (403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'. "))


# By hand


@case
def requests_without_a_name_or_a_signature():
    status, headers, text = send("GET", "/")
    equal((status, text), (302, ""))
    assert headers["Location"].startswith("https://aws.amazon.com/"), headers["Location"]
    equal(code(send("POST", "/", {"Content-Type": FORM}, BODY)), (403, "MissingAuthenticationToken", "Request is missing Authentication Token"))
    for query, what in (("Action=Fly&Version=2011-06-15", "Fly for version 2011-06-15"),
                        ("Action=GetCallerIdentity&Version=1999-01-01", "GetCallerIdentity for version 1999-01-01")):
        equal(code(send("GET", "/?" + query)), (400, "InvalidAction", "Could not find operation " + what))
    status, headers, _ = send("POST", "/", {"Content-Type": "application/json"}, "{}")
    equal((status, headers["Content-Type"]), (403, "text/html"))
    authorization = {"Content-Type": FORM, "Authorization": "AWS4-HMAC-SHA256 Credential"}
    equal(code(send("POST", "/", authorization, BODY)), (400, "IncompleteSignature",
          "'Credential' not a valid key=value pair (missing equal-sign) in Authorization header: 'AWS4-HMAC-SHA256 Credential'."))


@case
def json_errors_have_no_wrapper():
    status, headers, text = send("POST", "/", {"Content-Type": FORM, "Accept": "application/json"}, BODY)
    equal((status, headers["Content-Type"]), (403, "application/json"))
    equal(json.loads(text), {"Error": {"Code": "MissingAuthenticationToken", "Message": "Request is missing Authentication Token", "Type": "Sender"},
                             "RequestId": headers["x-amzn-RequestId"]})


@case
def json_expirations_are_numbers():
    ann = new_user("json-ann")
    body = "Action=GetSessionToken&Version=2011-06-15"
    status, _, text = send("POST", "/", dict(sign(ann, body=body), Accept="application/json"), body)
    equal(status, 200, text)
    credentials = json.loads(text)["GetSessionTokenResponse"]["GetSessionTokenResult"]["Credentials"]
    assert isinstance(credentials["Expiration"], int), credentials["Expiration"]
    equal(sts(credentials).get_caller_identity()["Arn"], ann["Arn"])


@case
def browsers_may_call_sts_alone():
    status, headers, _ = send("OPTIONS", "/", {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization,x-amz-date"})
    equal((status, headers["Access-Control-Allow-Origin"], headers["Access-Control-Allow-Credentials"]), (200, "*", None))
    equal(send("POST", "/", sign(), BODY)[1]["Access-Control-Allow-Origin"], "*")
    body = "Action=ListUsers&Version=2010-05-08"
    status, headers, _ = send("POST", "/", sign(body=body, service="iam"), body)
    equal((status, headers["Access-Control-Allow-Origin"]), (200, None))
