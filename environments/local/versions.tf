terraform {
  required_version = ">= 1.11.0"

  # A file. `make` gives its path with -backend-config, so that demonstration, tests and `make up` keep apart.
  backend "local" {}

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}
