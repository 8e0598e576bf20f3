# TLS whose SNI is exactly one of the hosts, on 443. All else is dropped: other protocols and ports at their first packet, other
# names once the handshake has said them. Connections are opened before that, to any address, and carry nothing.
locals {
  _firewall_arn_prefix = "arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:log-group"
  _firewall_log_groups = local._egress ? {
    alert = "/aws/network-firewall/${local._name}/alert"
    flow  = "/aws/network-firewall/${local._name}/flow"
  } : {}

  # https://docs.suricata.io/en/latest/rules/tls-keywords.html: startswith and endswith together leave room for nothing besides.
  _firewall_rules = !local._egress ? "" : join("\n", concat(
    [
      "drop udp any any -> any any (msg:\"UDP\"; sid:1; rev:1;)",
      "drop icmp any any -> any any (msg:\"ICMP\"; sid:2; rev:1;)",
      "drop tcp $HOME_NET any -> any !443 (msg:\"not 443\"; sid:3; rev:1;)",
    ],
    [
      for number, host in sort(var.egress.hosts) :
      "pass tls $HOME_NET any -> any 443 (msg:\"${host}\"; tls.sni; content:\"${host}\"; startswith; endswith; nocase; flow:to_server,established; sid:${100 + number}; rev:1;)"
    ],
  ))
}

resource "aws_networkfirewall_rule_group" "egress" {
  count = local._egress_count

  name        = "${local._name}-egress"
  description = "TLS to named hosts"
  type        = "STATEFUL"
  capacity    = 100 # can't be changed later
  tags        = var.context.tags

  encryption_configuration {
    key_id = var.egress.kms_key_arn
    type   = "CUSTOMER_KMS"
  }

  rule_group {
    rule_variables {
      ip_sets {
        key = "HOME_NET"

        ip_set {
          definition = values(local._egress_cidrs)
        }
      }
    }

    rules_source {
      rules_string = local._firewall_rules
    }

    stateful_rule_options {
      rule_order = "STRICT_ORDER"
    }
  }
}

resource "aws_networkfirewall_firewall_policy" "egress" {
  count = local._egress_count

  name        = "${local._name}-egress"
  description = "Drops what no rule lets through"
  tags        = var.context.tags

  encryption_configuration {
    key_id = var.egress.kms_key_arn
    type   = "CUSTOMER_KMS"
  }

  firewall_policy {
    stateless_default_actions          = ["aws:forward_to_sfe"]
    stateless_fragment_default_actions = ["aws:drop"]

    # "established": a handshake has to be let through until the name in it is known.
    # https://docs.aws.amazon.com/network-firewall/latest/developerguide/suricata-rule-evaluation-order.html
    stateful_default_actions = ["aws:alert_established", "aws:drop_established"]

    stateful_engine_options {
      rule_order              = "STRICT_ORDER"
      stream_exception_policy = "DROP"
    }

    stateful_rule_group_reference {
      priority     = 1
      resource_arn = aws_networkfirewall_rule_group.egress[0].arn
    }
  }
}

resource "aws_networkfirewall_firewall" "egress" {
  #checkov:skip=CKV_AWS_344:Protected as everything else is, unless deletion_protection is off for what is worth nothing
  count = local._egress_count

  name                              = "${local._name}-egress"
  description                       = "The way out of the VPC: TLS to named hosts"
  vpc_id                            = aws_vpc.this.id
  firewall_policy_arn               = aws_networkfirewall_firewall_policy.egress[0].arn
  delete_protection                 = var.egress.deletion_protection
  firewall_policy_change_protection = var.egress.deletion_protection
  subnet_change_protection          = var.egress.deletion_protection
  tags                              = var.context.tags

  encryption_configuration {
    key_id = var.egress.kms_key_arn
    type   = "CUSTOMER_KMS"
  }

  dynamic "subnet_mapping" {
    for_each = local._firewall_zones

    content {
      subnet_id = aws_subnet.firewall[subnet_mapping.key].id
    }
  }
}

resource "aws_cloudwatch_log_group" "firewall" {
  for_each = merge(local._firewall_log_groups, local._dns_log_groups)

  name              = each.value
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.context.tags
}

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
resource "aws_cloudwatch_log_resource_policy" "firewall" {
  count = local._egress_count

  policy_name = "${local._name}-egress"

  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "DeliverEgressLogs"
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = [for group in values(merge(local._firewall_log_groups, local._dns_log_groups)) : "${local._firewall_arn_prefix}:${group}:log-stream:*"]
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:*" }
      }
    }]
  })
}

resource "aws_networkfirewall_logging_configuration" "egress" {
  count = local._egress_count

  firewall_arn = aws_networkfirewall_firewall.egress[0].arn

  logging_configuration {
    dynamic "log_destination_config" {
      for_each = local._firewall_log_groups

      content {
        log_destination      = { logGroup = aws_cloudwatch_log_group.firewall[log_destination_config.key].name }
        log_destination_type = "CloudWatchLogs"
        log_type             = upper(log_destination_config.key)
      }
    }
  }

  depends_on = [aws_cloudwatch_log_resource_policy.firewall]
}
