# It refuses, and grants nobody anything: what the roles may do is in their own policies, and what they may never do stands here
# as well, where they can't change it. Administrators are refused nothing but what would be unencrypted.
locals {
  _everything_in_it = [local._bucket_arn, "${local._bucket_arn}/*"]

  _deny_what_is_not_encrypted = [
    {
      Sid       = "DenyPlainText"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "s3:*"
      Resource  = local._everything_in_it
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    },
    {
      Sid       = "DenyOldTls"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "s3:*"
      Resource  = local._everything_in_it
      Condition = { NumericLessThan = { "s3:TlsVersion" = "1.2" } }
    },
    # Without the headers the bucket's own encryption applies; with them, they have to say the same. A backend with
    # `encrypt = true` and no kms_key_id asks for S3's own key, and is refused.
    {
      Sid       = "DenyOtherEncryption"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "s3:PutObject"
      Resource  = "${local._bucket_arn}/*"
      Condition = {
        Null            = { "s3:x-amz-server-side-encryption" = "false" }
        StringNotEquals = { "s3:x-amz-server-side-encryption" = "aws:kms" }
      }
    },
    {
      Sid       = "DenyOtherKeys"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "s3:PutObject"
      Resource  = "${local._bucket_arn}/*"
      Condition = {
        Null         = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = "false" }
        ArnNotEquals = { "s3:x-amz-server-side-encryption-aws-kms-key-id" = [aws_kms_key.state.arn, local._key_alias_arn] }
      }
    },
    # A key that comes with the request is nowhere afterwards: so objects were held to ransom.
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
    {
      Sid       = "DenyKeysOfTheRequest"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = "s3:PutObject"
      Resource  = "${local._bucket_arn}/*"
      Condition = { Null = { "s3:x-amz-server-side-encryption-customer-algorithm" = "false" } }
    },
  ]

  _deny_what_is_not_theirs = [
    # Bucket settings, versions, retention, tags: whatever AWS adds to S3, it is none of theirs.
    {
      Sid       = "RolesAdministerNothing"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      NotAction = ["s3:DeleteObject", "s3:Get*", "s3:List*", "s3:PutObject"]
      Resource  = local._everything_in_it
      Condition = { ArnEquals = { "aws:PrincipalArn" = values(local._role_arns) } }
    },
    {
      Sid         = "RolesReadTheirEnvironmentAlone"
      Effect      = "Deny"
      Principal   = { AWS = "*" }
      Action      = ["s3:GetObject*"]
      NotResource = [local._state_objects, local._lock_objects]
      Condition   = { ArnEquals = { "aws:PrincipalArn" = [local._role_arns.apply, local._role_arns.plan] } }
    },
    {
      Sid         = "PlanWritesLocksAlone"
      Effect      = "Deny"
      Principal   = { AWS = "*" }
      Action      = "s3:PutObject"
      NotResource = local._lock_objects
      Condition   = { ArnEquals = { "aws:PrincipalArn" = local._role_arns.plan } }
    },
    {
      Sid         = "ApplyWritesItsEnvironmentAlone"
      Effect      = "Deny"
      Principal   = { AWS = "*" }
      Action      = "s3:PutObject"
      NotResource = [local._state_objects, local._lock_objects]
      Condition   = { ArnEquals = { "aws:PrincipalArn" = local._role_arns.apply } }
    },
    {
      Sid         = "RolesDeleteLocksAlone"
      Effect      = "Deny"
      Principal   = { AWS = "*" }
      Action      = "s3:DeleteObject"
      NotResource = local._lock_objects
      Condition   = { ArnEquals = { "aws:PrincipalArn" = [local._role_arns.apply, local._role_arns.plan] } }
    },
    {
      Sid       = "AuditReadsAndWritesNoObject"
      Effect    = "Deny"
      Principal = { AWS = "*" }
      Action    = ["s3:DeleteObject", "s3:GetObject*", "s3:PutObject"]
      Resource  = "${local._bucket_arn}/*"
      Condition = { ArnEquals = { "aws:PrincipalArn" = local._role_arns.audit } }
    },
  ]

  # A lock is a file that only the first can write (If-None-Match). Who would write over one would take it from its holder.
  # https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html
  _deny_locks_taken_by_force = [{
    Sid       = "DenyLocksTakenByForce"
    Effect    = "Deny"
    Principal = { AWS = "*" }
    Action    = "s3:PutObject"
    Resource  = "${local._bucket_arn}/*.tflock"
    Condition = { Null = { "s3:if-none-match" = "true" } }
  }]
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = concat(local._deny_what_is_not_encrypted, local._deny_what_is_not_theirs, local._deny_locks_taken_by_force)
  })

  depends_on = [aws_s3_bucket_public_access_block.state] # S3 refuses to change both at once.
}
