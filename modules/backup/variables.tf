variable "alert_topic_arn" {
  description = "SNS topic that hears of failed and of missed backups. Its key must admit CloudWatch."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]+$", var.alert_topic_arn))
    error_message = "alert_topic_arn must be the ARN of an SNS topic (arn:aws:sns:REGION:ACCOUNT:name): modules/observability's alert_topic_arn."
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

variable "copy_vault_arns" {
  description = "Vaults in another region or account that get a copy of every recovery point, by a static name. The vault there must admit this account (its access policy) and have a key of its own; nothing may be copied anywhere else."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.copy_vault_arns) : can(regex("^arn:aws[a-z-]*:backup:[a-z0-9-]+:[0-9]{12}:backup-vault:[A-Za-z0-9_-]{2,50}$", arn))])
    error_message = "copy_vault_arns must be ARNs of backup vaults (arn:aws:backup:REGION:ACCOUNT:backup-vault:name): see them with `aws backup list-backup-vaults` there."
  }
}

variable "deletion_role_arns" {
  description = "Roles that may delete recovery points, or shorten their time, once the lock lets them go. Empty: nobody; AWS Backup deletes what has expired."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.deletion_role_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/[^*?]+$", arn))])
    error_message = "deletion_role_arns must be ARNs of IAM roles without wildcards (arn:aws:iam::123456789012:role/name)."
  }
}

variable "force_destroy" {
  description = "Whether `destroy` may delete the recovery points in the vault. For local and review environments only: it is the last copy. A COMPLIANCE lock refuses all the same."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts the vault: one apart from the stores' own, so that what ends one does not end the other. Aurora's snapshots, and tables of accounts without advanced DynamoDB backup, stay under the store's key."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }
}

variable "lock" {
  description = "The vault's lock: nothing can be deleted before the shortest rule's `delete_after_days`. GOVERNANCE: who may backup:DeleteBackupVaultLockConfiguration can take it off. COMPLIANCE: `grace_days` after the apply nobody can, AWS included, and vault and costs stay until the last recovery point has expired; it has to be acknowledged. Another shortest `delete_after_days` makes the lock anew: who applies it needs backup:DeleteBackupVaultLockConfiguration (the pipeline's role has it not), and after `grace_days` of COMPLIANCE AWS refuses it."
  type = object({
    acknowledge_compliance_lock = optional(bool, false)
    grace_days                  = optional(number, 3)
    mode                        = optional(string, "GOVERNANCE")
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["GOVERNANCE", "COMPLIANCE"], var.lock.mode)
    error_message = "lock.mode must be \"GOVERNANCE\" or \"COMPLIANCE\"."
  }

  validation {
    condition     = var.lock.mode != "COMPLIANCE" || var.lock.acknowledge_compliance_lock && !var.force_destroy
    error_message = "COMPLIANCE can't be undone: after lock.grace_days nobody can shorten or delete what is in the vault, and monthly backups are paid for until they expire. Set lock.acknowledge_compliance_lock = true and force_destroy = false, or choose \"GOVERNANCE\"."
  }

  # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_PutBackupVaultLockConfiguration.html
  validation {
    condition     = var.lock.grace_days >= 3 && var.lock.grace_days <= 36500 && floor(var.lock.grace_days) == var.lock.grace_days
    error_message = "lock.grace_days must be a whole number of at least 3: for so long a COMPLIANCE lock can still be taken off."
  }
}

variable "missed_after_hours" {
  description = "Hours without a completed backup after which an alarm goes off: the interval of the most frequent rule, its start window, and the time that a backup takes. 36 is for a daily rule."
  type        = number
  default     = 36
  nullable    = false

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  validation {
    condition     = var.missed_after_hours >= 2 && var.missed_after_hours <= 168 && floor(var.missed_after_hours) == var.missed_after_hours
    error_message = "missed_after_hours must be a whole number from 2 to 168: CloudWatch looks back seven days at most. Let a rule run at least once a week."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the roles. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy (arn:aws:iam::123456789012:policy/name), or null for none."
  }
}

variable "restore_testing" {
  description = "AWS Backup's own restore tests: on `schedule` (UTC) the newest recovery point of each table of the last `selection_window_days` is restored under a name of AWS's (awsbackup-restore-test-...), encrypted with the table's key, and deleted `validation_window_hours` later. Null, the default: off. It restores health information at a time when nobody looks, costs by the test, and compares no item: `make restore-test` does."
  type = object({
    schedule                = optional(string, "cron(0 7 ? 1/3 SUN#1 *)")
    selection_window_days   = optional(number, 30)
    validation_window_hours = optional(number, 1)
  })
  default = null

  validation {
    condition     = var.restore_testing == null ? true : can(regex("^(cron|rate)\\(.+\\)$", var.restore_testing.schedule))
    error_message = "restore_testing.schedule must be cron(...) with six fields, in UTC, or rate(...): \"cron(0 7 ? 1/3 SUN#1 *)\" is the first Sunday of each quarter."
  }

  # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_RestoreTestingRecoveryPointSelection.html
  validation {
    condition     = var.restore_testing == null ? true : var.restore_testing.selection_window_days >= 1 && var.restore_testing.selection_window_days <= 365 && var.restore_testing.validation_window_hours >= 1 && var.restore_testing.validation_window_hours <= 168
    error_message = "restore_testing.selection_window_days must be from 1 to 365 and validation_window_hours from 1 to 168."
  }
}

