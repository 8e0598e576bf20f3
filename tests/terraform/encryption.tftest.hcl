# modules/encryption: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare", tags = { Project = "healthcare" } }
  keys = {
    phi  = { description = "Patients' data" }
    logs = { description = "Logs", services = ["budgets", "cloudtrail", "cloudwatch", "event_buses", "events", "logs", "s3", "sns"] }
  }
}

run "rotates_and_keeps_keys_for_customers_only" {
  command = plan

  module {
    source = "./modules/encryption"
  }

  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.enable_key_rotation && key.rotation_period_in_days == 365 && key.deletion_window_in_days == 30])
    error_message = "Keys must rotate each year and wait 30 days before they are deleted."
  }

  assert {
    condition     = alltrue([for key in aws_kms_key.this : coalesce(key.is_enabled, true) && key.bypass_policy_lockout_safety_check != true])
    error_message = "Keys must be enabled, and their policy checked against lockout."
  }

  assert {
    condition     = { for domain, alias in aws_kms_alias.this : domain => alias.name } == { logs = "alias/healthcare-logs", phi = "alias/healthcare-phi" }
    error_message = "Each key must have its alias."
  }

  assert {
    condition     = jsondecode(aws_kms_key.this["phi"].policy).Statement[*].Principal == [{ AWS = "arn:aws:iam::123456789012:root" }]
    error_message = "A key without services is for the account's IAM policies alone."
  }
}

run "gives_services_the_least" {
  command = plan

  module {
    source = "./modules/encryption"
  }

  assert {
    condition     = length([for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement if can(statement.Principal.Service)]) == 10
    error_message = "Each named service must have its statements."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement :
      length(setsubtract(statement.Action, ["kms:Decrypt", "kms:Describe*", "kms:DescribeKey", "kms:Encrypt*", "kms:GenerateDataKey", "kms:GenerateDataKey*", "kms:ReEncrypt*"])) == 0
      if can(statement.Principal.Service)
    ])
    error_message = "A service may use a key, and never administer it: no kms:*."
  }

  assert {
    condition = alltrue([
      for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement :
      can(regex("123456789012", jsonencode(statement.Condition))) != contains(["PublishEvents", "EventBusesCheckTheKey"], statement.Sid)
      if can(statement.Principal.Service)
    ])
    error_message = "Every statement for a service must be limited to this account's resources, but two of EventBridge's, which none would ever fulfil."
  }

  assert {
    condition = [for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement if startswith(statement.Sid, "EventBuses")] == [
      {
        Sid       = "EventBusesEncrypt"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:events:event-bus:arn" = "arn:aws:events:us-east-1:123456789012:event-bus/*" } }
      },
      {
        Sid       = "EventBusesCheckTheKey"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = ["kms:DescribeKey"]
        Resource  = "*"
      },
    ]
    error_message = "EventBridge may encrypt this account's event buses, and look at the key."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement.Principal != "*" && try(statement.Principal.AWS, "") != "*"])
    error_message = "No key may be public."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement.Condition.ArnLike["kms:EncryptionContext:aws:logs:arn"] == "arn:aws:logs:us-east-1:123456789012:log-group:*" if try(statement.Principal.Service, "") == "logs.us-east-1.amazonaws.com"])
    error_message = "CloudWatch Logs may use the key for this account's log groups."
  }

  assert {
    condition     = alltrue([for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement.Condition.ArnLike["aws:SourceArn"] == "arn:aws:cloudtrail:us-east-1:123456789012:trail/healthcare-*" if try(statement.Principal.Service, "") == "cloudtrail.amazonaws.com"])
    error_message = "CloudTrail may use the key for this deployment's trails."
  }

  assert {
    condition     = toset([for statement in jsondecode(aws_kms_key.this["logs"].policy).Statement : statement.Principal.Service if try(statement.Condition.StringEquals["aws:SourceAccount"], "") == "123456789012"]) == toset([for service in ["budgets", "cloudwatch", "s3", "sns"] : "${service}.amazonaws.com"])
    error_message = "Publishers must be limited by source account."
  }
}

run "takes_other_periods" {
  command = plan

  module {
    source = "./modules/encryption"
  }

  variables {
    keys = { phi = { description = "Patients' data", rotation_days = 90, deletion_window_days = 7 } }
  }

  assert {
    condition     = aws_kms_key.this["phi"].rotation_period_in_days == 90 && aws_kms_key.this["phi"].deletion_window_in_days == 7
    error_message = "Periods must be as given."
  }
}

# Each validation has a run in which it alone refuses its variable. Runs carry several wrong variables, because each
# run starts the provider anew (1 s).

run "refuses_an_account_of_9_digits_and_a_key_with_capitals" {
  command = plan

  module {
    source = "./modules/encryption"
  }

  variables {
    context = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    keys    = { PHI = { description = "d" } }
  }

  expect_failures = [var.context, var.keys]
}

run "refuses_a_zone_as_region_and_an_unknown_service" {
  command = plan

  module {
    source = "./modules/encryption"
  }

  variables {
    context = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
    keys    = { phi = { description = "d", services = ["lambda"] } }
  }

  expect_failures = [var.context, var.keys]
}

run "refuses_an_unknown_partition_and_slow_rotation" {
  command = plan

  module {
    source = "./modules/encryption"
  }

  variables {
    context = { account_id = "123456789012", region = "us-east-1", partition = "amazon", name_prefix = "healthcare" }
    keys    = { phi = { description = "d", rotation_days = 3000 } }
  }

  expect_failures = [var.context, var.keys]
}

run "refuses_a_name_with_capitals_and_quick_deletion" {
  command = plan

  module {
    source = "./modules/encryption"
  }

  variables {
    context = { account_id = "123456789012", region = "us-east-1", name_prefix = "health--care" }
    keys    = { phi = { description = "d", deletion_window_days = 1 } }
  }

  expect_failures = [var.context, var.keys]
}

run "hashes_with_a_key_of_its_kind" {
  command = plan

  module {
    source = "./modules/encryption"
  }

  variables {
    keys = { hashing = { description = "Keyed hashes", hmac = true } }
  }

  assert {
    condition     = aws_kms_key.this["hashing"].key_usage == "GENERATE_VERIFY_MAC" && aws_kms_key.this["hashing"].customer_master_key_spec == "HMAC_256" && !aws_kms_key.this["hashing"].enable_key_rotation
    error_message = "An HMAC key, which KMS can't rotate."
  }

  assert {
    condition     = jsondecode(aws_kms_key.this["hashing"].policy).Statement[*].Principal == [{ AWS = "arn:aws:iam::123456789012:root" }]
    error_message = "It is for the account's IAM policies alone."
  }
}

run "refuses_a_service_that_hashes" {
  command = plan

  module {
    source = "./modules/encryption"
  }

  variables {
    keys = { hashing = { description = "Keyed hashes", hmac = true, services = ["logs"] } }
  }

  expect_failures = [var.keys]
}
