locals {
  _dead_letter_queue_name = "${local._bus_name}-dead-letters"
  _dead_letter_queue_arn  = "arn:${var.context.partition}:sqs:${var.context.region}:${var.context.account_id}:${local._dead_letter_queue_name}"
}

resource "aws_sqs_queue" "dead_letters" {
  name                              = local._dead_letter_queue_name
  kms_master_key_id                 = var.kms_key_arn
  kms_data_key_reuse_period_seconds = 300
  message_retention_seconds         = 14 * 86400
  tags                              = var.context.tags

  # In the queue and not in a resource of its own: the provider waits for each of the two.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([
      {
        Sid       = "TlsOnly"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = local._dead_letter_queue_arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "EventBus"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local._dead_letter_queue_arn
        Condition = { ArnEquals = { "aws:SourceArn" = local._bus_arn } }
      },
      ],
      # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
      [for name, rule in local._queue_rules : {
        Sid       = "EventRule${replace(title(replace(name, "-", " ")), " ", "")}"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = local._dead_letter_queue_arn
        Condition = { ArnEquals = { "aws:SourceArn" = rule.arn } }
      }],
    )
  })
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  alarm_name          = "${local._bus_name}-dead-letters"
  alarm_description   = "Events that the bus could not encrypt, decrypt or deliver wait in ${local._dead_letter_queue_name}"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local._dead_letter_queue_name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 1
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # SQS sends no data for a queue that nobody uses.
  alarm_actions       = [var.alert_topic_arn]
  ok_actions          = [var.alert_topic_arn]
  tags                = var.context.tags
}
