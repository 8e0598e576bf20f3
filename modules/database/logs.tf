# Made first, encrypted and with an end.
resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/rds/cluster/${local._name}/postgresql"
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.context.tags
}

# Enhanced Monitoring's figures of the operating system. The name is RDS's, one for an account and region.
resource "aws_cloudwatch_log_group" "monitoring" {
  count = var.monitoring.manage_log_group ? 1 : 0

  name              = "RDSOSMetrics"
  kms_key_id        = var.log_kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.context.tags
}

resource "aws_iam_role" "monitoring" {
  name                 = "${local._name}-monitoring"
  description          = "RDS writes what ${local._name}'s operating system does"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.context.tags

  # https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/USER_Monitoring.OS.Enabling.html (the confused deputy)
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "EnhancedMonitoring"
      Effect    = "Allow"
      Principal = { Service = "monitoring.rds.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.context.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${var.context.partition}:rds:${var.context.region}:${var.context.account_id}:db:${local._name}-*" }
      }
    }]
  })
}

# AWS's own policy for it (AmazonRDSEnhancedMonitoringRole) lets it make groups and change their retention; these are made here.
resource "aws_iam_role_policy" "monitoring" {
  name = "write-metrics"
  role = aws_iam_role.monitoring.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "WriteMetrics"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:PutLogEvents"]
      Resource = ["arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:log-group:RDSOSMetrics:log-stream:*"]
    }]
  })
}
