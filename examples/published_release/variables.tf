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
  description = "The AWS region. Lambda takes packages from buckets of its own region alone."
  type        = string
  nullable    = false
}

variable "release" {
  description = "The release: its version, the bucket in this region that its zips were put into (below v<version>/), and the base64 SHA-256 of each zip by the function's name. It must be the version in `source`."
  type = object({
    bucket  = string
    hashes  = map(string)
    version = string
  })
  nullable = false

  validation {
    condition     = alltrue([for hash in values(var.release.hashes) : can(regex("^[A-Za-z0-9+/]{43}=$", hash))])
    error_message = "release.hashes are SHA-256 in base64, 44 characters each, as Lambda compares them: `openssl dgst -sha256 -binary patient_api.zip | base64`. The hexadecimal ones of sha256sum are something else."
  }
}
