locals {
  _alarms = merge(var.alarms, local._finding_alarms, local._trail_alarms)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local._alarms

  alarm_name          = "${local._name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric_name
  dimensions          = each.value.dimensions
  statistic           = startswith(each.value.statistic, "p") ? null : each.value.statistic
  extended_statistic  = startswith(each.value.statistic, "p") ? each.value.statistic : null
  comparison_operator = each.value.comparison
  threshold           = each.value.threshold
  period              = each.value.period_seconds
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = coalesce(each.value.datapoints_to_alarm, each.value.evaluation_periods)
  treat_missing_data  = each.value.treat_missing_data
  actions_enabled     = true
  alarm_actions       = [local._topic_arn] # Derived, so that the plan shows where alarms go.
  tags                = var.context.tags

  # An alarm that goes off before the topic admits CloudWatch is lost.
  depends_on = [aws_sns_topic_policy.alerts]
}
