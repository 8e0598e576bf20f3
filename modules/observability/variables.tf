variable "alarms" {
  description = "Alarms by a static name, which becomes <name_prefix>-<name>. A workload adds its own here. `statistic` is Sum, Average, Minimum, Maximum, SampleCount or a percentile such as p99. An alarm goes off when `comparison` holds in `datapoints_to_alarm` (default: all) of `evaluation_periods` periods."
  type = map(object({
    description         = string
    namespace           = string
    metric_name         = string
    dimensions          = optional(map(string), {})
    statistic           = optional(string, "Sum")
    comparison          = optional(string, "GreaterThanThreshold")
    threshold           = number
    period_seconds      = optional(number, 300)
    evaluation_periods  = optional(number, 1)
    datapoints_to_alarm = optional(number)
    treat_missing_data  = optional(string, "notBreaching")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.alarms) : can(regex("^[a-z][a-z0-9-]{1,100}$", name)) && !startswith(name, "findings-") && !startswith(name, "trail-")])
    error_message = "alarms must be named with lower-case letters, digits and hyphens, beginning with a letter, and not with \"findings-\" or \"trail-\", which this module's own alarms have: \"patient-api-errors\"."
  }

  validation {
    condition = alltrue([
      for alarm in values(var.alarms) :
      contains(["Average", "Maximum", "Minimum", "SampleCount", "Sum"], alarm.statistic) || can(regex("^p([0-9]{1,2}(\\.[0-9]{1,2})?|100)$", alarm.statistic))
    ])
    error_message = "Each alarm's statistic must be Average, Maximum, Minimum, SampleCount or Sum, or a percentile such as \"p99\" or \"p99.9\"."
  }

  validation {
    condition = alltrue([
      for alarm in values(var.alarms) :
      contains(["GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanOrEqualToThreshold", "LessThanThreshold"], alarm.comparison)
    ])
    error_message = "Each alarm's comparison must be GreaterThanThreshold, GreaterThanOrEqualToThreshold, LessThanThreshold or LessThanOrEqualToThreshold."
  }

  validation {
    condition = alltrue([
      for alarm in values(var.alarms) :
      (contains([10, 20, 30], alarm.period_seconds) || (alarm.period_seconds >= 60 && alarm.period_seconds % 60 == 0)) &&
      alarm.evaluation_periods >= 1 && floor(alarm.evaluation_periods) == alarm.evaluation_periods &&
      alarm.period_seconds * alarm.evaluation_periods <= (alarm.period_seconds >= 3600 ? 604800 : 86400)
    ])
    error_message = "Each alarm's period_seconds must be 10, 20, 30 or a multiple of 60, evaluation_periods a whole number of at least 1, and both multiplied at most one day (seven days for periods of an hour or more): CloudWatch refuses others."
  }

  validation {
    condition = alltrue([
      for alarm in values(var.alarms) :
      alarm.datapoints_to_alarm == null ? true : alarm.datapoints_to_alarm >= 1 && alarm.datapoints_to_alarm <= alarm.evaluation_periods
    ])
    error_message = "Each alarm's datapoints_to_alarm must be from 1 to evaluation_periods, or it can never go off."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : contains(["breaching", "ignore", "missing", "notBreaching"], alarm.treat_missing_data)])
    error_message = "Each alarm's treat_missing_data must be breaching, ignore, missing or notBreaching."
  }

  # Something that has stopped sends nothing: an alarm on "too little" that takes nothing for good can't go off.
  validation {
    condition     = alltrue([for alarm in values(var.alarms) : !startswith(alarm.comparison, "LessThan") || alarm.treat_missing_data == "breaching"])
    error_message = "An alarm that compares with LessThan... must have treat_missing_data = \"breaching\": what has stopped sends no data at all, and the alarm could never go off."
  }

  validation {
    condition     = alltrue([for alarm in values(var.alarms) : !(alarm.comparison == "LessThanThreshold" && contains(["Sum", "SampleCount"], alarm.statistic) && alarm.threshold <= 0)])
    error_message = "No count is below zero: an alarm with LessThanThreshold on a Sum or SampleCount needs a threshold above 0, or it can never go off by its data."
  }
}

