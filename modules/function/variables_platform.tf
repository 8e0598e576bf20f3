variable "allow_listed_egress" {
  description = "Subnets behind the network firewall ({ subnet_ids = values(module.network.egress_subnet_ids) }), for the function to run in instead of the private ones: from there it reaches the internet's hosts that the firewall allows, and no other. For what no endpoint and no private link offers. Null, the default: it stays where nothing is outside."
  type        = object({ subnet_ids = list(string) })
  default     = null

  validation {
    condition     = var.allow_listed_egress == null || try(length(var.allow_listed_egress.subnet_ids) >= 2 && var.outside_vpc_reason == null, false)
    error_message = "allow_listed_egress.subnet_ids are two or more subnets behind the network firewall (modules/network: egress = { hosts = [...] }), for a function in the VPC: without the allow-list there is no way out."
  }
}

variable "egress" {
  description = "What the function reaches in the VPC besides the endpoints, by a static name: a port of whatever has the security group, { database = { port = 5432, security_group_id = ... } }. That group must let the function in, too (output `security_group_id`)."
  type = map(object({
    port              = number
    security_group_id = string
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for target in values(var.egress) : target.port >= 1 && target.port <= 65535 && floor(target.port) == target.port])
    error_message = "egress: port is a whole number between 1 and 65535."
  }

  validation {
    condition     = alltrue([for target in values(var.egress) : startswith(target.security_group_id, "sg-")])
    error_message = "egress: security_group_id is the id of a security group (sg-...). There are no address ranges: for the internet see allow_listed_egress."
  }

  validation {
    condition     = length(var.egress) == 0 || var.outside_vpc_reason == null
    error_message = "egress is for functions in the VPC: drop it, or outside_vpc_reason."
  }
}

variable "outside_vpc_reason" {
  description = "Why the function runs outside the VPC, in a sentence that stands in its tag `OutsideVpcReason`. Null, the default: it runs in the VPC. Outside, it has no network interface and no security group, and its code reaches the internet: for functions alone that see no health information and need what no endpoint offers. The catalogue (LAM-01) reports it. `platform` is given as ever."
  type        = string
  default     = null

  # What a tag's value may hold: https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html
  validation {
    condition     = var.outside_vpc_reason == null || can(regex("^[\\p{L}\\p{N} +=.:/@_-]{20,256}$", var.outside_vpc_reason))
    error_message = "outside_vpc_reason is a sentence of 20 to 256 letters, digits, spaces and + - = . _ : / @ (what a tag may hold), or null to run in the VPC: \"Reads configuration of services that have no endpoint\"."
  }
}

variable "platform" {
  description = "The foundation that the function stands on. The root module gives exactly this object as its `function_platform` output."
  type = object({
    alert_topic_arn            = string # SNS topic of the alarms
    endpoint_security_group_id = string # security group of the interface endpoints
    environment_key_arn        = string # KMS key of the environment variables
    log_export = optional(object({      # stream into a locked bucket (modules/audit: log_export), null for none
      role_arn   = string
      stream_arn = string
    }))
    log_masking = optional(object({ # what CloudWatch hides in the log, by its names of identifiers
      data_identifiers = optional(set(string), ["DrugEnforcementAgencyNumber-US", "EmailAddress", "HealthInsuranceClaimNumber-US", "MedicareBeneficiaryNumber-US", "PhoneNumber-US", "Ssn-US"])
      enabled          = optional(bool, true)
    }), {})
    logs_key_arn             = string                    # KMS key of the log groups
    permissions_boundary_arn = optional(string)          # managed policy that bounds the role
    phi_key_arn              = string                    # KMS key of the dead letters
    prefix_list_ids          = optional(map(string), {}) # gateway endpoints: { dynamodb = "pl-...", s3 = "pl-..." }
    reserve_concurrency      = optional(bool, true)      # false: nothing is reserved, whatever reserved_concurrency says
    subnet_ids               = list(string)              # private subnets, at least two
    vpc_id                   = string
  })
  nullable = false

  validation {
    condition     = length(distinct(var.platform.subnet_ids)) >= 2
    error_message = "platform.subnet_ids has at least two private subnets in different zones: a function in one is gone with its zone (and control LAM-01 fails)."
  }

  # Without a VPC's id EC2 takes the account's default one.
  validation {
    condition = try(
      startswith(var.platform.vpc_id, "vpc-") && startswith(var.platform.endpoint_security_group_id, "sg-") && alltrue([for id in var.platform.subnet_ids : startswith(id, "subnet-")]),
      false,
    )
    error_message = "platform: vpc_id, subnet_ids and endpoint_security_group_id are ids (vpc-..., subnet-..., sg-...), none of them empty: use the outputs of modules/network, or those of your own network."
  }

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[^:]+$", var.platform.alert_topic_arn))
    error_message = "platform.alert_topic_arn is the ARN of an SNS topic (arn:aws:sns:REGION:ACCOUNT:NAME): an alarm that nobody hears is none."
  }

  validation {
    condition = alltrue([
      for arn in [var.platform.environment_key_arn, var.platform.logs_key_arn, var.platform.phi_key_arn] : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/", arn))
    ])
    error_message = "platform: environment_key_arn, logs_key_arn and phi_key_arn are ARNs of KMS keys (not aliases): arn:aws:kms:REGION:ACCOUNT:key/ID."
  }

  validation {
    condition     = try(var.platform.log_export, null) == null || (can(regex("^arn:[^:]+:firehose:[^:]+:[0-9]{12}:deliverystream/", var.platform.log_export.stream_arn)) && can(regex("^arn:[^:]+:iam::[0-9]{12}:role/", var.platform.log_export.role_arn)))
    error_message = "platform.log_export has stream_arn, a Firehose stream (arn:aws:firehose:REGION:ACCOUNT:deliverystream/NAME), and role_arn, the role with which CloudWatch Logs sends to it; or it is null: use the output log_export of modules/audit."
  }

  # https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL-managed-data-identifiers.html
  validation {
    condition     = length(var.platform.log_masking.data_identifiers) > 0 && alltrue([for name in var.platform.log_masking.data_identifiers : can(regex("^[A-Z][A-Za-z]+(-[A-Z]{2})?$", name))])
    error_message = "platform.log_masking.data_identifiers has one or more of CloudWatch's names of identifiers, with a country where they have one: \"EmailAddress\", \"Ssn-US\". To mask nothing, set platform.log_masking.enabled = false."
  }
}
