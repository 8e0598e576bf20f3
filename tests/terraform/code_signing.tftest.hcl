# modules/code_signing: unsigned code is refused, and who may sign.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  context = { account_id = "123456789012", region = "us-east-1", name_prefix = "hospital-a", tags = { Project = "healthcare" } }
}

run "unsigned_code_is_refused_by_default" {
  command = plan

  module {
    source = "./modules/code_signing"
  }

  assert {
    condition     = aws_lambda_code_signing_config.this.policies[0].untrusted_artifact_on_deployment == "Enforce"
    error_message = "Code that nobody has signed is refused, not counted."
  }
  assert {
    condition     = aws_signer_signing_profile.this[0].platform_id == "AWSLambda-SHA384-ECDSA" && aws_signer_signing_profile.this[0].name_prefix == "hospital_a_"
    error_message = "The profile is Lambda's, and named in letters that Signer takes."
  }
  assert {
    condition     = length(aws_lambda_code_signing_config.this.allowed_publishers) == 1
    error_message = "Somebody may sign."
  }
}

run "profiles_of_ones_own" {
  command = plan

  module {
    source = "./modules/code_signing"
  }

  variables {
    profile_version_arns = ["arn:aws:signer:us-east-1:444444444444:/signing-profiles/release_functions/a1B2c3D4e5"]
  }

  assert {
    condition     = length(aws_signer_signing_profile.this) == 0 && output.profile_name == null
    error_message = "Whoever brings profiles needs none made."
  }
  assert {
    condition     = aws_lambda_code_signing_config.this.allowed_publishers[0].signing_profile_version_arns == toset(["arn:aws:signer:us-east-1:444444444444:/signing-profiles/release_functions/a1B2c3D4e5"])
    error_message = "Those profiles are trusted, and no other."
  }
}

run "refuses_another_policy" {
  command = plan

  module {
    source = "./modules/code_signing"
  }

  expect_failures = [var.policy]

  variables {
    policy = "Ignore"
  }
}

run "refuses_a_profile_without_its_version" {
  command = plan

  module {
    source = "./modules/code_signing"
  }

  expect_failures = [var.profile_version_arns]

  variables {
    profile_version_arns = ["arn:aws:signer:us-east-1:444444444444:/signing-profiles/release_functions"]
  }
}

run "refuses_a_wrong_context" {
  command = plan

  module {
    source = "./modules/code_signing"
  }

  expect_failures = [var.context]

  variables {
    context = { account_id = "1234", region = "us-east-1a", partition = "azure", name_prefix = "-" }
  }
}
