variable "context" {
  description = "Where and for whom this is deployed: 12-digit account, region, partition, the prefix of every name, and tags. ARNs are derived from it, so that no module reads the account."
  type = object({
    account_id  = string
    region      = string
    partition   = optional(string, "aws")
    name_prefix = string
    tags        = optional(map(string), {})
  })
  nullable = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.context.account_id))
    error_message = "context.account_id must be the 12 digits of an AWS account, as a string: \"123456789012\"."
  }

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.context.region))
    error_message = "context.region must be a region's name such as \"us-east-1\", not a zone such as \"us-east-1a\"."
  }

  validation {
    condition     = contains(["aws", "aws-cn", "aws-us-gov"], var.context.partition)
    error_message = "context.partition must be \"aws\", \"aws-cn\" or \"aws-us-gov\"."
  }

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.context.name_prefix)) && length(var.context.name_prefix) >= 3 && length(var.context.name_prefix) <= 32
    error_message = "context.name_prefix must have 3 to 32 lower-case letters, digits or single hyphens, begin with a letter and not end with a hyphen: \"healthcare\"."
  }
}

variable "policy" {
  description = "What Lambda does with a package that no allowed profile has signed, or whose signature was revoked or has expired: Enforce refuses it, Warn takes it and counts it (SignatureValidationErrors). The catalogue (LAM-10) reports Warn."
  type        = string
  default     = "Enforce"
  nullable    = false

  validation {
    condition     = contains(["Enforce", "Warn"], var.policy)
    error_message = "policy is \"Enforce\" (unsigned code is refused) or \"Warn\" (it is let in, and counted)."
  }
}

variable "profile_version_arns" {
  description = "Versions of signing profiles that are yours, as of an account that releases for several others. Empty, the default: a profile is made here."
  type        = set(string)
  default     = []
  nullable    = false

  # https://docs.aws.amazon.com/lambda/latest/api/API_AllowedPublishers.html
  validation {
    condition     = length(var.profile_version_arns) <= 20 && alltrue([for arn in var.profile_version_arns : can(regex("^arn:aws[a-z-]*:signer:[a-z0-9-]+:[0-9]{12}:/signing-profiles/[A-Za-z0-9_]{2,64}/[A-Za-z0-9]{10}$", arn))])
    error_message = "profile_version_arns are at most 20 ARNs of versions of signing profiles: arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION, what `aws signer get-signing-profile` calls profileVersionArn."
  }
}
