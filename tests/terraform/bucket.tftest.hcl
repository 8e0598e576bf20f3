# modules/bucket: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
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
  name        = "documents"
  kms_key_arn = "arn:aws:kms:us-east-1:123456789012:key/phi"
}

run "closes_and_encrypts_by_default" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  assert {
    condition     = aws_s3_bucket.this.bucket == "healthcare-documents-123456789012" && output.name == "healthcare-documents-123456789012" && output.arn == "arn:aws:s3:::healthcare-documents-123456789012"
    error_message = "The bucket is named <prefix>-<name>-<account>, and its ARN is known at plan."
  }

  assert {
    condition     = !aws_s3_bucket.this.force_destroy && !aws_s3_bucket.this.object_lock_enabled && length(aws_s3_bucket_object_lock_configuration.this) == 0
    error_message = "Destroy empties no bucket, and a lock is a choice."
  }

  assert {
    condition     = one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" && one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default[0].kms_master_key_id == var.kms_key_arn && one(aws_s3_bucket_server_side_encryption_configuration.this.rule).bucket_key_enabled
    error_message = "Objects are encrypted with the given key, through a bucket key."
  }

  assert {
    condition     = aws_s3_bucket_public_access_block.this.block_public_acls && aws_s3_bucket_public_access_block.this.block_public_policy && aws_s3_bucket_public_access_block.this.ignore_public_acls && aws_s3_bucket_public_access_block.this.restrict_public_buckets
    error_message = "The bucket is closed to the public, in all four ways."
  }

  assert {
    condition     = aws_s3_bucket_ownership_controls.this.rule[0].object_ownership == "BucketOwnerEnforced"
    error_message = "Access lists are off."
  }

  assert {
    condition     = aws_s3_bucket_versioning.this.versioning_configuration[0].status == "Enabled"
    error_message = "Versions are kept."
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.this.rule[0].status == "Enabled" && aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].noncurrent_days == 2557 && aws_s3_bucket_lifecycle_configuration.this.rule[0].abort_incomplete_multipart_upload[0].days_after_initiation == 7 && aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration[0].expired_object_delete_marker
    error_message = "Old versions stay for 7 years, unfinished uploads for a week, and no marker without versions."
  }

  assert {
    condition     = coalesce(aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration[0].days, 0) == 0 && aws_s3_bucket_lifecycle_configuration.this.rule[0].expiration[0].date == null && length(aws_s3_bucket_lifecycle_configuration.this.rule) == 1
    error_message = "No current object expires."
  }

  assert {
    condition     = length(aws_s3_bucket_logging.this) == 0 && length(aws_s3_bucket_notification.this) == 0
    error_message = "Access logs need a bucket, and events somebody who waits for them."
  }
}

run "refuses_what_is_not_encrypted" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Effect == "Deny" && statement.Principal == { AWS = "*" }])
    error_message = "The policy grants nobody anything, and refuses everybody alike."
  }

  assert {
    condition = { for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Sid => statement.Condition } == {
      DenyPlainText        = { Bool = { "aws:SecureTransport" = "false" } }
      DenyOldTls           = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      DenyOtherEncryption  = { Null = { "s3:x-amz-server-side-encryption" = "false" }, StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" } }
      DenyOtherKeys        = { Null = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }, ArnNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "arn:aws:kms:us-east-1:123456789012:key/phi" } }
      DenyKeysOfTheRequest = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
    }
    error_message = "Refused are: no TLS, old TLS, another encryption, another key, a key of the request."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Action == "s3:*" && toset(statement.Resource) == toset(["arn:aws:s3:::healthcare-documents-123456789012", "arn:aws:s3:::healthcare-documents-123456789012/*"]) if contains(["DenyPlainText", "DenyOldTls"], statement.Sid)])
    error_message = "TLS holds for the bucket and its objects."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_s3_bucket_policy.this.policy).Statement : statement.Action == "s3:PutObject" && statement.Resource == "arn:aws:s3:::healthcare-documents-123456789012/*" if !contains(["DenyPlainText", "DenyOldTls"], statement.Sid)])
    error_message = "Encryption holds for each put."
  }
}

run "choices_by_name" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    access_log_bucket       = { name = "healthcare-audit-access-123456789012" }
    event_notifications     = true
    force_destroy           = true
    noncurrent_version_days = 30
    object_lock             = { retention_days = 1 }
  }

  assert {
    condition     = aws_s3_bucket_logging.this[0].target_bucket == "healthcare-audit-access-123456789012" && aws_s3_bucket_logging.this[0].target_prefix == "documents/"
    error_message = "Access logs go where they were asked to, each bucket to its prefix."
  }

  assert {
    condition     = aws_s3_bucket_notification.this[0].eventbridge
    error_message = "EventBridge hears of the objects."
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy && aws_s3_bucket_lifecycle_configuration.this.rule[0].noncurrent_version_expiration[0].noncurrent_days == 30
    error_message = "What is thrown away can be."
  }

  assert {
    condition     = aws_s3_bucket.this.object_lock_enabled && aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].mode == "GOVERNANCE" && aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].days == 1
    error_message = "The lock is as given."
  }
}

run "compliance_once_acknowledged" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    object_lock = { mode = "COMPLIANCE", retention_days = 2192, acknowledge_compliance_locks = true }
  }

  assert {
    condition     = aws_s3_bucket_object_lock_configuration.this[0].rule[0].default_retention[0].mode == "COMPLIANCE"
    error_message = "An acknowledged lock is made."
  }
}

run "refuses_a_bucket_by_its_arn_and_an_account_of_9_digits" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    access_log_bucket       = { name = "arn:aws:s3:::healthcare-audit-access" }
    context                 = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    kms_key_arn             = "alias/phi"
    noncurrent_version_days = 0
    object_lock             = { mode = "NONE", retention_days = 30 }
  }

  expect_failures = [var.access_log_bucket, var.context, var.kms_key_arn, var.noncurrent_version_days, var.object_lock]
}

run "refuses_a_name_with_capitals" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    name = "Documents"
  }

  expect_failures = [var.name]
}

run "refuses_a_long_name_and_half_a_day" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    name                    = "documents-of-the-department-of-internal-medicine"
    noncurrent_version_days = 0.5
    object_lock             = { retention_days = 0 }
  }

  expect_failures = [var.name, var.noncurrent_version_days, var.object_lock]
}

run "refuses_a_zone_and_an_unknowing_compliance_lock" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    context     = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
    object_lock = { mode = "COMPLIANCE", retention_days = 2192 }
  }

  expect_failures = [var.context, var.object_lock]
}

run "refuses_an_unknown_partition_and_a_compliance_lock_to_be_destroyed" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    context       = { account_id = "123456789012", region = "us-east-1", partition = "gcp", name_prefix = "healthcare" }
    force_destroy = true
    object_lock   = { mode = "COMPLIANCE", retention_days = 2192, acknowledge_compliance_locks = true }
  }

  expect_failures = [var.context, var.object_lock]
}

run "refuses_a_prefix_with_capitals_and_a_lock_of_centuries" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    context     = { account_id = "123456789012", region = "us-east-1", name_prefix = "Healthcare" }
    object_lock = { retention_days = 36501 }
  }

  expect_failures = [var.context, var.object_lock]
}

run "refuses_a_lock_of_half_a_day" {
  command = plan

  module {
    source = "./modules/bucket"
  }

  variables {
    object_lock = { retention_days = 1.5 }
  }

  expect_failures = [var.object_lock]
}
