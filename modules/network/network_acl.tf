# The second wall behind the security groups. It is stateless, and the gateway endpoints answer from S3's and DynamoDB's
# public addresses, which an ACL can't name by prefix list: hence 443 out and the answers' high ports in for any address.
# These subnets have no route to the internet, so nothing else has such an address. DNS and time of the VPC pass no ACL.
# https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html
resource "aws_network_acl" "private" {
  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in aws_subnet.private : subnet.id]
  tags       = merge(var.context.tags, { Name = "${local._name}-private" })
}

locals {
  _network_acl_rules = {
    answers-in  = { egress = false, number = 100, cidr = "0.0.0.0/0", from = 1024, to = 65535 } # Databases' ports, too.
    https-in    = { egress = false, number = 110, cidr = var.vpc_cidr, from = 443, to = 443 }   # To interface endpoints.
    answers-out = { egress = true, number = 100, cidr = var.vpc_cidr, from = 1024, to = 65535 }
    https-out   = { egress = true, number = 110, cidr = "0.0.0.0/0", from = 443, to = 443 }
  }
}

resource "aws_network_acl_rule" "private" {
  #checkov:skip=CKV_AWS_231:Answers arrive on any high port, 3389 among them; no security group admits it and nothing outside has a route
  for_each = local._network_acl_rules

  network_acl_id = aws_network_acl.private.id
  egress         = each.value.egress
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}
