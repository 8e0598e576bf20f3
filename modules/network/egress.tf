# The one way out, where somebody asks for it: functions in subnets of their own, a network firewall that lets through TLS to the
# hosts that are named and drops all else, NAT, the internet. The private subnets keep having no route. Each zone has the three
# subnets behind each other; answers come back the same way, because the firewall has to see both directions.
# https://docs.aws.amazon.com/network-firewall/latest/developerguide/arch-igw-ngw.html
locals {
  _egress       = var.egress != null
  _egress_count = local._egress ? 1 : 0
  _egress_cidr  = local._egress ? coalesce(var.egress.cidr, try(cidrsubnet(var.vpc_cidr, 4, 15), var.vpc_cidr)) : null

  _zones          = sort(keys(var.subnets))
  _egress_zones   = local._egress ? toset(local._zones) : toset([])
  _firewall_zones = !local._egress ? toset([]) : length(var.egress.zones) == 0 ? toset(local._zones) : var.egress.zones
  # A zone without a firewall of its own goes through the first that there is: cheaper, and gone with that zone.
  _firewall_zone_of = { for zone in local._egress_zones : zone => contains(local._firewall_zones, zone) ? zone : sort(local._firewall_zones)[0] }

  # Eighths of the range: one a zone for functions, and in the last one the small ones, /28, of firewalls and NAT.
  _egress_last  = local._egress ? cidrsubnet(local._egress_cidr, 3, 7) : null
  _transit_bits = local._egress ? 28 - tonumber(split("/", local._egress_last)[1]) : 0
  _egress_cidrs = { for zone in local._egress_zones : zone => cidrsubnet(local._egress_cidr, 3, index(local._zones, zone)) }
  _firewall_cidrs = {
    for zone in local._firewall_zones : zone => cidrsubnet(local._egress_last, local._transit_bits, 2 * index(local._zones, zone))
  }
  _public_cidrs = {
    for zone in local._firewall_zones : zone => cidrsubnet(local._egress_last, local._transit_bits, 2 * index(local._zones, zone) + 1)
  }
  _firewall_endpoints = {
    for state in flatten(aws_networkfirewall_firewall.egress[*].firewall_status[0].sync_states[*]) : state.availability_zone => state.attachment[0].endpoint_id
  }
}

resource "aws_subnet" "egress" {
  for_each = local._egress_zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local._egress_cidrs[each.key]
  map_public_ip_on_launch = false
  tags                    = merge(var.context.tags, { Name = "${local._name}-egress-${each.key}" })

  timeouts {
    delete = "45m" # Lambda gives its network interfaces back late.
  }
}

resource "aws_subnet" "firewall" {
  for_each = local._firewall_zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local._firewall_cidrs[each.key]
  map_public_ip_on_launch = false
  tags                    = merge(var.context.tags, { Name = "${local._name}-firewall-${each.key}" })
}

resource "aws_subnet" "public" {
  for_each = local._firewall_zones

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.key
  cidr_block              = local._public_cidrs[each.key]
  map_public_ip_on_launch = false
  tags                    = merge(var.context.tags, { Name = "${local._name}-nat-${each.key}" })
}

resource "aws_internet_gateway" "egress" {
  count = local._egress_count

  vpc_id = aws_vpc.this.id
  tags   = merge(var.context.tags, { Name = "${local._name}-egress" })
}

resource "aws_eip" "nat" {
  #checkov:skip=CKV2_AWS_19:The address is the NAT gateway's
  for_each = local._firewall_zones

  domain = "vpc"
  tags   = merge(var.context.tags, { Name = "${local._name}-nat-${each.key}" })

  depends_on = [aws_internet_gateway.egress]
}

resource "aws_nat_gateway" "egress" {
  for_each = local._firewall_zones

  allocation_id = aws_eip.nat[each.key].allocation_id
  subnet_id     = aws_subnet.public[each.key].id
  tags          = merge(var.context.tags, { Name = "${local._name}-nat-${each.key}" })
}

resource "aws_route_table" "egress" {
  for_each = local._egress_zones

  vpc_id = aws_vpc.this.id
  tags   = merge(var.context.tags, { Name = "${local._name}-egress-${each.key}" })

  route {
    cidr_block      = "0.0.0.0/0"
    vpc_endpoint_id = local._firewall_endpoints[local._firewall_zone_of[each.key]]
  }
}

resource "aws_route_table" "firewall" {
  for_each = local._firewall_zones

  vpc_id = aws_vpc.this.id
  tags   = merge(var.context.tags, { Name = "${local._name}-firewall-${each.key}" })

  route {
    cidr_block     = "0.0.0.0/0"
    nat_gateway_id = aws_nat_gateway.egress[each.key].id
  }
}

resource "aws_route_table" "public" {
  for_each = local._firewall_zones

  vpc_id = aws_vpc.this.id
  tags   = merge(var.context.tags, { Name = "${local._name}-nat-${each.key}" })

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.egress[0].id
  }

  dynamic "route" {
    for_each = { for zone, firewall_zone in local._firewall_zone_of : zone => local._egress_cidrs[zone] if firewall_zone == each.key }

    content {
      cidr_block      = route.value
      vpc_endpoint_id = local._firewall_endpoints[each.key]
    }
  }

  # The last door that opens: rules, logs and name resolution are there by then.
  depends_on = [
    aws_networkfirewall_logging_configuration.egress,
    aws_route53_resolver_firewall_config.egress,
    aws_route53_resolver_firewall_rule_group_association.egress,
  ]
}

resource "aws_route_table_association" "egress" {
  for_each = local._egress_zones

  subnet_id      = aws_subnet.egress[each.key].id
  route_table_id = aws_route_table.egress[each.key].id
}

resource "aws_route_table_association" "firewall" {
  for_each = local._firewall_zones

  subnet_id      = aws_subnet.firewall[each.key].id
  route_table_id = aws_route_table.firewall[each.key].id
}

resource "aws_route_table_association" "public" {
  for_each = local._firewall_zones

  subnet_id      = aws_subnet.public[each.key].id
  route_table_id = aws_route_table.public[each.key].id
}

# TCP alone: 443 to anywhere, answers, and databases' ports within the VPC. No UDP, whatever a security group says.
resource "aws_network_acl" "egress" {
  count = local._egress_count

  vpc_id     = aws_vpc.this.id
  subnet_ids = [for subnet in concat(values(aws_subnet.egress), values(aws_subnet.firewall), values(aws_subnet.public)) : subnet.id]
  tags       = merge(var.context.tags, { Name = "${local._name}-egress" })
}

resource "aws_network_acl_rule" "egress" {
  #checkov:skip=CKV_AWS_231:Answers arrive on any high port, 3389 among them; no security group admits it and the firewall lets nothing in
  for_each = local._egress ? local._network_acl_rules : {}

  network_acl_id = aws_network_acl.egress[0].id
  egress         = each.value.egress
  rule_number    = each.value.number
  rule_action    = "allow"
  protocol       = "tcp"
  cidr_block     = each.value.cidr
  from_port      = each.value.from
  to_port        = each.value.to
}
