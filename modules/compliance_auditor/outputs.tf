output "alarm_names" {
  description = "Names of the alarms, by what they watch: failures, missed-run."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.alarm_name }
}

output "policy_arn" {
  description = "ARN of the read-only policy, for further auditors: roles that other accounts' auditors take on, or people's."
  value       = aws_iam_policy.read_only.arn
}
