# Who touched the archive. S3 writes access logs under its own keys only (SSE-S3), and not to a bucket with a default
# lock: https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
resource "aws_s3_bucket" "access_logs" {
  #checkov:skip=CKV_AWS_18:Logging the log bucket to itself would never end
  #checkov:skip=CKV_AWS_144:A second region is a choice of the disaster recovery plan
  #checkov:skip=CKV_AWS_145:S3 delivers access logs only to buckets that are encrypted with S3's own keys (SSE-S3)
  #checkov:skip=CKV2_AWS_62:Nobody waits for an access log file
  bucket        = local._access_logs_name
  force_destroy = var.force_destroy
  tags          = var.context.tags
}

resource "aws_s3_bucket_versioning" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "access_logs" {
  bucket                  = aws_s3_bucket.access_logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

# Access logs live as long as the archive's lock, and what someone deletes earlier stays as a version until then.
resource "aws_s3_bucket_lifecycle_configuration" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  rule {
    id     = "expire"
    status = "Enabled"
    filter {}

    expiration {
      days = var.object_lock.retention_days
    }

    noncurrent_version_expiration {
      noncurrent_days = var.object_lock.retention_days
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.access_logs]
}

resource "aws_s3_bucket_policy" "access_logs" {
  bucket = aws_s3_bucket.access_logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(local._deny_weak_tls.access_logs, [
      # The archive, and the buckets of modules/bucket beside it, each to the prefix of its name.
      {
        Sid       = "AccessLogsOfOurBuckets"
        Effect    = "Allow"
        Principal = { Service = "logging.s3.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${local._access_logs_arn}/*"
        Condition = {
          StringEquals = { "aws:SourceAccount" = var.context.account_id }
          ArnLike      = { "aws:SourceArn" = "arn:${var.context.partition}:s3:::${var.context.name_prefix}-*" }
        }
      },
    ])
  })

  depends_on = [aws_s3_bucket_public_access_block.access_logs] # S3 refuses to change both at once.
}
