# What functions and the API log, in the locked archive: a log group can be deleted with all that is in it. Each log group
# has a subscription of its own (modules/function and modules/api, by the output `log_export`), and there is none for the
# whole account: AWS allows one of those, two deployments would fight for it, it would take the logs of everybody else
# along, and its own errors in a circle.
locals {
  _export_count  = var.log_export.enabled ? 1 : 0
  _export_name   = "${var.context.name_prefix}-log-export"
  _export_prefix = "logs/"
  _export_arn    = "arn:${var.context.partition}:firehose:${var.context.region}:${var.context.account_id}:deliverystream/${local._export_name}"
}

resource "aws_kinesis_firehose_delivery_stream" "logs" {
  count = local._export_count

  name        = local._export_name
  destination = "extended_s3"
  tags        = var.context.tags

  server_side_encryption {
    enabled  = true
    key_type = "CUSTOMER_MANAGED_CMK"
    key_arn  = var.kms_key_arn
  }

  extended_s3_configuration {
    bucket_arn          = aws_s3_bucket.archive.arn
    role_arn            = aws_iam_role.log_export[0].arn
    kms_key_arn         = var.kms_key_arn
    prefix              = "${local._export_prefix}!{timestamp:yyyy/MM/dd/}"
    error_output_prefix = "${local._export_prefix}failed/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/}"
    buffering_interval  = 300
    buffering_size      = 64
    compression_format  = "UNCOMPRESSED" # CloudWatch has compressed each record: the object is one gzip file of many members.
    file_extension      = ".json.gz"

    # Whether the archive takes the logs is told by an alarm. A log group of the stream's own would not be exported.
    cloudwatch_logging_options {
      enabled = false
    }
  }

  # No event before the archive is locked and encrypted, nor before Firehose may write there.
  depends_on = [
    aws_iam_role_policy.log_export,
    aws_s3_bucket_object_lock_configuration.archive,
    aws_s3_bucket_ownership_controls.archive,
    aws_s3_bucket_policy.archive,
    aws_s3_bucket_server_side_encryption_configuration.archive,
  ]
}

# Logs that do not arrive are missed by nobody: the age of the oldest event that is not yet in the archive is.
# https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
resource "aws_cloudwatch_metric_alarm" "log_export" {
  count = var.log_export.enabled && var.log_export.alarm != null ? 1 : 0

  alarm_name          = "${local._export_name}-late"
  alarm_description   = "Logs do not arrive in the archive: look at the stream's role, the key and the archive's policy. Firehose keeps them for 24 hours."
  namespace           = "AWS/Firehose"
  metric_name         = "DeliveryToS3.DataFreshness"
  dimensions          = { DeliveryStreamName = local._export_name }
  statistic           = "Maximum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1800
  period              = 300
  evaluation_periods  = 3
  treat_missing_data  = "notBreaching" # Where nothing is logged there is nothing to deliver.
  actions_enabled     = true
  alarm_actions       = [var.log_export.alarm.topic_arn]
  tags                = var.context.tags
}

# Firehose writes what it was given under one prefix, and reads nothing.
# https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#using-iam-s3
resource "aws_iam_role" "log_export" {
  count = local._export_count

  name                 = local._export_name
  description          = "The stream ${local._export_name} writes to the archive"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.context.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Firehose"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "firehose.amazonaws.com" }
      Condition = { StringEquals = { "sts:ExternalId" = var.context.account_id } } # Firehose names the account so, on whose behalf it comes.
    }]
  })
}

resource "aws_iam_role_policy" "log_export" {
  count = local._export_count

  name = "write-to-archive"
  role = aws_iam_role.log_export[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "FindArchive"
        Effect   = "Allow"
        Action   = ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"]
        Resource = [local._archive_arn]
      },
      {
        Sid      = "WriteLogs"
        Effect   = "Allow"
        Action   = ["s3:AbortMultipartUpload", "s3:PutObject"]
        Resource = ["${local._archive_arn}/${local._export_prefix}*"]
      },
      # Decrypt is for the parts of a large object, and for buckets with a bucket key.
      {
        Sid       = "EncryptLogs"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "s3.${var.context.region}.amazonaws.com" } }
      },
    ]
  })
}

# CloudWatch Logs hands events over with this role, from this account's groups.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#FirehoseExample
resource "aws_iam_role" "log_subscription" {
  count = local._export_count

  name                 = "${local._export_name}-subscription"
  description          = "Log groups send to the stream ${local._export_name}"
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.context.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "CloudWatchLogs"
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "logs.amazonaws.com" }
      Condition = {
        StringLike = { "aws:SourceArn" = "arn:${var.context.partition}:logs:${var.context.region}:${var.context.account_id}:*" }
      }
    }]
  })
}

resource "aws_iam_role_policy" "log_subscription" {
  count = local._export_count

  name = "send-to-stream"
  role = aws_iam_role.log_subscription[0].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "SendLogs"
        Effect   = "Allow"
        Action   = ["firehose:PutRecord", "firehose:PutRecordBatch"]
        Resource = [local._export_arn]
      },
      # Firehose encrypts with the stream's key in the name of who sends.
      # https://github.com/ministryofjustice/modernisation-platform-environments/pull/19063
      {
        Sid       = "EncryptSentLogs"
        Effect    = "Allow"
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = [var.kms_key_arn]
        Condition = { StringEquals = { "kms:ViaService" = "firehose.${var.context.region}.amazonaws.com" } }
      },
    ]
  })
}
