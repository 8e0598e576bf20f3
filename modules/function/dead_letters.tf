locals {
  _dead_letter_queue_name = "${local._function_name}-dead-letters"
  _dead_letter_queue_arns = [
    for enabled in [var.dead_letters.enabled] :
    "arn:${var.context.partition}:sqs:${var.context.region}:${var.context.account_id}:${local._dead_letter_queue_name}" if enabled
  ]
}

resource "aws_sqs_queue" "dead_letters" {
  count = var.dead_letters.enabled ? 1 : 0

  name                              = local._dead_letter_queue_name
  kms_master_key_id                 = var.platform.phi_key_arn
  kms_data_key_reuse_period_seconds = 300
  message_retention_seconds         = var.dead_letters.message_retention_days * 86400
  tags                              = var.context.tags

  # In the queue and not in a resource of its own: the provider waits for each of the two.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = local._dead_letter_queue_arns[0]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
      [for name, rule in local._event_rules : {
        Sid       = "EventRule${replace(title(replace(name, "-", " ")), " ", "")}"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local._dead_letter_queue_arns[0]
        Condition = { ArnEquals = { "aws:SourceArn" = rule.arn } }
      }],
    )
  })
}
