variable "account_id" {
  description = "The AWS account, 12 digits. Give the same to the provider's allowed_account_ids: then nothing is ever applied to another account."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account, as a string: \"123456789012\"."
  }
}

variable "api" {
  description = "The API: origins whose pages may call it, networks that may (empty: all), a domain of its own, and its limits. See modules/api."
  type = object({
    allowed_origins      = optional(set(string), [])
    allowed_source_cidrs = optional(set(string), [])
    domain = optional(object({
      certificate_arn = string
      name            = string
    }))
    manage_account_logging = optional(bool, true)
    rate_limit             = optional(number, 2000)
    stage_name             = optional(string, "live")
    throttle = optional(object({
      burst               = optional(number, 100)
      requests_per_second = optional(number, 50)
    }), {})
    tracing_enabled = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "architecture" {
  description = "Processor of the functions: arm64 or x86_64. The packages must be built for it."
  type        = string
  default     = "arm64"
  nullable    = false

  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be \"arm64\" or \"x86_64\"."
  }
}

variable "audit" {
  description = "The trail: what its data events are narrowed to (empty: nothing is left out), how its archive is locked, and whether destroy may empty it. `log_export` sends what functions and the API log there as well. `detection` has GuardDuty, Inspector and an access analyzer, one each for an account and region: false for those that your organisation or another deployment in the account has. See modules/audit."
  type = object({
    data_event_arn_prefixes = optional(object({
      dynamodb = optional(set(string), [])
      lambda   = optional(set(string), [])
      s3       = optional(set(string), [])
    }), {})
    detection = optional(object({
      access_analyzer    = optional(bool, true)
      guardduty          = optional(bool, true)
      guardduty_features = optional(set(string), ["LAMBDA_NETWORK_LOGS", "S3_DATA_EVENTS"])
      inspector          = optional(bool, true)
      inspector_code     = optional(bool, false)
    }), {})
    force_destroy = optional(bool, false)
    log_export    = optional(bool, true)
    object_lock = optional(object({
      acknowledge_compliance_locks = optional(bool, false)
      mode                         = optional(string, "GOVERNANCE")
      retention_days               = optional(number, 2557)
    }), {})
  })
  default  = {}
  nullable = false
}

variable "code_signing" {
  description = "Has functions take signed packages alone: `{}` makes a profile of AWS Signer and a bucket for what it signs (`make sign ENV=prod` signs); `profile_version_arns` are profiles of yours instead, as of an account that releases. `policy` Warn lets unsigned code in and counts it, which the catalogue reports (LAM-10), as it does null, the default: unsigned code. See docs/environments.md."
  type = object({
    policy               = optional(string, "Enforce")
    profile_version_arns = optional(set(string), [])
  })
  default = null

  validation {
    condition     = contains(["Enforce", "Warn"], try(var.code_signing.policy, "Enforce"))
    error_message = "code_signing.policy is \"Enforce\" (unsigned code is refused) or \"Warn\" (it is let in, and counted)."
  }

  validation {
    condition     = alltrue([for arn in try(var.code_signing.profile_version_arns, []) : can(regex("^arn:aws[a-z-]*:signer:[a-z0-9-]+:[0-9]{12}:/signing-profiles/[A-Za-z0-9_]{2,64}/[A-Za-z0-9]{10}$", arn))])
    error_message = "code_signing.profile_version_arns are ARNs of versions of signing profiles: arn:aws:signer:REGION:ACCOUNT:/signing-profiles/NAME/VERSION, what `aws signer get-signing-profile` calls profileVersionArn."
  }
}

variable "code_signing_config_arn" {
  description = "Code signing configuration of yours for the functions, instead of `code_signing`. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.code_signing_config_arn == null || var.code_signing == null
    error_message = "code_signing_config_arn is instead of code_signing, which makes a configuration: drop one of the two."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete tables and the user pool. Off only where the data is worth nothing."
  type        = bool
  default     = true
  nullable    = false
}

variable "identity" {
  description = "The user pool: ways to sign in besides SRP, threat protection (ENFORCED, AUDIT, OFF), token lifetimes. See modules/identity."
  type = object({
    additional_auth_flows = optional(set(string), [])
    threat_protection     = optional(string, "ENFORCED")
    token_validity = optional(object({
      access_minutes = optional(number, 15)
      id_minutes     = optional(number, 15)
      refresh_hours  = optional(number, 8)
    }), {})
  })
  default  = {}
  nullable = false
}

variable "key_deletion_window_days" {
  description = "Days for which a deleted key can still be called back, from 7 to 30."
  type        = number
  default     = 30
  nullable    = false

  validation {
    condition     = var.key_deletion_window_days >= 7 && var.key_deletion_window_days <= 30
    error_message = "key_deletion_window_days must be from 7 to 30."
  }
}

variable "log_masking" {
  description = "What CloudWatch hides in the logs of functions and of the API, by its names of identifiers (\"Ssn-US\"): the second net under functions that log none of it. It costs by the gigabyte that is logged. `enabled = false` is for regions without it; the catalogue (LOG-05) reports it. See modules/function."
  type = object({
    data_identifiers = optional(set(string), ["DrugEnforcementAgencyNumber-US", "EmailAddress", "HealthInsuranceClaimNumber-US", "MedicareBeneficiaryNumber-US", "PhoneNumber-US", "Ssn-US"])
    enabled          = optional(bool, true)
  })
  default  = {}
  nullable = false
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

variable "name_prefix" {
  description = "What every name begins with: healthcare makes healthcare-patient-api, healthcare-patients and so on. One for each deployment in the account, in whichever region: names of roles and buckets carry no region."
  type        = string
  default     = "healthcare"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name_prefix)) && length(var.name_prefix) >= 3 && length(var.name_prefix) <= 32
    error_message = "name_prefix must have 3 to 32 lower-case letters, digits or single hyphens, begin with a letter and not end with a hyphen: \"healthcare\"."
  }
}

