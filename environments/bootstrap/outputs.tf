output "backend" {
  description = "What environments/<environment>/state.s3.tfbackend has to say, as it stands there."
  value       = local._backends[var.environment]
}

output "bootstrap_backend" {
  description = "The same for this root's own state: `make bootstrap` writes it to environments/bootstrap/<environment>.s3.tfbackend."
  value       = local._backends["bootstrap"]
}

output "github_environments" {
  description = "GitHub's environments to make, by role, with the subject that each role takes: `name`, `subject`."
  value       = { for role, name in local._github_environments : role => { name = name, subject = local._subjects[role] } }
}

output "permissions_boundary_arn" {
  description = "What every role of the environment is bounded by: permissions_boundary_arn in environments/<environment>/terraform.tfvars. Without it the apply role can make no role."
  value       = aws_iam_policy.boundary.arn
}

output "role_arns" {
  description = "ARNs of the roles, by what they are for: plan, apply, audit. They go into GitHub's variables (docs/bootstrap.md)."
  value       = { for role, made in aws_iam_role.this : role => made.arn }
}

output "state_bucket" {
  description = "Name of the bucket of Terraform's state."
  value       = aws_s3_bucket.state.id
}

output "state_key_arn" {
  description = "ARN of the key that encrypts the state."
  value       = aws_kms_key.state.arn
}

locals {
  # The key is named because `encrypt` alone asks for S3's own, which the bucket refuses.
  _backends = {
    for folder in ["bootstrap", var.environment] : folder => join("\n", [
      "bucket       = \"${local._bucket_name}\"",
      "key          = \"${folder}/terraform.tfstate\"",
      "region       = \"${var.region}\"",
      "encrypt      = true",
      "kms_key_id   = \"${local._key_alias_arn}\"",
      "use_lockfile = true",
      "",
    ])
  }
}
