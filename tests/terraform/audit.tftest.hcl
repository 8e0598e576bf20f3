# modules/audit: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context     = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare", tags = { Project = "healthcare" } }
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "records_everything_and_signs_it" {
  command = plan

  module {
    source = "./modules/audit"
  }

  assert {
    condition     = aws_cloudtrail.this.name == "healthcare-audit" && aws_cloudtrail.this.is_multi_region_trail && aws_cloudtrail.this.include_global_service_events && aws_cloudtrail.this.enable_logging
    error_message = "The trail must record all regions and the global services."
  }

  assert {
    condition     = aws_cloudtrail.this.enable_log_file_validation && aws_cloudtrail.this.kms_key_id == var.kms_key_arn
    error_message = "The trail must be signed, and encrypted with the given key."
  }

  assert {
    condition     = length(aws_cloudtrail.this.advanced_event_selector) == 4
    error_message = "Management events and the data events of three services must be recorded."
  }

  assert {
    condition     = one([for field in one([for selector in aws_cloudtrail.this.advanced_event_selector : selector if selector.name == "Management events"]).field_selector : field if field.field == "eventCategory"]).equals == tolist(["Management"]) && length(one([for selector in aws_cloudtrail.this.advanced_event_selector : selector if selector.name == "Management events"]).field_selector) == 1
    error_message = "All management events must be recorded, reads as well."
  }

  assert {
    condition     = alltrue([for kind in ["AWS::DynamoDB::Table", "AWS::Lambda::Function"] : length(one([for selector in aws_cloudtrail.this.advanced_event_selector : selector if selector.name == "Data events of ${kind}"]).field_selector) == 2])
    error_message = "All tables and functions must be recorded."
  }

  assert {
    condition     = one([for field in one([for selector in aws_cloudtrail.this.advanced_event_selector : selector if selector.name == "Data events of AWS::S3::Object"]).field_selector : field if field.field == "resources.ARN"]).not_starts_with == tolist(["arn:aws:s3:::healthcare-audit-access-123456789012/", "arn:aws:s3:::healthcare-audit-123456789012/"]) && length(one([for field in one([for selector in aws_cloudtrail.this.advanced_event_selector : selector if selector.name == "Data events of AWS::S3::Object"]).field_selector : field if field.field == "resources.ARN"]).starts_with) == 0
    error_message = "All buckets must be recorded but the archive's own, which would never end."
  }

  assert {
    condition     = aws_cloudwatch_log_group.trail.name == "/aws/cloudtrail/healthcare-audit" && aws_cloudwatch_log_group.trail.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.trail.retention_in_days == 2557
    error_message = "The trail's log group must be encrypted and kept for 7 years."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_iam_role_policy.trail.policy).Statement :
      statement.Resource == "arn:aws:logs:us-east-1:123456789012:log-group:/aws/cloudtrail/healthcare-audit:log-stream:123456789012_CloudTrail_us-east-1*" && toset(statement.Action) == toset(["logs:CreateLogStream", "logs:PutLogEvents"])
    ])
    error_message = "The trail's role may write to its own log streams, and no more."
  }

  assert {
    condition     = jsondecode(aws_iam_role.trail.assume_role_policy).Statement == [{ Action = "sts:AssumeRole", Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" } }]
    error_message = "CloudTrail may use the role, without a condition: it would be refused with one (docs/CURSED_KNOWLEDGE.md)."
  }
}

run "locks_and_closes_the_archive" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    object_lock = {}
  }

  assert {
    condition     = aws_s3_bucket.archive.bucket == "healthcare-audit-123456789012" && aws_s3_bucket.archive.object_lock_enabled && !aws_s3_bucket.archive.force_destroy && !aws_s3_bucket.access_logs.force_destroy
    error_message = "The archive must be lockable, and neither bucket emptied by destroy."
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.archive.rule[0].default_retention[0].mode == "GOVERNANCE" && aws_s3_bucket_object_lock_configuration.archive.rule[0].default_retention[0].days == 2557
    error_message = "The archive must be locked for 7 years."
  }

  assert {
    condition     = aws_s3_bucket_versioning.archive.versioning_configuration[0].status == "Enabled" && aws_s3_bucket_versioning.access_logs.versioning_configuration[0].status == "Enabled"
    error_message = "Both buckets must keep versions."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.archive.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" && one(aws_s3_bucket_server_side_encryption_configuration.archive.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn
    error_message = "The archive must be encrypted with the given key."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.access_logs.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"
    error_message = "S3 delivers access logs only under its own keys."
  }

  assert {
    condition     = alltrue([for block in [aws_s3_bucket_public_access_block.archive, aws_s3_bucket_public_access_block.access_logs] : block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets])
    error_message = "Both buckets must be closed to the public, in all four ways."
  }

  assert {
    condition     = alltrue([for controls in [aws_s3_bucket_ownership_controls.archive, aws_s3_bucket_ownership_controls.access_logs] : controls.rule[0].object_ownership == "BucketOwnerEnforced"])
    error_message = "Access lists must be off."
  }

  assert {
    condition     = aws_s3_bucket_logging.archive.target_prefix == "archive/"
    error_message = "Access to the archive must be logged."
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.archive.rule[0].expiration) == 0 && one(aws_s3_bucket_lifecycle_configuration.archive.rule[0].transition).storage_class == "GLACIER_IR"
    error_message = "The archive moves to colder storage, and never expires."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.access_logs.rule[0].expiration[0].days == 2557
    error_message = "Access logs must live as long as the lock."
  }
}

