locals {
  _name = "${var.context.name_prefix}-users"
}

resource "aws_cognito_user_pool" "this" {
  name                = local._name
  deletion_protection = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  mfa_configuration   = "ON"
  user_pool_tier      = var.threat_protection == "OFF" ? "ESSENTIALS" : "PLUS"
  tags                = var.context.tags

  # An authenticator app. Never text messages: a phone number can be moved to another card.
  software_token_mfa_configuration {
    enabled = true
  }

  password_policy {
    minimum_length                   = var.password_minimum_length
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    require_uppercase                = true
    password_history_size            = var.password_history_size
    temporary_password_validity_days = 1
  }

  # Whoever may see health information is known to the organisation first: nobody signs up by themselves.
  admin_create_user_config {
    allow_admin_create_user_only = true
  }

  # A mailbox must not be enough to take over an account.
  account_recovery_setting {
    recovery_mechanism {
      name     = "admin_only"
      priority = 1
    }
  }

  # Two accounts that differ in case alone would be one person to a reader of the audit.
  username_configuration {
    case_sensitive = false
  }

  user_pool_add_ons {
    advanced_security_mode = var.threat_protection
  }
}

resource "aws_cognito_user_group" "this" {
  for_each = var.groups

  user_pool_id = aws_cognito_user_pool.this.id
  name         = each.key
  description  = each.value
}
