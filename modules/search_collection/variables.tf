variable "clients" {
  description = "Security groups that may reach the collection's endpoint on 443, by a static name: { rag-retrieval = module.rag_retrieval.security_group_id }. Each has to let itself out to this module's security group."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for id in values(var.clients) : startswith(id, "sg-")])
    error_message = "clients must map a name of your choice to a security group's id: { rag-retrieval = \"sg-0123456789abcdef0\" }."
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

variable "index_name" {
  description = "The one index that the named roles may use. The first writer makes it, with its mapping."
  type        = string
  default     = "chunks"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,62}$", var.index_name))
    error_message = "index_name must be 1 to 63 lower-case letters, digits or hyphens, beginning with a letter, and no pattern: \"chunks\"."
  }
}

variable "kms_key_arn" {
  description = "Key that encrypts the collection. It can't be changed afterwards. Whoever applies this needs kms:CreateGrant and kms:DescribeKey with it: OpenSearch Serverless uses the key by a grant."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }
}

variable "name" {
  description = "Name of the collection after the prefix: \"chunks\" makes <name_prefix>-chunks."
  type        = string
  nullable    = false

  # https://docs.aws.amazon.com/opensearch-service/latest/ServerlessAPIReference/API_CreateCollection.html
  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length("${var.context.name_prefix}-${var.name}") <= 32
    error_message = "name must be lower-case letters, digits and single hyphens, begin with a letter, and have at most 32 characters with the prefix, which OpenSearch Serverless takes no more of: write \"chunks\"."
  }
}

variable "reader_role_arns" {
  description = "Roles of this account that may search the index, by a static name: { rag-retrieval = module.rag_retrieval.role_arn }. Each needs aoss:APIAccessAll on the collection in its own policy, too."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.reader_role_arns) : can(regex("^arn:[^:*]+:iam::${var.context.account_id}:role/[^*]+$", arn))])
    error_message = "reader_role_arns must map a name of your choice to the ARN of a role of this account, without wildcards: { rag-retrieval = \"arn:aws:iam::123456789012:role/healthcare-rag-retrieval\" }."
  }
}

variable "standby_replicas" {
  description = "Whether a second zone stands by (production). It can't be changed afterwards, and without it half the capacity runs idle: docs/rag_stores.md has what that costs."
  type        = bool
  default     = true
  nullable    = false
}

variable "subnet_ids" {
  description = "Private subnets of the endpoint, one a zone, by a static name: { us-east-1a = module.network.private_subnet_ids[\"us-east-1a\"] }."
  type        = map(string)
  nullable    = false

  validation {
    condition     = length(var.subnet_ids) >= 1 && length(var.subnet_ids) <= 6 && alltrue([for id in values(var.subnet_ids) : startswith(id, "subnet-")])
    error_message = "subnet_ids must map 1 to 6 zones to a private subnet's id each: { us-east-1a = \"subnet-0123456789abcdef0\" }."
  }
}

variable "vpc_id" {
  description = "VPC that the collection can be reached from, and from nowhere else. It has to have DNS support and DNS host names: the endpoint brings a private zone."
  type        = string
  nullable    = false

  validation {
    condition     = startswith(var.vpc_id, "vpc-")
    error_message = "vpc_id must be a VPC's id: \"vpc-0123456789abcdef0\"."
  }
}

variable "writer_role_arns" {
  description = "Roles of this account that may make the index, search it, write and delete, by a static name: { rag-ingest = module.rag_ingest.role_arn }. Each needs aoss:APIAccessAll on the collection in its own policy, too."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for arn in values(var.writer_role_arns) : can(regex("^arn:[^:*]+:iam::${var.context.account_id}:role/[^*]+$", arn))])
    error_message = "writer_role_arns must map a name of your choice to the ARN of a role of this account, without wildcards: { rag-ingest = \"arn:aws:iam::123456789012:role/healthcare-rag-ingest\" }."
  }
}
