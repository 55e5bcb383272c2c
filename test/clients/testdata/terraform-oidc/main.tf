# OpenID Connect providers, and a role for what they vouch for.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "clients" { type = list(string) }
variable "thumbprints" { type = list(string) }
variable "team" { type = string }

provider "aws" {
  region = "us-east-1"
}

resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_openid_connect_provider" "own" {
  url             = "https://idp.corp.example:8443/realms/main"
  client_id_list  = var.clients
  thumbprint_list = var.thumbprints
  tags            = { Team = var.team }
}

data "aws_iam_openid_connect_provider" "own" {
  arn = aws_iam_openid_connect_provider.own.arn
}

resource "aws_iam_role" "deploy" {
  name = "deploy"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
      Action    = "sts:AssumeRoleWithWebIdentity"
      Condition = { StringLike = { "token.actions.githubusercontent.com:sub" = "repo:corp/app:*" } }
    }]
  })
}

output "own_arn" { value = aws_iam_openid_connect_provider.own.arn }
output "own_clients" { value = data.aws_iam_openid_connect_provider.own.client_id_list }
output "github_thumbprints" { value = aws_iam_openid_connect_provider.github.thumbprint_list }
