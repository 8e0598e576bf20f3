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
  description = "Whether AWS refuses to delete the table. Off only where the data is worth nothing, such as a local or a review environment."
  type        = bool
  default     = true
  nullable    = false
}

variable "global_secondary_indexes" {
  description = "Indexes by name. `projection` is ALL, KEYS_ONLY, or INCLUDE with `included_attributes`."
  type = map(object({
    partition_key = object({
      name = string
      type = optional(string, "S")
    })
    sort_key = optional(object({
      name = string
      type = optional(string, "S")
    }))
    projection          = optional(string, "ALL")
    included_attributes = optional(set(string), [])
  }))
  default  = {}
  nullable = false

  validation {
    condition = alltrue([
      for index in values(var.global_secondary_indexes) :
      contains(["S", "N", "B"], index.partition_key.type) && contains(["S", "N", "B"], try(index.sort_key.type, "S"))
    ])
    error_message = "Each index key's type must be \"S\" (string), \"N\" (number) or \"B\" (binary)."
  }

  validation {
    condition = alltrue([
      for index in values(var.global_secondary_indexes) :
      contains(["ALL", "INCLUDE", "KEYS_ONLY"], index.projection) && (index.projection == "INCLUDE") == (length(index.included_attributes) > 0)
    ])
    error_message = "Each index's projection must be \"ALL\", \"KEYS_ONLY\", or \"INCLUDE\" with included_attributes that name at least one attribute."
  }

  validation {
    condition = alltrue([
      for key in flatten([for index in values(var.global_secondary_indexes) : [for key in [index.partition_key, index.sort_key] : key if key != null]]) :
      length(distinct([
        for other in flatten([
          var.partition_key,
          var.sort_key == null ? [] : [var.sort_key],
          [for index in values(var.global_secondary_indexes) : [for other in [index.partition_key, index.sort_key] : other if other != null]],
        ]) : other.type if other.name == key.name
      ])) == 1
    ])
    error_message = "An attribute has one type in all keys of a table: give each attribute of that name the same type."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the table, its indexes, its stream and its backups."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }
}

variable "name" {
  description = "Name of the table after the prefix: \"patients\" makes <name_prefix>-patients."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,62}[a-z0-9]$", var.name))
    error_message = "name must have 2 to 64 lower-case letters, digits or hyphens, begin with a letter and not end with a hyphen. The name prefix is put before it: write \"patients\"."
  }
}

variable "partition_key" {
  description = "Name and type (S, N or B) of the partition key."
  type = object({
    name = string
    type = optional(string, "S")
  })
  nullable = false

  validation {
    condition     = contains(["S", "N", "B"], var.partition_key.type)
    error_message = "partition_key.type must be \"S\" (string), \"N\" (number) or \"B\" (binary)."
  }
}

variable "point_in_time_recovery" {
  description = "Whether the table can be restored to any second of the last 35 days."
  type        = bool
  default     = true
  nullable    = false
}

variable "sort_key" {
  description = "Name and type (S, N or B) of the sort key. Null: none."
  type = object({
    name = string
    type = optional(string, "S")
  })
  default = null

  validation {
    condition     = contains(["S", "N", "B"], try(var.sort_key.type, "S"))
    error_message = "sort_key.type must be \"S\" (string), \"N\" (number) or \"B\" (binary)."
  }
}

variable "stream_view_type" {
  description = "What the table's stream carries: KEYS_ONLY, NEW_IMAGE, OLD_IMAGE or NEW_AND_OLD_IMAGES. Null: no stream."
  type        = string
  default     = null

  validation {
    condition     = contains(["none", "KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"], coalesce(var.stream_view_type, "none")) && var.stream_view_type != "none"
    error_message = "stream_view_type must be \"KEYS_ONLY\", \"NEW_IMAGE\", \"OLD_IMAGE\" or \"NEW_AND_OLD_IMAGES\", or null for no stream."
  }
}

variable "ttl_attribute" {
  description = "Attribute that holds the time (Unix seconds) after which DynamoDB removes an item. Null: items stay."
  type        = string
  default     = null

  validation {
    condition     = var.ttl_attribute == null || can(regex("^.{1,255}$", var.ttl_attribute))
    error_message = "ttl_attribute must be an attribute's name of 1 to 255 characters, or null for a table whose items stay."
  }
}
