locals {
  _name      = var.context.name_prefix
  _topic_arn = "arn:${var.context.partition}:sns:${var.context.region}:${var.context.account_id}:${local._name}-alerts"

  _publishers = {
    budgets    = "arn:${var.context.partition}:budgets::${var.context.account_id}:*"
    cloudwatch = "arn:${var.context.partition}:cloudwatch:${var.context.region}:${var.context.account_id}:alarm:*"
  }
}

# The one place where alerts arrive. It says that something happened, never to whom: no PHI comes here.
resource "aws_sns_topic" "alerts" {
  name              = "${local._name}-alerts"
  kms_master_key_id = var.kms_key_arn
  signature_version = 2 # SHA-256, for HTTPS subscribers that check who speaks.
  tags              = var.context.tags
}

resource "aws_sns_topic_policy" "alerts" {
  arn = aws_sns_topic.alerts.arn

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "DenyPlainText"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "sns:Publish"
        Resource  = local._topic_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for service, source_arn in local._publishers : {
        Sid       = "Publish${title(service)}"
        Effect    = "Allow"
        Principal = { Service = "${service}.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local._topic_arn
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.context.account_id }
          ArnLike      = { "aws:SourceArn" = source_arn }
        }
      }],
      # No condition: EventBridge can't be held to a rule or an account here, and what it finds would be lost.
      # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
      [for rules in [local._finding_rules] : {
        Sid       = "PublishFindings"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sns:Publish"
        Resource  = local._topic_arn
      } if length(rules) > 0],
    )
  })
}

resource "aws_sns_topic_subscription" "alerts" {
  for_each = var.subscribers

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = each.value.protocol
  endpoint  = each.value.endpoint

  depends_on = [aws_sns_topic_policy.alerts]
}
