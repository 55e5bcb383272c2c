# A SAML provider and a role that trusts it.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "metadata" { type = string }
variable "team" { type = string }

provider "aws" {
  region = "us-east-1"
}

resource "aws_iam_saml_provider" "idp" {
  name                   = "tf-idp"
  saml_metadata_document = file(var.metadata)
  tags                   = { Team = var.team }
}

data "aws_iam_saml_provider" "idp" {
  arn = aws_iam_saml_provider.idp.arn
}

resource "aws_iam_role" "people" {
  name = "tf-people"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = {
      Effect    = "Allow"
      Principal = { Federated = aws_iam_saml_provider.idp.arn }
      Action    = ["sts:AssumeRoleWithSAML", "sts:TagSession"]
      Condition = { StringEquals = { "SAML:aud" = "https://signin.aws.amazon.com/saml" } }
    }
  })
}

output "provider" { value = aws_iam_saml_provider.idp.arn }
output "role" { value = aws_iam_role.people.arn }
output "name" { value = data.aws_iam_saml_provider.idp.name }