variable "alert_on_findings" {
  description = "Whether the topic hears of what GuardDuty and Inspector find (high severity) and whom an access analyzer finds let in from outside. Costs nothing where those services are off; false where a security account hears of them. The topic's key must admit EventBridge (modules/encryption: services = [\"events\"])."
  type        = bool
  default     = true
  nullable    = false
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

variable "dashboard_alarm_names" {
  description = "Full names, by a static name, of alarms that are made elsewhere (modules/api and modules/function: alarm_names) and belong on the dashboard too."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in values(var.dashboard_alarm_names) : !startswith(name, "arn:")])
    error_message = "dashboard_alarm_names must be alarms' names, not their ARNs: use the output alarm_names of modules/api and modules/function."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the alert topic. Its policy must admit the publishers (modules/encryption: services = [\"budgets\", \"cloudwatch\", \"events\"]), or alarms go off in silence."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }
}

variable "metric_namespace" {
  description = "Namespace of the metrics that are counted from the trail."
  type        = string
  default     = "Healthcare/Security"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9.#_/-]{1,255}$", var.metric_namespace)) && !startswith(var.metric_namespace, "AWS/")
    error_message = "metric_namespace must have 1 to 255 letters, digits, or . # _ / -, and not begin with AWS/, which is reserved: \"Healthcare/Security\"."
  }
}

variable "monthly_budget" {
  description = "Monthly cost budget of the account in US dollars: the topic hears when actual cost passes one of `actual_percent`, or the forecast passes one of `forecast_percent`. Null: no budget."
  type = object({
    limit_usd        = optional(number, 500)
    actual_percent   = optional(set(number), [80, 100])
    forecast_percent = optional(set(number), [100])
  })
  default = {}

  validation {
    condition     = try(var.monthly_budget.limit_usd > 0, true)
    error_message = "monthly_budget.limit_usd must be above 0. Set monthly_budget = null for no budget at all."
  }

  validation {
    condition = try(
      length(var.monthly_budget.actual_percent) + length(var.monthly_budget.forecast_percent) > 0 &&
      length(var.monthly_budget.actual_percent) + length(var.monthly_budget.forecast_percent) <= 5 &&
      alltrue([for percent in setunion(var.monthly_budget.actual_percent, var.monthly_budget.forecast_percent) : percent > 0 && percent <= 1000]),
      true,
    )
    error_message = "monthly_budget needs 1 to 5 notifications (AWS allows no more), each at a percentage above 0 and up to 1000."
  }
}

variable "subscribers" {
  description = "Who hears of alerts, by a static name. Alerts name alarms and metrics, never patients: no PHI may be put into an alarm's name, description or dimensions, because e-mail leaves the account unencrypted. An e-mail address has to confirm its subscription by hand."
  type = map(object({
    protocol = string
    endpoint = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for subscriber in values(var.subscribers) : contains(["email", "email-json", "https", "lambda", "sqs"], subscriber.protocol)])
    error_message = "Each subscriber's protocol must be email, email-json, https, lambda or sqs (plain http and text messages are refused)."
  }

  validation {
    condition = alltrue([
      for subscriber in values(var.subscribers) : can(regex(
        lookup({ email = "^[^@ ]+@[^@ ]+$", email-json = "^[^@ ]+@[^@ ]+$", https = "^https://" }, subscriber.protocol, "^arn:aws[a-z-]*:"), subscriber.endpoint
      ))
    ])
    error_message = "Each subscriber's endpoint must suit its protocol: an address for email, an https:// URL for https, an ARN for lambda and sqs."
  }
}

variable "trail_log_group" {
  description = "Log group of the CloudTrail trail by its `name` (modules/audit: log_group_name), on which root use, key removal, policy and trail changes and the like are counted. Null: none of these alarms."
  type        = object({ name = string }) # whether there is one is known at plan, also of a group that is made in the same apply
  default     = null

  validation {
    condition     = var.trail_log_group == null || can(regex("^[A-Za-z0-9._/#-]{1,512}$", var.trail_log_group.name))
    error_message = "trail_log_group.name must be a log group's name (not its ARN), such as \"/aws/cloudtrail/healthcare\", or null for no alarms on the trail."
  }
}
