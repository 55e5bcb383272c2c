"""Writes botocore.json: requests signed by botocore, an independent signer.

Run as: python3 sign_with_botocore.py > botocore.json
The clock is fixed, so the output is the same each time. The test in
../botocore_test.go runs this again where python3 and botocore are installed.
"""

import datetime
import json
import sys

import botocore
import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 1, 31, 12, 0, 0)
botocore.auth.get_current_datetime = lambda *a, **k: NOW

KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ+hello+world/=="
HOST = "sts.us-east-2.amazonaws.com"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
CALL = "Action=GetCallerIdentity&Version=2011-06-15"

# name: method, target, body, headers, options
SHAPES = {
    "post as an SDK sends it": ("POST", "/", CALL, {"Content-Type": FORM}, {}),
    "post with a token": ("POST", "/", CALL, {"Content-Type": FORM}, {"token": TOKEN}),
    "get, everything in the query": ("GET", "/?" + CALL, "", {}, {}),
    "get without anything": ("GET", "/", "", {}, {}),
    "query out of order": ("GET", "/?b=2&a=2&a=1&B=3&Z=&_=1&-=1&~=1", "", {}, {}),
    "names that are prefixes of one another": ("GET", "/?a=1&a-=2&a.b=3&a%2F=4&aa=5", "", {}, {}),
    "escapes in the query": ("GET", "/?name=a%20b%2Fc%3Dd%26e%2B&%C3%A9=%E2%9C%93", "", {}, {}),
    "name without equals": ("GET", "/?Action&Version=", "", {}, {}),
    "equals in a value": ("GET", "/?policy=a%3D%3D", "", {}, {}),
    "path": ("GET", "/some/path/file.txt", "", {}, {}),
    "path with a slash at the end": ("GET", "/some/path/", "", {}, {}),
    "path with empty segments": ("GET", "//some///path//", "", {}, {}),
    "path with dots": ("GET", "/./a/../b/./c", "", {}, {}),
    "path with escapes": ("GET", "/a%20b/c%2Fd/%C3%A9/e+f/g:h@i,j;k=l", "", {}, {}),
    "spaces in header values": ("POST", "/", CALL, {"Content-Type": FORM, "X-Note": "  a   b    c  "}, {}),
    "colons and quotes in header values": ("POST", "/", CALL, {"X-Note": 'a:b "c  d"'}, {}),
    "repeated header": ("POST", "/", CALL, [("X-Note", "b"), ("X-Note", "a"), ("X-Other", "c")], {}),
    "header names near each other": ("POST", "/", CALL, {"X-A": "1", "X-A-B": "2", "X-Ab": "3", "Xa": "4"}, {}),
    "content-length signed, forwarded by a third party": ("POST", "/", CALL, {"Content-Type": FORM, "Content-Length": str(len(CALL)), "X-Vault-AWS-IAM-Server-ID": "vault.example.com"}, {}),
    "date header": ("POST", "/", CALL, {"Date": "replaced"}, {}),
    "body hash header": ("POST", "/", CALL, {"X-Amz-Content-SHA256": "72410fd1c2063a75b27e0f10cac94b5f83c6d8f2b2f5d1f0f1f7c1e3f5d0a5ff"}, {"mismatch": True}),
    "unsigned payload": ("POST", "/", CALL, {}, {"unsigned_payload": True, "mismatch": True}),
    "empty body": ("POST", "/?" + CALL, "", {"Content-Type": FORM}, {}),
    "binary body": ("POST", "/", "\x00\x01\n\r\n\x7f", {}, {}),
    "host with a port": ("POST", "/", CALL, {}, {"host": "127.0.0.1:7870"}),
    "host in capitals": ("POST", "/", CALL, {"Host": "STS.Example.COM"}, {"host": "STS.Example.COM"}),
    "presigned": ("GET", "/?" + CALL, "", {}, {"presign": 60}),
    "presigned with a token": ("GET", "/?" + CALL, "", {}, {"presign": 60, "token": TOKEN}),
    "presigned with an extra header": ("GET", "/?" + CALL, "", {"x-k8s-aws-id": "my cluster"}, {"presign": 60}),
    "presigned with escapes": ("GET", "/?Name=a%20b%2Fc&Empty=", "", {}, {"presign": 900}),
    "presigned post": ("POST", "/?" + CALL, "", {}, {"presign": 900}),
}


def sign(name, method, target, body, headers, options):
    host = options.get("host", HOST)
    scheme = "http" if ":" in host else "https"
    request = AWSRequest(method=method, url=f"{scheme}://{host}{target}", data=body.encode())
    pairs = headers.items() if isinstance(headers, dict) else headers
    for key, value in pairs:
        request.headers.add_header(key, value)
    if options.get("unsigned_payload"):
        request.context["payload_signing_enabled"] = False
    credentials = Credentials(KEY, SECRET, options.get("token"))
    if "presign" in options:
        auth = botocore.auth.SigV4QueryAuth(credentials, "sts", "us-east-2", options["presign"])
    else:
        auth = botocore.auth.SigV4Auth(credentials, "sts", "us-east-2")
    auth.add_auth(request)
    return {
        "name": name,
        "method": method,
        "host": host,
        "target": request.url.removeprefix(f"{scheme}://{host}"),
        "headers": [[k, v] for k, v in request.headers.items() if k.lower() not in ("host", "content-length")],
        "body": body,
        "token": options.get("token", ""),
        "mismatch": options.get("mismatch", False),
    }


json.dump(
    {
        "origin": f"botocore {botocore.__version__}, made by sign_with_botocore.py",
        "accessKeyID": KEY,
        "secret": SECRET,
        "region": "us-east-2",
        "service": "sts",
        "time": NOW.strftime("%Y%m%dT%H%M%SZ"),
        "requests": [sign(name, *shape) for name, shape in SHAPES.items()],
    },
    sys.stdout,
    indent=1,
)
print()
