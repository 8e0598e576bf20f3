output "access_log_bucket_arn" {
  description = "ARN of the bucket that receives the archive's access logs."
  value       = aws_s3_bucket.access_logs.arn
}

output "access_log_bucket_name" {
  description = "Name of the bucket that receives the archive's access logs, and those of other buckets of this account and name prefix (modules/bucket: `access_log_bucket`)."
  value       = aws_s3_bucket.access_logs.bucket

  depends_on = [aws_s3_bucket_policy.access_logs] # S3 refuses logs to a bucket that does not admit them.
}

output "alarm_names" {
  description = "Names of the alarms, by what they watch: log_export_late. Empty where nobody would hear them."
  value       = { for alarm in aws_cloudwatch_metric_alarm.log_export : "log_export_late" => alarm.alarm_name }
}

output "archive_bucket_arn" {
  description = "ARN of the locked archive."
  value       = aws_s3_bucket.archive.arn
}

output "archive_bucket_name" {
  description = "Name of the locked archive."
  value       = aws_s3_bucket.archive.bucket
}

output "detector_id" {
  description = "Id of GuardDuty's detector. Null where it is switched off here."
  value       = one(aws_guardduty_detector.this[*].id)
}

output "log_export" {
  description = "What a log group needs to be exported to the archive: stream_arn and role_arn. Null where there is no stream."
  value = var.log_export.enabled ? {
    role_arn   = "arn:${var.context.partition}:iam::${var.context.account_id}:role/${local._export_name}-subscription"
    stream_arn = local._export_arn
  } : null

  depends_on = [aws_iam_role_policy.log_subscription, aws_kinesis_firehose_delivery_stream.logs]
}

output "log_group_arn" {
  description = "ARN of the trail's log group."
  value       = aws_cloudwatch_log_group.trail.arn
}

output "log_group_name" {
  description = "Name of the trail's log group: modules/observability puts its metric filters on it."
  value       = aws_cloudwatch_log_group.trail.name
}

output "trail_arn" {
  description = "ARN of the trail."
  value       = aws_cloudtrail.this.arn
}

output "trail_name" {
  description = "Name of the trail."
  value       = aws_cloudtrail.this.name
}
