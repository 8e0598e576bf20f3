variable "alarms" {
  description = "How many refused (4xx) and failed (5xx) requests in five minutes raise an alarm."
  type = object({
    client_errors_per_5_minutes = optional(number, 100)
    server_errors_per_5_minutes = optional(number, 10)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alarms.client_errors_per_5_minutes >= 0 && var.alarms.server_errors_per_5_minutes >= 0
    error_message = "alarms must have thresholds of 0 or more: no count is below zero."
  }
}

variable "alert_topic_arn" {
  description = "SNS topic that hears of the alarms."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:sns:[^:]+:[0-9]{12}:.+$", var.alert_topic_arn))
    error_message = "alert_topic_arn must be the ARN of an SNS topic: use an output of modules/observability."
  }
}

variable "allowed_source_cidrs" {
  description = "IPv4 or IPv6 networks that may call the API. Empty: every network; callers are authenticated in any case."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.allowed_source_cidrs : can(cidrhost(cidr, 0)) && !endswith(cidr, "/0")])
    error_message = "allowed_source_cidrs must be networks such as \"203.0.113.0/24\". Leave the set empty to allow every network."
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

variable "cors" {
  description = "Web origins whose pages may call the API (none by default), the request headers that they may send, and how long browsers may remember the answer."
  type = object({
    headers         = optional(set(string), ["Authorization", "Content-Type", "Idempotency-Key", "X-Break-Glass-Reason"])
    max_age_seconds = optional(number, 600)
    origins         = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for origin in var.cors.origins : can(regex("^(https://[a-z0-9.-]+(:[0-9]+)?|http://(localhost|127\\.0\\.0\\.1)(:[0-9]+)?)$", origin))])
    error_message = "cors.origins must be exact https origins, scheme and host without a path (\"https://portal.example.org\"); * is refused. Plain http is for localhost alone."
  }

  validation {
    condition     = alltrue([for header in var.cors.headers : can(regex("^[A-Za-z0-9-]+$", header))])
    error_message = "cors.headers must be names of headers such as \"Authorization\"; * is refused."
  }

  validation {
    condition     = var.cors.max_age_seconds >= 0 && var.cors.max_age_seconds <= 86400
    error_message = "cors.max_age_seconds must be from 0 to 86400 (a day)."
  }
}

variable "domain" {
  description = "Name of one's own for the API, with the ARN of its ACM certificate in this region: TLS 1.2 at least, and API Gateway's own address is switched off. Null: API Gateway's own address."
  type = object({
    certificate_arn = string
    name            = string
  })
  default = null

  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain.name))
    error_message = "domain.name must be a host name in lower case, such as \"api.example.org\"."
  }

  validation {
    condition     = var.domain == null || can(regex("^arn:[^:]+:acm:[^:]+:[0-9]{12}:certificate/.+$", var.domain.certificate_arn))
    error_message = "domain.certificate_arn must be the ARN of an ACM certificate of this region (arn:aws:acm:...:certificate/...)."
  }
}

variable "execution_log_level" {
  description = "What API Gateway writes about its own work: ERROR or OFF. INFO is refused: it writes the paths of requests, which name patients."
  type        = string
  default     = "ERROR"
  nullable    = false

  validation {
    condition     = contains(["ERROR", "OFF"], var.execution_log_level)
    error_message = "execution_log_level must be ERROR or OFF: INFO writes the paths of requests into the log, and those name patients."
  }
}

variable "functions" {
  description = "Functions behind the API by the name that the document's x-lambda-function has, each with what modules/function gives. Operations of other functions are left out."
  type = map(object({
    function_name = string
    invoke_arn    = string
    qualifier     = string
  }))
  nullable = false

  validation {
    condition     = length(var.functions) > 0
    error_message = "functions must have at least one function: an API without a method can't be deployed. Leave the module out instead."
  }
}

variable "log_export" {
  description = "Stream into a locked bucket, and the role with which CloudWatch Logs sends the access and execution logs to it (modules/audit: log_export). Null: they are not exported."
  type = object({
    role_arn   = string
    stream_arn = string
  })
  default = null

  validation {
    condition     = var.log_export == null || (can(regex("^arn:[^:]+:firehose:[^:]+:[0-9]{12}:deliverystream/", var.log_export.stream_arn)) && can(regex("^arn:[^:]+:iam::[0-9]{12}:role/", var.log_export.role_arn)))
    error_message = "log_export must have stream_arn, a Firehose stream (arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME), and role_arn, the role with which CloudWatch Logs sends to it; or be null: use the output log_export of modules/audit."
  }
}

variable "log_kms_key_arn" {
  description = "Key that encrypts the log groups. Its policy must admit CloudWatch Logs (modules/encryption: services = [\"logs\"])."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.log_kms_key_arn))
    error_message = "log_kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }
}

