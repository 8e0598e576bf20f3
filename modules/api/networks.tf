# The networks that may call, where some are named. In the web ACL and not in a resource policy of the API: up to 6.47 the
# provider puts an earlier policy back after each import of the document, and a changed network would never arrive.
# https://github.com/hashicorp/terraform-provider-aws/issues/38515
locals {
  _ip_versions = {
    IPV4 = [for cidr in var.allowed_source_cidrs : cidrsubnet(cidr, 0, 0) if !strcontains(cidr, ":")]
    IPV6 = [for cidr in var.allowed_source_cidrs : cidrsubnet(cidr, 0, 0) if strcontains(cidr, ":")]
  }
}

# Both, though one may be empty: the rule's "or" asks for two.
resource "aws_wafv2_ip_set" "allowed" {
  for_each = { for version, cidrs in local._ip_versions : version => cidrs if length(var.allowed_source_cidrs) > 0 }

  name               = "${local._name}-allowed-${lower(each.key)}"
  description        = "Networks that may call the API ${local._name}"
  scope              = "REGIONAL"
  ip_address_version = each.key
  addresses          = each.value
  tags               = var.context.tags

  lifecycle {
    create_before_destroy = true # The web ACL lets go of it first.
  }
}