run "admits_only_encrypted_transport_and_writing_by_the_trail" {
  command = plan

  module {
    source = "./modules/audit"
  }

  assert {
    condition     = alltrue([for policy in [jsondecode(aws_s3_bucket_policy.archive.policy).Statement, jsondecode(aws_s3_bucket_policy.access_logs.policy).Statement] : length([for statement in policy : statement if statement.Effect == "Deny" && statement.Action == "s3:*" && try(statement.Condition.Bool["aws:SecureTransport"], "") == "false" && length(statement.Resource) == 2]) == 1])
    error_message = "Both buckets must refuse plain text, for themselves and for their objects."
  }

  assert {
    condition     = alltrue([for policy in [jsondecode(aws_s3_bucket_policy.archive.policy).Statement, jsondecode(aws_s3_bucket_policy.access_logs.policy).Statement] : length([for statement in policy : statement if statement.Effect == "Deny" && try(statement.Condition.NumericLessThan["s3:TlsVersion"], "") == "1.2"]) == 1])
    error_message = "Both buckets must refuse TLS below 1.2."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_s3_bucket_policy.archive.policy).Statement : statement if statement.Effect == "Deny" && try(statement.Condition.StringNotEquals["s3:x-amz-server-side-encryption"], "") == "aws:kms"]) == 1
    error_message = "The archive must refuse other encryption."
  }

  assert {
    condition     = length([for statement in jsondecode(aws_s3_bucket_policy.archive.policy).Statement : statement if statement.Effect == "Deny" && try(statement.Condition.ArnNotEquals["s3:x-amz-server-side-encryption-aws-kms-key-id"], "") == var.kms_key_arn]) == 1
    error_message = "The archive must refuse other keys."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.archive.policy).Statement : statement.Principal == { Service = "cloudtrail.amazonaws.com" } && statement.Condition.StringEquals["aws:SourceArn"] == "arn:aws:cloudtrail:us-east-1:123456789012:trail/healthcare-audit" if statement.Effect == "Allow"])
    error_message = "Nobody but this trail may be let in by the archive's policy."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.access_logs.policy).Statement : statement.Principal == { Service = "logging.s3.amazonaws.com" } && statement.Condition.ArnLike["aws:SourceArn"] == "arn:aws:s3:::healthcare-*" && statement.Condition.StringEquals["aws:SourceAccount"] == "123456789012" if statement.Effect == "Allow"])
    error_message = "Nobody but S3, for buckets of this account and name prefix, may be let in by the access log bucket's policy."
  }
}

run "can_be_narrowed_but_not_silenced" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    data_event_arn_prefixes = {
      dynamodb = ["arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-"]
      s3       = ["arn:aws:s3:::phi-documents/"]
    }
  }

  assert {
    condition     = one([for field in one([for selector in aws_cloudtrail.this.advanced_event_selector : selector if selector.name == "Data events of AWS::S3::Object"]).field_selector : field if field.field == "resources.ARN"]).starts_with == tolist(["arn:aws:s3:::phi-documents/"]) && length(one([for field in one([for selector in aws_cloudtrail.this.advanced_event_selector : selector if selector.name == "Data events of AWS::S3::Object"]).field_selector : field if field.field == "resources.ARN"]).not_starts_with) == 2
    error_message = "The named bucket must be recorded, and the archive still left out."
  }

  assert {
    condition     = one([for field in one([for selector in aws_cloudtrail.this.advanced_event_selector : selector if selector.name == "Data events of AWS::DynamoDB::Table"]).field_selector : field if field.field == "resources.ARN"]).starts_with == tolist(["arn:aws:dynamodb:us-east-1:123456789012:table/healthcare-"])
    error_message = "The named tables must be recorded."
  }

  assert {
    condition     = length(one([for selector in aws_cloudtrail.this.advanced_event_selector : selector if selector.name == "Data events of AWS::Lambda::Function"]).field_selector) == 2
    error_message = "What isn't narrowed is recorded whole."
  }
}

