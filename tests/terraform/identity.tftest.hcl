# modules/identity: multi-factor sign-in, short tokens, no self-made accounts.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context = { account_id = "123456789012", name_prefix = "healthcare", region = "us-east-1" }
}

run "hardened_by_default" {
  command = plan

  module {
    source = "./modules/identity"
  }

  assert {
    condition     = aws_cognito_user_pool.this.mfa_configuration == "ON" && aws_cognito_user_pool.this.software_token_mfa_configuration[0].enabled
    error_message = "Multi-factor sign-in is required, with an authenticator app."
  }
  assert {
    condition     = aws_cognito_user_pool.this.password_policy[0].minimum_length == 14 && aws_cognito_user_pool.this.password_policy[0].password_history_size == 24
    error_message = "Passwords have 14 characters and do not come back."
  }
  assert {
    condition     = aws_cognito_user_pool.this.admin_create_user_config[0].allow_admin_create_user_only
    error_message = "Nobody signs up by themselves."
  }
  assert {
    condition     = [for mechanism in aws_cognito_user_pool.this.account_recovery_setting[0].recovery_mechanism : mechanism.name] == ["admin_only"]
    error_message = "A mailbox is not enough to take over an account."
  }
  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "ACTIVE"
    error_message = "The pool is protected from deletion."
  }
  assert {
    condition     = aws_cognito_user_pool.this.user_pool_add_ons[0].advanced_security_mode == "ENFORCED" && aws_cognito_user_pool.this.user_pool_tier == "PLUS"
    error_message = "Threat protection is enforced, in the tier that has it."
  }
  assert {
    condition = (
      aws_cognito_user_pool_client.this.access_token_validity == 15 && aws_cognito_user_pool_client.this.id_token_validity == 15 &&
      aws_cognito_user_pool_client.this.refresh_token_validity == 8 &&
      aws_cognito_user_pool_client.this.token_validity_units[0].id_token == "minutes" && aws_cognito_user_pool_client.this.token_validity_units[0].refresh_token == "hours"
    )
    error_message = "Tokens live 15 minutes, a session eight hours."
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.prevent_user_existence_errors == "ENABLED" && aws_cognito_user_pool_client.this.enable_token_revocation
    error_message = "Sign-in does not say who has an account, and refresh tokens can be revoked."
  }
  assert {
    condition     = aws_cognito_user_pool_client.this.explicit_auth_flows == toset(["ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]) && !aws_cognito_user_pool_client.this.generate_secret
    error_message = "By default the password is never sent (SRP), and a public client has no secret."
  }
  assert {
    condition     = keys(aws_cognito_user_group.this) == ["Admin", "Auditor", "Patient", "Provider", "SsnAccess", "VeryRestrictedAccess"]
    error_message = "The groups are the roles that the functions know."
  }
}

run "choices_by_name" {
  command = plan

  module {
    source = "./modules/identity"
  }

  variables {
    additional_auth_flows = ["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    client_secret         = true
    deletion_protection   = false
    threat_protection     = "OFF"
  }

  assert {
    condition     = contains(aws_cognito_user_pool_client.this.explicit_auth_flows, "ALLOW_ADMIN_USER_PASSWORD_AUTH") && aws_cognito_user_pool_client.this.generate_secret
    error_message = "More ways to sign in, and a secret, are had by asking."
  }
  assert {
    condition     = aws_cognito_user_pool.this.deletion_protection == "INACTIVE" && aws_cognito_user_pool.this.user_pool_add_ons[0].advanced_security_mode == "OFF" && aws_cognito_user_pool.this.user_pool_tier == "ESSENTIALS"
    error_message = "Deletion protection and threat protection are switched off by name alone."
  }
}

run "wrong_values_1" {
  command = plan

  module {
    source = "./modules/identity"
  }

  variables {
    additional_auth_flows   = ["ALLOW_ANYONE"]
    context                 = { account_id = "1234", name_prefix = "healthcare", region = "us-east-1" }
    groups                  = { "Provider, Admin" = "Reads as two groups in a token" }
    password_history_size   = 25
    password_minimum_length = 8
    threat_protection       = "ON"
    token_validity          = { id_minutes = 1440 }
  }

  expect_failures = [
    var.additional_auth_flows, var.context, var.groups, var.password_history_size, var.password_minimum_length,
    var.threat_protection, var.token_validity,
  ]
}

run "wrong_values_2" {
  command = plan

  module {
    source = "./modules/identity"
  }

  variables {
    context        = { account_id = "123456789012", name_prefix = "healthcare", region = "us-east-1a" }
    token_validity = { refresh_hours = 720 }
  }

  expect_failures = [var.context, var.token_validity]
}

run "wrong_values_3" {
  command = plan

  module {
    source = "./modules/identity"
  }

  variables {
    context = { account_id = "123456789012", name_prefix = "healthcare", partition = "gcp", region = "us-east-1" }
  }

  expect_failures = [var.context]
}

run "wrong_values_4" {
  command = plan

  module {
    source = "./modules/identity"
  }

  variables {
    context = { account_id = "123456789012", name_prefix = "h", region = "us-east-1" }
  }

  expect_failures = [var.context]
}
