output "alias_arn" {
  description = "What callers invoke, and what their roles may be allowed to."
  value       = module.eligibility.alias_arn
}

output "log_group_name" {
  description = "Where the function logs."
  value       = module.eligibility.log_group_name
}
