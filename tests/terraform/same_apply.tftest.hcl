# Modules in a stack that makes what they are given in the same apply: `count` and `for_each` know how many there will be, of whatever ARN.
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "none"
  secret_key                  = "none"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

run "plans_before_any_id_is_known" {
  command = plan

  module {
    source = "./tests/terraform/same_apply"
  }

  assert {
    condition     = module.bucket.name == "claims-claims-123456789012" && contains(keys(module.observability.alarm_names), "trail-root-use")
    error_message = "A bucket that logs its accesses, and alarms on a trail."
  }

  assert {
    condition     = module.healthcare.rag_database == null && module.healthcare.rag_model_secret_arn == null && module.healthcare.signing_profile == null
    error_message = "What they have is not made a second time."
  }
}