run "locks_for_good_when_acknowledged" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    object_lock = { mode = "COMPLIANCE", retention_days = 3650, acknowledge_compliance_locks = true }
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.archive.rule[0].default_retention[0].mode == "COMPLIANCE" && aws_s3_bucket_object_lock_configuration.archive.rule[0].default_retention[0].days == 3650
    error_message = "The lock must be as given."
  }
}

run "can_be_thrown_away_where_that_is_said" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    force_destroy = true
    object_lock   = { retention_days = 1 }
  }

  assert {
    condition     = aws_s3_bucket.archive.force_destroy && aws_s3_bucket.access_logs.force_destroy && aws_s3_bucket_object_lock_configuration.archive.rule[0].default_retention[0].days == 1
    error_message = "A local environment may be emptied."
  }
}

run "has_the_account_watched" {
  command = plan

  module {
    source = "./modules/audit"
  }

  assert {
    condition     = aws_accessanalyzer_analyzer.external_access[0].type == "ACCOUNT" && aws_accessanalyzer_analyzer.external_access[0].analyzer_name == "healthcare-external-access"
    error_message = "An analyzer must look for access from outside."
  }

  assert {
    condition     = aws_guardduty_detector.this[0].enable && aws_guardduty_detector.this[0].finding_publishing_frequency == "FIFTEEN_MINUTES"
    error_message = "GuardDuty must be on."
  }

  assert {
    condition     = { for name, feature in aws_guardduty_detector_feature.this : name => feature.status } == { LAMBDA_NETWORK_LOGS = "ENABLED", S3_DATA_EVENTS = "ENABLED" }
    error_message = "GuardDuty must look at functions' network and at buckets."
  }

  assert {
    condition     = aws_inspector2_enabler.this[0].resource_types == toset(["LAMBDA"]) && aws_inspector2_enabler.this[0].account_ids == toset(["123456789012"])
    error_message = "Inspector must scan this account's functions."
  }
}

run "exports_logs_to_the_locked_archive" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    log_export = { alarm = { topic_arn = "arn:aws:sns:us-east-1:123456789012:healthcare-alerts" } }
  }

  assert {
    condition     = aws_kinesis_firehose_delivery_stream.logs[0].server_side_encryption[0].key_type == "CUSTOMER_MANAGED_CMK" && aws_kinesis_firehose_delivery_stream.logs[0].server_side_encryption[0].key_arn == var.kms_key_arn && aws_kinesis_firehose_delivery_stream.logs[0].extended_s3_configuration[0].kms_key_arn == var.kms_key_arn
    error_message = "Logs must be under the given key, on their way and in the archive."
  }

  assert {
    condition     = output.log_export == { role_arn = "arn:aws:iam::123456789012:role/healthcare-log-export-subscription", stream_arn = "arn:aws:firehose:us-east-1:123456789012:deliverystream/healthcare-log-export" } && aws_kinesis_firehose_delivery_stream.logs[0].name == "healthcare-log-export" && aws_iam_role.log_subscription[0].name == "healthcare-log-export-subscription"
    error_message = "The output must name what is made."
  }

  assert {
    condition     = toset(flatten([for statement in jsondecode(aws_iam_role_policy.log_export[0].policy).Statement : statement.Action])) == toset(["kms:Decrypt", "kms:GenerateDataKey", "s3:AbortMultipartUpload", "s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:PutObject"])
    error_message = "The stream's role must be able to write, and neither to read nor to delete."
  }

  assert {
    condition     = one([for statement in jsondecode(aws_iam_role_policy.log_export[0].policy).Statement : statement.Resource if contains(statement.Action, "s3:PutObject")]) == ["arn:aws:s3:::healthcare-audit-123456789012/logs/*"]
    error_message = "The stream must not write where the trail does."
  }

  assert {
    condition     = jsondecode(aws_iam_role.log_export[0].assume_role_policy).Statement[0].Condition == { StringEquals = { "sts:ExternalId" = "123456789012" } } && jsondecode(aws_iam_role.log_subscription[0].assume_role_policy).Statement[0].Condition.StringLike["aws:SourceArn"] == "arn:aws:logs:us-east-1:123456789012:*"
    error_message = "Only this stream, and only this account's log groups, may use the roles."
  }

  assert {
    condition     = { for statement in jsondecode(aws_iam_role_policy.log_subscription[0].policy).Statement : join(" ", statement.Action) => statement.Resource } == { "firehose:PutRecord firehose:PutRecordBatch" = [output.log_export.stream_arn], "kms:Decrypt kms:GenerateDataKey" = [var.kms_key_arn] } && jsondecode(aws_iam_role_policy.log_subscription[0].policy).Statement[1].Condition == { StringEquals = { "kms:ViaService" = "firehose.us-east-1.amazonaws.com" } }
    error_message = "Log groups must send to this stream alone."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.log_export[0].dimensions["DeliveryStreamName"] == "healthcare-log-export" && aws_cloudwatch_metric_alarm.log_export[0].alarm_actions == toset(["arn:aws:sns:us-east-1:123456789012:healthcare-alerts"]) && output.alarm_names == { log_export_late = "healthcare-log-export-late" }
    error_message = "Logs that do not arrive must be alarmed."
  }
}