variable "rules" {
  description = "When recovery points are made, and how long they stay, by a static name. `schedule` is in UTC. `cold_storage_after_days` counts for tables alone: AWS Backup moves neither buckets nor Aurora there. 35 days of daily and 7 years of monthly ones are the default."
  type = map(object({
    cold_storage_after_days   = optional(number)
    completion_window_minutes = optional(number, 720)
    delete_after_days         = number
    schedule                  = string
    start_window_minutes      = optional(number, 60)
  }))
  default = {
    daily   = { delete_after_days = 35, schedule = "cron(0 3 * * ? *)" }
    monthly = { cold_storage_after_days = 90, delete_after_days = 2557, schedule = "cron(0 4 1 * ? *)" }
  }
  nullable = false

  validation {
    condition     = length(var.rules) > 0 && alltrue([for name in keys(var.rules) : can(regex("^[a-z][a-z0-9-]{1,40}$", name))])
    error_message = "rules needs at least one rule, named with 2 to 41 lower-case letters, digits or hyphens, beginning with a letter: \"daily\". To make no backups, leave the module out."
  }

  validation {
    condition     = alltrue([for rule in values(var.rules) : can(regex("^(cron|rate)\\(.+\\)$", rule.schedule))])
    error_message = "Each rule's schedule must be cron(...) with six fields, in UTC, or rate(...): \"cron(0 3 * * ? *)\"."
  }

  validation {
    condition     = alltrue([for rule in values(var.rules) : rule.delete_after_days >= 7 && rule.delete_after_days <= 36500 && floor(rule.delete_after_days) == rule.delete_after_days])
    error_message = "Each rule's delete_after_days must be a whole number from 7 to 36500: in less than a week nobody notices that something is wrong. 35 is the default of daily backups."
  }

  # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_Lifecycle.html
  validation {
    condition     = alltrue([for rule in values(var.rules) : rule.cold_storage_after_days == null ? true : rule.cold_storage_after_days >= 1 && rule.delete_after_days >= rule.cold_storage_after_days + 90])
    error_message = "What goes to cold storage stays there for 90 days at least: make the rule's delete_after_days 90 more than its cold_storage_after_days, or leave cold_storage_after_days out."
  }

  # https://docs.aws.amazon.com/aws-backup/latest/devguide/API_BackupRule.html
  validation {
    condition     = alltrue([for rule in values(var.rules) : rule.start_window_minutes >= 60 && rule.completion_window_minutes >= rule.start_window_minutes + 60])
    error_message = "Each rule's start_window_minutes must be at least 60 (AWS Backup's least), and completion_window_minutes 60 more than that or longer."
  }
}

variable "store_kms_key_arns" {
  description = "Keys that the stores are encrypted with: what makes and restores their backups may use them, through the stores' services alone."
  type        = set(string)
  nullable    = false

  validation {
    condition     = length(var.store_kms_key_arns) > 0 && alltrue([for arn in var.store_kms_key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", arn))])
    error_message = "store_kms_key_arns must be ARNs of customer-managed keys (arn:aws:kms:...:key/...), at least one: use outputs of modules/encryption."
  }
}

variable "stores" {
  description = "ARNs of what is backed up, by a static name: tables, buckets (with versions), Aurora clusters. Exactly these are."
  type = object({
    buckets  = optional(map(string), {})
    clusters = optional(map(string), {})
    tables   = optional(map(string), {})
  })
  nullable = false

  validation {
    condition     = length(var.stores.buckets) + length(var.stores.clusters) + length(var.stores.tables) > 0
    error_message = "stores must name at least one table, bucket or cluster: leave the module out where there is none."
  }

  validation {
    condition = alltrue(concat(
      [for arn in values(var.stores.buckets) : can(regex("^arn:aws[a-z-]*:s3:::[^*?/]+$", arn))],
      [for arn in values(var.stores.clusters) : can(regex("^arn:aws[a-z-]*:rds:[a-z0-9-]+:[0-9]{12}:cluster:[^*?]+$", arn))],
      [for arn in values(var.stores.tables) : can(regex("^arn:aws[a-z-]*:dynamodb:[a-z0-9-]+:[0-9]{12}:table/[^*?/]+$", arn))],
    ))
    error_message = "stores: each must be the ARN of one table (arn:aws:dynamodb:...:table/name), bucket (arn:aws:s3:::name) or cluster (arn:aws:rds:...:cluster:name), without wildcards."
  }
}
