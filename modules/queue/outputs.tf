output "alarm_names" {
  description = "Names of the alarms, by what they watch: dead_letters, oldest_message."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.alarm_name }
}

# ARNs are derived from names, so that policies which name the queues are known at plan.
output "arn" {
  description = "ARN of the queue."
  value       = local._queue_arns.queue
  depends_on  = [aws_sqs_queue.this]
}

output "dead_letter_arn" {
  description = "ARN of the dead-letter queue."
  value       = local._queue_arns.dead_letters
  depends_on  = [aws_sqs_queue.dead_letters]
}

output "dead_letter_name" {
  description = "Name of the dead-letter queue."
  value       = aws_sqs_queue.dead_letters.name
}

output "dead_letter_url" {
  description = "URL of the dead-letter queue."
  value       = aws_sqs_queue.dead_letters.url
}

output "name" {
  description = "Name of the queue: <name_prefix>-<name>, with .fifo where it is one."
  value       = aws_sqs_queue.this.name
}

output "url" {
  description = "URL of the queue: where messages are sent to."
  value       = aws_sqs_queue.this.url
}
