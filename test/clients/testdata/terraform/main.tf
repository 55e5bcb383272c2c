# Every noun of IAM that the AWS provider makes, held together as people do it.
# The endpoint and the keys come from the environment.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "team" { type = string }
variable "max_session_duration" { type = number }
variable "builder_role" { type = string }

provider "aws" {
  region = "us-east-1"

  assume_role {
    role_arn     = var.builder_role
    session_name = "terraform"
    external_id  = "tf-1"
    duration     = "30m"
    tags         = { Team = var.team }
  }

  default_tags {
    tags = { ManagedBy = "terraform" }
  }
}

data "aws_caller_identity" "me" {}
data "aws_partition" "here" {}

data "aws_iam_policy" "read_only" {
  name = "ReadOnlyAccess"
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]
    principals {
      type        = "AWS"
      identifiers = [aws_iam_user.ann.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "sts:ExternalId"
      values   = ["deploy"]
    }
  }
}

data "aws_iam_policy_document" "ec2" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

data "aws_iam_policy_document" "objects" {
  statement {
    sid       = "Objects"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["arn:${data.aws_partition.here.partition}:s3:::data-${data.aws_caller_identity.me.account_id}/${var.team}/$${aws:username}/*"]
  }
}

resource "aws_iam_account_alias" "this" {
  account_alias = "daypass-${var.team}"
}

resource "aws_iam_account_password_policy" "strict" {
  minimum_password_length = 14
  require_symbols         = true
}

resource "aws_iam_user" "ann" {
  name                 = "tf-ann"
  path                 = "/staff/"
  permissions_boundary = aws_iam_policy.boundary.arn
  force_destroy        = true
  tags                 = { Team = var.team }
}

resource "aws_iam_virtual_mfa_device" "phone" {
  virtual_mfa_device_name = "tf-phone"
  path                    = "/tf/"
  tags                    = { Team = var.team }
}

resource "aws_iam_access_key" "ann" {
  user = aws_iam_user.ann.name
}

resource "aws_iam_user_policy" "ann" {
  name   = "inline"
  user   = aws_iam_user.ann.name
  policy = data.aws_iam_policy_document.objects.json
}

resource "aws_iam_user_policy_attachment" "ann" {
  user       = aws_iam_user.ann.name
  policy_arn = data.aws_iam_policy.read_only.arn
}

resource "aws_iam_group" "ops" {
  name = "tf-ops"
  path = "/staff/"
}

resource "aws_iam_group_membership" "ops" {
  name  = "ops"
  group = aws_iam_group.ops.name
  users = [aws_iam_user.ann.name]
}

resource "aws_iam_group_policy" "ops" {
  name   = "inline"
  group  = aws_iam_group.ops.name
  policy = data.aws_iam_policy_document.objects.json
}

resource "aws_iam_group_policy_attachment" "ops" {
  group      = aws_iam_group.ops.name
  policy_arn = aws_iam_policy.objects.arn
}

resource "aws_iam_policy" "objects" {
  name        = "tf-objects"
  path        = "/data/"
  description = "Objects of a team"
  policy      = data.aws_iam_policy_document.objects.json
  tags        = { Team = var.team }
}

resource "aws_iam_policy" "boundary" {
  name = "tf-boundary"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:*", "sts:*"], Resource = "*" }]
  })
}

resource "aws_iam_role" "deployer" {
  name                 = "tf-deployer"
  path                 = "/deploy/"
  description          = "Deploys what ${var.team} builds"
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = var.max_session_duration
  permissions_boundary = aws_iam_policy.boundary.arn
  tags                 = { Team = var.team }
}

resource "aws_iam_role_policy" "deployer" {
  name   = "inline"
  role   = aws_iam_role.deployer.name
  policy = data.aws_iam_policy_document.objects.json
}

resource "aws_iam_role_policy_attachment" "deployer" {
  role       = aws_iam_role.deployer.name
  policy_arn = aws_iam_policy.objects.arn
}

resource "aws_iam_role" "machine" {
  name               = "tf-machine"
  assume_role_policy = data.aws_iam_policy_document.ec2.json
}

resource "aws_iam_instance_profile" "machine" {
  name = "tf-machine"
  role = aws_iam_role.machine.name
  tags = { Team = var.team }
}

data "aws_iam_role" "deployer" {
  name       = aws_iam_role.deployer.name
  depends_on = [aws_iam_role_policy_attachment.deployer]
}

data "aws_iam_user" "ann" {
  user_name = aws_iam_user.ann.name
}

output "me" { value = data.aws_caller_identity.me.arn }
output "role_id" { value = data.aws_iam_role.deployer.unique_id }
output "max_session_duration" { value = data.aws_iam_role.deployer.max_session_duration }
output "key_id" { value = aws_iam_access_key.ann.id }
output "secret" {
  value     = aws_iam_access_key.ann.secret
  sensitive = true
}
