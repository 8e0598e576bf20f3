variable "account_id" {
  description = "The AWS account, 12 digits: the provider refuses every other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account, as a string: \"123456789012\"."
  }
}

variable "region" {
  description = "The AWS region."
  type        = string
  nullable    = false
}

variable "release_bucket" {
  description = "The bucket that the release's zips were put into, below v<version>/. It must be in `region`: Lambda takes packages from no other."
  type        = string
  nullable    = false
}
