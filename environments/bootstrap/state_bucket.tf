resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18:The environment's trail records every read and write of an object (data events, whoever made them), in an archive that is locked; access logs would come late, not always, and into a bucket that is not there yet
  #checkov:skip=CKV_AWS_144:A state lost with its region is of resources lost with their region; versions and their lock are against mistakes
  #checkov:skip=CKV2_AWS_62:Nobody waits for a state: alarms watch the trail
  bucket              = local._bucket_name
  object_lock_enabled = true

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Not Terraform's lock, which is a file beside the state (use_lockfile). This keeps what was overwritten: no version goes
# before its time, not even by who may delete objects. GOVERNANCE and not COMPLIANCE: a secret that got into a state by
# mistake must be removable. And a bucket with a lock can't have its versioning suspended.
resource "aws_s3_bucket_object_lock_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    default_retention {
      mode = "GOVERNANCE"
      days = var.state.lock_days
    }
  }

  depends_on = [aws_s3_bucket_versioning.state] # S3 refuses a lock without versions.
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    # With a bucket key, KMS would be asked for the bucket and not for the object, and the roles' policies could not tell one
    # state from another. The few requests cost nothing.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html (changes to the encryption context)
    bucket_key_enabled = false

    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.state.arn
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    id     = "old-versions"
    status = "Enabled"
    filter {}

    noncurrent_version_expiration {
      noncurrent_days = var.state.noncurrent_days
    }

    expiration {
      expired_object_delete_marker = true # Each lock that was given back leaves one.
    }

    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }

  depends_on = [aws_s3_bucket_versioning.state]
}
