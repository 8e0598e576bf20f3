locals {
  _alarms = {
    dead_letters = {
      name        = "${local._base_name}-dead-letters"
      description = "Messages that could not be handled wait in ${local._queue_names.dead_letters}"
      queue       = local._queue_names.dead_letters
      metric      = "ApproximateNumberOfMessagesVisible"
      threshold   = var.alarms.dead_letters.threshold
    }
    oldest_message = {
      name        = "${local._base_name}-oldest-message"
      description = "Messages wait in ${local._queue_names.queue} for ${var.alarms.oldest_message.threshold_seconds} seconds and longer"
      queue       = local._queue_names.queue
      metric      = "ApproximateAgeOfOldestMessage"
      threshold   = var.alarms.oldest_message.threshold_seconds
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local._alarms

  alarm_name          = each.value.name
  alarm_description   = each.value.description
  namespace           = "AWS/SQS"
  metric_name         = each.value.metric
  dimensions          = { QueueName = each.value.queue }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # SQS sends no data for a queue that nobody uses.
  alarm_actions       = [var.alert_topic_arn]
  ok_actions          = [var.alert_topic_arn]
  tags                = var.context.tags
}
