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

variable "keys" {
  description = "Customer-managed keys by data domain (static names such as phi, logs, configuration). `services` are the AWS services that use the key on their own account, each admitted with the least that AWS documents; functions and people are admitted by their IAM policies. `hmac = true` makes a key that encrypts nothing and makes keyed hashes (kms:GenerateMac); it has no services, and KMS can't rotate it."
  type = map(object({
    description          = string
    services             = optional(set(string), [])
    rotation_days        = optional(number, 365)
    deletion_window_days = optional(number, 30)
    hmac                 = optional(bool, false)
  }))
  nullable = false

  validation {
    condition     = alltrue([for domain in keys(var.keys) : can(regex("^[a-z][a-z0-9-]{1,30}$", domain))])
    error_message = "keys must be named with 2 to 31 lower-case letters, digits or hyphens, beginning with a letter: \"phi\"."
  }

  validation {
    condition = alltrue([
      for key in values(var.keys) :
      length(setsubtract(key.services, ["budgets", "cloudtrail", "cloudwatch", "event_buses", "events", "logs", "s3", "sns"])) == 0
    ])
    error_message = "Each key's services must be among budgets, cloudtrail, cloudwatch (alarms that publish to an encrypted topic), event_buses, events, logs, s3 and sns. Other services use a key on behalf of their caller and need no grant."
  }

  validation {
    condition     = alltrue([for key in values(var.keys) : !key.hmac || length(key.services) == 0])
    error_message = "A key with hmac = true has no services: none of them hashes with a key of yours. Drop services, or hmac."
  }

  validation {
    condition     = alltrue([for key in values(var.keys) : key.rotation_days >= 90 && key.rotation_days <= 2560])
    error_message = "Each key's rotation_days must be from 90 to 2560: 365 is the default, and rotation can't be turned off."
  }

  validation {
    condition     = alltrue([for key in values(var.keys) : key.deletion_window_days >= 7 && key.deletion_window_days <= 30])
    error_message = "Each key's deletion_window_days must be from 7 to 30: 30 leaves the longest time to notice a mistake."
  }
}
