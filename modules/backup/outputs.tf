output "alarm_names" {
  description = "Names of the alarms, by what they watch: aborted, expired, failed, missed, and copy-failed where there are copies."
  value       = { for name, alarm in aws_cloudwatch_metric_alarm.this : name => alarm.alarm_name }
}

output "plan_ids" {
  description = "Ids of the plans, by kind of store: buckets, clusters, tables."
  value       = { for kind, plan in aws_backup_plan.this : kind => plan.id }
}

output "restore_role_arn" {
  description = "ARN of the role that AWS Backup restores with: to new names alone."
  value       = aws_iam_role.this["restore"].arn
  depends_on  = [aws_iam_role_policy.this]
}

output "role_arn" {
  description = "ARN of the role that AWS Backup copies with."
  value       = aws_iam_role.this["backup"].arn
  depends_on  = [aws_iam_role_policy.this]
}

output "vault_arn" {
  description = "ARN of the vault."
  value       = aws_backup_vault.this.arn
}

output "vault_name" {
  description = "Name of the vault: <name_prefix>-backup."
  value       = aws_backup_vault.this.name
  depends_on  = [aws_backup_vault_lock_configuration.this, aws_backup_vault_policy.this]
}
