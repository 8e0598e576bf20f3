output "client_id" {
  description = "Id of the pool's client: the `aud` of identity tokens."
  value       = aws_cognito_user_pool_client.this.id
}

output "client_secret" {
  description = "Secret of the client, or an empty string where it has none."
  value       = aws_cognito_user_pool_client.this.client_secret
  sensitive   = true
}

output "group_names" {
  description = "Names of the pool's groups."
  value       = sort(keys(aws_cognito_user_group.this))
}

output "issuer" {
  description = "Issuer (`iss`) of the pool's tokens; its keys are at /.well-known/jwks.json below it."
  value       = "https://${aws_cognito_user_pool.this.endpoint}"
}

output "user_pool_arn" {
  description = "ARN of the user pool, for API Gateway's authorizer."
  value       = aws_cognito_user_pool.this.arn
}

output "user_pool_id" {
  description = "Id of the user pool."
  value       = aws_cognito_user_pool.this.id
}
