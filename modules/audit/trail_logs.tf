locals {
  _trail_log_group_name = "/aws/cloudtrail/${local._trail_name}"
  _trail_log_group_arn  = "arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:log-group:${local._trail_log_group_name}"
}

# The same events in CloudWatch Logs, where metric filters count them (modules/observability).
resource "aws_cloudwatch_log_group" "trail" {
  name              = local._trail_log_group_name
  kms_key_id        = var.kms_key_arn
  retention_in_days = var.log_retention_days
  tags              = var.context.tags
}

resource "aws_iam_role" "trail" {
  name                 = "${local._trail_name}-trail"
  description          = "The trail ${local._trail_name} writes to its log group"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.context.tags

  # No condition: CloudTrail says neither trail nor account when it takes the role on, and with one of them no trail can be made.
  # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html
  # https://github.com/prowler-cloud/prowler/issues/4714
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "cloudtrail.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "trail" {
  name = "write-trail-events"
  role = aws_iam_role.trail.id

  # A multi-region trail writes the events of all regions to streams of its home region.
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${local._trail_log_group_arn}:log-stream:${var.context.account_id}_CloudTrail_${var.context.region}*"
    }]
  })
}
