variable "alarms" {
  description = "When the alarms ring: at so many percent of `capacity.maximum`, at so many connections, below so many MB of free memory or local storage of an instance. Any deadlock rings."
  type = object({
    capacity_percent             = optional(number, 90)
    connections                  = optional(number, 150)
    free_local_storage_megabytes = optional(number, 1024)
    free_memory_megabytes        = optional(number, 128)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.alarms.capacity_percent >= 1 && var.alarms.capacity_percent <= 100
    error_message = "alarms.capacity_percent must be from 1 to 100: above 100 it could never ring."
  }

  validation {
    condition     = var.alarms.connections >= 1 && var.alarms.free_local_storage_megabytes >= 1 && var.alarms.free_memory_megabytes >= 1
    error_message = "alarms.connections, free_local_storage_megabytes and free_memory_megabytes must be at least 1: with 0 an alarm would never end, or never begin."
  }
}

variable "alert_topic_arn" {
  description = "SNS topic that hears of the alarms (modules/observability's output `alert_topic_arn`)."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:sns:[a-z0-9-]+:[0-9]{12}:[^:]+$", var.alert_topic_arn))
    error_message = "alert_topic_arn must be the ARN of an SNS topic: arn:aws:sns:REGION:ACCOUNT:NAME."
  }
}

variable "backup_retention_days" {
  description = "Days for which the cluster can be put back to any second. 35, the default, is the most that AWS offers."
  type        = number
  default     = 35
  nullable    = false

  validation {
    condition     = var.backup_retention_days >= 7 && var.backup_retention_days <= 35 && floor(var.backup_retention_days) == var.backup_retention_days
    error_message = "backup_retention_days must be a whole number from 7 to 35: a mistake is rarely noticed within a day."
  }
}

variable "ca_certificate" {
  description = "Certificate authority of the instances' certificates, by AWS's identifier. Clients verify it with Amazon's bundle."
  type        = string
  default     = "rds-ca-rsa2048-g1"
  nullable    = false

  validation {
    condition     = contains(["rds-ca-ecc384-g1", "rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1"], var.ca_certificate)
    error_message = "ca_certificate must be rds-ca-rsa2048-g1, rds-ca-rsa4096-g1 or rds-ca-ecc384-g1: rds-ca-2019 has expired."
  }
}

variable "capacity" {
  description = "Aurora capacity units (about 2 GiB of memory each, with the processor to match) between which each instance scales. `minimum = 0` lets it pause after `pause_after_seconds` without a connection: it costs nothing then, and the first query waits some 15 seconds."
  type = object({
    maximum             = optional(number, 8)
    minimum             = optional(number, 0.5)
    pause_after_seconds = optional(number, 3600)
  })
  default  = {}
  nullable = false

  # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html
  validation {
    condition = (
      var.capacity.minimum >= 0 && var.capacity.maximum >= 1 && var.capacity.maximum <= 256 && var.capacity.minimum <= var.capacity.maximum &&
      alltrue([for units in [var.capacity.minimum, var.capacity.maximum] : floor(units * 2) == units * 2])
    )
    error_message = "capacity: minimum is 0 or more, maximum between 1 and 256, both in halves, and minimum is not above maximum: { minimum = 0.5, maximum = 8 }."
  }

  validation {
    condition     = var.capacity.pause_after_seconds >= 300 && var.capacity.pause_after_seconds <= 86400
    error_message = "capacity.pause_after_seconds must be from 300 (5 minutes) to 86400 (a day). To never pause, set capacity.minimum to 0.5 or more."
  }
}

variable "clients" {
  description = "Who may connect: security groups by a static name, { rag-retrieval = module.rag_retrieval.security_group_id }. Nobody else has a way in, and the database has none out."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for id in values(var.clients) : startswith(id, "sg-")])
    error_message = "clients must map a name of your choice to a security group's id: { rag-retrieval = \"sg-0123456789abcdef0\" }. Address ranges are not taken."
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

variable "database_name" {
  description = "Name of the database that is made with the cluster."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.database_name)) && !contains(["postgres", "rdsadmin", "template0", "template1"], var.database_name)
    error_message = "database_name must be 1 to 63 lower-case letters, digits or underscores, begin with a letter, and be none of PostgreSQL's and RDS's own (postgres, rdsadmin, template0, template1)."
  }
}

