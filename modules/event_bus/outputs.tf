output "alarm_names" {
  description = "Names of the alarms, by what they watch: dead_letters."
  value       = { dead_letters = aws_cloudwatch_metric_alarm.dead_letters.alarm_name }
}

# Derived from the name, so that policies which name the bus are known at plan.
output "arn" {
  description = "ARN of the bus."
  value       = local._bus_arn
  depends_on  = [aws_cloudwatch_event_bus.this]
}

output "dead_letter_arn" {
  description = "ARN of the dead-letter queue."
  value       = local._dead_letter_queue_arn
  depends_on  = [aws_sqs_queue.dead_letters]
}

output "name" {
  description = "Name of the bus: <name_prefix>-<name>."
  value       = aws_cloudwatch_event_bus.this.name
}

output "queue_rule_arns" {
  description = "ARNs of the rules that send to queues, by the names in `queues`."
  value       = { for name, rule in local._queue_rules : name => rule.arn }
}
