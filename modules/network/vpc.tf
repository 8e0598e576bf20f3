locals {
  _name = var.context.name_prefix
}

resource "aws_vpc" "this" {
  cidr_block           = var.vpc_cidr
  enable_dns_support   = true # Interface endpoints' private names resolve only with both.
  enable_dns_hostnames = true
  tags                 = merge(var.context.tags, { Name = local._name })
}

# Left alone, the default security group admits its own members, and the default ACL and route table take whatever is
# launched without naming its own. All three are kept, empty, so that nothing can use them by mistake.
resource "aws_default_security_group" "closed" {
  vpc_id  = aws_vpc.this.id
  ingress = []
  egress  = []
  tags    = merge(var.context.tags, { Name = "${local._name}-default-closed" })
}

resource "aws_default_network_acl" "closed" {
  default_network_acl_id = aws_vpc.this.default_network_acl_id
  tags                   = merge(var.context.tags, { Name = "${local._name}-default-closed" })

  lifecycle {
    # A subnet that someone makes by hand lands here, closed: that isn't for this module to undo.
    ignore_changes = [subnet_ids]
  }
}

resource "aws_default_route_table" "closed" {
  default_route_table_id = aws_vpc.this.default_route_table_id
  route                  = []
  tags                   = merge(var.context.tags, { Name = "${local._name}-default-closed" })
}
