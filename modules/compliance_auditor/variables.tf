variable "alert_topic_arn" {
  description = "SNS topic that hears of a FAIL and of a missed run. Its key must admit CloudWatch."
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

variable "metrics_namespace" {
  description = "Namespace of the auditor's metrics: its POWERTOOLS_METRICS_NAMESPACE."
  type        = string
  default     = "Healthcare/Compliance"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9._/#-]{1,255}$", var.metrics_namespace)) && !startswith(var.metrics_namespace, "AWS/")
    error_message = "metrics_namespace must have 1 to 255 letters, digits and . _ / # -, and not begin with \"AWS/\", which is AWS's own: \"Healthcare/Compliance\"."
  }
}

variable "missed_after_hours" {
  description = "Hours without a run after which the alarm goes off: the schedule's interval, and room for retries. 26 is for a daily run."
  type        = number
  default     = 26
  nullable    = false

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
  validation {
    condition     = var.missed_after_hours >= 1 && var.missed_after_hours <= 168 && floor(var.missed_after_hours) == var.missed_after_hours
    error_message = "missed_after_hours must be a whole number from 1 to 168: CloudWatch looks back seven days at most. Let the auditor run at least once a week."
  }
}

variable "role_name" {
  description = "Name of the role that the auditor runs as."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{1,64}$", var.role_name))
    error_message = "role_name must be the name of an IAM role, not its ARN: modules/function's output role_name."
  }
}

variable "service" {
  description = "The metrics' one dimension, the auditor's POWERTOOLS_SERVICE_NAME. Names of the alarms and of the policy begin with it."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,100}[a-z0-9]$", var.service))
    error_message = "service must have lower-case letters, digits and hyphens, and begin with a letter: \"healthcare-compliance-auditor\"."
  }
}
