locals {
  _megabyte = 1048576
  _alarms = {
    capacity = {
      description = "The database is at ${var.alarms.capacity_percent} % of its largest capacity and can't grow: raise capacity.maximum, or look at what it does"
      metric      = "ACUUtilization"
      operator    = "GreaterThanOrEqualToThreshold"
      statistic   = "Average"
      threshold   = var.alarms.capacity_percent
      periods     = 3
    }
    connections = {
      description = "${var.alarms.connections} connections and more: functions scale further than planned, or don't close what they open"
      metric      = "DatabaseConnections"
      operator    = "GreaterThanOrEqualToThreshold"
      statistic   = "Maximum"
      threshold   = var.alarms.connections
      periods     = 1
    }
    deadlocks = {
      description = "Transactions wait for each other, and PostgreSQL ends one of them"
      metric      = "Deadlocks"
      operator    = "GreaterThanThreshold"
      statistic   = "Maximum" # a rate by the second
      threshold   = 0
      periods     = 1
    }
    free_local_storage = {
      description = "Less than ${var.alarms.free_local_storage_megabytes} MB for sorting and temporary files are left on an instance"
      metric      = "FreeLocalStorage"
      operator    = "LessThanThreshold"
      statistic   = "Minimum"
      threshold   = var.alarms.free_local_storage_megabytes * local._megabyte
      periods     = 1
    }
    free_memory = {
      description = "Less than ${var.alarms.free_memory_megabytes} MB of memory are left on an instance"
      metric      = "FreeableMemory"
      operator    = "LessThanThreshold"
      statistic   = "Minimum"
      threshold   = var.alarms.free_memory_megabytes * local._megabyte
      periods     = 3
    }
  }
}

# https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/Aurora.AuroraMonitoring.Metrics.html
resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local._alarms

  alarm_name          = "${local._name}-database-${replace(each.key, "_", "-")}"
  alarm_description   = each.value.description
  namespace           = "AWS/RDS"
  metric_name         = each.value.metric
  dimensions          = { DBClusterIdentifier = local._name }
  statistic           = each.value.statistic
  comparison_operator = each.value.operator
  threshold           = each.value.threshold
  period              = 300
  evaluation_periods  = each.value.periods
  treat_missing_data  = "notBreaching" # a cluster that pauses sends none
  alarm_actions       = [var.alert_topic_arn]
  ok_actions          = [var.alert_topic_arn]
  tags                = var.context.tags
}
