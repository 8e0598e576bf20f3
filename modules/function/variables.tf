variable "alarms" {
  description = "Figures of the function's alarms, all sent to `platform.alert_topic_arn`: the sum of errors in 300 s, the average duration (ms) in two periods of 300 s, the throttles in 60 s, the messages that wait in the dead-letter queue, and, with `provisioned_concurrency`, the calls that found no warm instance in each of three periods of 300 s."
  type = object({
    dead_letters = optional(object({ threshold = optional(number, 1) }), {})
    duration     = optional(object({ evaluation_periods = optional(number, 2), period = optional(number, 300), threshold = optional(number, 5000) }), {})
    errors       = optional(object({ evaluation_periods = optional(number, 1), period = optional(number, 300), threshold = optional(number, 10) }), {})
    spillover    = optional(object({ evaluation_periods = optional(number, 3), period = optional(number, 300), threshold = optional(number, 1) }), {})
    throttles    = optional(object({ evaluation_periods = optional(number, 1), period = optional(number, 60), threshold = optional(number, 1) }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for alarm in [var.alarms.duration, var.alarms.errors, var.alarms.spillover, var.alarms.throttles] :
      contains([60, 120, 180, 240, 300, 600, 900, 1800, 3600], alarm.period) && alarm.evaluation_periods >= 1
    ])
    error_message = "An alarm's period is 60, 120, 180, 240, 300, 600, 900, 1800 or 3600 seconds, and evaluation_periods is at least 1: anything else never fires, or fires too late."
  }

  validation {
    condition = (
      var.alarms.errors.threshold >= 0 && var.alarms.duration.threshold > 0 &&
      var.alarms.throttles.threshold >= 1 && var.alarms.dead_letters.threshold >= 1 && var.alarms.spillover.threshold >= 1
    )
    error_message = "Alarm thresholds: errors >= 0, duration > 0 (ms), throttles, dead_letters and spillover >= 1."
  }
}

variable "architecture" {
  description = "Processor of the function: arm64 or x86_64. The package must be built for it."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture is arm64 or x86_64: build the package for the one that is named (scripts/package_functions.py --help)."
  }
}

variable "asynchronous_retries" {
  description = "How often Lambda tries an asynchronous event again that failed, 0 to 2, before it goes to the dead-letter queue."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = contains([0, 1, 2], var.asynchronous_retries)
    error_message = "asynchronous_retries is 0, 1 or 2: Lambda offers no more."
  }
}

variable "code_signing_config_arn" {
  description = "ARN of a code signing configuration: only packages signed by its profiles are accepted."
  type        = string
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null || can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:code-signing-config:csc-[0-9a-z]{17}$", var.code_signing_config_arn))
    error_message = "code_signing_config_arn is the ARN of an aws_lambda_code_signing_config (arn:aws:lambda:REGION:ACCOUNT:code-signing-config:csc-...), or null."
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

variable "dead_letters" {
  description = "Where an asynchronous event goes once its retries are used up: a queue of the function's own, encrypted with `platform.phi_key_arn` because the event may hold PHI. `enabled = false` is for functions that are only ever called synchronously; the catalogue (LAM-03) reports it."
  type = object({
    enabled                = optional(bool, true)
    message_retention_days = optional(number, 14)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.dead_letters.message_retention_days >= 1 && var.dead_letters.message_retention_days <= 14
    error_message = "dead_letters.message_retention_days is between 1 and 14: SQS keeps no message longer."
  }
}

variable "description" {
  description = "What the function does, in a sentence. Shown in the console."
  type        = string
  default     = ""
  nullable    = false

  validation {
    condition     = length(var.description) <= 256
    error_message = "description has at most 256 characters: shorten it."
  }
}

variable "environment" {
  description = "Environment variables, encrypted with `platform.environment_key_arn`. Never a secret: pass the ARN of a Secrets Manager secret instead."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.environment) : can(regex("^[A-Za-z][A-Za-z0-9_]+$", name))])
    error_message = "Names of environment variables have letters, digits and underscores and begin with a letter (at least two characters)."
  }

  # The names of the variables that hold ARNs, ids and names of secrets (DB_SECRET_ARN) pass.
  validation {
    condition = alltrue([
      for name in keys(var.environment) :
      !can(regex("(?i)(password|passwd|secret|token|api_?key|private_?key|access_?key|credential)", name)) ||
      can(regex("(?i)_(arn|id|name|url|ttl|seconds|header)$", name)) && !can(regex("(?i)access_?key_?id$", name))
    ])
    error_message = "An environment variable is named like a secret. Keep the secret in Secrets Manager, allow secretsmanager:GetSecretValue on it in `permissions`, and pass its ARN in a variable named ..._SECRET_ARN."
  }

  # Access keys of AWS, keys of OpenAI and Anthropic, GitHub and Slack tokens, PEM keys, JWTs, passwords within URLs and
  # connection strings.
  validation {
    condition = alltrue([
      for value in values(var.environment) :
      !can(regex("((AKIA|ASIA)[A-Z0-9]{16}|(^|[^A-Za-z0-9])sk-[A-Za-z0-9_-]{16,}|gh[pousr]_[A-Za-z0-9]{20,}|xox[abprs]-|-----BEGIN|eyJ[A-Za-z0-9_-]{10,}\\.eyJ|://[^/@:[:space:]]+:[^/@[:space:]]+@|(?i:(password|passwd|pwd|secret|token|api_?key)=[^[:space:]]))", value))
    ])
    error_message = "The value of an environment variable looks like a secret (an access key, a token, a private key or a password). Keep it in Secrets Manager and pass the secret's ARN in a variable named ..._SECRET_ARN; if it was ever committed, revoke it."
  }

  validation {
    condition = length(setintersection(keys(var.environment), [
      "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME",
      "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API",
      "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SECRET_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
    ])) == 0
    error_message = "Lambda sets AWS_REGION, AWS_DEFAULT_REGION, AWS_EXECUTION_ENV, the credentials, AWS_LAMBDA_... and LAMBDA_... by itself and refuses them: leave them out."
  }
}

