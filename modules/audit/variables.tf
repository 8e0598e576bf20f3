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

variable "data_event_arn_prefixes" {
  description = "Narrows the data events that the trail records to resources whose ARN begins so. Empty, the default, records every S3 object, DynamoDB table and Lambda function of the account; no service can be left out altogether. An S3 prefix ends with the bucket's slash: \"arn:aws:s3:::phi-documents/\"."
  type = object({
    dynamodb = optional(set(string), [])
    lambda   = optional(set(string), [])
    s3       = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for arn in var.data_event_arn_prefixes.s3 : can(regex("^arn:aws[a-z-]*:s3:::[^/]+/", arn))])
    error_message = "data_event_arn_prefixes.s3 must be ARNs with the slash after the bucket's name, \"arn:aws:s3:::phi-documents/\": without it, other buckets that begin alike are recorded too."
  }

  validation {
    condition = alltrue(concat(
      [for arn in var.data_event_arn_prefixes.dynamodb : can(regex("^arn:aws[a-z-]*:dynamodb:", arn))],
      [for arn in var.data_event_arn_prefixes.lambda : can(regex("^arn:aws[a-z-]*:lambda:", arn))],
    ))
    error_message = "data_event_arn_prefixes.dynamodb and .lambda must be ARNs, or the beginning of ARNs, of tables (arn:aws:dynamodb:...) and of functions (arn:aws:lambda:...)."
  }
}

variable "detection" {
  description = "Services of AWS's that watch the account. There is one analyzer, one detector and one setting of Inspector for each account and region: false for those that an organisation or another deployment in the account has. `guardduty_features` are the protection plans that are switched on here; others stay as they are in the account. `inspector_code` lets Inspector look into the code of functions, and not at their packages alone: it keeps excerpts, under AWS's key, and is not in every region."
  type = object({
    access_analyzer    = optional(bool, true)
    guardduty          = optional(bool, true)
    guardduty_features = optional(set(string), ["LAMBDA_NETWORK_LOGS", "S3_DATA_EVENTS"])
    inspector          = optional(bool, true)
    inspector_code     = optional(bool, false)
  })
  default  = {}
  nullable = false

  # RUNTIME_MONITORING needs a configuration of its own: agents on containers and virtual machines.
  validation {
    condition     = length(setsubtract(var.detection.guardduty_features, ["EBS_MALWARE_PROTECTION", "EKS_AUDIT_LOGS", "LAMBDA_NETWORK_LOGS", "RDS_LOGIN_EVENTS", "S3_DATA_EVENTS"])) == 0
    error_message = "detection.guardduty_features must be among EBS_MALWARE_PROTECTION, EKS_AUDIT_LOGS, LAMBDA_NETWORK_LOGS, RDS_LOGIN_EVENTS and S3_DATA_EVENTS."
  }

  validation {
    condition     = var.detection.inspector || !var.detection.inspector_code
    error_message = "detection.inspector_code needs detection.inspector: Inspector looks into code only where it scans functions."
  }
}

variable "force_destroy" {
  description = "Whether `destroy` may empty the archive and the access log buckets first, past a GOVERNANCE lock. For local and review environments only: evidence goes with them."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts the trail, its archive and its log group. Its policy must admit both services (modules/encryption: services = [\"cloudtrail\", \"logs\"])."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }
}

variable "log_export" {
  description = "Whether there is a stream into the archive for what functions and the API log (output `log_export`, for `platform` of modules/function and `log_export` of modules/api). The topic of `alarm` hears where logs don't arrive; null: nobody does. The archive's lock holds for them too."
  type = object({
    alarm   = optional(object({ topic_arn = string }))
    enabled = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.log_export.alarm == null || can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.log_export.alarm.topic_arn))
    error_message = "log_export.alarm.topic_arn must be the ARN of an SNS topic (arn:aws:sns:...), or log_export.alarm null for no alarm: use the output alert_topic_arn of modules/observability."
  }
}

variable "log_retention_days" {
  description = "How long log groups keep their events. The default is 7 years; less than 6 years (45 CFR 164.316(b)(2)(i)) is refused. 0 keeps them forever."
  type        = number
  default     = 2557
  nullable    = false

  validation {
    condition     = contains([0, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be 2557 (7 years), another of CloudWatch's values of at least 6 years (2192, 2922, 3288, 3653), or 0 to keep logs forever."
  }
}

variable "object_lock" {
  description = "How the archive is locked. GOVERNANCE: only who holds s3:BypassGovernanceRetention can delete before the time is over. COMPLIANCE: nobody can, the account's root included, and the bucket stays (and costs) until then; it has to be acknowledged."
  type = object({
    mode                         = optional(string, "GOVERNANCE")
    retention_days               = optional(number, 2557)
    acknowledge_compliance_locks = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.object_lock.mode)
    error_message = "object_lock.mode must be \"GOVERNANCE\" or \"COMPLIANCE\"."
  }

  validation {
    condition     = var.object_lock.mode != "COMPLIANCE" || (var.object_lock.acknowledge_compliance_locks && !var.force_destroy)
    error_message = "COMPLIANCE can't be undone: nobody can delete the archive before object_lock.retention_days are over, and destroy fails until then. Set object_lock.acknowledge_compliance_locks = true and force_destroy = false, or choose \"GOVERNANCE\"."
  }

  validation {
    condition     = var.object_lock.retention_days >= 1 && floor(var.object_lock.retention_days) == var.object_lock.retention_days && (var.object_lock.retention_days >= 2192 || var.force_destroy)
    error_message = "object_lock.retention_days must be a whole number of at least 2192 (6 years, 45 CFR 164.316(b)(2)(i)); 2557 is the default. Less is for environments that are thrown away (force_destroy = true)."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the roles made here. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy (arn:aws:iam::123456789012:policy/name), or null for none."
  }
}
