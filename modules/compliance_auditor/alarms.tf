locals {
  _alarms = {
    # A day's findings hold until the next run: an hour without data is no all-clear.
    failures = {
      description        = "The HIPAA checklist has a FAIL: read the latest report in the evidence bucket"
      metric_name        = "FAIL"
      statistic          = "Maximum"
      comparison         = "GreaterThanOrEqualToThreshold"
      evaluation_periods = 1
      treat_missing_data = "ignore"
    }
    # Silence is the sign. It stands from the deployment to the first run, too: nothing is known of the account yet.
    missed-run = {
      description        = "No run of the HIPAA checklist has left a report for ${var.missed_after_hours} hours"
      metric_name        = "Run"
      statistic          = "Sum"
      comparison         = "LessThanThreshold"
      evaluation_periods = var.missed_after_hours
      treat_missing_data = "breaching"
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local._alarms

  alarm_name          = "${var.service}-${each.key}"
  alarm_description   = each.value.description
  namespace           = var.metrics_namespace
  metric_name         = each.value.metric_name
  dimensions          = { service = var.service }
  statistic           = each.value.statistic
  comparison_operator = each.value.comparison
  threshold           = 1
  period              = 3600
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.evaluation_periods
  treat_missing_data  = each.value.treat_missing_data
  alarm_actions       = [var.alert_topic_arn]
  ok_actions          = [var.alert_topic_arn]
  tags                = var.context.tags
}
