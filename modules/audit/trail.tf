locals {
  _trail_name = "${var.context.name_prefix}-audit" # The key's policy knows trails that begin with the prefix.
  _trail_arn  = "arn:${var.context.partition}:cloudtrail:${var.context.region}:${var.context.account_id}:trail/${local._trail_name}"

  # The archive's own objects are left out: each log file would log the writing of the one before, without end.
  _data_events = {
    "AWS::DynamoDB::Table"  = { starts_with = var.data_event_arn_prefixes.dynamodb, not_starts_with = [] }
    "AWS::Lambda::Function" = { starts_with = var.data_event_arn_prefixes.lambda, not_starts_with = [] }
    "AWS::S3::Object"       = { starts_with = var.data_event_arn_prefixes.s3, not_starts_with = ["${local._access_logs_arn}/", "${local._archive_arn}/"] }
  }
}

resource "aws_cloudtrail" "this" {
  #checkov:skip=CKV_AWS_252:A message per log file tells nobody anything: alarms count the events in CloudWatch Logs
  name                          = local._trail_name
  s3_bucket_name                = aws_s3_bucket.archive.id
  kms_key_id                    = var.kms_key_arn
  is_multi_region_trail         = true
  include_global_service_events = true
  enable_log_file_validation    = true
  enable_logging                = true
  cloud_watch_logs_group_arn    = "${aws_cloudwatch_log_group.trail.arn}:*"
  cloud_watch_logs_role_arn     = aws_iam_role.trail.arn
  tags                          = var.context.tags

  advanced_event_selector {
    name = "Management events"

    field_selector {
      field  = "eventCategory"
      equals = ["Management"]
    }
  }

  dynamic "advanced_event_selector" {
    for_each = local._data_events
    content {
      name = "Data events of ${advanced_event_selector.key}"

      field_selector {
        field  = "eventCategory"
        equals = ["Data"]
      }

      field_selector {
        field  = "resources.type"
        equals = [advanced_event_selector.key]
      }

      dynamic "field_selector" {
        for_each = length(advanced_event_selector.value.starts_with) + length(advanced_event_selector.value.not_starts_with) > 0 ? [1] : []
        content {
          field           = "resources.ARN"
          starts_with     = length(advanced_event_selector.value.starts_with) > 0 ? advanced_event_selector.value.starts_with : null
          not_starts_with = length(advanced_event_selector.value.not_starts_with) > 0 ? advanced_event_selector.value.not_starts_with : null
        }
      }
    }
  }

  # No event before the archive is locked, encrypted and closed, nor before the log group can be written.
  depends_on = [
    aws_iam_role_policy.trail,
    aws_s3_bucket_object_lock_configuration.archive,
    aws_s3_bucket_ownership_controls.archive,
    aws_s3_bucket_policy.archive,
    aws_s3_bucket_server_side_encryption_configuration.archive,
  ]
}
