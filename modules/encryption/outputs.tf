output "alias_names" {
  description = "Aliases of the keys, by domain: alias/<name_prefix>-<domain>."
  value       = { for domain, alias in aws_kms_alias.this : domain => alias.name }
}

output "key_arns" {
  description = "ARNs of the keys, by domain."
  value       = { for domain, key in aws_kms_key.this : domain => key.arn }
}

output "key_ids" {
  description = "Ids of the keys, by domain."
  value       = { for domain, key in aws_kms_key.this : domain => key.key_id }
}
