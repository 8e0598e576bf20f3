resource "aws_budgets_budget" "monthly" {
  count = var.monthly_budget == null ? 0 : 1

  account_id   = var.context.account_id
  name         = "${local._name}-monthly"
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_amount = tostring(var.monthly_budget.limit_usd)
  limit_unit   = "USD"
  tags         = var.context.tags

  dynamic "notification" {
    for_each = concat(
      [for percent in var.monthly_budget.actual_percent : { type = "ACTUAL", percent = percent }],
      [for percent in var.monthly_budget.forecast_percent : { type = "FORECASTED", percent = percent }],
    )
    content {
      notification_type         = notification.value.type
      comparison_operator       = "GREATER_THAN"
      threshold                 = notification.value.percent
      threshold_type            = "PERCENTAGE"
      subscriber_sns_topic_arns = [local._topic_arn]
    }
  }

  depends_on = [aws_sns_topic_policy.alerts]
}
