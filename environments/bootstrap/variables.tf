variable "account_id" {
  description = "The AWS account, 12 digits: that of environments/<environment>/terraform.tfvars, from which `make bootstrap` takes it. The provider refuses any other."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of an AWS account, as a string: \"123456789012\"."
  }
}

variable "environment" {
  description = "Which environment lives in this account: dev, staging, prod. It is the folder of its state in the bucket, and names GitHub's environments: <environment>-plan, <environment> and <environment>-audit."
  type        = string
  nullable    = false

  # No "*", "?" or ":": the name stands in patterns of policies and in the subject of GitHub's tokens. And "bootstrap" is the
  # folder of this root's own state, which the apply role is kept away from.
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,19}$", var.environment)) && var.environment != "bootstrap"
    error_message = "environment must have 2 to 20 lower-case letters or digits, begin with a letter, and not be \"bootstrap\", where this root keeps its own state: \"prod\"."
  }
}

variable "github" {
  description = <<-EOT
    The repository whose workflows may take on the roles, as GitHub writes it (the case counts): "OWNER/NAME". `repository_id`
    ties the roles to the repository and not to its name, which somebody else can have after a renaming or deletion. With
    `owner_id` as well, the tokens' subjects are expected in GitHub's immutable form (repo:OWNER@<id>/NAME@<id>:environment:...),
    which repositories made or renamed since July 2026 have: `gh api repos/OWNER/NAME/actions/oidc/customization/sub` shows which.
    `branch` is the only one whose workflows may apply and audit, whatever GitHub's environments let in; "" takes any, for
    partitions in which STS knows no more than audience and subject. `create_oidc_provider = false` where the account has
    GitHub's provider already (there can be one).
  EOT
  type = object({
    repository           = string
    branch               = optional(string, "main")
    repository_id        = optional(string)
    owner_id             = optional(string)
    create_oidc_provider = optional(bool, true)
  })
  nullable = false

  # https://docs.github.com/en/rest/repos/repos and https://github.com/shinnn/github-username-regex: what names can consist of.
  # Above all no "*", "?", ":", "@", "$" or second "/", by which a subject would be another one, or a pattern.
  validation {
    condition     = can(regex("^[A-Za-z0-9]([A-Za-z0-9-]{0,38})/[A-Za-z0-9._-]{1,100}$", var.github.repository)) && !contains([".", ".."], try(split("/", var.github.repository)[1], ""))
    error_message = "github.repository must be one repository, \"OWNER/NAME\", written as GitHub does: no pattern, no address, no \".git\" and no branch. Give each repository that deploys an account of its own, or fork this root."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9._/-]{0,200}$", var.github.branch)) && !startswith(var.github.branch, "refs/")
    error_message = "github.branch must be one branch by its name, without refs/heads/ and no pattern: \"main\"."
  }

  validation {
    condition     = var.github.repository != "OWNER/NAME"
    error_message = "github.repository is still the placeholder \"OWNER/NAME\": write your repository into environments/bootstrap/terraform.tfvars."
  }

  validation {
    condition     = can(regex("^[1-9][0-9]{0,19}$", coalesce(var.github.repository_id, "1"))) && can(regex("^[1-9][0-9]{0,19}$", coalesce(var.github.owner_id, "1")))
    error_message = "github.repository_id and github.owner_id must be numbers, as strings: `gh api repos/OWNER/NAME --jq '[.id, .owner.id]'` prints both."
  }

  validation {
    condition     = var.github.owner_id == null || var.github.repository_id != null
    error_message = "github.owner_id alone makes no subject: an immutable one has both ids. Give github.repository_id as well, or neither."
  }
}

variable "name_prefix" {
  description = "What every name begins with: that of the environment. The apply role may make roles, functions, tables and buckets with such names alone, so nothing else in the account should be called so."
  type        = string
  default     = "healthcare"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name_prefix)) && length(var.name_prefix) >= 3 && length(var.name_prefix) <= 32
    error_message = "name_prefix must have 3 to 32 lower-case letters, digits or single hyphens, begin with a letter and not end with a hyphen: \"healthcare\"."
  }

  validation {
    condition     = length("${var.name_prefix}-terraform-state-${var.account_id}-${var.region}") <= 63
    error_message = "name_prefix is too long: <name_prefix>-terraform-state-<account_id>-<region> names the bucket, which can have 63 characters. Take a shorter one."
  }
}

variable "partition" {
  description = "AWS partition: aws, aws-us-gov or aws-cn."
  type        = string
  default     = "aws"
  nullable    = false

  validation {
    condition     = contains(["aws", "aws-cn", "aws-us-gov"], var.partition)
    error_message = "partition must be \"aws\", \"aws-cn\" or \"aws-us-gov\"."
  }
}

variable "region" {
  description = "AWS region of the state and of everything that the apply role may make: that of the environment."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region's name such as \"us-east-1\", not a zone such as \"us-east-1a\"."
  }
}

variable "session_seconds" {
  description = "How long a session of each role lasts at most, in seconds. An apply of everything takes below an hour; databases and firewalls take long to go."
  type = object({
    apply = optional(number, 7200)
    audit = optional(number, 3600)
    plan  = optional(number, 3600)
  })
  default  = {}
  nullable = false

  # https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html (MaxSessionDuration)
  validation {
    condition     = alltrue([for seconds in values(var.session_seconds) : seconds >= 3600 && seconds <= 14400])
    error_message = "session_seconds must each be from 3600, the least that IAM takes, to 14400: nothing here runs for more than four hours, and what leaks should end soon."
  }
}

variable "state" {
  description = "How long what was overwritten stays: `lock_days` nobody deletes a version without s3:BypassGovernanceRetention, `noncurrent_days` it can be brought back. `key_deletion_days` is the time to think again before the key, and with it every state, is gone."
  type = object({
    key_deletion_days = optional(number, 30)
    lock_days         = optional(number, 30)
    noncurrent_days   = optional(number, 365)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for days in values(var.state) : floor(days) == days]) && var.state.lock_days >= 1 && var.state.noncurrent_days >= var.state.lock_days && var.state.noncurrent_days <= 3650
    error_message = "state.lock_days must be a whole number of at least 1, and state.noncurrent_days at least as many and at most 3650: a state holds what the stack was then, and need not be kept for ever."
  }

  validation {
    condition     = var.state.key_deletion_days >= 7 && var.state.key_deletion_days <= 30
    error_message = "state.key_deletion_days must be from 7 to 30: 30 leaves the longest time to notice a mistake."
  }
}

variable "tags" {
  description = "Tags of everything that is made here, beside Environment, Project and Root."
  type        = map(string)
  default     = {}
  nullable    = false
}