variable "deletion_protection" {
  description = "Whether AWS refuses to delete the cluster, and whether destroy leaves a last snapshot (and the backups) behind. Off only where the data is worth nothing."
  type        = bool
  default     = true
  nullable    = false
}

variable "engine_version" {
  description = "Version of PostgreSQL: the major one alone, and AWS keeps the minor one up to date in the maintenance window. pgvector 0.8 is in Aurora PostgreSQL 17.4, 16.8, 15.12 and newer."
  type        = string
  default     = "17"
  nullable    = false

  # With a minor version here, every automatic upgrade would show as a downgrade in the next plan.
  validation {
    condition     = contains(["15", "16", "17"], var.engine_version)
    error_message = "engine_version must be \"15\", \"16\" or \"17\": the major version alone, because AWS upgrades the minor one."
  }
}

variable "instances" {
  description = "Instances of the cluster, each in another zone: the first writes, the others are ready to. Two survive the loss of a zone; one is for environments that may be down for a quarter of an hour."
  type        = number
  default     = 2
  nullable    = false

  validation {
    condition     = var.instances >= 1 && var.instances <= 16 && floor(var.instances) == var.instances
    error_message = "instances must be a whole number from 1 to 16; 2 is the default."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the storage, its snapshots and backups, the master user's secret and Performance Insights. It can't be changed later. Who deploys needs kms:CreateGrant with it, as RDS works in their name."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
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

variable "maintenance" {
  description = "When, in UTC, AWS may take backups (`backup_window`) and upgrade minor versions (`window`)."
  type = object({
    backup_window = optional(string, "06:00-07:00")
    window        = optional(string, "sun:07:30-sun:08:30")
  })
  default  = {}
  nullable = false

  validation {
    condition     = can(regex("^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$", var.maintenance.backup_window))
    error_message = "maintenance.backup_window must be two times of day in UTC, at least half an hour apart: \"06:00-07:00\"."
  }

  validation {
    condition     = can(regex("^(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]-(mon|tue|wed|thu|fri|sat|sun):[0-2][0-9]:[0-5][0-9]$", var.maintenance.window))
    error_message = "maintenance.window must be two times of the week in UTC, at least half an hour apart: \"sun:07:30-sun:08:30\"."
  }
}

variable "master_username" {
  description = "Name of the master user, whom migrations alone use."
  type        = string
  default     = "administrator"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9_]{0,62}$", var.master_username)) && !contains(["admin", "postgres", "rdsadmin"], var.master_username) && !startswith(var.master_username, "pg_")
    error_message = "master_username must be 1 to 63 lower-case letters, digits or underscores, begin with a letter (not with pg_), and not be admin, postgres or rdsadmin."
  }
}

variable "monitoring" {
  description = "Enhanced Monitoring: every how many seconds, and whether its log group, RDSOSMetrics, is made here. There is one for an account and region: false where another database has made it."
  type = object({
    interval_seconds = optional(number, 60)
    manage_log_group = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains([1, 5, 10, 15, 30, 60], var.monitoring.interval_seconds)
    error_message = "monitoring.interval_seconds must be 1, 5, 10, 15, 30 or 60."
  }
}

variable "name" {
  description = "Name of the cluster after the prefix: \"rag\" makes <name_prefix>-rag."
  type        = string
  nullable    = false

  # RDS takes 63 characters, of which 3 are for the number of an instance.
  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length("${var.context.name_prefix}-${var.name}") <= 50
    error_message = "name must be lower-case letters, digits and single hyphens, begin with a letter, and have at most 50 characters with the prefix: write \"rag\"."
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

variable "port" {
  description = "Port of the database."
  type        = number
  default     = 5432
  nullable    = false

  # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.CreateInstance.html
  validation {
    condition     = var.port >= 1150 && var.port <= 65535 && floor(var.port) == var.port
    error_message = "port must be a whole number from 1150 to 65535; 5432 is PostgreSQL's."
  }
}

variable "subnet_ids" {
  description = "Private subnets in at least two zones (modules/network's output `subnet_ids`, its values)."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(distinct(var.subnet_ids)) >= 2
    error_message = "subnet_ids must be at least two, in different zones: Aurora takes no fewer."
  }
}

variable "vpc_id" {
  description = "Id of the VPC that the subnets are in."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id must be the id of a VPC (vpc-...): modules/network's output `vpc_id`."
  }
}
