output "config_arn" {
  description = "ARN of the code signing configuration: what modules/function takes as `code_signing_config_arn`."
  value       = aws_lambda_code_signing_config.this.arn
}

output "profile_name" {
  description = "Name of the profile that was made here: what `aws signer start-signing-job` signs with. Null where the profiles are yours."
  value       = one(aws_signer_signing_profile.this[*].name)
}