variable "handler" {
  description = "Where Lambda enters the code, as in patient_api.handler.handler."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_./:-]{1,128}$", var.handler))
    error_message = "handler is the dotted path of the function in the package (package.module.function), at most 128 characters."
  }
}

variable "log_retention_days" {
  description = "How long the function's log is kept. 2557 days are seven years; 0 keeps it for ever."
  type        = number
  default     = 2557
  nullable    = false

  validation {
    condition     = contains([0, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days is 2192 (six years: 45 CFR 164.316(b)(2)(i)), 2557, 2922, 3288, 3653, or 0 to keep for ever."
  }
}

variable "memory_size" {
  description = "Memory in MB. Processor time grows with it."
  type        = number
  default     = 512
  nullable    = false

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "memory_size is a whole number of MB between 128 and 10240."
  }
}

variable "name" {
  description = "Name of the function after the prefix: patient-api becomes healthcare-patient-api."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 30
    error_message = "name is at most 30 lower-case letters, digits and single hyphens, and begins with a letter, as in patient-api."
  }
}

variable "package" {
  description = "The built code: a zip on this machine (`filename`), or an object in S3 (`s3`, with the base64 SHA-256 of its content as `hash`). Terraform never builds it: `build_command` is what the message says where the zip is missing."
  type = object({
    build_command = optional(string, "make package")
    filename      = optional(string)
    s3 = optional(object({
      bucket  = string
      hash    = string
      key     = string
      version = optional(string)
    }))
  })
  nullable = false

  validation {
    condition     = (var.package.filename == null) != (var.package.s3 == null)
    error_message = "package has either filename (a zip on this machine) or s3 (bucket, key, hash), not both and not neither."
  }

  validation {
    condition     = var.package.filename == null || endswith(coalesce(var.package.filename, "none"), ".zip")
    error_message = "package.filename is the path of a .zip file, as in dist/patient_api.zip."
  }

  validation {
    condition     = var.package.s3 == null || can(regex("^[A-Za-z0-9+/]{43}=$", var.package.s3.hash))
    error_message = "package.s3.hash is the base64 SHA-256 of the zip: openssl dgst -sha256 -binary FILE | base64."
  }
}

