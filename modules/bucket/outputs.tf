# Derived from the name, so that policies which name the bucket are known at plan; and given once it is encrypted and closed.
output "arn" {
  description = "ARN of the bucket. Objects are below it."
  value       = local._bucket_arn

  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}

output "name" {
  description = "Name of the bucket: <name_prefix>-<name>-<account_id>."
  value       = local._bucket_name

  depends_on = [
    aws_s3_bucket_ownership_controls.this,
    aws_s3_bucket_policy.this,
    aws_s3_bucket_server_side_encryption_configuration.this,
    aws_s3_bucket_versioning.this,
  ]
}
