# No route but the VPC's own and the gateway endpoints': nothing here reaches the internet or is reached from it. The way
# out that egress.tf makes where it is asked for has subnets of its own.
resource "aws_subnet" "private" {
  for_each = var.subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = false
  tags                    = merge(var.context.tags, { Name = "${local._name}-private-${each.key}" })

  timeouts {
    # Lambda gives its network interfaces back up to 40 minutes after the last function is gone.
    delete = "45m"
  }
}

# One table a zone, so that a zone's egress can later pass a firewall of the same zone. Written as no route at all: one
# that is added by hand shows in the next plan, and goes. The gateway endpoints' own routes don't count.
resource "aws_route_table" "private" {
  for_each = var.subnets

  vpc_id = aws_vpc.this.id
  route  = []
  tags   = merge(var.context.tags, { Name = "${local._name}-private-${each.key}" })
}

resource "aws_route_table_association" "private" {
  for_each = var.subnets

  subnet_id      = aws_subnet.private[each.key].id
  route_table_id = aws_route_table.private[each.key].id
}
