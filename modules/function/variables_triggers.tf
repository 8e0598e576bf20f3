variable "event_rules" {
  description = "EventBridge rules that call the alias, one a name: on events that match `pattern` (JSON with a `source`) on the bus `bus_name`, or by `schedule` (\"rate(1 day)\", \"cron(0 3 * * ? *)\", in UTC). `input` (JSON) replaces the event. What can't be delivered within a day goes to the dead-letter queue, so the policy of `platform.phi_key_arn` must admit EventBridge (modules/encryption: services = [\"events\"])."
  type = map(object({
    bus_name = optional(string, "default")
    input    = optional(string)
    pattern  = optional(string)
    schedule = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.event_rules) : can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", name)) && length("${var.context.name_prefix}-${var.name}-${name}") <= 64])
    error_message = "event_rules: names are lower-case letters, digits and single hyphens, and <name_prefix>-<function>-<rule> has at most 64 characters: shorten the rule's name."
  }

  validation {
    condition     = alltrue([for rule in values(var.event_rules) : (rule.pattern == null) != (rule.schedule == null)])
    error_message = "event_rules: each rule has either a pattern or a schedule. Write two rules where both are wanted."
  }

  # Without a source, whoever may put any event on the bus could call the function; sources of AWS's own services, aws.*,
  # can't be forged. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
  validation {
    condition     = alltrue([for rule in values(var.event_rules) : rule.pattern == null ? true : try(length(jsondecode(rule.pattern).source) > 0, false)])
    error_message = "event_rules: pattern is a JSON object that names at least one source: jsonencode({ source = [\"aws.s3\"], detail-type = [\"Object Created\"] })."
  }

  validation {
    condition = alltrue([
      for rule in values(var.event_rules) :
      rule.schedule == null ? true : can(regex("^(rate\\((1 (minute|hour|day)|([2-9]|[1-9][0-9]+) (minutes|hours|days))\\)|cron\\([^ ()]+( [^ ()]+){5}\\))$", rule.schedule))
    ])
    error_message = "event_rules: schedule is \"rate(1 day)\" (1 minute, hour, day; 2 minutes, hours, days) or \"cron(0 3 * * ? *)\" with six fields, in UTC."
  }

  validation {
    condition     = alltrue([for rule in values(var.event_rules) : rule.schedule == null || rule.bus_name == "default"])
    error_message = "event_rules: schedules run on the default bus alone. Leave bus_name out."
  }

  validation {
    condition     = alltrue([for rule in values(var.event_rules) : can(regex("^[A-Za-z0-9._/-]{1,256}$", rule.bus_name))])
    error_message = "event_rules: bus_name is the name of an event bus of this account (modules/event_bus's output `name`), not its ARN."
  }

  validation {
    condition     = alltrue([for rule in values(var.event_rules) : rule.input == null || can(jsondecode(rule.input))])
    error_message = "event_rules: input is JSON: write it with jsonencode(), or leave it out to pass the event on."
  }

  validation {
    condition     = length(var.event_rules) == 0 || var.dead_letters.enabled
    error_message = "event_rules need the dead-letter queue, or events that can't be delivered are lost: drop dead_letters = { enabled = false }."
  }
}

variable "invokers" {
  description = "AWS services that may invoke the alias, each pinned to the ARN of one thing in it: { uploads = { service = \"s3.amazonaws.com\", source_arn = ... } }. modules/api adds its own."
  type = map(object({
    service    = string
    source_arn = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for invoker in values(var.invokers) : can(regex("^[a-z0-9-]+(\\.[a-z0-9-]+)*\\.amazonaws\\.com(\\.cn)?$", invoker.service))])
    error_message = "invokers: service is the principal of an AWS service, as in s3.amazonaws.com. Callers that are roles need lambda:InvokeFunction in their own policy instead."
  }

  validation {
    condition     = alltrue([for invoker in values(var.invokers) : can(regex("^arn:[^:*]+:[^:*]+:[^:*]*:[^:*]*:[^*]", invoker.source_arn))])
    error_message = "invokers: source_arn is the full ARN of what may invoke the function: a service without it could be made to call on behalf of another account."
  }
}

variable "queues" {
  description = "SQS queues that the function consumes, one a name. Failures are reported message by message, so one bad message does not return its whole batch. `key_arn` is the queue's KMS key; the queue's visibility timeout must be at least the function's timeout (AWS advises six times it)."
  type = map(object({
    batch_size          = optional(number, 10)
    batch_window        = optional(number)
    key_arn             = string
    maximum_concurrency = optional(number)
    queue_arn           = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for queue in values(var.queues) : queue.batch_size >= 1 && queue.batch_size <= 10000])
    error_message = "queues: batch_size is between 1 and 10000 (10 at most for FIFO queues)."
  }

  validation {
    condition     = alltrue([for queue in values(var.queues) : queue.batch_window == null ? true : queue.batch_window >= 0 && queue.batch_window <= 300])
    error_message = "queues: batch_window is between 0 and 300 seconds, or null."
  }

  # https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
  validation {
    condition     = alltrue([for queue in values(var.queues) : queue.batch_size <= 10 || coalesce(queue.batch_window, 0) >= 1])
    error_message = "queues: a batch_size above 10 needs a batch_window of at least 1 second, or Lambda refuses the mapping."
  }

  validation {
    condition     = alltrue([for queue in values(var.queues) : queue.maximum_concurrency == null || try(queue.maximum_concurrency >= 2 && queue.maximum_concurrency <= 1000, false)])
    error_message = "queues: maximum_concurrency is between 2 and 1000, or null."
  }
}

variable "streams" {
  description = "DynamoDB streams that the function reads from their beginning, one a name. `key_arn` is the table's KMS key. Failures are reported record by record and a failing batch is cut in two, so that one bad record is alone in the end; after `maximum_retries` its position (no data) goes to the dead-letter queue. The stream itself holds it for 24 hours. `filters` are patterns (JSON) of records that reach the function."
  type = map(object({
    batch_size      = optional(number, 100)
    batch_window    = optional(number)
    filters         = optional(set(string), [])
    key_arn         = string
    maximum_retries = optional(number, 10)
    stream_arn      = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for stream in values(var.streams) : stream.batch_size >= 1 && stream.batch_size <= 10000 && floor(stream.batch_size) == stream.batch_size])
    error_message = "streams: batch_size is a whole number between 1 and 10000."
  }

  validation {
    condition     = alltrue([for stream in values(var.streams) : stream.batch_window == null ? true : stream.batch_window >= 0 && stream.batch_window <= 300])
    error_message = "streams: batch_window is between 0 and 300 seconds, or null."
  }

  # https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html (five filters, unless the quota is raised)
  validation {
    condition     = alltrue([for stream in values(var.streams) : length(stream.filters) <= 5 && alltrue([for filter in stream.filters : can(keys(jsondecode(filter)))])])
    error_message = "streams: filters are at most five JSON objects: jsonencode({ eventName = [\"INSERT\"] })."
  }

  validation {
    condition     = alltrue([for stream in values(var.streams) : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", stream.key_arn))])
    error_message = "streams: key_arn is the ARN of the KMS key of the table (not an alias): arn:aws:kms:REGION:ACCOUNT:key/ID."
  }

  # -1 would retry until the record is gone from the stream, and hold up all that came after it for a day.
  validation {
    condition     = alltrue([for stream in values(var.streams) : stream.maximum_retries >= 0 && stream.maximum_retries <= 10000])
    error_message = "streams: maximum_retries is between 0 and 10000. Without an end, one bad record would hold up the others for 24 hours."
  }

  validation {
    condition     = alltrue([for stream in values(var.streams) : can(regex("^arn:[^:]+:dynamodb:[^:]+:[0-9]{12}:table/[^/]+/stream/.+$", stream.stream_arn))])
    error_message = "streams: stream_arn is the ARN of a table's stream (modules/table's output `stream_arn`; set its stream_view_type), not of the table."
  }

  validation {
    condition     = length(var.streams) == 0 || var.dead_letters.enabled
    error_message = "streams need the dead-letter queue, or records that fail for good are lost: drop dead_letters = { enabled = false }."
  }
}
