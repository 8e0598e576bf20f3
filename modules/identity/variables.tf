variable "additional_auth_flows" {
  description = "Ways to sign in besides SRP and refresh tokens. They send the password itself: ALLOW_ADMIN_USER_PASSWORD_AUTH is for servers with AWS credentials (and the local cloud), ALLOW_USER_PASSWORD_AUTH for migrations. ALLOW_USER_AUTH offers a choice of factors, ALLOW_CUSTOM_AUTH runs triggers of your own."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = length(setsubtract(var.additional_auth_flows, [
      "ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH", "ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH",
    ])) == 0
    error_message = "additional_auth_flows must be among ALLOW_ADMIN_USER_PASSWORD_AUTH, ALLOW_CUSTOM_AUTH, ALLOW_USER_AUTH and ALLOW_USER_PASSWORD_AUTH; SRP and refresh tokens are always allowed."
  }
}

variable "client_secret" {
  description = "Whether the client has a secret: true for a confidential client (a server), false for browsers and phones, which can keep none."
  type        = bool
  default     = false
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

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the pool. Off only where its users are worth nothing, such as a local or a review environment."
  type        = bool
  default     = true
  nullable    = false
}

variable "groups" {
  description = "Groups of the pool, with what their members may do: the roles that functions compare exactly."
  type        = map(string)
  default = {
    Admin                = "Keeps records: reads and creates demographics, never clinical data"
    Auditor              = "Reads who has seen a record, never the record"
    Patient              = "Reads their own record and who has seen it"
    Provider             = "Reads and changes the records of patients they treat"
    SsnAccess            = "May be given, and may set, the Social Security number"
    VeryRestrictedAccess = "May be answered from documents labelled very restricted (V) of patients they treat"
  }
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.groups) : can(regex("^[A-Za-z][A-Za-z0-9_-]{0,127}$", name))])
    error_message = "groups must be named with letters, digits, hyphens and underscores, beginning with a letter: commas, spaces and brackets would read as several groups in a token."
  }
}

variable "password_history_size" {
  description = "How many earlier passwords may not be used again, from 0 to 24."
  type        = number
  default     = 24
  nullable    = false

  validation {
    condition     = var.password_history_size >= 0 && var.password_history_size <= 24
    error_message = "password_history_size must be from 0 to 24."
  }
}

variable "password_minimum_length" {
  description = "Least number of characters of a password: at least 14."
  type        = number
  default     = 14
  nullable    = false

  validation {
    condition     = var.password_minimum_length >= 14 && var.password_minimum_length <= 99
    error_message = "password_minimum_length must be from 14 to 99: shorter passwords are refused here."
  }
}

variable "threat_protection" {
  description = "Cognito's defence against stolen passwords and unusual sign-ins: ENFORCED acts on a risk, by the pool's risk configuration, AUDIT only records, OFF. The first two need the Plus tier, which is priced by active user."
  type        = string
  default     = "ENFORCED"
  nullable    = false

  validation {
    condition     = contains(["AUDIT", "ENFORCED", "OFF"], var.threat_protection)
    error_message = "threat_protection must be ENFORCED, AUDIT or OFF."
  }
}

variable "token_validity" {
  description = "How long tokens live: identity and access tokens in minutes (5 to 60), the refresh token in hours (1 to 24), after which the person signs in again."
  type = object({
    access_minutes = optional(number, 15)
    id_minutes     = optional(number, 15)
    refresh_hours  = optional(number, 8)
  })
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for minutes in [var.token_validity.access_minutes, var.token_validity.id_minutes] : minutes >= 5 && minutes <= 60
    ])
    error_message = "token_validity.access_minutes and id_minutes must be from 5 to 60: a token can't be called back before it ends."
  }

  validation {
    condition     = var.token_validity.refresh_hours >= 1 && var.token_validity.refresh_hours <= 24
    error_message = "token_validity.refresh_hours must be from 1 to 24: automatic logoff (45 CFR 164.312(a)(2)(iii)) within a day."
  }
}