run "exports_no_logs_where_that_is_said" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    log_export = { enabled = false }
  }

  assert {
    condition     = length(aws_kinesis_firehose_delivery_stream.logs) + length(aws_iam_role.log_export) + length(aws_iam_role.log_subscription) + length(aws_cloudwatch_metric_alarm.log_export) == 0 && output.log_export == null && length(output.alarm_names) == 0
    error_message = "There must be no stream, and nothing that names one."
  }
}

run "leaves_the_watching_to_others_where_that_is_said" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    detection = { access_analyzer = false, guardduty = false, inspector = false }
  }

  assert {
    condition     = length(aws_accessanalyzer_analyzer.external_access) + length(aws_guardduty_detector.this) + length(aws_guardduty_detector_feature.this) + length(aws_inspector2_enabler.this) == 0
    error_message = "Nothing may be made that an organisation has already."
  }

  assert {
    condition     = output.detector_id == null
    error_message = "There is no detector to name."
  }
}

run "looks_into_code_where_that_is_said" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    detection = { guardduty_features = [], inspector_code = true }
  }

  assert {
    condition     = aws_inspector2_enabler.this[0].resource_types == toset(["LAMBDA", "LAMBDA_CODE"]) && length(aws_guardduty_detector_feature.this) == 0
    error_message = "What is scanned must be as given."
  }
}

# Each validation has a run in which it alone refuses its variable. Runs carry several wrong variables, because each
# run starts the provider anew (1 s).

run "refuses_an_account_of_9_digits_a_key_alias_and_an_unknown_lock" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    context                  = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    kms_key_arn              = "alias/healthcare-logs"
    detection                = { guardduty_features = ["RUNTIME_MONITORING"] }
    log_export               = { alarm = { topic_arn = "healthcare-alerts" } }
    log_retention_days       = 30
    permissions_boundary_arn = "boundary"
    object_lock              = { mode = "NONE" }
  }

  expect_failures = [var.context, var.detection, var.kms_key_arn, var.log_export, var.log_retention_days, var.permissions_boundary_arn, var.object_lock]
}

run "refuses_a_zone_as_region_a_bucket_without_slash_and_a_short_lock" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    context                 = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
    data_event_arn_prefixes = { s3 = ["arn:aws:s3:::phi-documents"] }
    detection               = { inspector = false, inspector_code = true }
    object_lock             = { retention_days = 365 }
  }

  expect_failures = [var.context, var.data_event_arn_prefixes, var.detection, var.object_lock]
}

run "refuses_an_unknown_partition_a_table_by_name_and_compliance_without_a_word" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    context                 = { account_id = "123456789012", region = "us-east-1", partition = "amazon", name_prefix = "healthcare" }
    data_event_arn_prefixes = { dynamodb = ["healthcare-patients"] }
    object_lock             = { mode = "COMPLIANCE" }
  }

  expect_failures = [var.context, var.data_event_arn_prefixes, var.object_lock]
}

run "refuses_a_name_with_capitals_a_function_by_name_and_no_lock" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    context                 = { account_id = "123456789012", region = "us-east-1", name_prefix = "health--care" }
    data_event_arn_prefixes = { lambda = ["healthcare-patient-api"] }
    object_lock             = { retention_days = 0 }
    force_destroy           = true
  }

  expect_failures = [var.context, var.data_event_arn_prefixes, var.object_lock]
}

run "refuses_to_throw_away_what_is_locked_for_good" {
  command = plan

  module {
    source = "./modules/audit"
  }

  variables {
    object_lock   = { mode = "COMPLIANCE", acknowledge_compliance_locks = true }
    force_destroy = true
  }

  expect_failures = [var.object_lock]
}
