output "alarm_names" {
  description = "Names of the function's alarms, by what they watch."
  value = merge(
    { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.alarm_name },
    { for alarm in aws_cloudwatch_metric_alarm.dead_letters : "dead_letters" => alarm.alarm_name },
    { for alarm in aws_cloudwatch_metric_alarm.spillover : "spillover" => alarm.alarm_name },
  )
}

output "alias_arn" {
  description = "ARN of the alias: what callers that are roles may be allowed to invoke."
  value       = aws_lambda_alias.live.arn
}

output "alias_name" {
  description = "Name of the alias, the qualifier of every call."
  value       = aws_lambda_alias.live.name
}

output "arn" {
  description = "ARN of the function, unqualified."
  value       = aws_lambda_function.this.arn
}

output "dead_letter_queue_arn" {
  description = "ARN of the dead-letter queue, or null where it is off."
  value       = one(aws_sqs_queue.dead_letters[*].arn)
}

output "function_name" {
  description = "Name of the function."
  value       = aws_lambda_function.this.function_name
}

output "invoke_arn" {
  description = "What API Gateway calls: the alias's invocation path."
  value       = aws_lambda_alias.live.invoke_arn
}

output "log_group_name" {
  description = "Name of the function's log group."
  value       = aws_cloudwatch_log_group.this.name
}

output "role_arn" {
  description = "ARN of the execution role."
  value       = aws_iam_role.this.arn
}

output "role_name" {
  description = "Name of the execution role."
  value       = aws_iam_role.this.name
}

output "security_group_id" {
  description = "The function's own security group, for rules of what it may reach besides the endpoints. Null outside the VPC."
  value       = one(aws_security_group.this[*].id)
}
