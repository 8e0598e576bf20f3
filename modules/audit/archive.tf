# The locked archive of the trail. Names carry no region: name_prefix has to be unique in the account anyway, because role
# names are.
locals {
  _archive_name     = "${var.context.name_prefix}-audit-${var.context.account_id}"
  _archive_arn      = "arn:${var.context.partition}:s3:::${local._archive_name}"
  _access_logs_name = "${var.context.name_prefix}-audit-access-${var.context.account_id}"
  _access_logs_arn  = "arn:${var.context.partition}:s3:::${local._access_logs_name}"
  _cold_after_days  = 90
}

resource "aws_s3_bucket" "archive" {
  #checkov:skip=CKV_AWS_144:A second region is a choice of the disaster recovery plan; the lock and the versions protect what is here
  #checkov:skip=CKV2_AWS_62:Nobody waits for a log file: the trail's events reach alarms through CloudWatch Logs
  bucket              = local._archive_name
  object_lock_enabled = true
  force_destroy       = var.force_destroy
  tags                = var.context.tags
}

resource "aws_s3_bucket_versioning" "archive" {
  bucket = aws_s3_bucket.archive.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "archive" {
  bucket = aws_s3_bucket.archive.id

  rule {
    default_retention {
      mode = var.object_lock.mode
      days = var.object_lock.retention_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.archive] # S3 refuses a lock without versions.
}

resource "aws_s3_bucket_server_side_encryption_configuration" "archive" {
  bucket = aws_s3_bucket.archive.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "archive" {
  bucket                  = aws_s3_bucket.archive.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "archive" {
  bucket = aws_s3_bucket.archive.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# Nothing expires by itself: what may go after the lock is for the retention schedule of the covered entity to say.
resource "aws_s3_bucket_lifecycle_configuration" "archive" {
  bucket = aws_s3_bucket.archive.id

  rule {
    id     = "to-colder-storage"
    status = "Enabled"
    filter {}

    transition {
      days          = local._cold_after_days
      storage_class = "GLACIER_IR" # Still read at once, so the trail's digests can be validated without a restore.
    }

    noncurrent_version_transition {
      noncurrent_days = local._cold_after_days
      storage_class   = "GLACIER_IR"
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.archive]
}

resource "aws_s3_bucket_logging" "archive" {
  bucket        = aws_s3_bucket.archive.id
  target_bucket = aws_s3_bucket.access_logs.id
  target_prefix = "archive/"

  depends_on = [aws_s3_bucket_policy.access_logs]
}

resource "aws_s3_bucket_policy" "archive" {
  bucket = aws_s3_bucket.archive.id

  # https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local._deny_weak_tls.archive, [
      {
        Sid       = "DenyOtherEncryption"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:PutObject"
        Resource  = "${local._archive_arn}/*"
        Condition = {
          Null            = { "s3:x-amz-server-side-encryption" = "false" } # Without the header the bucket's key applies.
          StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
          BoolIfExists    = { "aws:PrincipalIsAWSService" = "false" } # The trail says how CloudTrail encrypts, digests included.
        }
      },
      {
        Sid       = "DenyOtherKeys"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:PutObject"
        Resource  = "${local._archive_arn}/*"
        Condition = {
          Null         = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
          ArnNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = var.kms_key_arn }
          BoolIfExists = { "aws:PrincipalIsAWSService" = "false" }
        }
      },
      {
        Sid       = "TrailChecksTheBucket"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = local._archive_arn
        Condition = { StringEquals = { "aws:SourceArn" = local._trail_arn } }
      },
      {
        Sid       = "TrailWrites"
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local._archive_arn}/AWSLogs/${var.context.account_id}/*"
        Condition = {
          StringEquals = {
            "aws:SourceArn" = local._trail_arn
            "s3:x-amz-acl"  = "bucket-owner-full-control"
          }
        }
      },
    ])
  })

  depends_on = [aws_s3_bucket_public_access_block.archive] # S3 refuses to change both at once.
}

locals {
  _deny_weak_tls = {
    for name, arn in { archive = local._archive_arn, access_logs = local._access_logs_arn } : name => [
      {
        Sid       = "DenyPlainText"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = [arn, "${arn}/*"]
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      },
      {
        Sid       = "DenyOldTls"
        Effect    = "Deny"
        Principal = { AWS = "*" }
        Action    = "s3:*"
        Resource  = [arn, "${arn}/*"]
        Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
      },
    ]
  }
}
