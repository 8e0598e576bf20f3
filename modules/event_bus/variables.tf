variable "alert_topic_arn" {
  description = "SNS topic that hears of the alarms (modules/observability's output `alert_topic_arn`)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[^:]+$", var.alert_topic_arn))
    error_message = "alert_topic_arn must be the ARN of an SNS topic: arn:aws:sns:REGION:ACCOUNT:NAME."
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

variable "kms_key_arn" {
  description = "Key that encrypts the events on the bus, its rules and targets, and its dead letters. Its policy must admit EventBridge for both (modules/encryption: services = [\"event_buses\", \"events\"])."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }
}

variable "name" {
  description = "Name of the bus after the prefix: \"clinical-events\" makes <name_prefix>-clinical-events."
  type        = string
  nullable    = false

  # SQS takes 80 characters, of which 13 are for -dead-letters.
  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length("${var.context.name_prefix}-${var.name}") <= 67
    error_message = "name must be lower-case letters, digits and single hyphens, begin with a letter, and have at most 67 characters with the prefix: write \"clinical-events\"."
  }
}

variable "publisher_role_arns" {
  description = "Roles of this account that may put events, by a static name: { hl7-ingest = module.hl7_ingest.role_arn }. Each needs events:PutEvents in its own policy, too. Everybody else is refused, whatever their policies say. Empty: whoever the account's IAM policies allow."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.publisher_role_arns) : can(regex("^arn:[^:*]+:iam::${var.context.account_id}:role/[^*]+$", arn))])
    error_message = "publisher_role_arns must map a name of your choice to the ARN of a role of this account, without wildcards: { hl7-ingest = \"arn:aws:iam::123456789012:role/healthcare-hl7-ingest\" }."
  }
}

variable "queues" {
  description = "SQS queues that are sent what matches `pattern` (JSON with a `source`), one a name, each by a rule <name_prefix>-<bus>-<name>. The queue's policy must admit that rule (modules/queue: senders, with the service events.amazonaws.com; the output `queue_rule_arns` names it) and its key EventBridge (modules/encryption: services = [\"events\"]). What can't be delivered within a day goes to the bus's dead letters."
  type = map(object({
    pattern   = string
    queue_arn = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.queues) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", name)) && length("${var.context.name_prefix}-${var.name}-${name}") <= 64])
    error_message = "queues: names are lower-case letters, digits and single hyphens, and <name_prefix>-<bus>-<name> has at most 64 characters: shorten the name."
  }

  validation {
    condition     = alltrue([for queue in values(var.queues) : try(length(jsondecode(queue.pattern).source) > 0, false)])
    error_message = "queues: pattern is a JSON object that names at least one source: jsonencode({ source = [\"healthcare.documents\"] })."
  }

  validation {
    condition     = alltrue([for queue in values(var.queues) : can(regex("^arn:[^:*]+:sqs:[^:*]+:${var.context.account_id}:[^:*]+$", queue.queue_arn)) && !endswith(queue.queue_arn, ".fifo")])
    error_message = "queues: queue_arn is the ARN of a standard queue of this account (modules/queue's output `arn`): a FIFO queue would need a message group, which events don't have."
  }
}
