locals {
  _alarms = {
    client-errors = {
      description = "Many requests are refused: forged or expired tokens, malformed requests, someone trying paths"
      metric      = "4XXError"
      threshold   = var.alarms.client_errors_per_5_minutes
    }
    server-errors = {
      description = "The API fails: answers with a 5xx status"
      metric      = "5XXError"
      threshold   = var.alarms.server_errors_per_5_minutes
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local._alarms

  alarm_name          = "${local._name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/ApiGateway"
  metric_name         = each.value.metric
  dimensions          = { ApiName = local._name, Stage = var.stage_name }
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching" # no call, no data, no trouble
  alarm_actions       = [var.alert_topic_arn]
  ok_actions          = [var.alert_topic_arn]
  tags                = var.context.tags
}
