# Names are a way out as well: whoever runs a name server reads what is asked for. So the VPC's resolver answers for the hosts, for
# AWS's own names that endpoints and databases here have, and for no other; and where its firewall can't judge, not at all.
locals {
  _dns_suffix     = var.context.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
  _dns_log_groups = local._egress ? { dns = "/aws/route53-resolver/${local._name}" } : {}

  _aws_names = flatten([
    for name in [for service in setunion(local._gateway_services, var.interface_endpoints) : "${service}.${var.context.region}.${local._dns_suffix}"] : [name, "*.${name}"]
  ])
  # Each of these zones is AWS's: a name in it is given by AWS, and leads to nobody's name server. Besides the names above SDKs call
  # DynamoDB by the account, and S3 of us-east-1 without a region: both through the gateway endpoints.
  # https://docs.aws.amazon.com/sdkref/latest/guide/feature-account-endpoints.html
  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html#deprecated-global-endpoint
  _aws_zones = concat(
    [for zone in ["aoss", "rds"] : "*.${var.context.region}.${zone}.${local._dns_suffix}"],
    ["*.ddb.${var.context.region}.${local._dns_suffix}"],
    var.context.region == "us-east-1" ? ["*.s3.${local._dns_suffix}", "s3.${local._dns_suffix}"] : [],
  )
  # A resolver's names end with a dot, and so they come back from AWS.
  _resolved_names = local._egress ? [for name in concat(sort(setunion(var.egress.hosts, var.egress.private_names)), sort(local._aws_names), local._aws_zones) : "${name}."] : []
}

resource "aws_route53_resolver_firewall_domain_list" "egress" {
  for_each = { for name, domains in { all = ["*."], resolved = local._resolved_names } : name => domains if local._egress }

  name    = "${local._name}-${each.key}"
  domains = each.value
  tags    = var.context.tags
}

resource "aws_route53_resolver_firewall_rule_group" "egress" {
  count = local._egress_count

  name = "${local._name}-egress"
  tags = var.context.tags
}

# What a host's name leads to (a CDN's name, often) is not judged again: only its own answer can be had.
resource "aws_route53_resolver_firewall_rule" "resolve" {
  count = local._egress_count

  name                               = "resolve-named-hosts"
  action                             = "ALLOW"
  priority                           = 100
  firewall_rule_group_id             = aws_route53_resolver_firewall_rule_group.egress[0].id
  firewall_domain_list_id            = aws_route53_resolver_firewall_domain_list.egress["resolved"].id
  firewall_domain_redirection_action = "TRUST_REDIRECTION_DOMAIN"
}

resource "aws_route53_resolver_firewall_rule" "block" {
  count = local._egress_count

  name                    = "block-all-others"
  action                  = "BLOCK"
  block_response          = "NXDOMAIN"
  priority                = 200
  firewall_rule_group_id  = aws_route53_resolver_firewall_rule_group.egress[0].id
  firewall_domain_list_id = aws_route53_resolver_firewall_domain_list.egress["all"].id
}

resource "aws_route53_resolver_firewall_rule_group_association" "egress" {
  count = local._egress_count

  name                   = "${local._name}-egress"
  firewall_rule_group_id = aws_route53_resolver_firewall_rule_group.egress[0].id
  mutation_protection    = var.egress.deletion_protection ? "ENABLED" : "DISABLED"
  priority               = 101
  vpc_id                 = aws_vpc.this.id
  tags                   = var.context.tags

  # In this order: with the second rule alone nothing in the VPC would find anything.
  depends_on = [aws_route53_resolver_firewall_rule.resolve, aws_route53_resolver_firewall_rule.block]
}

resource "aws_route53_resolver_firewall_config" "egress" {
  count = local._egress_count

  resource_id        = aws_vpc.this.id
  firewall_fail_open = "DISABLED"
}

# Which names were asked for, and which of them were refused.
resource "aws_route53_resolver_query_log_config" "egress" {
  count = local._egress_count

  name            = "${local._name}-egress"
  destination_arn = aws_cloudwatch_log_group.firewall["dns"].arn
  tags            = var.context.tags

  depends_on = [aws_cloudwatch_log_resource_policy.firewall]
}

resource "aws_route53_resolver_query_log_config_association" "egress" {
  count = local._egress_count

  resolver_query_log_config_id = aws_route53_resolver_query_log_config.egress[0].id
  resource_id                  = aws_vpc.this.id
}
