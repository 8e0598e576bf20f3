terraform {
  required_version = ">= 1.11.0"

  # Its own state goes into the bucket that it makes: `make bootstrap` takes it there. Which bucket: <environment>.s3.tfbackend.
  backend "s3" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}