variable "network" {
  description = "The VPC: private subnets by zone (at least two), interface endpoints besides those that the workloads here need, and the zones that get them (empty: all; `interface_endpoint_zones_by_service` for a service that AWS does not offer in all of them). `egress` is the one way out: hosts of functions of your own besides those that the workloads here need; without any there is none. See modules/network."
  type = object({
    egress = optional(object({
      cidr          = optional(string)
      hosts         = optional(set(string), [])
      private_names = optional(set(string), [])
      zones         = optional(set(string), [])
    }), {})
    interface_endpoint_zones            = optional(set(string), [])
    interface_endpoint_zones_by_service = optional(map(set(string)), {})
    interface_endpoints                 = optional(set(string), [])
    subnets                             = map(object({ cidr = string }))
    vpc_cidr                            = optional(string, "10.0.0.0/16")
  })
  nullable = false
}

variable "observability" {
  description = "Who hears of alerts, and the monthly budget (null: none). `alert_on_findings` sends what GuardDuty, Inspector and access analyzers find along. See modules/observability."
  type = object({
    alert_on_findings = optional(bool, true)
    monthly_budget = optional(object({
      actual_percent   = optional(set(number), [80, 100])
      forecast_percent = optional(set(number), [100])
      limit_usd        = optional(number, 500)
    }), {})
    subscribers = optional(map(object({
      endpoint = string
      protocol = string
    })), {})
  })
  default  = {}
  nullable = false
}

variable "packages" {
  description = "Where the functions' packages are, by name of the zip (patient_api): objects in S3 of this region, each with the base64 SHA-256 of its content as `hash`. `make sign` writes it for an environment, a release tells it. What is not named is dist/<name>.zip, unless the workload's own `package` says else."
  type = map(object({
    bucket  = string
    hash    = string
    key     = string
    version = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.packages) : can(regex("^[a-z][a-z0-9_]*$", name))])
    error_message = "packages are named as the folders of lambda_src and the zips that `make package` builds of them, without .zip: patient_api."
  }

  validation {
    condition     = alltrue([for package in values(var.packages) : can(regex("^[A-Za-z0-9+/]{43}=$", package.hash))])
    error_message = "packages: hash is the base64 SHA-256 of the zip: openssl dgst -sha256 -binary FILE | base64."
  }
}

variable "partition" {
  description = "AWS partition: aws, aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
  nullable    = false

  # Every ARN is derived: with the wrong partition policies would be accepted, and match nothing.
  validation {
    condition     = var.partition == (startswith(var.region, "us-gov-") ? "aws-us-gov" : startswith(var.region, "cn-") ? "aws-cn" : "aws")
    error_message = "partition must be the one that region is in: \"aws-us-gov\" for us-gov-..., \"aws-cn\" for cn-..., \"aws\" for all others."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of all roles made here. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy (arn:aws:iam::123456789012:policy/name), or null for none."
  }
}

variable "region" {
  description = "The AWS region, the same as the provider's."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's name such as \"us-east-1\", not a zone such as \"us-east-1a\"."
  }
}

variable "reserve_concurrency" {
  description = "Whether functions reserve a part of the account's concurrency, each as its `reserved_concurrency` says. False: none does, and all share one pool, for an account whose limit is too low to reserve from, as a new one's is (it may be 10 in all). Have Service Quotas raise it; until then LAM-08 FAILs, and needs a waiver (docs/environments.md)."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
