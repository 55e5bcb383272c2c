# Trails: one with all that the provider can set, and one with little.

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }
}

variable "logging" { type = bool }
variable "bucket" { type = string }
variable "team" { type = string }

provider "aws" {
  region = "us-east-1"
}

resource "aws_cloudtrail" "main" {
  name                          = "main"
  s3_bucket_name                = var.bucket
  s3_key_prefix                 = "records"
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  enable_logging                = var.logging
  tags                          = { Team = var.team }

  event_selector {
    read_write_type                  = "WriteOnly"
    include_management_events        = true
    exclude_management_event_sources = ["kms.amazonaws.com"]

    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}

resource "aws_cloudtrail" "few" {
  name                          = "few"
  s3_bucket_name                = "logs"
  include_global_service_events = false

  advanced_event_selector {
    name = "reads"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
    field_selector {
      field  = "readOnly"
      equals = ["true"]
    }
  }
}

output "arn" { value = aws_cloudtrail.main.arn }
output "home" { value = aws_cloudtrail.main.home_region }
