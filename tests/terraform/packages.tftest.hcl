# The root module's packages: where they are, who has signed them, and what stands warm.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

variables {
  account_id = "123456789012"
  region     = "us-east-1"
  network = {
    subnets = { us-east-1a = { cidr = "10.0.0.0/20" }, us-east-1b = { cidr = "10.0.16.0/20" } }
  }
}

run "signed_packages" {
  command = plan

  variables {
    code_signing = {}
    packages = {
      hl7_ingest  = { bucket = "hospital-packages", key = "signed/hl7_ingest.zip", version = "3", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
      patient_api = { bucket = "hospital-packages", key = "signed/patient_api.zip", version = "7", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
    }
    hl7                = { package = { s3 = { bucket = "releases", key = "hl7_ingest.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
    patient_api        = { provisioned_concurrency = 2 }
    patient_identifier = { namespace_id = "MAIN", system = "https://hospital.example/mrn" }
  }

  assert {
    condition     = local.packages["patient_api"].s3 == { bucket = "hospital-packages", key = "signed/patient_api.zip", version = "7", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } && local.packages["patient_api"].filename == null
    error_message = "What is named by its zip is taken."
  }
  assert {
    condition     = local.packages["hl7_ingest"].s3.bucket == "releases"
    error_message = "The workload's own package goes before."
  }
  assert {
    condition     = toset(keys(local.packages)) == toset(["hl7_ingest", "patient_api"])
    error_message = "A workload that is off needs no package."
  }
  assert {
    condition     = length(module.code_signing) == 1 && output.packages_bucket == "healthcare-packages-123456789012"
    error_message = "A profile of one's own comes with a bucket for what it signs."
  }
  assert {
    condition     = output.alarm_names["patient-api-spillover"] == "healthcare-patient-api-spillover"
    error_message = "Who provisions hears when it is not enough."
  }
}

run "refuses_to_sign_in_two_ways" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.code_signing_config_arn]

  variables {
    code_signing            = {}
    code_signing_config_arn = "arn:aws:lambda:us-east-1:123456789012:code-signing-config:csc-0123456789abcdefg"
  }
}

run "refuses_an_unknown_policy_in_the_root" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.code_signing]

  variables {
    code_signing = { policy = "Off" }
  }
}

run "refuses_profiles_that_are_none" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.code_signing]

  variables {
    code_signing = { profile_version_arns = ["release_functions"] }
  }
}

run "refuses_a_package_of_no_function" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.packages]

  variables {
    packages = { "patient-api.zip" = { bucket = "releases", key = "patients.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } }
  }
}

run "refuses_a_hash_in_hexadecimal" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.packages]

  variables {
    packages = { patient_api = { bucket = "releases", key = "a.zip", hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" } }
  }
}