variable "permissions" {
  description = "What the function may do, one statement a name: { read_patients = { actions = [\"dynamodb:GetItem\"], resources = [arn], conditions = { StringEquals = { \"kms:ViaService\" = [...] } } } }. Logs, traces, network interfaces, dead letters and the environment key are there already."
  type = map(object({
    actions    = list(string)
    conditions = optional(map(map(list(string))), {})
    resources  = list(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.permissions) : can(regex("^[a-z][a-z0-9_]*$", name))])
    error_message = "The names in permissions are lower-case words joined by underscores, as in read_patients."
  }

  validation {
    condition     = alltrue(flatten([for statement in values(var.permissions) : [for action in statement.actions : can(regex("^[a-z0-9-]+:[A-Za-z0-9]+$", action))]]))
    error_message = "permissions: name each action in full (dynamodb:GetItem). Wildcards (*, dynamodb:*, s3:Get*) grant what nobody has asked for."
  }

  validation {
    condition     = alltrue([for statement in values(var.permissions) : length(statement.actions) > 0 && length(statement.resources) > 0])
    error_message = "permissions: every statement has at least one action and at least one resource."
  }

  validation {
    condition     = alltrue(flatten([for statement in values(var.permissions) : [for resource in statement.resources : can(regex("^arn:[^:*]+:[^:*]+:[^:*]*:[^:*]*:[^*]", resource))]]))
    error_message = "permissions: every resource is an ARN that names something (arn:aws:dynamodb:REGION:ACCOUNT:table/NAME), never * and never an account's whole service."
  }

  # A function that may do these can give itself any permission.
  # https://bishopfox.com/blog/privilege-escalation-in-aws (read 2025-11)
  validation {
    condition = length(setintersection(flatten([for statement in values(var.permissions) : statement.actions]), [
      "iam:AttachRolePolicy", "iam:CreatePolicyVersion", "iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy",
      "lambda:UpdateFunctionCode", "lambda:UpdateFunctionConfiguration",
    ])) == 0
    error_message = "permissions: iam:AttachRolePolicy, iam:CreatePolicyVersion, iam:PassRole, iam:PutRolePolicy, iam:UpdateAssumeRolePolicy, lambda:UpdateFunctionCode and lambda:UpdateFunctionConfiguration let a function raise its own permissions. Leave such changes to the deployment's role."
  }
}

variable "provisioned_concurrency" {
  description = "How many instances stand ready behind the alias `live`, started and warm: paid by the hour, whether they are used or not. An alarm tells when calls had to wait for others to start. Null, the default: none. Where `reserved_concurrency` is set it is a part of it."
  type        = number
  default     = null

  validation {
    condition     = var.provisioned_concurrency == null || try(var.provisioned_concurrency >= 1 && floor(var.provisioned_concurrency) == var.provisioned_concurrency, false)
    error_message = "provisioned_concurrency is a whole number of at least 1, or null for none."
  }

  # https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html
  validation {
    condition     = var.provisioned_concurrency == null || coalesce(var.reserved_concurrency, -1) == -1 || try(var.provisioned_concurrency <= var.reserved_concurrency, false)
    error_message = "provisioned_concurrency is a part of reserved_concurrency, so it can't be above it: raise reserved_concurrency, or provision less."
  }

  # https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html
  validation {
    condition     = var.provisioned_concurrency == null || !var.snap_start
    error_message = "provisioned_concurrency and snap_start exclude each other in Lambda: set snap_start = false to keep instances warm, or drop provisioned_concurrency."
  }
}

variable "reserved_concurrency" {
  description = "How many instances may run at once: a ceiling for cost and for what stands behind the function, and a share that no other function can take. -1 (or null) takes the account's shared pool; the catalogue (LAM-08) reports it. AWS keeps 100 of the account's limit unreserved: a new account, whose limit may be 10 in all, refuses every reservation until Service Quotas has raised it: `platform.reserve_concurrency = false` takes none, whatever stands here."
  type        = number
  default     = 20

  validation {
    condition     = coalesce(var.reserved_concurrency, -1) == -1 || try(var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency, false)
    error_message = "reserved_concurrency is a whole number of at least 1 (0 would switch the function off), or -1 for none: the account's shared pool."
  }
}

variable "runtime" {
  description = "Lambda runtime. Only those that AWS still patches, as of 2025-11."
  type        = string
  default     = "python3.13"
  nullable    = false

  # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html (read 2025-11)
  validation {
    condition = contains([
      "dotnet8", "java17", "java21", "java25", "nodejs22.x", "nodejs24.x", "provided.al2023",
      "python3.11", "python3.12", "python3.13", "python3.14", "ruby3.3", "ruby3.4",
    ], var.runtime)
    error_message = "runtime is one that AWS patches: python3.11 to python3.14, nodejs22.x, nodejs24.x, java17, java21, java25, dotnet8, ruby3.3, ruby3.4 or provided.al2023."
  }
}

variable "snap_start" {
  description = "Whether published versions start from a snapshot that was taken after their init (SnapStart): shorter cold starts, for a price by the snapshot and by each restore. For code that draws nothing random and opens nothing at init, whose instances would share it."
  type        = bool
  default     = false
  nullable    = false

  # https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html (read 2025-11)
  validation {
    condition     = !var.snap_start || contains(["dotnet8", "java17", "java21", "java25", "python3.12", "python3.13", "python3.14"], var.runtime)
    error_message = "snap_start is for Python from 3.12, Java and .NET: choose such a runtime, or drop it."
  }
}

variable "timeout" {
  description = "Seconds after which an invocation is ended. Behind API Gateway at most 28: the gateway itself gives up after 29."
  type        = number
  default     = 28
  nullable    = false

  validation {
    condition     = var.timeout >= 1 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "timeout is a whole number of seconds between 1 and 900. Longer work belongs in a state machine or a container."
  }
}
