# FHIR: what it brings, what its two functions may and may never do, and which settings are refused.
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
  patient_identifier = { namespace_id = "MAIN", system = "https://hospital.example/mrn" }
}

run "fhir_alone" {
  command = plan

  variables {
    fhir = { package = { s3 = { bucket = "releases", key = "fhir_ingest.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
  }

  assert {
    condition     = local._interface_endpoints == toset(["events", "kms"])
    error_message = "FHIR brings the endpoints it needs, and no other."
  }
  assert {
    condition     = toset(keys(output.tables)) == toset(["audit", "fhir_messages", "fhir_resources", "relationships"])
    error_message = "FHIR has its own tables, and the audit and the relationships without the patient API."
  }
  assert {
    condition     = keys(output.functions) == ["fhir_api", "fhir_ingest"] && keys(local._api_functions) == ["fhir_api"]
    error_message = "Two functions, of which one is behind the API."
  }
  assert {
    condition     = length(module.clinical_events) == 1 && keys(local._clinical_events_publishers) == ["fhir-ingest"]
    error_message = "The bus comes with FHIR, which is its one publisher."
  }
  assert {
    condition = toset([for name, alarm in output.alarm_names : name if startswith(name, "fhir-")]) == toset([
      "fhir-api-audit-unavailable", "fhir-api-break-glass", "fhir-api-dead-letters", "fhir-api-duration", "fhir-api-errors", "fhir-api-throttles", "fhir-api-unauthorized",
      "fhir-ingest-dead-letters", "fhir-ingest-duration", "fhir-ingest-errors", "fhir-ingest-quarantined", "fhir-ingest-throttles",
      "fhir-queue-dead-letters", "fhir-queue-oldest-message",
    ])
    error_message = "Alarms on refusals, quarantine, the queue and the health of both functions."
  }
  assert {
    condition     = local._fhir_alarms["fhir-ingest-quarantined"].namespace == "Healthcare/Messages" && local._fhir_alarms["fhir-ingest-quarantined"].dimensions == { service = "healthcare-fhir-ingest" }
    error_message = "The quarantine's alarm watches what the function counts."
  }
}

run "fhir_beside_the_patient_api" {
  command = plan

  variables {
    fhir        = { package = { s3 = { bucket = "releases", key = "fhir_ingest.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
    patient_api = { package = { s3 = { bucket = "releases", key = "patient_api.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" } } }
  }

  assert {
    condition     = length(module.audit_table) == 1 && length(module.relationships_table) == 1
    error_message = "Both stand on one audit table and one table of relationships."
  }
  assert {
    condition     = keys(local._api_functions) == ["fhir_api", "patient_api"]
    error_message = "Both are behind one API."
  }
}

run "without_it_nothing_is_left" {
  command = plan

  assert {
    condition     = length(module.fhir_queue) == 0 && length(module.fhir_messages_bucket) == 0 && length(module.clinical_events) == 0 && output.fhir_queue == null
    error_message = "A workload that was not asked for leaves nothing behind, patient_identifier or not."
  }
}

run "dead_letters_before_the_wait_is_over" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    fhir = { maximum_receives = 3 }
  }

  expect_failures = [var.fhir]
}

run "an_identifier_that_is_no_uri" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    patient_identifier = { namespace_id = "MAIN", system = "mrn" }
  }

  expect_failures = [var.patient_identifier]
}

run "an_oid_that_is_an_urn" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    patient_identifier = { oid = "urn:oid:1.2", system = "https://hospital.example/mrn" }
  }

  expect_failures = [var.patient_identifier]
}

run "no_authority" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    patient_identifier = { system = "https://hospital.example/mrn" }
  }

  expect_failures = [var.patient_identifier]
}

run "no_identifier" {
  command = plan

  module {
    source = "./tests/terraform/variables"
  }

  variables {
    fhir               = {}
    patient_identifier = null
  }

  expect_failures = [var.fhir]
}
