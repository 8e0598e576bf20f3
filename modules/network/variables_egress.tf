variable "egress" {
  description = "The one way out of the VPC, for functions in subnets of their own: TLS to exactly the named `hosts`, through a network firewall, a DNS firewall and NAT. Null, the default: there is none, and no internet gateway. `private_names` resolve besides, and have no way out. `cidr` is the range of its subnets (the last sixteenth of vpc_cidr unless another is named, /22 or larger); `zones` are those with a firewall and a NAT gateway of their own (empty: all; one is the cheapest, and everything's way out is gone with it); `kms_key_arn` encrypts the firewall's rules. It costs by the hour and zone: docs/decisions/0014-egress-and-model-access.md."
  type = object({
    cidr                = optional(string)
    deletion_protection = optional(bool, true)
    hosts               = set(string)
    kms_key_arn         = string
    private_names       = optional(set(string), [])
    zones               = optional(set(string), [])
  })
  default = null

  # RFC 1123, without a wildcard, an address (its last part would be a number) or a dot at the end.
  validation {
    condition = var.egress == null || try(alltrue([
      for host in setunion(var.egress.hosts, var.egress.private_names) :
      can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$", host)) && length(host) <= 253
    ]), false)
    error_message = "egress.hosts and private_names are exact names of hosts in lower case: \"api.openai.com\". No wildcard (\"*.openai.com\" would be more than was asked for), no address, no scheme, no path, no dot at the end."
  }

  validation {
    condition     = var.egress == null || try(length(var.egress.hosts) >= 1 && length(var.egress.hosts) <= 90, false)
    error_message = "egress.hosts has from 1 to 90 hosts. Without any there is no way out: set egress = null."
  }

  validation {
    condition     = var.egress == null || can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/.+$", var.egress.kms_key_arn))
    error_message = "egress.kms_key_arn must be the ARN of a customer-managed key (arn:aws:kms:...:key/...), not an alias or a key id: use an output of modules/encryption."
  }

  validation {
    condition     = var.egress == null || try(length(setsubtract(var.egress.zones, keys(var.subnets))) == 0, false)
    error_message = "egress.zones must be zones that `subnets` names, or empty for all of them."
  }

  # The range by egress.tf's rule: a validation can't look at a local that looks at its variable.
  validation {
    condition = var.egress == null || alltrue([
      for range in [try(coalesce(var.egress.cidr, cidrsubnet(var.vpc_cidr, 4, 15)), "none")] : try(
        cidrsubnet(range, 0, 0) == range && tonumber(split("/", range)[1]) <= 22 && length(var.subnets) <= 7 &&
        tonumber(split("/", range)[1]) >= tonumber(split("/", var.vpc_cidr)[1]) &&
        cidrsubnet("${split("/", range)[0]}/${split("/", var.vpc_cidr)[1]}", 0, 0) == cidrsubnet(var.vpc_cidr, 0, 0),
        false,
      )
    ])
    error_message = "egress.cidr must be an IPv4 network inside vpc_cidr, /22 or larger, written without host bits, for at most 7 zones: the last sixteenth of vpc_cidr is the default, and too small where vpc_cidr is smaller than /18."
  }

  # Two networks overlap if they are equal once both are cut to the shorter length.
  validation {
    condition = var.egress == null || alltrue(flatten([
      for range in [try(coalesce(var.egress.cidr, cidrsubnet(var.vpc_cidr, 4, 15)), "none")] : [
        for subnet in values(var.subnets) : try(
          cidrsubnet("${split("/", subnet.cidr)[0]}/${min(split("/", subnet.cidr)[1], split("/", range)[1])}", 0, 0) !=
          cidrsubnet("${split("/", range)[0]}/${min(split("/", subnet.cidr)[1], split("/", range)[1])}", 0, 0),
          true, # Not a network at all: another validation says so.
        )
      ]
    ]))
    error_message = "egress.cidr must not overlap a subnet: leave the last sixteenth of vpc_cidr free, or name another range as egress.cidr."
  }
}