variable "log_masking" {
  description = "What CloudWatch hides in the access and execution logs, by its names of identifiers (\"Ssn-US\"). Both leave paths out anyway; this is for what an error message quotes."
  type = object({
    data_identifiers = optional(set(string), ["DrugEnforcementAgencyNumber-US", "EmailAddress", "HealthInsuranceClaimNumber-US", "MedicareBeneficiaryNumber-US", "PhoneNumber-US", "Ssn-US"])
    enabled          = optional(bool, true)
  })
  default  = {}
  nullable = false

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers.html
  validation {
    condition     = length(var.log_masking.data_identifiers) > 0 && alltrue([for name in var.log_masking.data_identifiers : can(regex("^[A-Z][A-Za-z]+(-[A-Z]{2})?$", name))])
    error_message = "log_masking.data_identifiers must have one or more of CloudWatch's names of identifiers, with a country where they have one: \"EmailAddress\", \"Ssn-US\". To mask nothing, set log_masking.enabled = false."
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

variable "manage_account_logging" {
  description = "Whether to set the role with which API Gateway writes logs, and to make the log group /aws/apigateway/welcome, where it tries it. There is one for the whole account and region: false where it is set elsewhere."
  type        = bool
  default     = true
  nullable    = false
}

variable "openapi_document" {
  description = "The API as one plain OpenAPI 3.0 document, YAML or JSON: file(\"openapi.yaml\"). Each operation names its function in x-lambda-function and its security; integrations, authorizer, validators, gateway responses and CORS are added here."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^3\\.0\\.", yamldecode(var.openapi_document).openapi)) && can(keys(yamldecode(var.openapi_document).paths))
    error_message = "openapi_document must be the text (not the path) of an OpenAPI 3.0 document with paths: file(\"openapi.yaml\"). API Gateway does not import 3.1."
  }

  # try: a document that can't be read at all is what the validation above says.
  validation {
    condition = try(alltrue(flatten([
      for item in values(yamldecode(var.openapi_document).paths) : [
        for method, operation in item : can(operation["x-lambda-function"]) && try(length(operation.security) > 0, false)
        if contains(["delete", "get", "head", "patch", "post", "put"], method)
      ]
    ])), true)
    error_message = "Every operation of openapi_document must have x-lambda-function: <name> and security: [{ CognitoUserPool: [] }]: nothing is served without a caller who is known."
  }

  validation {
    condition     = try(alltrue([for name in keys(yamldecode(var.openapi_document).components.schemas) : can(regex("^[A-Za-z0-9]+$", name))]), true)
    error_message = "The schemas of openapi_document must be named with letters and digits alone: API Gateway takes no other names for models."
  }

  # What OpenAPI has and JSON Schema draft 4 lacks fails the import: "Invalid model schema specified. Unsupported keyword(s)".
  # https://github.com/awslabs/aws-api-gateway-developer-portal/issues/571
  validation {
    condition = !can(regex("\"(?:(?:deprecated|nullable|readOnly|writeOnly)\":(?:true|false)|(?:discriminator|example|externalDocs|xml)\":)",
    jsonencode(yamldecode(var.openapi_document).components.schemas)))
    error_message = "The schemas of openapi_document must not have deprecated, discriminator, example, externalDocs, nullable, readOnly, writeOnly or xml: API Gateway's models are JSON Schema draft 4, and it refuses the whole document. Write an example beside `schema`, in the media type; leave what may be null out of `required`."
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

variable "rate_limit" {
  description = "Requests that one address may send in five minutes; more are refused."
  type        = number
  default     = 2000
  nullable    = false

  validation {
    condition     = var.rate_limit >= 10 && var.rate_limit <= 2000000000
    error_message = "rate_limit must be from 10 to 2000000000 requests in five minutes."
  }
}

variable "stage_name" {
  description = "Name of the stage, the first part of the path below API Gateway's own address."
  type        = string
  default     = "live"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9_-]{1,32}$", var.stage_name))
    error_message = "stage_name must have 1 to 32 lower-case letters, digits, hyphens or underscores."
  }
}

variable "throttle" {
  description = "Requests a second that the stage takes in all, and how many may come at once."
  type = object({
    burst               = optional(number, 100)
    requests_per_second = optional(number, 50)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.throttle.burst >= 1 && var.throttle.requests_per_second > 0
    error_message = "throttle.burst must be at least 1 and throttle.requests_per_second above 0: anything less refuses every request."
  }
}

variable "tracing_enabled" {
  description = "Whether X-Ray traces the stage. Off: its segments would keep each request's whole URL, and with it patients' ids, under no key of this account (https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-understanding-xray-traces.html). The functions are traced all the same."
  type        = bool
  default     = false
  nullable    = false
}

variable "user_pool_arn" {
  description = "Cognito user pool whose identity tokens the API accepts."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:[^:]+:cognito-idp:[^:]+:[0-9]{12}:userpool/.+$", var.user_pool_arn))
    error_message = "user_pool_arn must be the ARN of a Cognito user pool: use an output of modules/identity."
  }
}
