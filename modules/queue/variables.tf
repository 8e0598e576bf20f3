variable "alarms" {
  description = "When the alarms ring: at so many messages in the dead-letter queue, and once the oldest message has waited for so many seconds (nobody consumes, or too slowly)."
  type = object({
    dead_letters   = optional(object({ threshold = optional(number, 1) }), {})
    oldest_message = optional(object({ threshold_seconds = optional(number, 900) }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alarms.dead_letters.threshold >= 1
    error_message = "alarms.dead_letters.threshold must be at least 1: with 0 the alarm would never end."
  }

  validation {
    condition     = var.alarms.oldest_message.threshold_seconds >= 60 && var.alarms.oldest_message.threshold_seconds < var.message_retention_days * 86400
    error_message = "alarms.oldest_message.threshold_seconds must be at least 60 and less than message_retention_days: an alarm after the message is gone comes too late."
  }
}

variable "alert_topic_arn" {
  description = "SNS topic that hears of the alarms (modules/observability's output `alert_topic_arn`)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[^:]+$", var.alert_topic_arn))
    error_message = "alert_topic_arn must be the ARN of an SNS topic: arn:aws:sns:REGION:ACCOUNT:NAME."
  }
}

variable "content_based_deduplication" {
  description = "Whether a FIFO queue takes messages of one group with the same body within five minutes for one. Off: the sender gives each message its deduplication id."
  type        = bool
  default     = false
  nullable    = false

  validation {
    condition     = !var.content_based_deduplication || var.fifo
    error_message = "content_based_deduplication is for FIFO queues: set fifo = true, or drop it. A standard queue delivers some messages twice, and its consumer has to recognise them."
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

variable "fifo" {
  description = "Whether messages of one group come in order, and once. The throughput limit and the deduplication hold for each message group (high throughput). The names of both queues then end with .fifo: a change makes both anew, empty."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Key that encrypts the messages, dead letters included. Senders need kms:GenerateDataKey and kms:Decrypt with it, consumers kms:Decrypt; for services that send, its policy must admit them (modules/encryption: services = [\"s3\"])."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }
}

variable "maximum_receives" {
  description = "After so many receipts without success a message goes to the dead-letter queue. AWS advises at least 5 where Lambda consumes: a throttled call counts, too."
  type        = number
  default     = 5
  nullable    = false

  validation {
    condition     = var.maximum_receives >= 1 && var.maximum_receives <= 1000 && floor(var.maximum_receives) == var.maximum_receives
    error_message = "maximum_receives must be a whole number from 1 to 1000; 5 is the default."
  }
}

variable "message_retention_days" {
  description = "How long a message waits to be consumed. Dead letters stay for 14 days, SQS's longest; those of a standard queue are counted from the day they were first sent."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = var.message_retention_days >= 1 && var.message_retention_days <= 10 && floor(var.message_retention_days) == var.message_retention_days
    error_message = "message_retention_days must be a whole number from 1 to 10: the days up to 14, after which SQS drops it, are what is left to look at a dead letter."
  }
}

variable "name" {
  description = "Name of the queue after the prefix: \"hl7\" makes <name_prefix>-hl7 and <name_prefix>-hl7-dead-letters."
  type        = string
  nullable    = false

  # SQS takes 80 characters, of which 18 are for -dead-letters.fifo.
  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length("${var.context.name_prefix}-${var.name}") <= 62
    error_message = "name must be lower-case letters, digits and single hyphens, begin with a letter, and have at most 62 characters with the prefix. Leave .fifo out: fifo = true adds it."
  }
}

variable "senders" {
  description = "Who may send, besides those whom the account's IAM policies allow: a service, pinned to the ARN of one thing in it ({ uploads = { service = \"s3.amazonaws.com\", source_arn = ... } }), or a role of this account ({ engine = { role_arn = ... } })."
  type = map(object({
    role_arn   = optional(string)
    service    = optional(string)
    source_arn = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.senders) : can(regex("^[a-z][a-z0-9_-]*$", name))])
    error_message = "The names in senders are lower-case words joined by hyphens or underscores, as in uploads."
  }

  validation {
    condition = alltrue([
      for sender in values(var.senders) :
      (sender.role_arn == null) != (sender.service == null) && (sender.service == null) == (sender.source_arn == null)
    ])
    error_message = "Each of senders is either a service with its source_arn, or a role_arn: a service without source_arn could be made to send on behalf of another account."
  }

  validation {
    condition = alltrue([
      for sender in values(var.senders) : sender.service == null || (
        can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)*\\.amazonaws\\.com(\\.cn)?$", sender.service)) &&
        can(regex("^arn:[^:*]+:[^:*]+:[^:*]*:[^:*]*:[^*]", sender.source_arn))
      )
    ])
    error_message = "senders: service is the principal of an AWS service, as in s3.amazonaws.com, and source_arn the full ARN of what may send."
  }

  validation {
    condition     = alltrue([for sender in values(var.senders) : sender.role_arn == null || can(regex("^arn:[^:*]+:iam::${var.context.account_id}:role/[^*]+$", sender.role_arn))])
    error_message = "senders: role_arn is the ARN of a role of this account. Somebody else's system sends as a role that was made for it here: the key and the trail then know it, too."
  }
}

variable "visibility_timeout_seconds" {
  description = "How long a message that was received is hidden from others. Where Lambda consumes: six times the function's timeout, plus the batch window. Shorter than the timeout, and Lambda refuses the queue."
  type        = number
  default     = 180
  nullable    = false

  validation {
    condition     = var.visibility_timeout_seconds >= 1 && var.visibility_timeout_seconds <= 43200 && floor(var.visibility_timeout_seconds) == var.visibility_timeout_seconds
    error_message = "visibility_timeout_seconds must be a whole number from 1 to 43200 (12 hours): with 0 every consumer gets every message at once."
  }
}
