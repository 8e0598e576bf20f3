output "api_url" {
  description = "Address of the API."
  value       = module.healthcare.api_url
}

output "user_pool_id" {
  description = "Where users are made."
  value       = module.healthcare.user_pool_id
}
