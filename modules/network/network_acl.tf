# The second wall behind the security groups. It is stateless, and the gateway endpoints answer from S3's and DynamoDB's
# public addresses, which an ACL can't name by prefix list: hence 443 out and the answers' high ports in, for any
# address. Without an internet gateway nothing else has those addresses.
resource "aws_network_acl" "private" {
  #checkov:skip=CKV_AWS_231:The answers' port range spans 3389; there is no internet gateway, and no security group admits it
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
  tags       = merge(var.context.tags, { Name = "${local._name}-private" })
}

locals {
  _network_acl_rules = {
    vpc-in      = { egress = false, number = 100, protocol = "-1", cidr = var.vpc_cidr, from = 0, to = 0 }
    vpc-out     = { egress = true, number = 100, protocol = "-1", cidr = var.vpc_cidr, from = 0, to = 0 }
    gateway-in  = { egress = false, number = 200, protocol = "tcp", cidr = "0.0.0.0/0", from = 1024, to = 65535 }
    gateway-out = { egress = true, number = 200, protocol = "tcp", cidr = "0.0.0.0/0", from = 443, to = 443 }
  }
}

resource "aws_network_acl_rule" "private" {
  for_each = local._network_acl_rules

  network_acl_id = aws_network_acl.private.id
  egress         = each.value.egress
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = each.value.protocol
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}
