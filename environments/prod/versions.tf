terraform {
  required_version = ">= 1.11.0"

  # Which bucket and key: state.s3.tfbackend. `make bootstrap` makes the bucket.
  backend "s3" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}
