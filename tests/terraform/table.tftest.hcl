# modules/table: `scripts/terraform test -test-directory=tests/terraform`, from the repository root. Plans only, no account.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context       = { account_id = "123456789012", region = "us-east-1", name_prefix = "healthcare", tags = { Project = "healthcare" } }
  name          = "patients"
  partition_key = { name = "patient_id" }
  kms_key_arn   = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
}

run "is_encrypted_recoverable_and_protected_by_default" {
  command = plan

  module {
    source = "./modules/table"
  }

  assert {
    condition     = aws_dynamodb_table.this.name == "healthcare-patients" && aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "The table must have the prefix, and be billed by request."
  }

  assert {
    condition     = aws_dynamodb_table.this.hash_key == "patient_id" && aws_dynamodb_table.this.range_key == null && aws_dynamodb_table.this.attribute == toset([{ name = "patient_id", type = "S" }])
    error_message = "The key must be as given."
  }

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].enabled && aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "The table must be encrypted with the given key."
  }

  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].enabled
    error_message = "The table must be recoverable to any second."
  }

  assert {
    condition     = aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "The table must be protected against deletion."
  }

  assert {
    condition     = !aws_dynamodb_table.this.stream_enabled && output.stream_arn == null
    error_message = "There must be no stream unless asked for."
  }
}

run "takes_keys_indexes_stream_and_expiry" {
  command = plan

  module {
    source = "./modules/table"
  }

  variables {
    sort_key               = { name = "event_id" }
    ttl_attribute          = "expires_at"
    stream_view_type       = "NEW_IMAGE"
    deletion_protection    = false
    point_in_time_recovery = false
    global_secondary_indexes = {
      by-time = { partition_key = { name = "patient_id" }, sort_key = { name = "starts_at", type = "N" }, projection = "INCLUDE", included_attributes = ["kind"] }
    }
  }

  assert {
    condition     = output.arn == "arn:aws:dynamodb:us-east-1:123456789012:table/${output.name}" && output.index_arns["by-time"] == "${output.arn}/index/by-time"
    error_message = "The ARNs of the table and its indexes must be known at plan."
  }

  assert {
    condition     = aws_dynamodb_table.this.range_key == "event_id" && aws_dynamodb_table.this.ttl[0].enabled && aws_dynamodb_table.this.ttl[0].attribute_name == "expires_at"
    error_message = "Sort key and expiry must be as given."
  }

  assert {
    condition     = aws_dynamodb_table.this.stream_enabled && aws_dynamodb_table.this.stream_view_type == "NEW_IMAGE"
    error_message = "The stream must be as given."
  }

  assert {
    condition     = aws_dynamodb_table.this.attribute == toset([{ name = "patient_id", type = "S" }, { name = "event_id", type = "S" }, { name = "starts_at", type = "N" }])
    error_message = "Each key attribute must be declared once."
  }

  assert {
    condition     = one(aws_dynamodb_table.this.global_secondary_index).name == "by-time" && one(aws_dynamodb_table.this.global_secondary_index).non_key_attributes == toset(["kind"])
    error_message = "The index must be as given."
  }

  assert {
    condition     = !aws_dynamodb_table.this.deletion_protection_enabled && !aws_dynamodb_table.this.point_in_time_recovery[0].enabled
    error_message = "Protections can be turned off by name."
  }
}

# Each validation has a run in which it alone refuses its variable. Runs carry several wrong variables, because each
# run starts the provider anew (1 s).

run "refuses_an_account_of_9_digits_a_key_alias_and_wrong_names_and_types" {
  command = plan

  module {
    source = "./modules/table"
  }

  variables {
    context          = { account_id = "123456789", region = "us-east-1", name_prefix = "healthcare" }
    name             = "Patients"
    kms_key_arn      = "alias/healthcare-phi"
    partition_key    = { name = "patient_id", type = "string" }
    sort_key         = { name = "event_id", type = "number" }
    stream_view_type = "ALL"
    ttl_attribute    = ""
  }

  expect_failures = [var.context, var.name, var.kms_key_arn, var.partition_key, var.sort_key, var.stream_view_type, var.ttl_attribute]
}

run "refuses_a_zone_as_region_and_a_stream_called_none" {
  command = plan

  module {
    source = "./modules/table"
  }

  variables {
    context                  = { account_id = "123456789012", region = "us-east-1a", name_prefix = "healthcare" }
    stream_view_type         = "none"
    global_secondary_indexes = { by = { partition_key = { name = "provider_id", type = "string" } } }
  }

  expect_failures = [var.context, var.stream_view_type, var.global_secondary_indexes]
}

run "refuses_an_unknown_partition_and_an_index_without_its_attributes" {
  command = plan

  module {
    source = "./modules/table"
  }

  variables {
    context                  = { account_id = "123456789012", region = "us-east-1", partition = "amazon", name_prefix = "healthcare" }
    global_secondary_indexes = { by = { partition_key = { name = "provider_id" }, projection = "INCLUDE" } }
  }

  expect_failures = [var.context, var.global_secondary_indexes]
}

run "refuses_a_prefix_with_two_hyphens_in_a_row_and_an_attribute_of_two_types" {
  command = plan

  module {
    source = "./modules/table"
  }

  variables {
    context                  = { account_id = "123456789012", region = "us-east-1", name_prefix = "health--care" }
    global_secondary_indexes = { by = { partition_key = { name = "patient_id", type = "N" } } }
  }

  expect_failures = [var.context, var.global_secondary_indexes]
}
