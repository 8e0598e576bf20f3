locals {
  _function_alarms = {
    duration = {
      description = "The function is slow: its average duration is above ${var.alarms.duration.threshold} ms"
      metric      = "Duration"
      operator    = "GreaterThanThreshold"
      statistic   = "Average"
      settings    = var.alarms.duration
    }
    errors = {
      description = "The function fails: more than ${var.alarms.errors.threshold} errors"
      metric      = "Errors"
      operator    = "GreaterThanThreshold"
      statistic   = "Sum"
      settings    = var.alarms.errors
    }
    throttles = {
      description = "Calls of the function are refused: its concurrency is used up"
      metric      = "Throttles"
      operator    = "GreaterThanOrEqualToThreshold"
      statistic   = "Sum"
      settings    = var.alarms.throttles
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local._function_alarms

  alarm_name          = "${local._function_name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/Lambda"
  metric_name         = each.value.metric
  dimensions          = { FunctionName = local._function_name }
  statistic           = each.value.statistic
  comparison_operator = each.value.operator
  threshold           = each.value.settings.threshold
  period              = each.value.settings.period
  evaluation_periods  = each.value.settings.evaluation_periods
  treat_missing_data  = "notBreaching" # no call, no data, no trouble
  alarm_actions       = [var.platform.alert_topic_arn]
  ok_actions          = [var.platform.alert_topic_arn]
  tags                = var.context.tags
}

resource "aws_cloudwatch_metric_alarm" "dead_letters" {
  count = var.dead_letters.enabled ? 1 : 0

  alarm_name          = "${local._function_name}-dead-letters"
  alarm_description   = "Events that the function could not handle wait in ${local._dead_letter_queue_name}"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local._dead_letter_queue_name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.dead_letters.threshold
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.platform.alert_topic_arn]
  ok_actions          = [var.platform.alert_topic_arn]
  tags                = var.context.tags
}
