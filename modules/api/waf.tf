locals {
  # In this order, after the rules of our own.
  _managed_rule_groups = {
    AWSManagedRulesAmazonIpReputationList = 20
    AWSManagedRulesCommonRuleSet          = 21
    AWSManagedRulesKnownBadInputsRuleSet  = 22
  }

  # The common rule set refuses bodies above 8 KB: less than a record with its lists. The size rule here decides instead.
  _counted_rules = { AWSManagedRulesCommonRuleSet = ["SizeRestrictions_BODY"] }

  # Referer: the address of a page about a patient.
  _redacted_headers = ["authorization", "cookie", "referer", "x-break-glass-reason"]
}

resource "aws_wafv2_web_acl" "this" {
  #checkov:skip=CKV_AWS_192:AWSManagedRulesKnownBadInputsRuleSet is in the dynamic block, which checkov does not follow
  name        = local._name
  description = "What reaches the API ${local._name}"
  scope       = "REGIONAL"
  tags        = var.context.tags

  default_action {
    allow {}
  }

  # As much of the body as WAF can see: rules that look at a part can be walked around.
  association_config {
    request_body {
      api_gateway {
        default_size_inspection_limit = "KB_64"
      }
    }
  }

  # A match is logged with what matched. In a body or a query that is a piece of a record, so it is replaced; which rule
  # it was, and how often, is kept. https://docs.aws.amazon.com/waf/latest/developerguide/data-protection-masking.html
  data_protection_config {
    dynamic "data_protection" {
      for_each = ["BODY", "QUERY_STRING"]

      content {
        action = "SUBSTITUTION"

        field {
          field_type = data_protection.value
        }
      }
    }
  }

  dynamic "rule" {
    for_each = length(var.allowed_source_cidrs) == 0 ? [] : [aws_wafv2_ip_set.allowed]

    content {
      name     = "named-networks-only"
      priority = 1

      action {
        block {}
      }

      statement {
        not_statement {
          statement {
            or_statement {
              dynamic "statement" {
                for_each = rule.value

                content {
                  ip_set_reference_statement {
                    arn = statement.value.arn
                  }
                }
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "${local._name}-named-networks-only"
        sampled_requests_enabled   = false
      }
    }
  }

  rule {
    name     = "rate-limit"
    priority = 10

    action {
      block {}
    }

    statement {
      rate_based_statement {
        limit              = var.rate_limit
        aggregate_key_type = "IP"
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${local._name}-rate-limit"
      sampled_requests_enabled   = false
    }
  }

  rule {
    name     = "body-size"
    priority = 11

    action {
      block {}
    }

    statement {
      size_constraint_statement {
        comparison_operator = "GT"
        size                = 65536

        field_to_match {
          body {
            oversize_handling = "MATCH"
          }
        }

        text_transformation {
          priority = 0
          type     = "NONE"
        }
      }
    }

    visibility_config {
      cloudwatch_metrics_enabled = true
      metric_name                = "${local._name}-body-size"
      sampled_requests_enabled   = false
    }
  }

  dynamic "rule" {
    for_each = local._managed_rule_groups

    content {
      name     = rule.key
      priority = rule.value

      override_action {
        none {}
      }

      statement {
        managed_rule_group_statement {
          name        = rule.key
          vendor_name = "AWS"

          dynamic "rule_action_override" {
            for_each = lookup(local._counted_rules, rule.key, [])

            content {
              name = rule_action_override.value

              action_to_use {
                count {}
              }
            }
          }
        }
      }

      visibility_config {
        cloudwatch_metrics_enabled = true
        metric_name                = "${local._name}-${rule.key}"
        sampled_requests_enabled   = false
      }
    }
  }

  # Samples show whole requests, paths included, to whoever may open the console.
  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = local._name
    sampled_requests_enabled   = false
  }
}

resource "aws_wafv2_web_acl_association" "this" {
  resource_arn = aws_api_gateway_stage.this.arn
  web_acl_arn  = aws_wafv2_web_acl.this.arn
}

# WAF asks for a name that begins with aws-waf-logs-.
resource "aws_cloudwatch_log_group" "waf" {
  name              = "aws-waf-logs-${local._name}"
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.context.tags
}

# AWS would make such a policy itself, for all groups, and leave it behind.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
resource "aws_cloudwatch_log_resource_policy" "waf" {
  policy_name = "${local._name}-waf"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "WafDeliversLogs"
      Effect    = "Allow"
      Principal = { Service = "delivery.logs.amazonaws.com" }
      Action    = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource  = "arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:log-group:aws-waf-logs-${local._name}:*"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:*" }
      }
    }]
  })
}

# Without tokens, and without paths and queries, which name patients.
resource "aws_wafv2_web_acl_logging_configuration" "this" {
  resource_arn            = aws_wafv2_web_acl.this.arn
  log_destination_configs = [aws_cloudwatch_log_group.waf.arn]

  dynamic "redacted_fields" {
    for_each = local._redacted_headers

    content {
      single_header {
        name = redacted_fields.value
      }
    }
  }

  redacted_fields {
    uri_path {}
  }

  redacted_fields {
    query_string {}
  }

  depends_on = [aws_cloudwatch_log_resource_policy.waf]
}
