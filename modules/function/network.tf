# No way in, and out to AWS's own services alone, unless something else is named: Lambda's network interfaces answer no one.
resource "aws_security_group" "this" {
  count = local._in_vpc ? 1 : 0

  name_prefix = "${local._function_name}-" # a replacement stands before the old one goes
  description = "Function ${local._function_name}: out to VPC endpoints only"
  vpc_id      = var.platform.vpc_id
  tags        = merge(var.context.tags, { Name = local._function_name })

  # Lambda gives its network interfaces back up to 20 minutes after the function is gone.
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  timeouts {
    delete = "45m"
  }

  lifecycle {
    create_before_destroy = true
  }

  # Lambda deletes them by the role's rights, and the group waits for that: so at destroy the role goes after the group. Without
  # its role Lambda would leave them to whoever comes by.
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  depends_on = [aws_iam_role_policy.platform]
}

resource "aws_vpc_security_group_egress_rule" "endpoints" {
  count = local._in_vpc ? 1 : 0

  security_group_id            = aws_security_group.this[0].id
  description                  = "TLS to the interface endpoints"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = var.platform.endpoint_security_group_id
  tags                         = var.context.tags
}

resource "aws_vpc_security_group_egress_rule" "gateways" {
  for_each = local._in_vpc ? var.platform.prefix_list_ids : {}

  security_group_id = aws_security_group.this[0].id
  description       = "TLS to the ${each.key} gateway endpoint"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  prefix_list_id    = each.value
  tags              = var.context.tags
}

resource "aws_vpc_security_group_egress_rule" "named" {
  for_each = local._in_vpc ? var.egress : {}

  security_group_id            = aws_security_group.this[0].id
  description                  = "To ${each.key}"
  ip_protocol                  = "tcp"
  from_port                    = each.value.port
  to_port                      = each.value.port
  referenced_security_group_id = each.value.security_group_id
  tags                         = var.context.tags
}

# The one rule that names every address. Names can't be written here; they are in the firewall that the route out of
# these subnets passes (modules/network: egress), and elsewhere there is no route.
resource "aws_vpc_security_group_egress_rule" "allow_listed" {
  #checkov:skip=CKV_AWS_382:443 alone, and from subnets alone whose way out is a firewall with a list of host names
  count = local._in_vpc && var.allow_listed_egress != null ? 1 : 0

  security_group_id = aws_security_group.this[0].id
  description       = "TLS to the hosts on the allow-list of the network firewall"
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  cidr_ipv4         = "0.0.0.0/0"
  tags              = var.context.tags
}
