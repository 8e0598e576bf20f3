locals {
  _gateway_services = toset(["dynamodb", "s3"])
  _endpoint_zones   = length(var.interface_endpoint_zones) == 0 ? toset(keys(var.subnets)) : var.interface_endpoint_zones

  # Who calls, and whose resource is called: both are this account. So neither stolen credentials of a stranger nor a
  # stranger's bucket can be used through the endpoints. Which action is for the caller's own policies to say.
  # https://github.com/aws-samples/data-perimeter-policy-examples, vpc_endpoint_policies
  _endpoint_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "OwnPrincipalsToOwnResources"
      Effect    = "Allow"
      Principal = { AWS = "*" }
      Action    = "*"
      Resource  = "*"
      Condition = {
        StringEquals = {
          "aws:PrincipalAccount" = var.context.account_id
          "aws:ResourceAccount"  = var.context.account_id
        }
      }
    }]
  })
}

# Where the resource is nobody's in particular (Bedrock's foundation models are AWS's own, their ARNs name no account), the
# condition on it would refuse everything. What is named instead is the resources themselves, and the actions.
locals {
  _narrow_policies = {
    for service, statement in var.endpoint_statements : service => jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid       = "OwnPrincipalsToNamedResources"
        Effect    = "Allow"
        Principal = { AWS = "*" }
        Action    = sort(statement.actions)
        Resource  = sort(statement.resources)
        Condition = { StringEquals = { "aws:PrincipalAccount" = var.context.account_id } }
      }]
    })
  }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = local._gateway_services

  vpc_id            = aws_vpc.this.id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${var.context.region}.${each.key}"
  route_table_ids   = [for table in concat(values(aws_route_table.private), values(aws_route_table.egress)) : table.id]
  policy            = local._endpoint_policy
  tags              = merge(var.context.tags, { Name = "${local._name}-${each.key}" })
}

resource "aws_vpc_endpoint" "interface" {
  for_each = var.interface_endpoints

  vpc_id              = aws_vpc.this.id
  vpc_endpoint_type   = "Interface"
  service_name        = "com.amazonaws.${var.context.region}.${each.key}"
  private_dns_enabled = true
  subnet_ids          = [for zone in lookup(var.interface_endpoint_zones_by_service, each.key, local._endpoint_zones) : aws_subnet.private[zone].id]
  security_group_ids  = [aws_security_group.endpoints.id]
  policy              = contains(keys(var.endpoint_statements), each.key) ? local._narrow_policies[each.key] : local._endpoint_policy
  tags                = merge(var.context.tags, { Name = "${local._name}-${each.key}" })

  # A client that resolves the private name before it is let in would wait for nothing.
  depends_on = [
    aws_vpc_security_group_ingress_rule.endpoints_from_clients,
    aws_vpc_security_group_ingress_rule.endpoints_from_subnets,
  ]
}

resource "aws_security_group" "endpoints" {
  #checkov:skip=CKV2_AWS_5:Attached to every interface endpoint; without endpoints it waits for functions that name it
  name        = "${local._name}-endpoints"
  description = "Interface endpoints: HTTPS from the functions, nothing out"
  vpc_id      = aws_vpc.this.id
  tags        = merge(var.context.tags, { Name = "${local._name}-endpoints" })

  timeouts {
    # Rules of functions' groups refer to it, and those wait for Lambda's network interfaces.
    delete = "45m"
  }
}

resource "aws_vpc_security_group_ingress_rule" "endpoints_from_clients" {
  for_each = var.endpoint_client_security_group_ids

  security_group_id            = aws_security_group.endpoints.id
  referenced_security_group_id = each.value
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  description                  = "HTTPS from ${each.key}"
}

resource "aws_vpc_security_group_ingress_rule" "endpoints_from_subnets" {
  for_each = length(var.endpoint_client_security_group_ids) == 0 ? merge(
    { for zone, subnet in var.subnets : zone => subnet.cidr },
    { for zone, cidr in local._egress_cidrs : "${zone}-egress" => cidr },
  ) : {}

  security_group_id = aws_security_group.endpoints.id
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "HTTPS from ${each.key}"
}
