variable "access_log_bucket" {
  description = "The bucket that receives the access logs, by its `name`, below the prefix `<name>/` (modules/audit's output `access_log_bucket_name` takes those of every bucket of the same name prefix). Null: who touched the objects is in CloudTrail's data events alone."
  type        = object({ name = string }) # whether there is one is known at plan, also of a bucket that is made in the same apply
  default     = null

  validation {
    condition     = var.access_log_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.access_log_bucket.name))
    error_message = "access_log_bucket.name must be a bucket's name (not its ARN), encrypted with S3's own keys, whose policy admits logging.s3.amazonaws.com: use modules/audit's access_log_bucket_name, or null for no access logs."
  }
}

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

variable "event_notifications" {
  description = "Whether S3 tells EventBridge's default bus of each object that is created, deleted or restored (source `aws.s3`)."
  type        = bool
  default     = false
  nullable    = false
}

variable "force_destroy" {
  description = "Whether `destroy` may empty the bucket first, past a GOVERNANCE lock. For local and review environments only: all versions of all objects go with it."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts the objects, through a bucket key. Whoever reads needs kms:Decrypt with it, whoever writes kms:GenerateDataKey (and kms:Decrypt for uploads in parts)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }
}

variable "name" {
  description = "Name of the bucket between prefix and account: \"documents\" makes <name_prefix>-documents-<account_id>."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]+(-[a-z0-9]+)*$", var.name)) && length("${var.context.name_prefix}-${var.name}-${var.context.account_id}") <= 63
    error_message = "name must be lower-case letters, digits and single hyphens, and <name_prefix>-<name>-<account_id> at most 63 characters: write \"documents\"."
  }
}

variable "noncurrent_version_days" {
  description = "How long a version stays after it was overwritten or deleted: the time to notice a mistake. The default is 7 years."
  type        = number
  default     = 2557
  nullable    = false

  validation {
    condition     = var.noncurrent_version_days >= 1 && floor(var.noncurrent_version_days) == var.noncurrent_version_days
    error_message = "noncurrent_version_days must be a whole number of at least 1: without old versions, what is overwritten is gone."
  }
}

variable "object_lock" {
  description = "Default lock of each new version. Null: none; a bucket made without it can't get it later by this module. GOVERNANCE: only who holds s3:BypassGovernanceRetention can delete before the time is over. COMPLIANCE: nobody can, the account's root included, and the bucket stays (and costs) until then; it has to be acknowledged."
  type = object({
    mode                         = optional(string, "GOVERNANCE")
    retention_days               = number
    acknowledge_compliance_locks = optional(bool, false)
  })
  default = null

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], try(var.object_lock.mode, "GOVERNANCE"))
    error_message = "object_lock.mode must be \"GOVERNANCE\" or \"COMPLIANCE\"."
  }

  validation {
    condition     = try(var.object_lock.mode, "GOVERNANCE") != "COMPLIANCE" || try(var.object_lock.acknowledge_compliance_locks, false) && !var.force_destroy
    error_message = "COMPLIANCE can't be undone: nobody can delete an object before object_lock.retention_days are over, and destroy fails until then. Set object_lock.acknowledge_compliance_locks = true and force_destroy = false, or choose \"GOVERNANCE\"."
  }

  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html (at most 100 years)
  validation {
    condition     = var.object_lock == null || try(var.object_lock.retention_days >= 1 && var.object_lock.retention_days <= 36500 && floor(var.object_lock.retention_days) == var.object_lock.retention_days, false)
    error_message = "object_lock.retention_days must be a whole number from 1 to 36500. Documentation that HIPAA asks for is kept for at least 6 years, 2192 days (45 CFR 164.316(b)(2)(i))."
  }
}
