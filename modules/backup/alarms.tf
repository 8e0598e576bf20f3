# AWS Backup's own metrics of this vault. https://docs.aws.amazon.com/aws-backup/latest/devguide/cloudwatch.html
locals {
  _alarms = merge(
    {
      for name, alarm in {
        aborted = { metric = "NumberOfBackupJobsAborted", what = "A backup was aborted" }
        # Not begun within its start window, or not done within its completion window.
        expired = { metric = "NumberOfBackupJobsExpired", what = "A backup did not begin or end in time" }
        failed  = { metric = "NumberOfBackupJobsFailed", what = "A backup failed" }
        } : name => {
        description        = "${alarm.what}: see \"Jobs\" in AWS Backup, or `aws backup list-backup-jobs`"
        metric_name        = alarm.metric
        comparison         = "GreaterThanOrEqualToThreshold"
        evaluation_periods = 1
        treat_missing_data = "notBreaching" # no job, no data
      }
    },
    {
      for name in ["copy-failed"] : name => {
        description        = "A recovery point was not copied to the other vault: see `aws backup list-copy-jobs`"
        metric_name        = "NumberOfCopyJobsFailed"
        comparison         = "GreaterThanOrEqualToThreshold"
        evaluation_periods = 1
        treat_missing_data = "notBreaching"
      } if length(var.copy_vault_arns) > 0
    },
    {
      # Silence is the sign. It stands from the deployment to the first backup, too: nothing can be restored yet.
      missed = {
        description        = "No backup was completed for ${var.missed_after_hours} hours"
        metric_name        = "NumberOfBackupJobsCompleted"
        comparison         = "LessThanThreshold"
        evaluation_periods = var.missed_after_hours
        treat_missing_data = "breaching"
      }
    },
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local._alarms

  alarm_name          = "${local._name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = "AWS/Backup"
  metric_name         = each.value.metric_name
  dimensions          = { BackupVaultName = local._name }
  statistic           = "Sum"
  comparison_operator = each.value.comparison
  threshold           = 1
  period              = 3600
  evaluation_periods  = each.value.evaluation_periods
  datapoints_to_alarm = each.value.evaluation_periods
  treat_missing_data  = each.value.treat_missing_data
  alarm_actions       = [var.alert_topic_arn]
  ok_actions          = [var.alert_topic_arn]
  tags                = var.context.tags
}
