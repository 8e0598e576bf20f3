resource "aws_cognito_user_pool_client" "this" {
  name         = "${local._name}-client"
  user_pool_id = aws_cognito_user_pool.this.id

  # A browser or a phone can keep no secret; SRP needs none, and never sends the password.
  generate_secret     = var.client_secret
  explicit_auth_flows = sort(setunion(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"], var.additional_auth_flows))

  # Automatic logoff (45 CFR 164.312(a)(2)(iii)): after these minutes the client must come back, after these hours the person.
  access_token_validity  = var.token_validity.access_minutes
  id_token_validity      = var.token_validity.id_minutes
  refresh_token_validity = var.token_validity.refresh_hours
  auth_session_validity  = 3

  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "hours"
  }

  enable_token_revocation       = true
  prevent_user_existence_errors = "ENABLED"
}
