"""Assumes the role in ROLE_ARN with the credentials of the environment, and says who it is then."""

import os

import boto3

session = boto3.client("sts").assume_role(RoleArn=os.environ["ROLE_ARN"], RoleSessionName="example-boto3")["Credentials"]

as_role = boto3.Session(
    aws_access_key_id=session["AccessKeyId"],
    aws_secret_access_key=session["SecretAccessKey"],
    aws_session_token=session["SessionToken"],
)
print(as_role.client("sts").get_caller_identity()["Arn"])
