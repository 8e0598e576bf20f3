# The network by our module: measured against ../network_flat, which writes the same resources out by hand.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}

provider "aws" {
  region      = "us-east-1"
  max_retries = 3
}

variable "account_id" {
  description = "Account that the local cloud plays."
  type        = string
}

resource "aws_kms_key" "logs" {
  description         = "Logs"
  enable_key_rotation = true
}

module "network" {
  source              = "../../../modules/network"
  context             = { account_id = var.account_id, region = "us-east-1", name_prefix = "module" }
  interface_endpoints = ["kms"]
  log_kms_key_arn     = aws_kms_key.logs.arn
  subnets = {
    us-east-1a = { cidr = "10.0.0.0/20" }
    us-east-1b = { cidr = "10.0.16.0/20" }
  }
}
