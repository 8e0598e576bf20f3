# Names carry no region: name_prefix has to be unique in the account anyway, because role names are.
locals {
  _bucket_name = "${var.context.name_prefix}-${var.name}-${var.context.account_id}"
  _bucket_arn  = "arn:${var.context.partition}:s3:::${local._bucket_name}"
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_144:A second region is a choice of the disaster recovery plan; versions, and the lock where there is one, protect what is here
  #checkov:skip=CKV2_AWS_62:Events go to EventBridge where somebody waits for them (event_notifications)
  bucket              = local._bucket_name
  object_lock_enabled = var.object_lock != null
  force_destroy       = var.force_destroy
  tags                = var.context.tags
}

resource "aws_s3_bucket_versioning" "this" {
  bucket = aws_s3_bucket.this.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_object_lock_configuration" "this" {
  count = var.object_lock == null ? 0 : 1

  bucket = aws_s3_bucket.this.id

  rule {
    default_retention {
      mode = var.object_lock.mode
      days = var.object_lock.retention_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.this] # S3 refuses a lock without versions.
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    bucket_key_enabled = true

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = var.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# No current object expires by itself: what may go is for the retention schedule of the covered entity to say.
resource "aws_s3_bucket_lifecycle_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.noncurrent_version_days
    }

    expiration {
      expired_object_delete_marker = true # A marker without versions behind it only slows listings down.
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.this]
}

resource "aws_s3_bucket_logging" "this" {
  count = var.access_log_bucket == null ? 0 : 1

  bucket        = aws_s3_bucket.this.id
  target_bucket = var.access_log_bucket.name
  target_prefix = "${var.name}/"
}

resource "aws_s3_bucket_notification" "this" {
  count = var.event_notifications ? 1 : 0

  bucket      = aws_s3_bucket.this.id
  eventbridge = true
}
