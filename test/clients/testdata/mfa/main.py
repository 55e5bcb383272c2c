"""The AWS CLI asks for a code at a terminal; boto3 opens a session by the next."""

import base64
import hashlib
import hmac
import os
import pty
import struct
import time

import boto3
from botocore.exceptions import ClientError

SEED = base64.b32decode(os.environ["SEED"])
SERIAL = os.environ["SERIAL"]


def step():
    return int(time.time()) // 30


def code(at):
    mac = hmac.new(SEED, struct.pack(">Q", at), hashlib.sha1).digest()
    start = mac[-1] & 15
    return "%06d" % (int.from_bytes(mac[start : start + 4], "big") % 2**31 % 10**6)


used = step() + 1  # the steps before it may be used up
said = b""
child, terminal = pty.fork()
if child == 0:
    cli = os.environ["CLI"]
    os.execv(cli, [cli, "--profile", "guarded", "sts", "get-caller-identity"])
answered = False
while True:
    try:
        part = os.read(terminal, 4096)
    except OSError:  # the other end is closed
        break
    if not part:
        break
    said += part
    if not answered and b"Enter MFA code" in said:
        used = step() + 1
        os.write(terminal, code(used).encode() + b"\n")
        answered = True
os.waitpid(child, 0)
print("asked:", said.decode())

sts = boto3.Session(profile_name="base").client("sts")
try:
    sts.get_session_token(SerialNumber=SERIAL, TokenCode=code(used))
except ClientError as e:
    print("again:", e.response["Error"]["Message"] + "|")

try:
    boto3.Session(profile_name="base").client("iam").list_users()
except ClientError as e:
    print("without:", e.response["Error"]["Code"])

while step() < used:
    time.sleep(0.5)
keys = sts.get_session_token(SerialNumber=SERIAL, TokenCode=code(step() + 1))["Credentials"]
session = boto3.Session(
    aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"]
)
print("with:", *[u["UserName"] for u in session.client("iam").list_users()["Users"]])
