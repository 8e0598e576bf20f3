output "alarm_arns" {
  description = "ARNs of all alarms, by name: the trail's and those of `alarms`."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.arn }
}

output "alarm_names" {
  description = "Full names of all alarms, by name."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.alarm_name }
}

output "alert_topic_arn" {
  description = "ARN of the alert topic: the action of every alarm."
  value       = aws_sns_topic.alerts.arn
}

output "alert_topic_name" {
  description = "Name of the alert topic."
  value       = aws_sns_topic.alerts.name
}

output "budget_name" {
  description = "Name of the monthly budget. Null where there is none."
  value       = one(aws_budgets_budget.monthly[*].name)
}

output "dashboard_name" {
  description = "Name of the dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}
