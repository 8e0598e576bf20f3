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

variable "endpoint_client_security_group_ids" {
  description = "Security groups (by a static name) that may reach the interface endpoints on 443. Empty: the private subnets' address ranges may."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for id in values(var.endpoint_client_security_group_ids) : startswith(id, "sg-")])
    error_message = "endpoint_client_security_group_ids must map a name of your choice to a security group's id: { patient-api = \"sg-0123456789abcdef0\" }."
  }
}

variable "endpoint_statements" {
  description = "Interface endpoints that let through only the named actions on the named resources, by service: { bedrock-runtime = { actions = [\"bedrock:InvokeModel\"], resources = [model_arn] } }. For services whose resources are AWS's own, which the usual policy (this account's callers, this account's resources) would refuse."
  type = map(object({
    actions   = set(string)
    resources = set(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.endpoint_statements), var.interface_endpoints)) == 0
    error_message = "endpoint_statements are by services that interface_endpoints names: add the service there, or drop its statement."
  }

  validation {
    condition = alltrue([
      for statement in values(var.endpoint_statements) :
      length(statement.actions) > 0 && length(statement.resources) > 0 &&
      alltrue([for action in statement.actions : can(regex("^[a-z0-9-]+:[A-Za-z0-9]+$", action))]) &&
      alltrue([for resource in statement.resources : can(regex("^arn:[^*]+$", resource))])
    ])
    error_message = "endpoint_statements: name each action in full (bedrock:InvokeModel) and each resource by its whole ARN, without a wildcard: they take the place of the condition on the account."
  }
}

variable "interface_endpoint_zones" {
  description = "Zones that get an interface endpoint. Empty: every zone of `subnets`. One zone halves the largest idle cost and suits a development environment."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition     = length(setsubtract(var.interface_endpoint_zones, keys(var.subnets))) == 0
    error_message = "interface_endpoint_zones must be zones that `subnets` names: add a subnet for the zone, or drop it here."
  }
}

variable "interface_endpoint_zones_by_service" {
  description = "Zones of single services' interface endpoints, in place of `interface_endpoint_zones`, where AWS does not offer a service in all of them: { email = [\"us-east-1a\", \"us-east-1c\"] }. Which those are differs from account to account: see `aws ec2 describe-vpc-endpoint-services`."
  type        = map(set(string))
  default     = {}
  nullable    = false

  validation {
    condition     = length(setsubtract(keys(var.interface_endpoint_zones_by_service), var.interface_endpoints)) == 0
    error_message = "interface_endpoint_zones_by_service are by services that interface_endpoints names: add the service there, or drop its zones."
  }

  validation {
    condition = alltrue([
      for zones in values(var.interface_endpoint_zones_by_service) : length(zones) > 0 && length(setsubtract(zones, keys(var.subnets))) == 0
    ])
    error_message = "interface_endpoint_zones_by_service: each service has one zone at least, and zones that `subnets` names alone. Drop a service that AWS offers in none of them."
  }
}

variable "interface_endpoints" {
  description = "Services that get an interface endpoint with private DNS, by the last part of their endpoint service name: [\"events\", \"kms\", \"secretsmanager\", \"sqs\"]. S3 and DynamoDB have gateway endpoints, always."
  type        = set(string)
  default     = []
  nullable    = false

  validation {
    condition = alltrue([
      for service in var.interface_endpoints :
      can(regex("^[a-z0-9][a-z0-9.-]*$", service)) && !startswith(service, "com.amazonaws")
    ])
    error_message = "interface_endpoints must be short service names such as \"kms\" or \"bedrock-runtime\", without \"com.amazonaws.<region>.\"."
  }

  validation {
    condition     = length(setintersection(var.interface_endpoints, ["dynamodb", "s3"])) == 0
    error_message = "interface_endpoints must not name \"s3\" or \"dynamodb\": their gateway endpoints are always made, and cost nothing. Drop them from the list."
  }
}

variable "log_kms_key_arn" {
  description = "Key that encrypts the flow logs' log group. Its policy must admit CloudWatch Logs (modules/encryption: services = [\"logs\"])."
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

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the roles made here. Null: none."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null || can(regex("^arn:aws[a-z-]*:iam::([0-9]{12}|aws):policy/.+$", var.permissions_boundary_arn))
    error_message = "permissions_boundary_arn must be the ARN of an IAM policy (arn:aws:iam::123456789012:policy/name), or null for none."
  }
}

variable "subnets" {
  description = "Private subnets by the name of their zone, which is static so that adding a zone moves no other: { us-east-1a = { cidr = \"10.0.0.0/20\" } }. At least two zones."
  type = map(object({
    cidr = string
  }))
  nullable = false

  validation {
    condition     = length(var.subnets) >= 2
    error_message = "subnets must name at least two zones, so that the loss of one leaves the functions running: add another."
  }

  validation {
    condition     = alltrue([for zone in keys(var.subnets) : can(regex("^${var.context.region}[a-z]$", zone))])
    error_message = "subnets must be keyed by zones of context.region, such as \"us-east-1a\" and \"us-east-1b\" in us-east-1."
  }

  validation {
    condition = alltrue([
      for subnet in values(var.subnets) :
      can(cidrnetmask(subnet.cidr)) && try(cidrsubnet(subnet.cidr, 0, 0) == subnet.cidr && tonumber(split("/", subnet.cidr)[1]) <= 28, false)
    ])
    error_message = "Each subnet's cidr must be an IPv4 network of size /28 or larger, written without host bits: \"10.0.0.0/20\"."
  }

  # A network lies inside another if cutting it to the other's length gives the other.
  validation {
    condition = alltrue([
      for subnet in values(var.subnets) :
      try(
        tonumber(split("/", subnet.cidr)[1]) >= tonumber(split("/", var.vpc_cidr)[1]) &&
        cidrsubnet("${split("/", subnet.cidr)[0]}/${split("/", var.vpc_cidr)[1]}", 0, 0) == cidrsubnet(var.vpc_cidr, 0, 0),
        true, # Not a network at all: another validation says so.
      )
    ])
    error_message = "Each subnet's cidr must lie inside vpc_cidr: choose a part of it, for example with cidrsubnet(vpc_cidr, 4, 0)."
  }

  # Two networks overlap if they are equal once both are cut to the shorter length.
  validation {
    condition = alltrue(flatten([
      for zone, subnet in var.subnets : [
        for other_zone, other in var.subnets : try(
          cidrsubnet("${split("/", subnet.cidr)[0]}/${min(split("/", subnet.cidr)[1], split("/", other.cidr)[1])}", 0, 0) !=
          cidrsubnet("${split("/", other.cidr)[0]}/${min(split("/", subnet.cidr)[1], split("/", other.cidr)[1])}", 0, 0),
          true, # Not a network at all: another validation says so.
        ) if zone != other_zone
      ]
    ]))
    error_message = "The subnets must not overlap: give each zone a range of its own, for example with cidrsubnet(vpc_cidr, 4, 0), cidrsubnet(vpc_cidr, 4, 1)."
  }
}

variable "vpc_cidr" {
  description = "IPv4 range of the VPC."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition = can(cidrnetmask(var.vpc_cidr)) && try(
      cidrsubnet(var.vpc_cidr, 0, 0) == var.vpc_cidr &&
      tonumber(split("/", var.vpc_cidr)[1]) >= 16 && tonumber(split("/", var.vpc_cidr)[1]) <= 28,
      false,
    )
    error_message = "vpc_cidr must be an IPv4 network between /16 and /28, written without host bits: \"10.0.0.0/16\"."
  }
}
