# The root module on a new account, which refuses every reservation: each workload takes -1, for none.
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
  packages = {
    for name in ["appointments", "compliance_auditor", "document_ingest", "fhir_ingest", "hl7_ingest", "patient_api", "rag_orchestrator", "rag_retrieval"] :
    name => { bucket = "releases", key = "${name}.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  }
  patient_identifier = { namespace_id = "MAIN", system = "https://hospital.example/mrn" }
}

# What stands warm, or is handed over at once, may be more than any default reserves: so it plans only where -1 arrives.
run "none_reserved" {
  command = plan

  variables {
    appointments = {
      api           = { provisioned_concurrency = 30, reserved_concurrency = -1 }
      notifications = { portal_url = "https://portal.hospital.example", reserved_concurrency = -1, sender = "no-reply@hospital.example" }
    }
    compliance_auditor = { reserved_concurrency = -1 }
    documents          = { reserved_concurrency = -1 }
    fhir               = { api = { provisioned_concurrency = 30, reserved_concurrency = -1 }, ingest = { maximum_concurrency = 50, reserved_concurrency = -1 } }
    hl7                = { maximum_concurrency = 50, reserved_concurrency = -1 }
    patient_api        = { provisioned_concurrency = 30, reserved_concurrency = -1 }
    rag = {
      ingest       = { maximum_concurrency = 50, reserved_concurrency = -1 }
      orchestrator = { provisioned_concurrency = 30, reserved_concurrency = -1, snap_start = false }
      retrieval    = { provisioned_concurrency = 30, reserved_concurrency = -1 }
    }
  }

  assert {
    condition = toset([for name in keys(local._module_alarm_names) : name if endswith(name, "-spillover")]) == toset([
      "appointments-spillover", "fhir-api-spillover", "patient-api-spillover", "rag-orchestrator-spillover", "rag-retrieval-spillover",
    ])
    error_message = "Instances stand warm although nothing is reserved: ${jsonencode([for name in keys(local._module_alarm_names) : name if endswith(name, "-spillover")])}"
  }
}

run "one_switch_for_all_functions" {
  command = plan

  variables {
    reserve_concurrency = false
  }

  assert {
    condition     = output.function_platform.reserve_concurrency == false
    error_message = "Every function stands on this platform, of this stack and of others: none of them reserves."
  }
}

run "refuses_more_fhir_messages_than_functions" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.fhir]

  variables {
    fhir = { ingest = { reserved_concurrency = 5 } }
  }
}

run "refuses_more_hl7_messages_than_functions" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  expect_failures = [var.hl7]

  variables {
    hl7 = { reserved_concurrency = 5 }
  }
}
