# On the alias, which every caller names: a new version is warm before the alias leads to it.
resource "aws_lambda_provisioned_concurrency_config" "live" {
  count = var.provisioned_concurrency == null ? 0 : 1

  function_name                     = aws_lambda_function.this.function_name
  qualifier                         = aws_lambda_alias.live.name
  provisioned_concurrent_executions = var.provisioned_concurrency
}

# https://docs.aws.amazon.com/lambda/latest/dg/monitoring-concurrency.html
resource "aws_cloudwatch_metric_alarm" "spillover" {
  count = var.provisioned_concurrency == null ? 0 : 1

  alarm_name          = "${local._function_name}-spillover"
  alarm_description   = "Calls find no warm instance, and wait for one to start: provision more than ${var.provisioned_concurrency}"
  namespace           = "AWS/Lambda"
  metric_name         = "ProvisionedConcurrencySpilloverInvocations"
  dimensions          = { FunctionName = local._function_name, Resource = "${local._function_name}:${aws_lambda_alias.live.name}" }
  statistic           = "Sum"
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = var.alarms.spillover.threshold
  period              = var.alarms.spillover.period
  evaluation_periods  = var.alarms.spillover.evaluation_periods
  treat_missing_data  = "notBreaching" # no call, no data, no trouble
  alarm_actions       = [var.platform.alert_topic_arn]
  ok_actions          = [var.platform.alert_topic_arn]
  tags                = var.context.tags
}
