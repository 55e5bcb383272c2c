#!/bin/sh
# Runs in a CI job that may ask its runner for an OpenID Connect token, as a
# GitHub Actions job with `permissions: id-token: write` may. Needs no stored
# key: the runner vouches for the job, and the role's trust policy says which
# jobs may have it.
#
#   ROLE_ARN           the role to assume
#   AWS_ENDPOINT_URL   the service; AWS_REGION its Region
set -eu

audience=sts.amazonaws.com # one of the client ids of the OIDC provider in IAM
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
umask 077

curl --silent --show-error --fail \
	--header "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \
	"$ACTIONS_ID_TOKEN_REQUEST_URL&audience=$audience" |
	python3 -c 'import json, sys; print(json.load(sys.stdin)["value"], end="")' >"$directory/token"

# Every AWS SDK and tool takes the exchange from here, and repeats it when it must.
export AWS_WEB_IDENTITY_TOKEN_FILE="$directory/token"
export AWS_ROLE_ARN="$ROLE_ARN"
export AWS_ROLE_SESSION_NAME="job-${GITHUB_RUN_ID:-local}"

aws sts get-caller-identity --query Arn --output text
